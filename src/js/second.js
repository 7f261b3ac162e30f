// What a second publisher is given: the devices of the first one, and what comes out of the app's media processors.

const SCREENS = ["screen", "window", "application", "browser"];

/**
 * Makes `options` those of a publisher that goes on where `current` is.
 *
 * A camera or microphone is opened again by its device ID: that asks nobody, and only a publisher that opened its device
 * itself can change it, and puts the light out when it is muted. What can't be opened again is cloned: a shared screen
 * (somebody would be asked), a device that is gone, and on iOS whatever is open (a second capture ends the first).
 * @param {any} options
 * @param {any} current a publisher of the SDK's
 * @param {MediaStream | null | undefined} media what it captures
 */
export function succeed(options, current, media) {
  const style = current.getStyle?.();
  if (style) options.style = style;
  // Each is applied once there is something to apply it to, and it matters whether that succeeds.
  delete options.videoFilter;
  delete options.audioFilter;
  const screen = SCREENS.includes(options.videoSource);
  if (isDevice(options.videoSource)) {
    const { deviceId, type, track } = current.getVideoSource?.() ?? {};
    const picture = media?.getVideoTracks()[0];
    // While a camera is off there is only a black canvas in its place, but the device is free.
    if (picture && (screen || type === "custom" || (track && isLost(picture)))) {
      options.videoSource = picture.clone();
      // What the SDK would have taken for granted.
      options.mirror ??= !screen;
      if (screen) {
        options.fitMode ??= "contain";
        options.audioFallback = { subscriber: false, ...options.audioFallback };
      }
    } else if (deviceId) {
      options.videoSource = deviceId;
    }
  }
  if (isDevice(options.audioSource)) {
    const sound = current.getAudioSource?.();
    const { deviceId } = sound?.getSettings?.() ?? {};
    // Few screens have any, but with a track in the place of "screen" the SDK would open the microphone.
    if (screen) options.audioSource = sound?.clone() ?? null;
    else if (sound && isLost(sound)) options.audioSource = sound.clone();
    else if (deviceId) options.audioSource = deviceId;
  }
}

/**
 * Makes the publisher of a cloned screen tell of a screen, as `current` does, and not of a track of the app's. The SDK
 * lays open what it is about to tell the servers; where it doesn't, only that word is another.
 * @param {any} publisher
 * @param {any} current
 */
export function resemble(publisher, current) {
  const source = publisher.getVideoSource;
  const type = "screen";
  if (current.getVideoSource?.().type !== type) return;
  publisher.getVideoSource = () => ({ ...source(), type });
  /** @type {{ type: string, source?: string }[]} */
  let channels = [];
  Object.defineProperty(publisher._ ?? {}, "streamChannels", {
    configurable: true,
    enumerable: true,
    get: () => channels,
    set: (told) => {
      channels = told;
      for (const channel of channels) if (channel.type === "video") channel.source = type;
    },
  });
}

/** Whether a second capture ends the first, as on iOS; iPads say that they are Macs, but Macs have no touch screens. */
export function capturesOnce({ userAgent, maxTouchPoints } = navigator) {
  return /iPhone|iPad|iPod/.test(userAgent) || (/Macintosh/.test(userAgent) && maxTouchPoints > 1);
}

/** @param {MediaStreamTrack} track */
function isLost(track) {
  return track.readyState === "ended" || capturesOnce();
}

/**
 * Whether the SDK opens it itself: neither the app's own track nor nothing.
 * @param {unknown} source
 */
function isDevice(source) {
  return source !== null && source !== false && !(source instanceof MediaStreamTrack);
}

/** @typedef {{ setTrack(track: MediaStreamTrack): Promise<MediaStreamTrack>, destroy(): Promise<unknown> | unknown }} Connector */

/** @type {WeakMap<object, Pipeline>} */
const pipelines = new WeakMap();

/**
 * What a publisher gets in the place of the app's media processor (`setVideoMediaProcessorConnector`), which has one
 * pipeline. While two publishers live, both get what comes out of that, each its own clone. So the second one's picture
 * can't be sharp where the first one's isn't, and the end of the first doesn't end what the second sends. What is none is handed on: the SDK says best what is wrong.
 * @param {any} connector
 */
export function standIn(connector) {
  if (typeof connector?.setTrack !== "function" || typeof connector.destroy !== "function") return connector;
  if (!pipelines.has(connector)) pipelines.set(connector, new Pipeline(connector));
  return new StandIn(/** @type {Pipeline} */ (pipelines.get(connector)));
}

class Pipeline {
  /** @type {MediaStreamTrack | undefined} Ours, so that no publisher's end is its end. */
  source;
  /** @type {MediaStreamTrack | undefined} */
  output;
  /** @type {Set<StandIn>} */
  users = new Set();
  #work = Promise.resolve();

  /** @param {Connector} connector */
  constructor(connector) {
    this.connector = connector;
  }

  /**
   * One thing after the other: a connector is in the middle of something until its promise settles.
   * @template T
   * @param {() => Promise<T>} work
   * @returns {Promise<T>}
   */
  inTurn(work) {
    const done = this.#work.then(work);
    this.#work = done.then(
      () => {},
      () => {},
    );
    return done;
  }

  /** @param {MediaStreamTrack} track */
  async feed(track) {
    const old = this.source;
    const source = track.clone();
    // What the publisher is muted by is the track that it sends.
    source.enabled = true;
    try {
      this.output = await this.connector.setTrack(source);
    } catch (error) {
      source.stop();
      throw error;
    }
    this.source = source;
    old?.stop();
  }

  async end() {
    try {
      await this.connector.destroy();
    } finally {
      this.source?.stop();
      this.source = this.output = undefined;
    }
  }
}

class StandIn {
  /** @type {MediaStreamTrack | undefined} */
  #sent;

  /** @param {Pipeline} pipeline */
  constructor(pipeline) {
    this.pipeline = pipeline;
  }

  /** @param {MediaStreamTrack & { isCreatedCanvas?: boolean }} track */
  setTrack(track) {
    const { pipeline } = this;
    // The SDK's black picture of a camera that is off.
    if (track.isCreatedCanvas) return Promise.resolve(track);
    return pipeline.inTurn(async () => {
      const joins = pipeline.output && (!this.#sent || isSameDevice(track, pipeline.source));
      if (!joins) await pipeline.feed(track);
      pipeline.users.add(this);
      this.#sent = likeness(/** @type {MediaStreamTrack} */ (pipeline.output));
      return this.#sent;
    });
  }

  destroy() {
    const { pipeline } = this;
    // Stopped, not ended: the SDK would tell the app that its device is gone.
    this.#sent?.stop();
    this.#sent = undefined;
    return pipeline.inTurn(async () => {
      if (pipeline.users.delete(this) && pipeline.users.size === 0) await pipeline.end();
    });
  }
}

/**
 * A clone that the SDK takes for what comes out of a processor, as the original is: it is not told as a device that has
 * stopped, and doesn't replace what it was made of.
 * @param {MediaStreamTrack} track
 */
function likeness(track) {
  const clone = Object.setPrototypeOf(track.clone(), Object.getPrototypeOf(track));
  return "writable" in track ? Object.defineProperty(clone, "writable", { value: true }) : clone;
}

/**
 * @param {MediaStreamTrack} track
 * @param {MediaStreamTrack} [other]
 */
function isSameDevice(track, other) {
  const { deviceId } = track.getSettings();
  return Boolean(deviceId) && deviceId === other?.getSettings().deviceId;
}
