// Measures each person's tone in each input by Goertzel's algorithm, over windows of 512 samples: 11 ms at 48 kHz.

/** A tone is sent with an amplitude of 0.25; a tenth of that is still clearly heard. */
const AUDIBLE = 0.025;

const WINDOW = 512;

class SoundWorklet extends AudioWorkletProcessor {
  #weights = [];
  #coefficients;
  /** Two values per input and tone. */
  #states = [];
  #filled = 0;
  #started = 0;
  #last = "";
  #unchanged = 0;

  constructor({ processorOptions: { tones } }) {
    super();
    this.#coefficients = tones.map((tone) => 2 * Math.cos((2 * Math.PI * tone) / sampleRate));
    this.port.onmessage = ({ data }) => {
      this.#weights = data;
    };
  }

  process(inputs) {
    if (this.#filled === 0) this.#started = currentTime;
    let length = 128;
    for (let input = 0; input < inputs.length; input += 1) {
      const channel = inputs[input][0];
      const weight = this.#weights[input] ?? 0;
      if (!channel || weight === 0) continue;
      length = channel.length;
      const state = (this.#states[input] ??= new Float64Array(2 * this.#coefficients.length));
      this.#coefficients.forEach((coefficient, tone) => feed(state, 2 * tone, coefficient, channel, weight));
    }
    this.#filled += length;
    if (this.#filled >= WINDOW) this.#judge();
    return true;
  }

  #judge() {
    const counts = this.#coefficients.map(() => 0);
    this.#states.forEach((state) => {
      // What comes in is one person's voice. When a busy machine makes it stumble, a little of every tone is in it.
      const loudness = this.#coefficients.map((coefficient, tone) =>
        amplitude(state, 2 * tone, coefficient, this.#filled),
      );
      const loudest = Math.max(...loudness);
      if (loudest > AUDIBLE) counts[loudness.indexOf(loudest)] += 1;
      state.fill(0);
    });
    this.#filled = 0;
    const now = counts.join();
    this.#unchanged = now === this.#last ? this.#unchanged + 1 : 0;
    // A message for every change, and a sign of life now and then.
    if (this.#unchanged % 8 === 0) this.port.postMessage({ time: this.#started, counts });
    this.#last = now;
  }
}

function feed(state, at, coefficient, samples, weight) {
  let first = state[at];
  let second = state[at + 1];
  for (let position = 0; position < samples.length; position += 1) {
    const next = samples[position] * weight + coefficient * first - second;
    second = first;
    first = next;
  }
  state[at] = first;
  state[at + 1] = second;
}

function amplitude(state, at, coefficient, length) {
  const first = state[at];
  const second = state[at + 1];
  return (2 * Math.sqrt(Math.max(0, first * first + second * second - coefficient * first * second))) / length;
}

registerProcessor("sound-worklet", SoundWorklet);
