// One line on the terminal for each step that takes its time, none for the others.

/** Steps shorter than this leave no trace, ms. */
const WORTH_A_LINE = 2_000;

const TICK = 1_000;

/**
 * Runs a step and tells how long it took: `· compiling the lab … 41 s`. A terminal sees the seconds count; elsewhere
 * the line begins when the step turns out to be long and is completed at its end.
 * @template T
 * @param {string} title what is being done: "compiling the lab"
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function step(title, work) {
  const began = performance.now();
  const line = new Line(title);
  const seconds = () => Math.round((performance.now() - began) / 1000);
  const ticker = setInterval(() => {
    if (performance.now() - began >= WORTH_A_LINE) line.show(seconds());
  }, TICK);
  try {
    return await work();
  } finally {
    clearInterval(ticker);
    line.finish(seconds());
  }
}

class Line {
  #title;
  #shown = false;

  /** @param {string} title */
  constructor(title) {
    this.#title = title;
  }

  /** @param {number} seconds */
  show(seconds) {
    if (process.stdout.isTTY) process.stdout.write(`\r· ${this.#title} … ${seconds} s`);
    else if (!this.#shown) process.stdout.write(`· ${this.#title} …`);
    this.#shown = true;
  }

  /** @param {number} seconds */
  finish(seconds) {
    if (!this.#shown) return;
    if (process.stdout.isTTY) this.show(seconds);
    else process.stdout.write(` ${seconds} s`);
    process.stdout.write("\n");
  }
}
