// What must hold when a run has come to rest, and its numbers.

import assert from "node:assert/strict";
import { tell, tellTable } from "../support/telling.mjs";
import { runChaos } from "./chaos.mjs";

/** How often each callback is delivered. */
const COPIES = 10;

/**
 * Runs a plan with the seed of the variable SEED, or another one each time, and checks what came of it.
 * @param {import("node:test").TestContext} context
 * @param {Omit<import("./chaos.mjs").Plan, "seed" | "copies" | "say">} plan
 */
export async function survives(context, plan) {
  const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 32));
  tell(`SEED=${seed}`);
  const run = await runChaos(context, { ...plan, seed, copies: COPIES, say: tell });
  const numbers = await judge(run);
  tellTable(Object.entries(numbers));
  assert.deepEqual(run.errors, []);
  assert.equal(numbers["processes killed"], plan.kills);
  // The platform may have told of something more after the run had come to rest.
  assert.equal(numbers["delivered and answered"] + numbers["still on their way"], COPIES * numbers.callbacks);
}

/**
 * Checks every rotation of a run that has come to rest, by what the lab has seen, not by what the handlers believe.
 * @param {Awaited<ReturnType<typeof import("./chaos.mjs").runChaos>>} run
 * @returns {Promise<Record<string, number>>} what was counted
 */
export async function judge(run) {
  const { calls, fleet, courier, journal } = run;
  const { signals } = journal;
  const rotations = calls.flatMap((call) => call.rotations);
  for (const call of calls) {
    for (const rotation of call.rotations) checkTold(call, rotation, run);
    await checkCall(call, run);
  }
  const orphans = await orphansOf(run);
  return {
    "processes killed": fleet.kills,
    calls: calls.length,
    rotations: rotations.length,
    "without a notice": rotations.filter(({ kind }) => kind === "surprise").length,
    "successors that somebody was told of": new Set(signals.filter(isAnnouncement).map(successorOf)).size,
    "sessions made in vain, unknown to all": orphans.length,
    announcements: signals.filter(isAnnouncement).length,
    "late comers, each told": rotations.filter(({ late }) => late).length,
    recordings: calls.reduce((sum, { sessions }) => sum + sessions.length, 0),
    callbacks: courier.counts.callbacks,
    "delivered and answered": courier.counts.delivered,
    "still on their way": courier.under,
    "tried in vain before that": courier.counts.failed,
  };
}

/** Whoever was told of a successor was told of the same one: by signal, by event, by credentials. */
function checkTold({ sessions }, { from, to, kind, late }, { journal, told }) {
  const announced = journal.signals.filter((signal) => signal.session === from && isAnnouncement(signal));
  // Whoever is still there when the call moves on once more is sent straight to where it is.
  const chain = sessions.slice(sessions.indexOf(to));
  const named = [...new Set(announced.map(successorOf))];
  assert.deepEqual(named, chain.slice(0, named.length), `the announcements in ${from}`);
  assert.ok(named.length > 0, `it is announced in ${from} that the call goes on in ${to}`);
  const heard = announced.filter(({ connection, sent }) => connection === undefined && sent >= 2);
  if (kind === "notice")
    assert.ok(heard.length > 0, `everybody in ${from} hears of ${to}: ${JSON.stringify(announced)}`);
  if (late)
    assert.ok(
      announced.some(({ connection }) => connection === late),
      `who came late to ${from} hears of ${to}`,
    );
  const successors = told.filter((event) => event.type === "successor" && event.from === from);
  assert.deepEqual([...new Set(successors.map((event) => event.to))], [to], `what the app is told of ${from}`);
}

/** One recording in each session of a call, the last one of which goes on. */
async function checkCall(call, { control }) {
  const { sessions, answers } = call;
  for (const answer of answers) assert.ok(sessions.includes(answer), `nobody is sent to ${answer}`);
  const archives = [];
  for (const session of sessions) {
    const found = await control("services", { session });
    assert.equal(found.length, 1, `one recording in ${session}: ${JSON.stringify(found)}`);
    archives.push(found[0]);
  }
  const running = archives.filter(({ status }) => status === "started").map(({ sessionId }) => sessionId);
  assert.deepEqual(running, [sessions.at(-1)], "one recording goes on, in the last session");
  const [{ pieces }, ...others] = await call.recordings();
  assert.deepEqual(others, [], "all are pieces of one recording");
  assert.deepEqual(
    pieces.map(({ archiveId }) => archiveId),
    archives.map(({ id }) => id),
    "the manifest has all pieces, in order",
  );
}

/**
 * Sessions that were made and never used, because whoever made them was killed before it could say so. Nobody may know
 * of them.
 */
async function orphansOf({ control, calls, journal, told }) {
  const known = new Set(calls.flatMap((call) => call.sessions));
  const orphans = (await control("sessions")).filter(({ session }) => !known.has(session));
  for (const { session, connections } of orphans) {
    assert.equal(connections, 0, `nobody is in ${session}`);
    assert.deepEqual(await control("services", { session }), [], `nothing runs in ${session}`);
    const mentions = [...journal.signals, ...told].filter((mention) => JSON.stringify(mention).includes(session));
    assert.deepEqual(mentions, [], `nobody was told of ${session}`);
  }
  return orphans;
}

function isAnnouncement({ type }) {
  return type === "newSession";
}

function successorOf({ data }) {
  return JSON.parse(data).sessionId;
}
