// The shortest reconnect that one can write by hand on the bare SDK: when the servers end the session, connect again,
// publish the same camera, subscribe to whoever appears, in the tile that is there. No picture is held, nothing is tried
// twice, no other cause is known: the yardstick for how soon the first new picture can be there.
import { call } from "/e2e/client.js";

const FILL = { insertMode: "append", width: "100%", height: "100%" };

/** Joins a call, and joins it again whenever its servers rotate. */
export async function joinWith({ OT, room, diary, credentials, renew, name, source, publish }) {
  const { applicationId, sessionId, token } = credentials;
  const session = OT.initSession(applicationId, sessionId);
  diary.session(session);

  session.on("streamCreated", ({ stream }) => {
    const who = stream.connection.data;
    session.subscribe(stream, room.find(who)?.[1] ?? room.add(who, who), FILL);
  });
  session.on("sessionDisconnected", async ({ reason }) => {
    if (reason !== "serverRotation") return;
    const renewed = await renew(sessionId);
    // The SDK believes that it is published still. It tells the end of a stream once for each ID, and destroys a publisher
    // when nobody could prevent that.
    publisher.streamId = crypto.randomUUID();
    session.unpublish(publisher);
    await call((done) => session.connect(renewed.token, done));
    await call((done) => session.publish(publisher, done));
  });

  await call((done) => session.connect(token, done));
  const publisher = await call((done) => {
    const created = OT.initPublisher(room.add("me", name), { ...FILL, name, ...source, ...publish }, (error) =>
      done(error, created),
    );
  });
  // Otherwise it would be destroyed, and its camera with it.
  publisher.on("streamDestroyed", (event) => event.preventDefault());
  await call((done) => session.publish(publisher, done));
  return { session, publisher, leave: () => session.disconnect() };
}
