/** Lets so many things happen in a second, and as many at once: a bucket of tokens. */
export class Rate {
  #perSecond;
  #left;
  #at;

  /**
   * @param {number} perSecond
   * @param {number} now milliseconds
   */
  constructor(perSecond, now) {
    this.#perSecond = perSecond;
    this.#left = perSecond;
    this.#at = now;
  }

  /**
   * Whether one more may happen now.
   * @param {number} now milliseconds
   */
  take(now) {
    const passed = Math.max(0, now - this.#at) / 1000;
    this.#at = now;
    this.#left = Math.min(this.#perSecond, this.#left + passed * this.#perSecond);
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}
