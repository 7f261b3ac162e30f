// A camera and a microphone that need no hardware: a moving picture that says whose it is, and a steady tone.
import { COUNTER_RANGE, drawCode } from "./frame-code.js";

const FRAME_RATE = 15;
const SIZE = { width: 320, height: 180 };

/** Hz, and nobody's tone. */
const SECRET_TONE = 3000;

/** One person's camera. `open()` gives a fresh stream each time, as getUserMedia does. */
export class Camera {
  #person;
  #canvas;
  #context;
  #audio = new AudioContext();
  #tone = new OscillatorNode(this.#audio);
  #loudness = new GainNode(this.#audio, { gain: 0.25 });
  #counter = 0;
  #frameRate;
  #secret = false;
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

  constructor(person, { frameRate = FRAME_RATE, size = SIZE, listed = false, plug = false } = {}) {
    this.#person = person;
    this.#canvas = Object.assign(document.createElement("canvas"), size);
    this.#context = this.#canvas.getContext("2d", { alpha: false });
    this.#listed = listed;
    this.#canBeUnplugged = plug;
    this.#frameRate = frameRate;
    this.#tone.frequency.value = person.tone;
    this.#tone.connect(this.#loudness);
    this.#tone.start();
    this.#draw();
    setInterval(() => this.#draw(), 1000 / frameRate);
  }

  /** A new stream with one video track and one audio track. */
  open({ video = true, audio = true } = {}) {
    const stream = new MediaStream();
    if (video)
      this.#canvas
        .captureStream(this.#frameRate)
        .getVideoTracks()
        .forEach((track) => stream.addTrack(this.#canBeUnplugged ? this.#plugged(track) : track));
    if (audio) {
      const destination = new MediaStreamAudioDestinationNode(this.#audio);
      this.#loudness.connect(destination);
      destination.stream.getAudioTracks().forEach((track) => stream.addTrack(track));
    }
    return stream;
  }

  /** From now on it shows and sounds what nobody may see or hear. */
  whisper(on = true) {
    this.#secret = on;
    this.#tone.frequency.value = on ? SECRET_TONE : this.#person.tone;
    this.#draw();
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

  #draw() {
    const { width, height } = this.#canvas;
    this.#context.fillStyle = this.#secret ? "#f0f" : `hsl(${this.#person.hue} 70% 45%)`;
    this.#context.fillRect(0, 0, width, height);
    this.#context.fillStyle = `hsl(${this.#person.hue} 90% 80%)`;
    this.#context.fillRect((this.#counter * 4) % width, height * 0.4, width / 12, height * 0.6);
    this.#context.fillStyle = "#fff";
    this.#context.font = "bold 32px sans-serif";
    this.#context.fillText(this.#person.name, 16, height - 20);
    drawCode(this.#context, this.#person.number, this.#counter);
    this.#counter = (this.#counter + 1) % COUNTER_RANGE;
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
