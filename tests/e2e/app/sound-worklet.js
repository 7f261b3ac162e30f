// Measures each person's tone in each input by Goertzel's algorithm, over windows of 10 ms.

/** A tone is sent with an amplitude of 0.25; a tenth of that is still clearly heard. */
const AUDIBLE = 0.025;
const WINDOW = 0.01;

class SoundWorklet extends AudioWorkletProcessor {
  #weights = [];
  #tones;
  #states = [];
  #filled = 0;
  #length = Math.round(sampleRate * WINDOW);
  #last = "";
  #quiet = 0;

  constructor({ processorOptions: { tones } }) {
    super();
    this.#tones = tones.map((tone) => 2 * Math.cos((2 * Math.PI * tone) / sampleRate));
    this.port.onmessage = ({ data }) => {
      this.#weights = data;
    };
  }

  process(inputs) {
    const frames = inputs.find((input) => input.length > 0)?.[0].length ?? 128;
    for (let frame = 0; frame < frames; frame += 1) {
      inputs.forEach(([channel], input) => {
        const state = (this.#states[input] ??= this.#tones.map(() => [0, 0]));
        const sample = channel ? channel[frame] * (this.#weights[input] ?? 0) : 0;
        for (let tone = 0; tone < state.length; tone += 1) {
          const [first, second] = state[tone];
          state[tone][0] = sample + this.#tones[tone] * first - second;
          state[tone][1] = first;
        }
      });
      this.#filled += 1;
      if (this.#filled === this.#length) this.#judge(currentTime + frame / sampleRate);
    }
    return true;
  }

  #judge(time) {
    const counts = this.#tones.map(
      (coefficient, tone) =>
        this.#states.filter((state) => {
          const [first, second] = state[tone];
          const power = first * first + second * second - coefficient * first * second;
          return (2 * Math.sqrt(Math.max(0, power))) / this.#length > AUDIBLE;
        }).length,
    );
    this.#states.forEach((state) => state.forEach((pair) => pair.fill(0)));
    this.#filled = 0;
    const now = counts.join();
    this.#quiet += 1;
    // A message for every change, and a sign of life now and then.
    if (now !== this.#last) this.port.postMessage({ time: time - WINDOW, counts });
    else if (this.#quiet % 10 === 0) this.port.postMessage({ time });
    this.#last = now;
  }
}

registerProcessor("sound-worklet", SoundWorklet);
