// A camera and a microphone that need no hardware: a moving picture that says whose it is, and a steady tone.
import { COUNTER_RANGE, drawCode } from "./frame-code.js";

const FRAME_RATE = 15;

/** One person's camera. `open()` gives a fresh stream each time, as getUserMedia does. */
export class Camera {
  #person;
  #canvas = Object.assign(document.createElement("canvas"), { width: 320, height: 180 });
  #context = this.#canvas.getContext("2d", { alpha: false });
  #audio = new AudioContext();
  #tone = new OscillatorNode(this.#audio);
  #loudness = new GainNode(this.#audio, { gain: 0.25 });
  #counter = 0;
  #frameRate;

  #opened = [];

  /**
   * How often getUserMedia would have asked the person. One that names a device which is open already does not; a
   * browser asks for the first of them, and for any that names no device.
   */
  prompts = 0;

  constructor(person, { frameRate = FRAME_RATE } = {}) {
    this.#person = person;
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
        .forEach((track) => stream.addTrack(track));
    if (audio) {
      const destination = new MediaStreamAudioDestinationNode(this.#audio);
      this.#loudness.connect(destination);
      destination.stream.getAudioTracks().forEach((track) => stream.addTrack(track));
    }
    return stream;
  }

  /** Becomes the camera that getUserMedia opens, for the SDK too. */
  install() {
    window.counts.useCamera(async ({ video, audio } = {}) => {
      if (![video, audio].every((wanted) => this.#isOpen(wanted))) this.prompts += 1;
      const stream = this.open({ video: Boolean(video), audio: Boolean(audio) });
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
    this.#context.fillStyle = `hsl(${this.#person.hue} 70% 45%)`;
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
