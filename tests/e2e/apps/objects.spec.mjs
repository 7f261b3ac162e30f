// Durable objects in the hands of the app: listeners as on the SDK's own objects, and what is no use at all.
import { expect, test } from "../support/fixtures.mjs";
import { EACH, SDK } from "../support/sdk.mjs";

const QUIET = { picture: "no", sound: "no", settle: false };

for (const { sdk } of EACH) {
  test(`listeners on durable objects hear what they hear on those of SDK ${sdk}`, async ({ startCall }) => {
    const call = await startCall({ ...QUIET, sdk, people: ["ann"] });
    const { bare, durable } = await call.who("ann").evaluate(async () => {
      const { listen } = await import("/apps/surface/listening.js");
      let count = 0;
      return {
        bare: listen(() => {
          const object = OT.initSession("100", `bare-${(count += 1)}`);
          return { object, real: object };
        }),
        durable: listen(() => {
          app.session.off();
          return { object: app.session, real: OT.sessions.get(app.session.sessionId) };
        }),
      };
    });
    expect(durable).toEqual(bare);
  });
}

/**
 * Runs in the page: what a piece of work throws, or its promise or callback refuses with. The SDK calls back when it
 * refuses, and may not when it has nothing to do: a second without a word is "nothing".
 */
const ATTEMPT = `window.attempt = (work) => new Promise((resolve) => {
  const told = (error) => resolve(error ? { name: error.name, code: error.code } : "nothing");
  try {
    const result = work(told);
    if (typeof result?.then === "function") result.then(() => resolve("nothing"), told);
    else setTimeout(() => resolve("nothing"), 1000);
  } catch (error) {
    resolve({ thrown: error.name, code: error.code });
  }
})`;

test("what is not the session's is refused by name, and what is nothing at all by the SDK", async ({
  startCall,
  lab,
}) => {
  const call = await startCall({ ...QUIET, each: { ben: { kind: "plain" } } });
  const [ann, ben] = [call.who("ann"), call.who("ben")];
  for (const person of [ann, ben]) await person.until(() => app.subscribers.size === 1);
  const { session: another } = await lab.create("relayed");
  await ann.evaluate(ATTEMPT);
  await ben.evaluate(ATTEMPT);
  const foreign = await ann.evaluate(async (id) => {
    const bare = OT.sessions.get(app.session.sessionId);
    const other = app.manager.initSession("100", id);
    const [subscriber] = app.subscribers.values();
    return {
      publisher: await window.attempt((done) => app.session.publish(OT.initPublisher("x", {}), done)),
      stream: await window.attempt((done) =>
        app.session.subscribe(bare.streams.get(subscriber.stream.streamId), "x", done),
      ),
      ofAnother: await window.attempt((done) => other.subscribe(subscriber.stream, "x", done)),
      subscriber: await window.attempt(() => other.unsubscribe(subscriber)),
      unpublish: await window.attempt(() => other.unpublish(app.publisher)),
    };
  }, another);
  for (const [what, refusal] of Object.entries(foreign)) {
    expect(refusal, what).toEqual({ thrown: "HandoverError", code: "foreign_object" });
  }
  /** Nonsense, on the bare SDK and on the package. */
  const nonsense = () =>
    Promise.all(
      [
        (done) => app.session.subscribe(null, "x", done),
        (done) => app.session.subscribe("a stream's ID", "x", done),
        (done) => app.session.publish({}, done),
        (done) => app.session.publish(7, done),
        () => app.session.unsubscribe(null),
        () => app.session.unpublish(null),
        (done) => app.session.signal({ type: "chat", data: "x", to: "nobody" }, done),
        (done) => app.session.signal({ type: "not a type", data: "x" }, done),
        () => app.session.forceMuteStream(null),
        (done) => app.session.forceDisconnect("nobody", done),
        (done) => app.session.forceUnpublish(null, done),
        () => app.session.getPublisherForStream(7),
        () => app.session.getSubscribersForStream(null),
        () => [...app.subscribers.values()][0].setPreferredResolution("none"),
        () => app.publisher.setVideoContentHint("none"),
      ].map((work) => window.attempt(work)),
    );
  expect(await ann.evaluate(nonsense)).toEqual(await ben.evaluate(nonsense));
  expect(await ann.evaluate(() => app.subscribers.size)).toBe(1);
});

test("what has come to its end may be used and ended again, and can be read for ever", async ({ startCall }) => {
  const call = await startCall(QUIET);
  const [ann, ben] = [call.who("ann"), call.who("ben")];
  for (const person of [ann, ben]) await person.until(() => app.subscribers.size === 1);
  await ann.evaluate(ATTEMPT);
  await ann.evaluate(() => {
    [window.subscriber] = app.subscribers.values();
    const { session, publisher } = app;
    const { stream } = window.subscriber;
    const bare = OT.sessions.get(session.sessionId);
    [window.bare] = bare.getSubscribersForStream(bare.streams.get(stream.streamId));
    window.objects = { session, publisher, subscriber: window.subscriber, stream, connection: stream.connection };
    window.read = () =>
      Object.values(window.objects).flatMap((object) => [
        object.unheardOf,
        object[Symbol("unheard of")],
        "unheardOf" in object,
        typeof object.on,
      ]);
  });
  const read = () => ann.evaluate(() => window.read());
  const fine = Array.from({ length: 5 }, () => [undefined, undefined, false, "function"]).flat();
  expect(await read()).toEqual(fine);
  await ben.evaluate(() => app.session.disconnect());
  await ann.until(() => app.subscribers.size === 0);
  expect(await read()).toEqual(fine);
  const ended = await ann.evaluate(() => {
    const { session, publisher } = app;
    const calls = [
      () => session.unsubscribe(window.subscriber),
      () => session.unpublish(publisher),
      () => session.unpublish(publisher),
      () => publisher.publishAudio(false),
      () => publisher.destroy(),
    ];
    return Promise.all(calls.map((work) => window.attempt(work)));
  });
  expect(ended).toEqual(ended.map(() => "nothing"));
  // An older SDK throws in one of these.
  const said = (which) =>
    ann.evaluate(
      (name) =>
        Promise.all(
          [
            () => window[name].setAudioVolume(10),
            () => window[name].subscribeToAudio(false),
            () => window[name].subscribeToVideo(false),
          ].map((work) => window.attempt(work)),
        ),
      which,
    );
  expect(await said("subscriber")).toEqual(await said("bare"));
  expect(await read()).toEqual(fine);
  const closed = await ann.evaluate(async () => {
    await app.manager.close();
    const { session, publisher } = app;
    const calls = {
      publish: () => session.publish(publisher),
      signal: () => session.signal({ data: "x" }),
      forceMuteAll: () => session.forceMuteAll(),
      on: () => session.on("streamCreated", () => {}),
      off: () => session.off(),
    };
    const outcomes = Object.entries(calls).map(async ([name, work]) => [name, await window.attempt(work)]);
    return Object.fromEntries(await Promise.all(outcomes));
  });
  const refused = { thrown: "HandoverError", code: "closed" };
  expect(closed).toEqual({ publish: refused, signal: refused, forceMuteAll: refused, on: "nothing", off: "nothing" });
  expect(await read()).toEqual(fine);
  expect(ann.pageErrors.filter((error) => !SDK.stumbles?.test(error))).toEqual([]);
});
