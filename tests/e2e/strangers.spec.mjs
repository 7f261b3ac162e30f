// Rooms in which somebody runs without the package, or lies.
import { Call } from "./support/call.mjs";
import { expect, test } from "./support/fixtures.mjs";

/** ms after which whoever has not come is left behind. */
const DEADLINE = 10_000;

/** ms: how much earlier than that a clock may show it. */
const SLACK = 500;

const OURS = ["ann", "ben", "cleo", "dan"];

/** Four of ours and eve, on the bare SDK. */
async function withEve(browser, lab, { people = [...OURS, "eve"], ...how } = {}) {
  const call = await Call.start(browser, lab, {
    mode: "routed",
    people,
    each: { eve: { kind: "plain" } },
    small: "yes",
    voice: "no",
    sound: "no",
    settle: false,
    ...how,
  });
  await call.settledByEye();
  return { call, eve: call.who("eve"), ours: call.people.filter(({ name }) => name !== "eve") };
}

const all = (people, work) => Promise.all(people.map(work));

/** Those of ours have arrived; eve says nothing of the kind. */
const arrived = (ours, successor) =>
  all(ours, (person) => person.until((to) => app.arrived(to), successor, `the arrival in ${successor}`));

/** What one of ours was told of comings and goings since a moment, without eve's. */
const told = (person, since) =>
  person.evaluate((at) => {
    const about = app.diary.since(at).filter(({ source }) => source === "session");
    return about.filter(({ type }) => /^stream(Created|Destroyed)$/.test(type));
  }, since);

/** Eve's own way to another session: out of the one, into the other. */
const reconnect = (eve, to) =>
  eve.evaluate(async (sessionId) => {
    const { join } = await import("/e2e/client.js");
    const asked = new URLSearchParams({ session: sessionId, data: app.name, role: "publisher" });
    const credentials = await (await fetch(`/credentials?${asked}`)).json();
    app.session.disconnect();
    const { room, diary, name } = app;
    const publish = { publishAudio: true, publishVideo: true };
    Object.assign(app, await join({ sdk: OT, room, diary, name, credentials, publish, source: {} }));
  }, to);

/** What is wrong with more than eve's having left: where her tile was, the others move up. */
const ofTheOthers = ({ kind, who }) => kind !== "moved" && (kind !== "gone" || who !== "eve");

/** Eve has left a tile and come to another, once each; nobody else has, and all along nothing was wrong with a tile. */
async function eveWentAndCame(ours, marks, { comes }) {
  for (const person of ours) {
    const since = marks[person.name];
    if (comes) await person.until(() => app.picture.settled(5), undefined, "eve's picture");
    expect(
      (await told(person, since)).map(({ type, connection }) => `${type} ${connection}`),
      person.name,
    ).toEqual(["streamDestroyed eve", ...(comes ? ["streamCreated eve"] : [])]);
    const { violations } = await person.evaluate((at) => app.picture.report(at), since);
    expect(violations.filter(ofTheOthers), person.name).toEqual([]);
  }
}

for (const comes of [true, false]) {
  const then = comes ? "comes when the servers have gone" : "never comes";
  test(`who stays in the old session is seen until the deadline, and ${then}`, async ({ browser, lab }) => {
    test.setTimeout(120_000);
    const { call, eve, ours } = await withEve(browser, lab);
    const old = call.session;
    const marks = await call.marks();
    const { successor } = await lab.announce(old, { deadline: DEADLINE });
    await arrived(ours, successor);
    for (const person of ours) {
      const [{ at }] = await told(person, marks[person.name]);
      expect(at - marks[person.name], `${person.name} has left eve behind`).toBeGreaterThan(DEADLINE - SLACK);
    }
    const own = eve.until(() => app.session.currentState === "disconnected", undefined, "the end of the old session");
    await lab.rotate(old);
    await own;
    if (comes) await reconnect(eve, successor);
    await eveWentAndCame(ours, marks, { comes });
    await call.end();
  });
}

test("who moves by a reconnect of their own leaves and comes once, and keeps nobody waiting", async ({
  browser,
  lab,
}) => {
  test.setTimeout(120_000);
  const { call, eve, ours } = await withEve(browser, lab);
  const marks = await call.marks();
  const { successor } = await lab.announce(call.session, {});
  await all(ours, (person) => person.until(() => app.manager.state === "handover", undefined, "a handover"));
  await reconnect(eve, successor);
  await arrived(ours, successor);
  await eveWentAndCame(ours, marks, { comes: true });
  await call.end();
});

test("who says to be somebody else takes nobody's place, and one event says why", async ({ browser, lab }) => {
  test.setTimeout(120_000);
  const { call, eve, ours } = await withEve(browser, lab, { people: ["ann", "ben", "eve"], identify: "nobody" });
  const [ann, ben] = ours;
  const old = call.session;
  const { connections } = await lab.session(old);
  const id = (name) => connections.find(({ data }) => data === name).id;
  const marks = await call.marks();
  const { successor } = await lab.announce(old, { deadline: DEADLINE, conn: id("ann") });
  await ann.until(() => app.manager.state === "handover", undefined, "a handover");
  // Eve comes to the successor before ben, says there that she was he, and in the old session that ann's place is hers.
  await eve.evaluate(
    async ({ sessionId, victim }) => {
      const asked = new URLSearchParams({ session: sessionId, data: "eve", role: "publisher" });
      const { applicationId, token } = await (await fetch(`/credentials?${asked}`)).json();
      const done = (resolve, reject) => (error) => (error ? reject(new Error(error.message)) : resolve());
      const second = OT.initSession(applicationId, sessionId);
      const others = [];
      second.on("connectionCreated", ({ connection }) => others.push(connection));
      await new Promise((resolve, reject) => second.connect(token, done(resolve, reject)));
      const say = (session, data) =>
        new Promise((resolve, reject) =>
          session.signal({ type: "opentok-handover", data: JSON.stringify(data) }, done(resolve, reject)),
        );
      await say(second, { was: [victim] });
      while (!others.some(({ data }) => data === "ann")) await new Promise((next) => setTimeout(next, 50));
      const { connectionId } = others.find(({ data }) => data === "ann");
      await say(app.session, { moved: { to: sessionId, connection: connectionId } });
      for (let time = 0; time < 20; time += 1) await say(second, { was: [victim] });
    },
    { sessionId: successor, victim: id("ben") },
  );
  await lab.announce(old, { deadline: DEADLINE, successor, conn: id("ben") });
  await arrived(ours, successor);
  for (const person of ours) {
    const since = marks[person.name];
    const { violations } = await person.evaluate((at) => app.picture.report(at), since);
    expect(violations.filter(ofTheOthers), person.name).toEqual([]);
    const rejected = await person.evaluate(
      (at) => app.diary.since(at, "manager").filter(({ type }) => type === "signalrejected"),
      since,
    );
    // Ann has heard eve say that she was ben, and ben, who came later, that she is ann: each one lie, twenty times or once.
    expect(
      rejected.map(({ detail }) => detail.reason),
      person.name,
    ).toEqual(["unconfirmed"]);
    const receipts = await person.evaluate(() => app.receipts().map(({ to, outcome }) => ({ to, outcome })));
    expect(receipts, person.name).toEqual([{ to: successor, outcome: "completed" }]);
  }
  expect(await ben.evaluate(() => app.subscribers.size)).toBe(1);
  await call.end();
});
