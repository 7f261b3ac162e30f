// What a moderator says of others, by the objects that the app got before the move; and what a session in which everybody
// is muted leaves behind.
import { expect, test } from "../support/fixtures.mjs";

const QUIET = { picture: "no", sound: "no", settle: false };

/** Who publishes with sound, as the lab sees it. */
async function speakers(lab, session) {
  const { connections, streams } = await lab.session(session);
  return streams
    .filter(({ hasAudio }) => hasAudio)
    .map(({ connection }) => connections.find(({ id }) => id === connection).data)
    .sort();
}

const until = (condition, what) => expect.poll(condition, { message: what, timeout: 30_000 });

async function everybodySees(call, count) {
  await Promise.all(call.people.map((person) => person.until((all) => app.subscribers.size === all, count)));
}

/** Keeps what the app was given before the move, and counts what its publisher hears. */
const keep = () => {
  const streams = [...app.subscribers.values()].map(({ stream }) => stream);
  window.kept = Object.fromEntries(streams.map((stream) => [stream.connection.data, stream]));
  window.forced = [];
  app.publisher.on("muteForced", () => window.forced.push("publisher"));
  app.session.on("muteForced", ({ active }) => window.forced.push(`session ${active}`));
};

test("a moderator's calls reach those meant after a handover, by objects and IDs of before", async ({
  startCall,
  lab,
}) => {
  // Four people keep two cores busy.
  test.setTimeout(180_000);
  const people = ["ann", "ben", "cleo", "dan"];
  const call = await startCall({ ...QUIET, people, each: { ann: { role: "moderator" } } });
  await everybodySees(call, 3);
  const [ann, ben] = [call.who("ann"), call.who("ben")];
  for (const person of call.people) await person.evaluate(keep);
  await call.handover();
  const found = await ann.evaluate(() => ({
    subscribers: app.session
      .getSubscribersForStream(window.kept.ben)
      .map((one) => one === app.subscribers.get(one.streamId)),
    publisher: app.session.getPublisherForStream(app.publisher.stream) === app.publisher,
    byId: app.session.getPublisherForStream(app.publisher.stream.streamId) === app.publisher,
    listed: app.session.streams.get(window.kept.ben.streamId) === window.kept.ben,
    person: app.session.connections.get(window.kept.ben.connection.connectionId) === window.kept.ben.connection,
    own: app.session.connection === app.publisher.stream.connection,
  }));
  expect(found).toEqual({ subscribers: [true], publisher: true, byId: true, listed: true, person: true, own: true });

  await ann.evaluate(() => app.session.forceMuteStream(window.kept.ben));
  await until(() => speakers(lab, call.session), "ben muted").toEqual(["ann", "cleo", "dan"]);
  expect(await ben.evaluate(() => window.forced)).toEqual(["publisher"]);

  await ann.evaluate(() => app.session.forceUnpublish(window.kept.ben));
  await until(() => ann.evaluate(() => app.subscribers.size), "ben unpublished").toBe(2);
  await ann.evaluate(() => app.session.forceDisconnect(window.kept.cleo.connection));
  await ann.evaluate(() => app.session.forceDisconnect(window.kept.dan.connection.connectionId));
  await until(
    async () => (await lab.session(call.session)).connections.map(({ data }) => data).sort(),
    "two left",
  ).toEqual(["ann", "ben"]);
  // The service knows a moment before cleo hears.
  await until(
    () => call.who("cleo").evaluate(() => app.diary.entries.filter(({ type }) => type === "sessionDisconnected")),
    "cleo told",
  ).toMatchObject([{ reason: "forceDisconnected" }]);
});

test("in the middle of a handover, whoever is to go goes for good", async ({ startCall, lab }) => {
  const call = await startCall({ ...QUIET, each: { ann: { role: "moderator" } } });
  await everybodySees(call, 1);
  const [ann, ben] = [call.who("ann"), call.who("ben")];
  await ann.evaluate(keep);
  await ann.evaluate(() => {
    app.manager.addEventListener("phasechange", ({ detail }) => {
      if (detail.phase === "overlapping") app.session.forceDisconnect(window.kept.ben.connection);
    });
  });
  const successor = await call.announceTogether();
  await ben.until(() => app.diary.entries.some(({ type }) => type === "sessionDisconnected"));
  await ann.until((to) => app.arrived(to), successor, "ann's arrival");
  await until(async () => (await lab.session(successor)).connections.map(({ data }) => data), "ann alone").toEqual([
    "ann",
  ]);
});

for (const kind of ["handover", "recovery"]) {
  test(`mute-on-entry survives a ${kind}, and mutes nobody again who may speak`, async ({ startCall, lab }) => {
    const people = ["ann", "ben", "cleo"];
    const call = await startCall({ ...QUIET, people, each: { ann: { role: "moderator" } } });
    await everybodySees(call, 2);
    for (const person of call.people) await person.evaluate(keep);
    await call.who("ann").evaluate(() => app.session.forceMuteAll([app.publisher.stream]));
    await until(() => speakers(lab, call.session), "the others muted").toEqual(["ann"]);
    await call.who("ben").evaluate(() => void app.publisher.publishAudio(true));
    await until(() => speakers(lab, call.session), "ben unmuted").toEqual(["ann", "ben"]);
    const before = await Promise.all(call.people.map((person) => person.evaluate(() => window.forced)));
    expect(before).toEqual(
      [["session true"], ["session true", "publisher"], ["session true", "publisher"]].map((all) =>
        expect.arrayContaining(all),
      ),
    );

    if (kind === "handover") await call.handover();
    else {
      await lab.rotate(call.session);
      for (const person of call.people)
        await person.until(() => app.diary.entries.some(({ type }) => type === "sessionReconnected"));
    }
    await until(() => speakers(lab, call.session), "the same as before").toEqual(["ann", "ben"]);
    expect(await Promise.all(call.people.map((person) => person.evaluate(() => window.forced)))).toEqual(before);

    const dan = await call.join("dan");
    await dan.until(() => app.publisher?.stream);
    await until(async () => (await lab.session(call.session)).streams.length, "dan published").toBe(4);
    expect(await speakers(lab, call.session)).toEqual(["ann", "ben"]);

    await call.who("ann").evaluate(() => app.session.disableForceMute());
    await call.who("ben").until(() => window.forced.at(-1) === "session false");
  });
}
