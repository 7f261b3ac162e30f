// What it costs to call, read and hear the SDK through durable objects, against the SDK's own objects behind them: in the
// same page, in turns.
import { Call } from "../support/call.mjs";
import { median, spread, verdict } from "./numbers.mjs";

/** Microseconds more, each. */
const GOAL = 5;

/** In each turn: enough that the browser's clock, which is coarse on purpose, doesn't matter. */
const TIMES = 20_000;

/** Gives back lines for the report. */
export async function measureForwarding({ browser, lab, rounds, say }) {
  const call = await Call.start(browser, lab, { picture: "no", sound: "no", settle: false });
  const [viewer] = call.people;
  await viewer.until(() => app.subscribers.size === 1, undefined, "the other's stream");
  await viewer.evaluate(prepare);
  const names = await viewer.evaluate(() => Object.keys(window.work));
  const found = Object.fromEntries(names.map((name) => [name, { bare: [], durable: [] }]));
  // What the browser compiles, it compiles in a round that counts for nothing.
  for (let round = 0; round <= rounds * 2; round += 1) {
    for (const name of names) {
      for (const kind of round % 2 ? ["durable", "bare"] : ["bare", "durable"]) {
        const each = await viewer.evaluate(
          ([work, how, times]) => window.measure(work, how, times),
          [name, kind, TIMES],
        );
        if (round > 0) found[name][kind].push(each);
      }
    }
    say(
      `  ${round || "to warm up"}: ${names.map((name) => `${name} ${more(found[name]).at(-1)?.toFixed(2) ?? ""}`).join(", ")}`,
    );
  }
  await call.end();
  const lines = Object.entries(found).map(([name, measures]) => {
    const extra = median(more(measures));
    const how = `${median(measures.durable).toFixed(2)} / ${median(measures.bare).toFixed(2)}`;
    return `  ${name.padEnd(46)} ${extra.toFixed(2)}   ${verdict(extra, GOAL)}   (${how}; the middle half: ${spread(more(measures), 2)})`;
  });
  return `microseconds more through a durable object than on the SDK's own (durable / bare)\n${lines.join("\n")}`;
}

function more({ bare, durable }) {
  return durable.map((each, turn) => each - bare[turn]);
}

/** Runs in the page. */
function prepare() {
  const durable = { session: app.session, subscriber: [...app.subscribers.values()][0] };
  durable.stream = durable.subscriber.stream;
  const session = OT.sessions.get(durable.session.sessionId);
  const stream = session.streams.get(durable.stream.streamId);
  const bare = { session, stream, subscriber: session.getSubscribersForStream(stream)[0] };
  if (bare.subscriber === durable.subscriber || bare.stream === durable.stream) throw new Error("that is not bare");

  /** An event as the SDK makes them. */
  class Happening {
    cancelable = true;
    prevented = false;
    constructor(type) {
      this.type = type;
    }
    preventDefault() {
      this.prevented = true;
    }
    isDefaultPrevented() {
      return this.prevented;
    }
  }
  let heard = 0;
  const hear = (event) => {
    if (event.target && event.type) heard += 1;
  };
  /** Tells the SDK's object what happens; who listens, listens there or on the durable one. */
  const happens = (what) => (kind) => {
    const type = `${what}-for-${kind}`;
    ({ bare, durable })[kind][what].on(type, hear);
    return () => bare[what].dispatchEvent(new Happening(type));
  };
  const calls = (run) => (kind) => {
    const on = { bare, durable }[kind];
    return () => run(on);
  };
  window.work = {
    "subscriber.getAudioVolume()": calls(({ subscriber }) => subscriber.getAudioVolume()),
    "subscriber.setAudioVolume(100)": calls(({ subscriber }) => subscriber.setAudioVolume(100)),
    "session.getSubscribersForStream(stream)": calls((on) => on.session.getSubscribersForStream(on.stream)),
    "session.isConnected()": calls(({ session: one }) => one.isConnected()),
    "stream.hasAudio": calls(({ stream: one }) => one.hasAudio),
    "stream.connection.data": calls(({ stream: one }) => one.connection.data),
    "an event of the subscriber": happens("subscriber"),
    "an event of the session": happens("session"),
  };
  const ready = {};
  window.measure = (name, kind, times) => {
    ready[`${name} ${kind}`] ??= window.work[name](kind);
    const run = ready[`${name} ${kind}`];
    const before = heard;
    const start = performance.now();
    for (let time = 0; time < times; time += 1) run();
    const took = performance.now() - start;
    if (name.startsWith("an event") && heard - before !== times) throw new Error(`${name}: ${heard - before} heard`);
    return (1000 * took) / times;
  };
}
