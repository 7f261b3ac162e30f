// What the tests need of JavaScript. The test runner's server answers four connections at a time, and a browser that
// asks for more modules at once waits for ever: so the tests name this file only, and it loads the others one by one, from
// the folder in which the tests run.

export const { durable, durableEvent, durableOf, realOf, remember, sdkEvent } = await import("/src/js/durable.js");
export const { Emitter, relay } = await import("/src/js/emitter.js");
export const { Screen } = await import("/src/js/screen.js");
const { verifier } = await import("/src/js/verifier.js");
const { statement } = await import("/src/server/js/statement.js");
export const { capturesOnce, resemble, standIn, succeed } = await import("/src/js/second.js");

/** Stands in for the package's: one module less to load. */
export class HandoverError extends Error {
  constructor(code, message, cause) {
    super(message, { cause });
    this.code = code;
  }
}

/** A function that remembers how it was called: `calls` holds `{ self, args }`. It returns its `answer`. */
export function recorder() {
  const calls = [];
  const run = function (...args) {
    calls.push({ self: this, args });
    if ("fault" in run) throw run.fault;
    return run.answer;
  };
  return Object.assign(run, { calls });
}

const { setTimeout: timer } = window;

/** Resolves in the next animation frame, when all that was under way has had its turn. */
export function nextFrame() {
  return new Promise((resolve) => requestAnimationFrame(() => timer(resolve)));
}

/** A page that sleeps: until it is over, no timer comes by itself, and the clock goes on when told. */
export class Sleep {
  #held = new Map();
  #passed = 0;
  #awake = [
    [window, "setTimeout"],
    [window, "clearTimeout"],
    [Date, "now"],
  ].map(([owner, name]) => [owner, name, owner[name]]);

  constructor() {
    const { now } = Date;
    let last = 0;
    window.setTimeout = (run) => {
      last += 1;
      this.#held.set(last, run);
      return last;
    };
    window.clearTimeout = (handle) => this.#held.delete(handle);
    Date.now = () => now() + this.#passed;
  }

  /** It has slept for so long, ms. */
  pass(time) {
    this.#passed += time;
  }

  /** It wakes up: the timers come that were waited for. */
  wake() {
    const due = [...this.#held.values()];
    this.#held.clear();
    due.forEach((run) => run());
  }

  end() {
    for (const [owner, name, native] of this.#awake) owner[name] = native;
  }
}

/** Tells the page something: `online` and `offline`, that it is seen or hidden, or that it goes to where pages are kept, or comes back. */
export function happens(type) {
  const persisted = /^page/.test(type);
  const target = type === "visibilitychange" ? document : window;
  target.dispatchEvent(persisted ? new PageTransitionEvent(type, { persisted }) : new Event(type));
}

/** Takes a property of a prototype away; the function returned puts it back. */
export function without(prototype, name) {
  const descriptor = Object.getOwnPropertyDescriptor(prototype, name);
  delete prototype[name];
  return () => Object.defineProperty(prototype, name, descriptor);
}

/** Somebody who signs announcements: anybody, unless it is with the private key of RFC 8032, section 7.1, test 1. */
export class Signer {
  #keys;

  constructor(known) {
    const x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
    const d = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A";
    this.#keys = known
      ? crypto.subtle.importKey("jwk", { kty: "OKP", crv: "Ed25519", x, d }, "Ed25519", false, ["sign"])
      : crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"]).then(({ privateKey }) => privateKey);
  }

  /** The data of a signal that announces what the facts say, for application "app" unless they say otherwise. */
  async sign({ applicationId = "app", ...facts }) {
    const bytes = await crypto.subtle.sign("Ed25519", await this.#keys, statement({ applicationId, ...facts }));
    const text = btoa(String.fromCharCode(...new Uint8Array(bytes)));
    const signature = text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
    return JSON.stringify({ ...facts, signature });
  }
}

/** The first signature that is checked takes until it is let go. */
export function holdVerification() {
  const { verify } = crypto.subtle;
  let letGo;
  const held = new Promise((resolve) => (letGo = resolve));
  crypto.subtle.verify = async (...args) => {
    delete crypto.subtle.verify;
    await held;
    return verify.apply(crypto.subtle, args);
  };
  return letGo;
}

/** A browser whose WebCrypto has no Ed25519; the function returned mends it. */
export function withoutEd25519() {
  crypto.subtle.importKey = () => Promise.reject(new DOMException("Unrecognized name.", "NotSupportedError"));
  return () => delete crypto.subtle.importKey;
}

/** A video that plays a canvas. It gets a frame when `draw()` is called, and no other. */
export class Picture {
  #context;
  #count = 0;

  constructor() {
    const canvas = document.createElement("canvas");
    this.#context = canvas.getContext("2d");
    this.stream = canvas.captureStream(0);
    [this.track] = this.stream.getVideoTracks();
    this.video = Object.assign(document.createElement("video"), { muted: true, srcObject: this.stream });
    document.body.append(this.video);
    // Rejected when the video is taken away before its first frame.
    this.video.play().catch(() => {});
  }

  draw() {
    this.#count += 1;
    this.#context.fillStyle = this.#count % 2 ? "teal" : "gold";
    this.#context.fillRect(0, 0, 300, 150);
    this.track.requestFrame();
  }

  remove() {
    this.track.stop();
    this.video.remove();
  }
}

/** An object such as the SDK's, with each kind of member that a durable object forwards. */
export class Thing {
  heard = [];
  label = "first";
  nothing = null;

  constructor(label) {
    this.label = label;
  }

  get shout() {
    return this.label.toUpperCase();
  }

  echo(...args) {
    this.heard.push(args);
    return args[0];
  }

  setPreferredTone(...args) {
    return Promise.resolve(this.echo(...args));
  }

  later(value) {
    return Promise.resolve(value);
  }

  refuse(error) {
    return Promise.reject(error);
  }

  fail(error) {
    throw error;
  }
}

Thing.prototype.ask = Object.assign(
  function (question) {
    return this.echo(question);
  },
  {
    promise(question) {
      return Promise.resolve(this.echo(question));
    },
  },
);

/** An event whose methods insist on their own object, as those of classes with private fields do. */
export class Happening {
  #prevented = false;

  constructor(properties) {
    Object.assign(this, { type: "happening" }, properties);
  }

  preventDefault() {
    this.#prevented = true;
  }

  isDefaultPrevented() {
    return this.#prevented;
  }
}

/** The JavaScript half as index.js hands it to the manager, with the manager's events kept. */
export class Host {
  events = [];
  durable = durable;
  durableEvent = durableEvent;
  emitter = () => new Emitter();
  relay = relay;
  durableOf = durableOf;
  realOf = realOf;
  remember = remember;
  sdkEvent = sdkEvent;
  screen = () => new Screen();
  standIn = standIn;
  resemble = resemble;
  verifier = verifier;
  succeed = succeed;

  notify(type, detail) {
    this.events.push({ type, detail });
  }

  error(code, message, cause) {
    return new HandoverError(code, message, cause);
  }
}

// A stand-in for the SDK's OT that does nothing by itself: each test says what the service answers, and when. It is only
// for what no service does on demand, such as callbacks that come twice.

class Emits {
  handlers = [];

  on(type, handler) {
    this.handlers.push({ type, handler });
    return this;
  }

  off(type, handler) {
    this.handlers = this.handlers.filter((other) => other.type !== type || other.handler !== handler);
    return this;
  }

  /** Dispatches an event as the SDK does: synchronously. */
  dispatch(type, properties = {}) {
    let prevented = false;
    const event = {
      type,
      target: this,
      cancelable: true,
      ...properties,
      preventDefault: () => (prevented = true),
      isDefaultPrevented: () => prevented,
    };
    this.handlers.filter((handler) => handler.type === type).forEach(({ handler }) => handler(event));
    return event;
  }
}

export class FakeSession extends Emits {
  connection = null;
  currentState = "disconnected";
  /** What was asked of it, and how to answer. */
  connects = [];
  publishes = [];
  subscribes = [];
  signals = [];
  disconnects = 0;
  /** What disconnect() gives: that of a session that is still connecting never settles. */
  departure = Promise.resolve();

  constructor(sessionId) {
    super();
    this.sessionId = sessionId;
  }

  connect(token, done) {
    this.connects.push({ token, done });
    return this;
  }

  disconnect() {
    this.disconnects += 1;
    return this.departure;
  }

  publish(publisher, done) {
    this.publishes.push({ publisher, done });
    return publisher;
  }

  unpublish() {}

  subscribe(stream, target, options, done) {
    const subscriber = new FakeSubscriber(stream, options);
    this.subscribes.push({ subscriber, done });
    return subscriber;
  }

  unsubscribe(subscriber) {
    subscriber.gone = true;
  }

  signal(signal, done) {
    this.signals.push({ signal, done });
  }

  /** The service lets the client in. */
  admit() {
    this.connection = { connectionId: `${this.sessionId}-me`, data: "me" };
    this.currentState = "connected";
    this.dispatch("sessionConnected", { connections: [], streams: [] });
    this.connects.at(-1).done();
  }

  /** Somebody joins and publishes sound. */
  join(name) {
    const connection = { connectionId: `${this.sessionId}-${name}`, data: name };
    const stream = new FakeStream(`${this.sessionId}-${name}-stream`, connection);
    this.dispatch("connectionCreated", { connection });
    this.dispatch("streamCreated", { stream });
    return stream;
  }

  /** The service takes the latest publisher. */
  golive() {
    const { publisher, done } = this.publishes.at(-1);
    publisher.session = this;
    publisher.stream = new FakeStream(`${this.sessionId}-my-stream`, this.connection);
    publisher.dispatch("streamCreated", { stream: publisher.stream });
    done();
  }

  /** A signal arrives. */
  receive(type, data, from) {
    this.dispatch("signal", { type: `signal:${type}`, data, from });
    this.dispatch(`signal:${type}`, { type: `signal:${type}`, data, from });
  }
}

class FakeStream {
  name = "";
  hasAudio = true;
  hasVideo = false;
  videoType = "camera";

  constructor(streamId, connection) {
    this.streamId = streamId;
    this.connection = connection;
  }
}

export class FakePublisher extends Emits {
  stream = null;
  session = null;
  destroyed = 0;
  migrations = 0;
  _ = {
    startMigration: () => {
      this.migrations += 1;
    },
  };

  constructor(options) {
    super();
    this.options = options;
  }

  publishAudio(on) {
    this.audio = on;
  }

  publishVideo(on) {
    this.video = on;
  }

  /** What it was told to look like. A promise `filtersFail` on the prototype is what all answer to that. */
  filters = [];

  applyVideoFilter(filter) {
    this.filters.push(filter);
    return this.filtersFail ?? Promise.resolve();
  }

  getVideoFilter() {
    return this.filters.at(-1) ?? null;
  }

  /** Devices that it was told to use. */
  cameras = [];

  cycleVideo() {
    return Promise.resolve({ deviceId: "camera-3" });
  }

  setVideoSource(deviceId) {
    this.cameras.push(deviceId);
    return Promise.resolve();
  }

  getVideoSource() {
    return { deviceId: "camera-2", type: "camera", track: null };
  }

  getAudioSource() {
    return null;
  }

  destroy() {
    this.destroyed += 1;
    this.dispatch("destroyed");
    return this;
  }
}

class FakeSubscriber extends Emits {
  gone = false;

  constructor(stream, options) {
    super();
    this.stream = stream;
    this.options = options;
  }

  setAudioVolume() {}

  subscribeToAudio() {}
}

export class FakeOT {
  /** What initSession was called with. */
  inits = [];
  publishers = [];
  #sessions = new Map();

  constructor(version) {
    this.version = version;
  }

  /** A session migrates: every publisher of the page is told to. */
  migrate(sessionId) {
    this.session(sessionId).currentState = "migrating";
    for (const { _ } of this.publishers) _.startMigration();
  }

  /** From now on it can be made to forget a session, as the SDK can. */
  learnToForget() {
    this.sessions = { remove: ({ sessionId }) => this.#sessions.delete(sessionId) };
  }

  initSession(applicationId, sessionId, options) {
    this.inits.push({ applicationId, sessionId, options });
    return this.session(sessionId);
  }

  initPublisher(target, options, done) {
    const publisher = new FakePublisher(options);
    this.publishers.push(publisher);
    queueMicrotask(done);
    return publisher;
  }

  /** The one session of an ID, as the SDK has it. */
  session(sessionId) {
    if (!this.#sessions.has(sessionId)) this.#sessions.set(sessionId, new FakeSession(sessionId));
    return this.#sessions.get(sessionId);
  }
}
