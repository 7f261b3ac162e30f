// What the tests need of JavaScript that Rust can't express.

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

/** Resolves in the next animation frame, when all that was under way has had its turn. */
export function nextFrame() {
  return new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
}

/** Takes a property of a prototype away; the function returned puts it back. */
export function without(prototype, name) {
  const descriptor = Object.getOwnPropertyDescriptor(prototype, name);
  delete prototype[name];
  return () => Object.defineProperty(prototype, name, descriptor);
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
