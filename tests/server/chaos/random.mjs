// Chance that repeats itself: the same seed, the same numbers (splitmix32).

export class Random {
  #state;

  /** @param {number} seed a whole number */
  constructor(seed) {
    this.#state = seed >>> 0;
  }

  /** A number from 0 up to, not including, 1. */
  next() {
    this.#state = (this.#state + 0x9e3779b9) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  }

  /** A number from `low` up to, not including, `high`. */
  between(low, high) {
    return low + this.next() * (high - low);
  }

  /** True so often, of 1. */
  chance(often) {
    return this.next() < often;
  }

  /** One of a list. */
  pick(list) {
    return list[Math.floor(this.next() * list.length)];
  }

  /** Another source, whose numbers don't depend on who else draws of this one later. */
  fork() {
    return new Random(this.next() * 2 ** 32);
  }
}
