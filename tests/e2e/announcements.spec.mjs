// Whoever knows the application's key moves the call, and nobody else, whatever they send.
import { signals } from "../../dist/server/announcements.js";
import { expect, test } from "./support/fixtures.mjs";

/** How often each forgery is sent. */
const TIMES = 5;

const later = () => Date.now() + 3_600_000;

/** Somebody with a key: `announce(facts)` gives the data of the signal that the server's half makes with it. */
async function signer(applicationId, { clock = Date.now } = {}) {
  const { publicKey, privateKey } = await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"]);
  const { x } = await crypto.subtle.exportKey("jwk", publicKey);
  const as = (how) => {
    const make = signals({ applicationId, type: "newSession", broadcastType: "", key: privateKey, clock, ...how });
    return async (facts) => (await make({ type: "announcement", deadline: later(), ...facts })).data;
  };
  return {
    x,
    announce: as({}),
    announceFor: (application) => as({ applicationId: application }),
    announceAt: (time) => as({ clock: () => time }),
  };
}

/** The announcement with something else put in, or left out (`undefined`). */
const altered = (data, change) => JSON.stringify({ ...JSON.parse(data), ...change });

test("forged, altered and replayed announcements are refused and move nobody; a genuine one does", async ({
  startCall,
  lab,
}) => {
  test.setTimeout(180_000);
  const { applicationId } = await (await fetch(`${lab.url}/credentials/application`)).json();
  const server = await signer(applicationId);
  const stranger = await signer(applicationId);
  const call = await startCall({ options: JSON.stringify({ announcementKey: server.x, spread: 0 }) });
  const { session: successor } = await lab.create("relayed");
  const { session: trap } = await lab.create("relayed");
  const first = call.session;
  const facts = { from: first, sessionId: successor, epoch: 2 };
  const good = await server.announce(facts);
  const elsewhere = await server.announce({ ...facts, from: trap, sessionId: trap });

  const forgeries = [
    ["plain text", "unsigned", trap],
    ["without a signature", "unsigned", altered(good, { signature: undefined, sessionId: trap })],
    ["without an epoch", "unsigned", altered(good, { epoch: undefined })],
    ["signed with another key", "forged", await stranger.announce({ ...facts, sessionId: trap })],
    ["of another application", "forged", await server.announceFor("another")({ ...facts, sessionId: trap })],
    ["another successor put in", "forged", altered(good, { sessionId: trap })],
    ["another epoch put in", "forged", altered(good, { epoch: 3 })],
    ["a longer life put in", "forged", altered(good, { expires: later() })],
    ["another deadline put in", "forged", altered(good, { deadline: later() + 1 })],
    ["another call's, with this session put in", "forged", altered(elsewhere, { from: first })],
    ["another call's, as it was", "other_session", elsewhere],
    ["expired", "expired", await server.announceAt(Date.now() - 11 * 60_000)({ ...facts, sessionId: trap })],
  ];
  const table = [];
  const refuses = async (what, reason, data) => {
    const marks = await call.marks();
    for (let time = 0; time < TIMES; time += 1) await lab.signal(call.session, "newSession", data);
    const refused = await Promise.all(
      call.people.map(async (participant) => {
        const since = marks[participant.name];
        const told = ([at, type]) => app.diary.since(at, "manager").filter((entry) => entry.type === type);
        await participant.until(
          ([at, count]) =>
            app.diary.since(at, "manager").filter(({ type }) => type === "signalrejected").length >= count,
          [since, TIMES],
          `signalrejected, ${what}`,
        );
        const moves = await participant.evaluate(told, [since, "handoverstart"]);
        const entries = await participant.evaluate(told, [since, "signalrejected"]);
        expect(
          entries.map(({ detail }) => detail.reason),
          what,
        ).toEqual(Array(TIMES).fill(reason));
        return { refused: entries.length, moves: moves.length };
      }),
    );
    const sum = (name) => refused.reduce((all, each) => all + each[name], 0);
    expect(sum("moves"), what).toBe(0);
    table.push({
      announcement: what,
      heard: TIMES * call.people.length,
      refused: sum("refused"),
      "acted on": sum("moves"),
      reason,
    });
  };

  for (const [what, reason, data] of forgeries) await refuses(what, reason, data);
  const marks = await call.marks();
  await lab.signal(call.session, "newSession", good);
  await call.arrived(successor);
  await refuses("the genuine one, replayed", "current_session", good);
  await refuses(
    "a genuine one of an older epoch",
    "duplicate",
    await server.announce({ ...facts, epoch: 1, sessionId: trap }),
  );
  console.table(table);

  for (const [name, { violations, pageErrors }] of Object.entries(await call.seen(marks)))
    expect({ violations, pageErrors }, name).toEqual({ violations: [], pageErrors: [] });
  expect((await lab.session(trap)).connections).toEqual([]);
  for (const participant of call.people) {
    const moves = await participant.evaluate(() =>
      app.receipts().map(({ from, to, outcome }) => ({ from, to, outcome })),
    );
    expect(moves, participant.name).toEqual([{ from: first, to: successor, outcome: "completed" }]);
  }
});
