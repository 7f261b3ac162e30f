// A stand-in for the SDK's OT that does nothing by itself: each test says what the service answers, and when. It is only
// for what no service does on demand, such as callbacks that come twice.

class Emitter {
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

export class FakeSession extends Emitter {
  connection = null;
  /** What was asked of it, and how to answer. */
  connects = [];
  publishes = [];
  subscribes = [];
  signals = [];
  disconnects = 0;
  /** Whether disconnect() never settles, as that of a session that is still connecting. */
  deaf = false;

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
    return this.deaf ? new Promise(() => {}) : Promise.resolve();
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

export class FakePublisher extends Emitter {
  stream = null;
  session = null;
  destroyed = 0;

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

class FakeSubscriber extends Emitter {
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
