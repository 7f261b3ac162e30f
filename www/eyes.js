/**
 * What one participant has seen so far: the recent past of every picture for the strip chart, and the running counts of
 * what should never happen.
 */

/** Milliseconds since the epoch, on the same clock in every iframe of the page. */
export const wallClock = () => performance.timeOrigin + performance.now();

const KEEP = 40_000; // ms of past
const LONGEST_STEP = 500; // ms: a longer pause between two samples was the page asleep

export class Eyes {
  /** Samples, oldest first: `{ at, tiles: Map<name, { gap, picture }> }`. */
  samples = [];
  /** What the call said of itself, oldest first: `{ at, state, phase }`. */
  states = [];
  /** Seconds during which somebody had no picture. */
  blackSeconds = 0;
  /** How often somebody seemed to leave who had not. */
  left = 0;
  /** How often everybody had seemed to leave, and came back. */
  reappeared = 0;

  #known = new Set();
  #gone = new Set();
  #everybodyGone = false;

  /**
   * Takes in one sample of `gauge.js`; `expected` are the names of those who are in the call now.
   * Returns whether everybody expected has a living picture.
   */
  see({ at, tiles }, expected) {
    const seen = new Map(tiles.map(({ name, gap, picture }) => [name, { gap, picture }]));
    for (const [name, { picture }] of seen) {
      if (picture === "live") this.#known.add(name);
      if (!this.#known.has(name)) seen.delete(name); // Still arriving: nobody misses a picture that never was.
    }
    const missing = expected.filter((name) => this.#known.has(name) && !seen.has(name));
    for (const name of missing) seen.set(name, { gap: 0, picture: "black" });

    const before = this.samples.at(-1)?.at ?? at;
    const black = expected.some((name) => seen.get(name)?.picture === "black");
    if (black) this.blackSeconds += Math.min(at - before, LONGEST_STEP) / 1000;

    this.samples.push({ at, tiles: seen });
    while (this.samples[0].at < at - KEEP) this.samples.shift();
    while (this.states.length > 1 && this.states[1].at < at - KEEP) this.states.shift();

    const alive = expected.every((name) => seen.get(name)?.picture === "live");
    if (alive) this.#countReturn();
    return alive;
  }

  /** `name` vanished from the screen, and had not left. */
  miss(name, others) {
    this.left += 1;
    this.#gone.add(name);
    this.#everybodyGone ||= others.every((other) => this.#gone.has(other));
  }

  /** `name` left on purpose: not to be missed. */
  forget(name) {
    this.#known.delete(name);
    this.#gone.delete(name);
  }

  /** The call is in `state` from now on, in `phase` of it if it says so. */
  enter(state, phase = null) {
    this.states.push({ at: wallClock(), state, phase });
  }

  #countReturn() {
    if (this.#everybodyGone) this.reappeared += 1;
    this.#everybodyGone = false;
    this.#gone.clear();
  }
}
