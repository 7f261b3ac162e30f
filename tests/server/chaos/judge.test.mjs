// That the verdict on a run can be a bad one: a quiet run is judged as it went, and then with something wrong in it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { runChaos } from "./chaos.mjs";
import { judge } from "./verdict.mjs";

test("whatever happens that must not is found in a run", { timeout: 120_000 }, async (context) => {
  const quiet = { seed: 1, kills: 0, copies: 2, calls: 1, rotations: 2, say: () => {} };
  const run = await runChaos(context, quiet);
  const numbers = await judge(run);
  assert.deepEqual(
    [numbers.rotations, numbers.recordings, numbers["sessions made in vain, unknown to all"]],
    [2, 3, 0],
  );

  const { journal, told, video, control } = run;
  const [first, second, last] = run.calls[0].sessions;
  const announcement = (to) => ({
    session: first,
    type: "newSession",
    sent: 2,
    data: JSON.stringify({ sessionId: to }),
  });
  const without = (list, passes) => ({ signals: list.filter((one) => !passes(one)) });
  const signals = (changed) => ({ ...run, journal: { ...journal, ...changed } });

  await rejected(
    signals(without(journal.signals, ({ session }) => session === first)),
    /the announcements in|it is announced/,
  );
  await rejected(signals({ signals: [...journal.signals, announcement("another")] }), /the announcements in/);
  const another = { type: "successor", from: second, to: "another" };
  await rejected({ ...run, told: [...told, another] }, /what the app is told of/);
  run.calls[0].answers.add("another");
  await rejected(run, /nobody is sent to another/);
  run.calls[0].answers.delete("another");

  const { sessionId: orphan } = await video.createSession();
  assert.equal((await judge(run))["sessions made in vain, unknown to all"], 1);
  await rejected({ ...run, told: [...told, { type: "noticed", sessionId: orphan }] }, /nobody was told of/);
  await control("join", { session: orphan, data: "Ann" });
  await rejected(run, /nobody is in/);
  await control("rotate", { session: orphan });

  const [running] = (await control("services", { session: last })).filter(({ status }) => status === "started");
  await video.stopArchive(running.id);
  await rejected(run, /one recording goes on/);
  await video.startArchive(last, { name: "Meeting" });
  await rejected(run, /one recording in/);
});

/** Judges a run, which must be found bad for that. */
async function rejected(run, why) {
  await assert.rejects(judge(run), (error) => error instanceof assert.AssertionError && why.test(error.message));
}
