// A camera and a microphone that need no hardware: a moving picture that says whose it is, and a steady tone.
import { FramePainter } from "./frame-painter.js";

const FRAME_RATE = 15;
const SIZE = { width: 320, height: 180 };

/** Hz, and nobody's tone. */
const SECRET_TONE = 3000;

/** One person's camera. `open()` gives a fresh stream each time, as getUserMedia does. */
export class Camera {
  #person;
  #picture;
  #voice;
  #listed;
  #canBeUnplugged;
  #plugs = [];
  #unplugged = false;

  #opened = [];

  /**
   * How often getUserMedia would have asked the person. One that names a device which is open already does not; a
   * browser asks for the first of them, and for any that names no device.
   */
  prompts = 0;

  /** `cheap`: for many on one machine, who are only looked at. */
  constructor(person, { frameRate = FRAME_RATE, size = SIZE, listed = false, plug = false, cheap = false } = {}) {
    this.#person = person;
    this.#listed = listed;
    this.#canBeUnplugged = plug;
    this.#picture = new (cheap ? Beside : Canvas)(person, frameRate, size);
    this.#voice = cheap ? new Silence() : new Voice(person.tone);
  }

  /** A new stream with one video track and one audio track. */
  open({ video = true, audio = true } = {}) {
    const stream = new MediaStream();
    if (video) {
      const track = this.#picture.track();
      stream.addTrack(this.#canBeUnplugged ? this.#plugged(track) : track);
    }
    if (audio) stream.addTrack(this.#voice.track());
    return stream;
  }

  /** From now on it shows and sounds what nobody may see or hear. */
  whisper(on = true) {
    this.#picture.whisper(on);
    this.#voice.say(on ? SECRET_TONE : this.#person.tone);
  }

  /** Pulls the plug: the video tracks that it opened end, with all their clones, and it can't be opened any more. */
  unplug() {
    this.#unplugged = true;
    this.#plugs.splice(0).forEach((plug) => plug.abort());
  }

  /** A track that ends by itself when the plug is pulled; one of a canvas never does. */
  #plugged(track) {
    const plug = new AbortController();
    const { readable } = new window.MediaStreamTrackProcessor({ track });
    const generator = new window.MediaStreamTrackGenerator({ kind: "video" });
    readable.pipeTo(generator.writable, { signal: plug.signal }).catch(() => {});
    this.#plugs.push(plug);
    // The SDK takes a generator itself for what comes out of a filter.
    return generator.clone();
  }

  /** Becomes the camera that getUserMedia opens, for the SDK too. */
  install() {
    window.counts.useCamera(async ({ video, audio } = {}) => {
      if (video && this.#unplugged) throw new DOMException("it is not plugged in", "NotFoundError");
      if (![video, audio].every((wanted) => this.#isOpen(wanted))) this.prompts += 1;
      const stream = this.open({ video: Boolean(video), audio: Boolean(audio) });
      if (this.#listed) await passFor(stream.getVideoTracks(), "videoinput");
      this.#opened = [...this.#opened.filter(({ readyState }) => readyState === "live"), ...stream.getTracks()];
      return stream;
    });
  }

  /** How many of the tracks are live that getUserMedia has given. */
  live() {
    const count = (wanted) =>
      this.#opened.filter(({ kind, readyState }) => kind === wanted && readyState === "live").length;
    return { video: count("video"), audio: count("audio") };
  }

  /** Whether a constraint wants nothing, or a device that a live track came from. */
  #isOpen(wanted) {
    if (!wanted) return true;
    const { exact = wanted.deviceId, ideal } = wanted.deviceId ?? {};
    const names = [exact, ideal].flat().filter((name) => typeof name === "string");
    return this.#opened.some((track) => track.readyState === "live" && names.includes(track.getSettings().deviceId));
  }
}

/** A canvas that is drawn in the page. */
class Canvas {
  #canvas;
  #painter;
  #frameRate;

  constructor(person, frameRate, size) {
    this.#canvas = Object.assign(document.createElement("canvas"), size);
    this.#painter = new FramePainter(this.#canvas, person);
    this.#frameRate = frameRate;
    this.#painter.draw();
    setInterval(() => this.#painter.draw(), 1000 / frameRate);
  }

  whisper(on) {
    this.#painter.secret = on;
    this.#painter.draw();
  }

  track() {
    return this.#canvas.captureStream(this.#frameRate).getVideoTracks()[0];
  }
}

/** A picture that is drawn beside the page, where the others' work doesn't stop it. */
class Beside {
  #track = new window.MediaStreamTrackGenerator({ kind: "video" });

  constructor(person, frameRate, size) {
    const worker = new Worker(new URL("camera-worker.js", import.meta.url), { type: "module" });
    const { writable } = this.#track;
    worker.postMessage({ person, frameRate, size, writable }, [writable]);
  }

  track() {
    return this.#track.clone();
  }
}

/** A steady tone. */
class Voice {
  #context = new AudioContext();
  #tone = new OscillatorNode(this.#context);
  #loudness = new GainNode(this.#context, { gain: 0.25 });

  constructor(tone) {
    this.say(tone);
    this.#tone.connect(this.#loudness);
    this.#tone.start();
  }

  say(tone) {
    this.#tone.frequency.value = tone;
  }

  track() {
    const destination = new MediaStreamAudioDestinationNode(this.#context);
    this.#loudness.connect(destination);
    return destination.stream.getAudioTracks()[0];
  }
}

/**
 * A microphone that nothing comes from, and that costs nothing. It is no missing one: of a stream without sound the SDK shows
 * the first picture two seconds late, because it waits for the sound.
 */
class Silence {
  track() {
    return new window.MediaStreamTrackGenerator({ kind: "audio" }).clone();
  }
}

/** Makes drawn tracks those of the first device that the browser lists: the SDK opens only what is listed again. */
async function passFor(tracks, kind) {
  const listed = async () => (await navigator.mediaDevices.enumerateDevices()).find((device) => device.kind === kind);
  // The browser lists no IDs before it has opened something itself.
  if (!(await listed()).deviceId) {
    const own = await MediaDevices.prototype.getUserMedia.call(navigator.mediaDevices, { video: true });
    own.getTracks().forEach((track) => track.stop());
  }
  const { deviceId } = await listed();
  for (const track of tracks) {
    const settings = track.getSettings.bind(track);
    track.getSettings = () => ({ ...settings(), deviceId });
  }
}
