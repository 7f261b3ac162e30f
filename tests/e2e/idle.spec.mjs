// What the package costs while nothing happens: no timer of ours, and no frame is waited for. What a page does by
// itself goes on: pictures and voices, the SDK's own timers and messages.
import { expect, test } from "./support/fixtures.mjs";

/** Whether there is time for everything. */
const LONG = process.env.SUITE === "recovery";

/** ms: how long a call is watched. Nothing can fire that isn't asked for, so that a part of the minute says much. */
const WATCHED = LONG ? 60_000 : 5000;

/** ms: how long things may go on after the end of a move; far more than they need, so that load is no failure. */
const PATIENCE = 20_000;

/** ms: for longer than this nothing is remembered after a move. */
const MEMORY = 120_000;

/** What a call has been through before nothing happens. */
const SITUATIONS = {
  "everybody has joined": async () => {},
  "it has been handed over": (call) => call.handover(),
  "a handover was given up": async (call, lab) => {
    const successor = `${call.session}-unreachable`;
    await lab.refuse("info", { session: successor, error: 500 });
    await call.announceTogether({ successor, deadline: 2000 });
    await everybody(call, () => app.receipts().some(({ outcome }) => outcome === "abandoned"), null, "the end of it");
  },
  "a handover was given up half-way": async (call, lab) => {
    const successor = `${call.session}-silent`;
    await lab.refuse("streamCreate", { session: successor, hang: true });
    await call.announceTogether({ successor, deadline: 2000 });
    await everybody(call, () => app.receipts().some(({ outcome }) => outcome === "abandoned"), null, "the end of it");
  },
  "its servers have gone without a word": async (call, lab) => {
    await lab.rotate(call.session);
    await everybody(call, () => app.receipts().some(({ outcome }) => outcome === "completed"), null, "the recovery");
  },
};

/** Those that are looked at when there is less time: the simplest one, and the one that leaves most behind. */
const FEW = ["everybody has joined", "a handover was given up half-way"];

const everybody = (call, condition, argument, what) =>
  Promise.all(call.people.map((participant) => participant.until(condition, argument, what)));

/** Waits until everybody's picture moves on everybody's screen: a still one says nothing. */
async function live(call) {
  const marks = await call.marks();
  const moves = ({ names, since }) => names.every((name) => app.picture.frames(since)[name] >= 2);
  const seen = (one) => one.until(moves, { names: call.names, since: marks[one.name] }, "everybody's moving picture");
  await Promise.all(call.people.map(seen));
}

/** Counts the package's timers from the moment on when it has forgotten what it went through. */
async function timersAtRest(participant) {
  await participant.page
    .waitForFunction(remembersNothing, MEMORY, { polling: 50, timeout: PATIENCE })
    .catch((error) => {
      if (error.name !== "TimeoutError") throw error;
    });
  const before = await participant.evaluate(() => ({ at: app.now(), ...timers.counts() }));
  const over = before.at + WATCHED;
  const patience = { polling: 50, timeout: WATCHED + PATIENCE };
  await participant.page.waitForFunction((end) => app.now() >= end, over, patience);
  return participant.evaluate(({ asked, fired }) => {
    const now = timers.counts();
    return { asked: now.asked - asked, fired: now.fired - fired, pending: timers.pending() };
  }, before);
}

/** Runs in the page. While there is something that is remembered for a time, that time passes. */
function remembersNothing(time) {
  const nothing = timers.pending().length === 0;
  if (!nothing) clock.wakeAfter(time);
  return nothing;
}

test("a call in which nothing happens has no timer of ours, and asks for none", async ({ startCall, lab }) => {
  test.setTimeout(120_000 + WATCHED);
  const idle = async ([situation, bringAbout]) => {
    // So many calls at once leave no breath for listening to voices.
    const quick = { calm: "yes", sound: "no", settle: false, options: JSON.stringify({ publishTimeout: 2000 }) };
    const call = await startCall(quick);
    await live(call);
    await bringAbout(call, lab);
    await live(call);
    return [situation, await Promise.all(call.people.map(timersAtRest))];
  };
  const situations = Object.entries(SITUATIONS).filter(([situation]) => LONG || FEW.includes(situation));
  const found = Object.fromEntries(await Promise.all(situations.map(idle)));
  const nothing = { asked: 0, fired: 0, pending: [] };
  expect(found).toEqual(Object.fromEntries(situations.map(([situation]) => [situation, [nothing, nothing]])));
});
