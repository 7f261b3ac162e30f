// What is heard: every element that plays a stream, weighted by its volume, muted and paused at each moment.
import { VOICES } from "./people.js";

const INPUTS = 24;
const WAVER = 20;

/**
 * A stream's own sound says nothing about what is heard: the element that plays it may be muted. So each element's
 * stream is listened to through Web Audio, and the element's loudness follows every 5 ms, if nobody says otherwise. A worklet measures each
 * person's tone in windows of 11 ms and says how many elements one hears the person from: one is right, none is a
 * hole, two is an echo.
 */
export class SoundProbe {
  #context = new AudioContext({ sampleRate: 48_000 });
  #node;
  #slots = Array.from({ length: INPUTS }, () => null);
  #changes = VOICES.map(() => [{ at: 0, count: 0 }]);
  #weights = [];
  #offset = 0;
  #heardUntil = 0;

  /** `every`: how many ms lie between two looks at how loud each element is. */
  async start({ every = 5 } = {}) {
    await this.#context.audioWorklet.addModule(new URL("./sound-worklet.js", import.meta.url));
    this.#node = new AudioWorkletNode(this.#context, "sound-worklet", {
      numberOfInputs: INPUTS,
      processorOptions: { tones: VOICES.map(({ tone }) => tone) },
    });
    this.#node.port.onmessage = ({ data }) => this.#hear(data);
    // Its output is silence; without a way to the destination nothing would pull it.
    this.#node.connect(this.#context.destination);
    this.#offset = performance.now() - this.#context.currentTime * 1000;
    setInterval(() => this.#look(), every);
  }

  /** From how many elements one hears `who` now. */
  count(who) {
    return this.#changes[index(who)].at(-1).count;
  }

  /** The moment up to which everything heard has been judged, in ms of performance.now. */
  get heardUntil() {
    return this.#heardUntil;
  }

  /**
   * Intervals since `since` in which `who` was heard from another number of elements than `wanted`. Two of a kind with
   * no more than 20 ms between them are one: a tone that starts up wavers.
   */
  faults(who, { since = 0, until = this.#heardUntil, wanted = 1 } = {}) {
    const changes = this.#changes[index(who)];
    const faults = changes
      .map(({ at, count }, position) => {
        const start = Math.max(at, since);
        const end = Math.min(changes[position + 1]?.at ?? this.#heardUntil, until);
        return {
          kind: count < wanted ? "missing" : "doubled",
          who,
          count,
          at: Math.round(start),
          ms: Math.round(end - start),
        };
      })
      .filter(({ count, ms }) => count !== wanted && ms > 0);
    return faults.reduce((merged, fault) => {
      const last = merged.at(-1);
      if (last?.kind === fault.kind && fault.at - (last.at + last.ms) <= WAVER) last.ms = fault.at + fault.ms - last.at;
      else merged.push(fault);
      return merged;
    }, []);
  }

  #hear({ time, counts }) {
    const at = time * 1000 + this.#offset;
    this.#heardUntil = at;
    counts.forEach((count, person) => {
      if (this.#changes[person].at(-1).count !== count) this.#changes[person].push({ at, count });
    });
  }

  #look() {
    const elements = window.counts.players();
    const playing = new Map(elements.map((element) => [element, element.srcObject?.getAudioTracks?.()[0]]));
    const weights = this.#slots.map((slot, input) => {
      if (!slot) return 0;
      if (playing.get(slot.element) !== slot.track) {
        slot.source.disconnect();
        this.#slots[input] = null;
        return 0;
      }
      playing.delete(slot.element);
      return loudness(slot.element);
    });
    for (const [element, track] of playing) {
      const input = this.#slots.indexOf(null);
      if (!track || track.readyState === "ended" || input < 0) continue;
      const source = this.#context.createMediaStreamSource(new MediaStream([track]));
      source.connect(this.#node, 0, input);
      this.#slots[input] = { element, track, source };
      weights[input] = loudness(element);
    }
    if (weights.some((weight, input) => weight !== this.#weights[input])) this.#node.port.postMessage(weights);
    this.#weights = weights;
  }
}

/** What the element itself says: whoever stands in for one may have properties of its own. */
const [muted, paused, volume] = ["muted", "paused", "volume"].map(
  (name) => Object.getOwnPropertyDescriptor(HTMLMediaElement.prototype, name).get,
);

function loudness(element) {
  return muted.call(element) || paused.call(element) ? 0 : volume.call(element);
}

function index(who) {
  const position = VOICES.findIndex(({ name }) => name === who);
  if (position < 0) throw new Error(`nobody is called "${who}"`);
  return position;
}
