import { LOOK } from "./look.js";

/**
 * A call as people write it today, and write it well: when the session is lost it gets new credentials, connects again,
 * publishes again, subscribes again, and keeps trying while that fails. It knows nothing of rotations; few apps do.
 */
export async function join({ OT, credentials, renew, media, tiles, volume, report }) {
  const session = OT.initSession(credentials.applicationId, credentials.sessionId);
  const subscribers = new Set();
  const onError = (error) => error && report.error(error);
  let audioVolume = volume;

  session.on("streamCreated", ({ stream }) => {
    const subscriber = session.subscribe(stream, tiles.add(stream), { ...LOOK, audioVolume }, onError);
    subscribers.add(subscriber);
    subscriber.on("destroyed", () => subscribers.delete(subscriber));
  });

  session.on("streamDestroyed", ({ stream }) => tiles.remove(stream));

  session.on("sessionDisconnected", async ({ reason }) => {
    report.state("disconnected", reason);
    tiles.removeAll();
    if (reason === "clientDisconnected" || reason === "forceDisconnected") return;
    await reconnect();
  });

  async function connect(token) {
    report.state("connecting");
    await new Promise((resolve, reject) => {
      session.connect(token, (error) => (error ? reject(error) : resolve()));
    });
    const publisher = OT.initPublisher(tiles.addOwn(), { ...LOOK, ...media.publisherOptions() }, onError);
    publisher.on("destroyed", () => tiles.removeOwn());
    session.publish(publisher, onError);
    report.state("connected");
  }

  async function reconnect(wait = 500) {
    try {
      const { token } = await renew({ sessionId: session.sessionId });
      await connect(token);
    } catch (error) {
      report.error(error);
      setTimeout(() => reconnect(Math.min(2 * wait, 8000)), wait);
    }
  }

  await connect(credentials.token);

  return {
    leave: () => session.disconnect(),
    setVolume(value) {
      audioVolume = value;
      for (const subscriber of subscribers) subscriber.setAudioVolume(value);
    },
  };
}
