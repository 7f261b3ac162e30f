// The vendor's recipe for older SDKs, written by hand on the bare SDK: on the signal with the new session's ID, join it
// while still in the old one, publish there too, move the display over, then leave the old session. Careful work, as
// one finds it in good apps, and no more: the yardstick for the package.
import { call } from "/e2e/client.js";

const FILL = { insertMode: "append", width: "100%", height: "100%" };

/** Joins a call that follows a `newSession` signal to another session. */
export async function joinWith({ OT, room, diary, credentials, renew, name, source, publish, watches }) {
  const app = { chat: [], moves: [], subscribers: new Map() };

  async function enter({ applicationId, sessionId, token }, publisherOptions, previous) {
    const session = OT.initSession(applicationId, sessionId);
    const leg = { session, publisher: null, left: false, waiting: new Set(), published: false };
    if (!previous) diary.session(session);

    session.on("streamCreated", ({ stream }) => {
      if (!watches) return;
      const who = stream.connection.data;
      const present = room.find(who);
      if (!present) {
        show(leg, stream, room.add(stream.streamId, who));
        return;
      }
      // Somebody who already has a tile: load the new picture beneath the old one, and swap when it is there.
      const [oldKey, tile] = present;
      const layer = document.createElement("div");
      layer.className = "half";
      tile.prepend(layer);
      leg.waiting.add(stream.streamId);
      const subscriber = show(leg, stream, layer);
      subscriber.on("videoElementCreated", ({ element }) => {
        element.addEventListener(
          "loadeddata",
          () => {
            const old = app.subscribers.get(oldKey);
            if (old) previous.session.unsubscribe(old);
            [...tile.children].forEach((child) => child !== layer && child.remove());
            app.subscribers.delete(oldKey);
            room.rename(oldKey, stream.streamId);
            leg.waiting.delete(stream.streamId);
            app.moves.push({ at: performance.now(), who });
            finish(leg, previous);
          },
          { once: true },
        );
      });
    });
    session.on("streamDestroyed", (event) => {
      if (leg.left || !app.subscribers.has(event.stream.streamId)) {
        event.preventDefault();
        return;
      }
      app.subscribers.delete(event.stream.streamId);
      // Whoever left may only have moved on: keep the tile when another stream of the person is about to take it.
      if (!leg.next) room.remove(event.stream.streamId);
    });
    session.on("signal:chat", ({ data, from }) =>
      app.chat.push({ from: from?.data ?? null, data, at: performance.now() }),
    );
    session.on("signal:newSession", async ({ data }) => {
      if (leg.next) return;
      app.started = performance.now();
      leg.next = data;
      const tracks = {
        videoSource: leg.publisher.getVideoSource().track.clone(),
        audioSource: leg.publisher.getAudioSource()?.clone() ?? null,
      };
      await enter(await renew(data), tracks, leg);
    });

    await call((done) => session.connect(token, done));
    const layer = previous ? Object.assign(document.createElement("div"), { className: "half" }) : room.add("me", name);
    if (previous) room.find(name)[1].prepend(layer);
    leg.publisher = await call((done) => {
      const created = OT.initPublisher(layer, { ...FILL, name, ...publisherOptions, ...publish }, (error) =>
        done(error, created),
      );
      if (!previous) diary.publisher(created);
    });
    await call((done) => session.publish(leg.publisher, done));
    leg.published = true;
    Object.assign(app, { session, publisher: leg.publisher });
    if (previous) finish(leg, previous);
    return leg;
  }

  function show(leg, stream, place) {
    const subscriber = leg.session.subscribe(
      stream,
      place,
      FILL,
      (error) => error && diary.note("error", "subscribe", { message: error.message }),
    );
    app.subscribers.set(stream.streamId, subscriber);
    return subscriber;
  }

  /** Leaves the old session once everybody who was in it is shown from the new one. */
  function finish(leg, previous) {
    const others = [...app.subscribers.values()].some(({ session }) => session === previous.session);
    if (others || leg.waiting.size > 0 || !leg.published || previous.left) return;
    previous.left = true;
    const old = previous.publisher.element?.parentElement;
    previous.session.disconnect();
    const mine = room.find(name)[1];
    [...mine.children].forEach(
      (child) => child !== leg.publisher.element?.parentElement && child === old && child.remove(),
    );
    app.lastMove = performance.now();
    diary.note("recipe", "moved", { to: leg.session.sessionId });
  }

  await enter(credentials, source, null);
  return Object.assign(app, {
    say: (data) => call((done) => app.session.signal({ type: "chat", data }, done)),
    leave: () => app.session.disconnect(),
  });
}
