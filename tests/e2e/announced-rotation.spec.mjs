// A rotation from end to end: the platform's notice, the app's server, its announcement, the clients.
import { expect, test } from "./support/fixtures.mjs";
import { emptied } from "./support/holdings.mjs";
import { comingsAndGoings, ourErrors, receipts, together, told } from "./support/outcome.mjs";
import { SDK } from "./support/sdk.mjs";

/** ms */
const HOUR = 3_600_000;

/** How long what is under way may take, ms: far more than it needs. */
const PATIENCE = 30_000;

/** ms within which people begin: a minute, where nobody waits for it. */
const SPREAD = 1_500;
const SOON = JSON.stringify({ spread: SPREAD });

/** What the app wants moved with the call. */
const EVERYTHING = { recordAgain: true, restart: ["archive", "broadcast"], serviceDelay: 0 };

const NOBODY = { connections: 0, streams: 0, subscribers: 0 };

/** A call on an app's server that is recorded and broadcast, and who watches the broadcast. */
async function meeting({ startServer, startCall }, more) {
  const server = await startServer({ ...EVERYTHING, ...more });
  const { sessionId } = await server.video.createSession();
  const call = await startCall({ session: sessionId, server: server.url, options: SOON });
  const archive = await server.video.startArchive(sessionId, { name: "Meeting" });
  const broadcast = await server.video.startBroadcast(sessionId, { outputs: { hls: {} } });
  return { server, call, sessionId, archive, broadcast };
}

/** Waits until a service of the meeting runs again, and gives back what the handler told of it. */
const again = (server, kind) => server.tells("serviceRestarted", (event) => event.kind === kind);

/** What a call's people have seen and been told since `marks` that a rotation must not do to them. */
async function disturbed(call, marks) {
  const seen = await call.seen(marks);
  const people = await told(call, marks);
  return Object.entries(seen).flatMap(([name, { violations, samples, prompts, sound }]) => [
    ...(samples > 0 ? [] : [`${name}'s page was not looked at`]),
    ...violations.map((found) => `${name}: ${JSON.stringify(found)}`),
    ...(prompts === 1 ? [] : [`${name} was asked for the camera ${prompts} times`]),
    ...sound
      .filter(({ kind, who, ms }) => kind === "doubled" && who !== name && ms > 60)
      .map((found) => `${name}: ${JSON.stringify(found)}`),
    ...ourErrors(people[name]).map((error) => `${name}: ${error}`),
  ]);
}

test("a notice takes two people, their recording and their broadcast to the successor", async ({
  lab,
  startServer,
  startCall,
}) => {
  const { server, call, sessionId, archive, broadcast } = await meeting({ startServer, startCall });
  const marks = await call.marks();
  const [ann] = call.people;
  await ann.evaluate(() => {
    app.addresses = [];
    app.session.on("signal:broadcastUrl", ({ data }) => app.addresses.push(JSON.parse(data)));
  });

  await lab.schedule(sessionId, { in: HOUR, speed: 1 });

  const { to } = await server.tells("successor");
  expect(await call.arrived(to)).toBe(sessionId);
  expect(await together(call, PATIENCE)).toBeNull();
  expect(await emptied(lab, sessionId)).toEqual(NOBODY);
  for (const person of Object.values(await told(call, marks))) {
    expect(receipts(person).map(({ kind, outcome, from, to: where }) => [kind, outcome, from, where])).toEqual([
      ["handover", "completed", sessionId, to],
    ]);
  }

  for (const one of call.people) {
    const start = await one.evaluate(() => app.diary.entries.find(({ type }) => type === "handoverstart").detail);
    expect(start.startsIn).toBeLessThanOrEqual(SPREAD);
  }

  const recorded = await again(server, "archive");
  const onAir = await again(server, "broadcast");
  // Said in both sessions: whoever is in both hears it twice.
  await ann.until(() => app.addresses.length > 0, null, "the broadcast's new address");
  for (const heard of await ann.evaluate(() => app.addresses)) {
    expect(heard).toEqual({ broadcastId: onAir.id, broadcastUrls: onAir.urls });
  }
  expect(await server.broadcastUrl(sessionId)).toBe(onAir.urls.hls);
  expect(await (await fetch(onAir.urls.hls)).text()).not.toContain("#EXT-X-ENDLIST");

  // The old servers go, and nobody is on them.
  await lab.rotate(sessionId);
  await server.tells("rotationEnded");
  expect(await together(call, PATIENCE)).toBeNull();
  expect(await disturbed(call, marks)).toEqual([]);

  expect(running(await lab.services(sessionId))).toEqual([]);
  expect(running(await lab.services(to))).toEqual([recorded.id, onAir.id].sort());
  expect(await (await fetch(broadcast.broadcastUrls.hls)).text()).toContain("#EXT-X-ENDLIST");
  const pieces = await piecesOf(server, sessionId);
  expect(pieces.map(({ archiveId, sessionId: where }) => [archiveId, where])).toEqual([
    [archive.id, sessionId],
    [recorded.id, to],
  ]);
});

test("where the platform moves the session itself, what it has stopped is started again in it", async ({
  lab,
  startServer,
  startCall,
}) => {
  test.skip(!SDK.migrates, `SDK ${SDK.sdk} knows of no migration`);
  const { server, call, sessionId, archive, broadcast } = await meeting(
    { startServer, startCall },
    { strategy: "migrate", notice: 1000 },
  );
  const marks = await call.marks();

  // The notice comes at once, and the servers go a second later.
  await lab.schedule(sessionId, { in: 1000, speed: HOUR / 1000, migrate: true });

  const recorded = await again(server, "archive");
  const onAir = await again(server, "broadcast");
  expect([recorded.sessionId, recorded.previousId]).toEqual([sessionId, archive.id]);
  expect([onAir.sessionId, onAir.previousId]).toEqual([sessionId, broadcast.id]);
  expect(await server.broadcastUrl(sessionId)).toBe(onAir.urls.hls);
  expect(running(await lab.services(sessionId))).toEqual([recorded.id, onAir.id].sort());
  expect((await piecesOf(server, sessionId)).map(({ archiveId }) => archiveId)).toEqual([archive.id, recorded.id]);

  expect(server.notes.map(({ type }) => type)).toContain("noticed");
  expect(server.told.map(({ type }) => type)).not.toContain("successor");
  // How the pictures change in a migration is the SDK's doing: on a busy machine it shows none for some frames.
  expect(await together(call, PATIENCE)).toBeNull();
  for (const [name, person] of Object.entries(await told(call, marks))) {
    expect(comingsAndGoings(person), name).toEqual([]);
    expect(ourErrors(person), name).toEqual([]);
  }
});

test("whoever comes late, with the old session's ID or even a token for it, lands in the successor", async ({
  lab,
  startServer,
  startCall,
}) => {
  const server = await startServer();
  const { sessionId } = await server.video.createSession();
  const call = await startCall({ session: sessionId, server: server.url, options: SOON, people: ["ann"] });
  const { applicationId, token } = await server.handler.credentials({ sessionId, user: "cleo" });

  await lab.schedule(sessionId, { in: HOUR, speed: 1 });
  const { to } = await server.tells("successor");
  await call.arrived(to);

  call.session = sessionId;
  await call.join("ben");
  expect(await call.who("ben").evaluate(() => app.session.sessionId)).toBe(to);
  // She joins the old session, where nobody is any more: it is said to her alone.
  const cleo = await call.join("cleo", { application: applicationId, token });
  await cleo.until((successor) => app.arrived(successor), to, `the arrival in ${to}`);

  call.session = to;
  await call.settled();
  expect(await together(call, PATIENCE)).toBeNull();
  expect(await emptied(lab, sessionId)).toEqual(NOBODY);
  const told = server.notes.filter(({ type }) => type === "announced");
  expect(told.at(-1).connectionId).not.toBeNull();
});

/** The pieces of the only recording, which must fit together. */
async function piecesOf(server, sessionId) {
  const [{ running: runs, pieces }, ...others] = await server.handler.manifest(sessionId);
  expect(others).toEqual([]);
  expect(runs).toBe(true);
  for (const [at, { startedAt, endedAt, gap }] of pieces.entries()) {
    const before = pieces[at - 1];
    expect(gap).toBe(before ? startedAt - before.endedAt : null);
    if (at < pieces.length - 1) expect(endedAt).toBeGreaterThanOrEqual(startedAt);
    else expect(endedAt).toBeNull();
  }
  return pieces;
}

const running = (services) =>
  services
    .filter(({ status }) => status === "started")
    .map(({ id }) => id)
    .sort();
