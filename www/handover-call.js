import { ReconnectionManager } from "/dist/index.js";
import { LOOK } from "./look.js";

/** What the manager says while it works. */
const EVENTS = [
  "statechange",
  "phasechange",
  "handoverstart",
  "tileswap",
  "handoverend",
  "renewfailed",
  "signalrejected",
  "failed",
];

/**
 * The same call on this package: the manager takes the place of `OT` in two calls, and nothing here reconnects, because
 * the session, the publisher and the subscribers outlive the servers under them.
 */
export async function join({ OT, credentials, renew, media, tiles, volume, report }) {
  const manager = await ReconnectionManager.create(OT, renew ? { renew } : {});
  for (const type of EVENTS) manager.addEventListener(type, ({ detail }) => report.manager(type, detail));

  const session = manager.initSession(credentials.applicationId, credentials.sessionId);
  const subscribers = new Set();
  const onError = (error) => error && report.error(error);
  let audioVolume = volume;

  session.on("streamCreated", ({ stream }) => {
    const subscriber = session.subscribe(stream, tiles.add(stream), { ...LOOK, audioVolume }, onError);
    subscribers.add(subscriber);
    subscriber.on("destroyed", () => subscribers.delete(subscriber));
  });

  session.on("streamDestroyed", ({ stream }) => tiles.remove(stream));

  session.on("sessionDisconnected", () => tiles.removeAll());

  await new Promise((resolve, reject) => {
    session.connect(credentials.token, (error) => (error ? reject(error) : resolve()));
  });
  const publisher = manager.initPublisher(tiles.addOwn(), { ...LOOK, ...media.publisherOptions() }, onError);
  publisher.on("destroyed", () => tiles.removeOwn());
  session.publish(publisher, onError);

  return {
    leave: () => session.disconnect(),
    handover: (sessionId) => manager.handover({ sessionId }),
    setVolume(value) {
      audioVolume = value;
      for (const subscriber of subscribers) subscriber.setAudioVolume(value);
    },
  };
}
