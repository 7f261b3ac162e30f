// The machine sleeps for two hours in the middle of a call, and wakes up: the wall clock has jumped, and the page is seen
// again. What is due is done in that very moment, and the call comes back.
import { expect, test } from "./support/fixtures.mjs";
import { together } from "./support/outcome.mjs";

const TWO_HOURS = 7_200_000;

/** ms: how long it may take until the call has come together; far more than it needs, so that load is no failure. */
const PATIENCE = 30_000;

const everybody = (call, work) => Promise.all(call.people.map(work));

/** From now on no timer of the package comes. */
const sleep = (call) => everybody(call, (one) => one.evaluate(() => timers.sleep()));

/** Wakes everybody up, and says how often each one's `renew` was asked first of all. */
const wakeUp = (call) =>
  everybody(call, (one) =>
    one.evaluate((slept) => {
      const before = app.renewCalls.length;
      clock.wakeAfter(slept);
      const asked = app.renewCalls.length - before;
      timers.wake();
      return asked;
    }, TWO_HOURS),
  );

const renewWith = (call, how) => everybody(call, (one) => one.evaluate((it) => app.renewWith(it), how));

const attemptsFailed = (call, count) =>
  everybody(call, (one) =>
    one.until(
      (wanted) => app.diary.entries.filter(({ type }) => type === "renewfailed").length === wanted,
      count,
      "the end of the attempt",
    ),
  );

test("servers that have gone while everybody slept are recovered from", async ({ startCall, lab }) => {
  const call = await startCall({ calm: "yes" });
  await sleep(call);
  expect(await wakeUp(call)).toEqual([0, 0]);
  await lab.rotate(call.session);
  expect(await together(call, PATIENCE)).toBeNull();
});

test("a recovery that waits goes on in the moment of waking up", async ({ startCall, lab }) => {
  const call = await startCall({ calm: "yes", renew: "throwing" });
  await sleep(call);
  await lab.rotate(call.session);
  await attemptsFailed(call, 1);
  await renewWith(call, "good");
  expect(await wakeUp(call)).toEqual([1, 1]);
  expect(await together(call, PATIENCE)).toBeNull();
});

test("a handover that waits goes on in the moment of waking up", async ({ startCall }) => {
  const call = await startCall({ calm: "yes", renew: "throwing" });
  await sleep(call);
  const successor = await call.announceTogether();
  await attemptsFailed(call, 1);
  await renewWith(call, "good");
  expect(await wakeUp(call)).toEqual([1, 1]);
  await call.arrived(successor);
  expect(await together(call, PATIENCE)).toBeNull();
});
