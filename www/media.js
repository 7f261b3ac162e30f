import { Painter } from "./painter.js";
import { personCalled } from "./people.js";
import { Tone } from "./tone.js";

/** What a participant publishes: a painted picture and a quiet tone, or the real camera and microphone. */
export class Media {
  #name;
  #camera;
  #painter = null;
  #tone = null;

  /**
   * @param {{ name: string, camera: boolean, sound: boolean }} options camera: the real one, which the SDK asks for;
   *   sound: publish audio at all
   */
  constructor({ name, camera, sound }) {
    this.#name = name;
    this.#camera = camera;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (!camera) this.#painter = new Painter(personCalled(name), { calm });
    if (sound && !camera) this.#tone = new Tone(personCalled(name).note);
    this.sound = sound;
  }

  /** The options for one `initPublisher`. Tracks are new each time: a publisher ends its tracks when it goes. */
  publisherOptions() {
    const common = { name: this.#name, frameRate: 15 };
    if (this.#camera) return { ...common, resolution: "320x240", audioSource: this.sound ? undefined : null };
    return { ...common, videoSource: this.#painter.track(), audioSource: this.#tone?.track() ?? null };
  }

  stop() {
    this.#painter?.stop();
    return this.#tone?.stop();
  }
}
