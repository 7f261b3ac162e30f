// What most apps do today, on the bare SDK: when the session is disconnected, connect again and start over.
import { call } from "/e2e/client.js";

const FILL = { insertMode: "append", width: "100%", height: "100%" };

/** Joins a call and rejoins it whenever the servers end it. */
export async function joinWith({ OT, room, diary, credentials, renew, name, source, publish }) {
  const { applicationId, sessionId, token } = credentials;
  const session = OT.initSession(applicationId, sessionId);
  const app = { session, chat: [], subscribers: new Map() };
  diary.session(session);

  session.on("streamCreated", ({ stream }) => {
    const tile = room.add(stream.streamId, stream.connection.data);
    app.subscribers.set(stream.streamId, session.subscribe(stream, tile, FILL));
  });
  session.on("streamDestroyed", ({ stream }) => remove(stream.streamId));
  session.on("signal:chat", ({ data, from }) =>
    app.chat.push({ from: from?.data ?? null, data, at: performance.now() }),
  );
  session.on("sessionDisconnected", async ({ reason }) => {
    [...app.subscribers.keys()].forEach(remove);
    room.remove("me");
    if (reason === "serverRotation" || reason === "networkDisconnected") await enter((await renew(sessionId)).token);
  });

  function remove(streamId) {
    room.remove(streamId);
    app.subscribers.delete(streamId);
  }

  async function enter(newToken) {
    await call((done) => session.connect(newToken, done));
    app.publisher = await call((done) => {
      const created = OT.initPublisher(room.add("me", name), { ...FILL, name, ...source, ...publish }, (error) =>
        done(error, created),
      );
      diary.publisher(created);
    });
    await call((done) => session.publish(app.publisher, done));
  }

  await enter(token);
  return Object.assign(app, {
    say: (data) => call((done) => session.signal({ type: "chat", data }, done)),
    leave: () => session.disconnect(),
  });
}
