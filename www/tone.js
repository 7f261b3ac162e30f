/** A quiet voice made of a tone, one pitch a person, in syllables: a gap or a doubling is heard at once. */
export class Tone {
  #context = new AudioContext();
  #output = this.#context.createMediaStreamDestination();

  /** @param {number} frequency in hertz */
  constructor(frequency) {
    const tone = this.#context.createOscillator();
    const syllables = this.#context.createOscillator();
    const depth = this.#context.createGain();
    const volume = this.#context.createGain();
    tone.frequency.value = frequency;
    syllables.frequency.value = 2 + frequency / 400;
    depth.gain.value = 0.03;
    volume.gain.value = 0.03;
    syllables.connect(depth).connect(volume.gain);
    tone.connect(volume).connect(this.#output);
    tone.start();
    syllables.start();
  }

  /** A new audio track of the voice; whoever asks for it owns it. */
  track() {
    return this.#output.stream.getAudioTracks()[0].clone();
  }

  stop() {
    return this.#context.close();
  }
}
