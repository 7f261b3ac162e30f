// A call as an app developer writes it. The same code runs on the bare SDK and on the package: that is the promise.

import { WAYS } from "./ways.js";

/**
 * Joins a call: subscribes to everybody, publishes, and keeps a log of the chat.
 * `sdk` is `OT`, or the manager; nothing below knows which.
 */
export async function join({
  sdk,
  room,
  diary,
  credentials,
  name,
  source,
  publish,
  ui = "default",
  dress,
  watches = true,
}) {
  const { applicationId, sessionId, token } = credentials;
  const session = sdk.initSession(applicationId, sessionId);
  const { target, options, fill } = WAYS[ui];
  const subscribers = new Map();
  const chat = [];
  diary.session(session);

  session.on("streamCreated", ({ stream }) => {
    if (!watches) return;
    const tile = room.add(stream.streamId, stream.connection.data);
    const subscriber = session.subscribe(
      stream,
      target(tile),
      options,
      (error) => error && diary.note("error", "subscribe", { message: error.message }),
    );
    fill(tile, subscriber);
    room.arrange();
    subscribers.set(stream.streamId, subscriber);
    diary.subscriber(subscriber);
  });
  session.on("streamDestroyed", ({ stream }) => {
    room.remove(stream.streamId);
    subscribers.delete(stream.streamId);
  });
  session.on("signal:chat", ({ data, from }) => chat.push({ from: from?.data ?? null, data, at: performance.now() }));

  await call((done) => session.connect(token, done));
  const publisher = await call((done) => {
    const tile = room.add("me", name);
    const created = sdk.initPublisher(target(tile), { ...options, name, ...source, ...publish }, (error) =>
      done(error, created),
    );
    fill(tile, created);
    room.arrange();
    diary.publisher(created);
  });
  await dress?.(publisher);
  await call((done) => session.publish(publisher, done));

  return {
    session,
    publisher,
    subscribers,
    chat,
    say: (data) => call((done) => session.signal({ type: "chat", data }, done)),
    leave: () => session.disconnect(),
  };
}

/** Turns a function that takes a Node-style callback into a promise. */
export function call(start) {
  return new Promise((resolve, reject) => {
    start((error, result) =>
      error ? reject(Object.assign(new Error(error.message), { name: error.name, code: error.code })) : resolve(result),
    );
  });
}
