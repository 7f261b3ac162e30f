// The lab's journal, read along, so that nothing of a long run is lost.

import { setTimeout as wait } from "node:timers/promises";

/** How often it is read, in milliseconds. */
const INTERVAL = 50;

export class Journal {
  #url;
  #last = { t: 0, count: 0 };
  #open = true;
  /** @type {Promise<void>} */
  #reading;
  /** @type {Set<() => void>} */
  #waiting = new Set();
  /** What the application's server has signalled. @type {any[]} */
  signals = [];

  /** @param {string} url the lab's */
  constructor(url) {
    this.#url = url;
    this.#reading = this.#read();
  }

  /** Waits for a signal that passes a test. */
  signal(/** @type {(signal: any) => boolean} */ passes) {
    return new Promise((resolve) => {
      const look = () => {
        const found = this.signals.find(passes);
        if (!found) return;
        this.#waiting.delete(look);
        resolve(found);
      };
      this.#waiting.add(look);
      look();
    });
  }

  /** Ends with all that has been written until now. */
  async close() {
    if (!this.#open) return;
    this.#open = false;
    await this.#reading;
    await this.#readOn();
  }

  async #read() {
    while (this.#open) {
      await this.#readOn();
      await wait(INTERVAL);
    }
  }

  async #readOn() {
    const lines = await (await fetch(`${this.#url}/control/log?since=${this.#last.t}`)).json();
    // Those of the last moment may have been read already, all of them or some.
    const fresh = lines.slice(this.#last.count);
    const t = lines.at(-1)?.t ?? this.#last.t;
    this.#last = { t, count: lines.filter((line) => line.t === t).length };
    this.signals.push(...fresh.filter(({ kind }) => kind === "appSignal"));
    for (const look of this.#waiting) look();
  }
}
