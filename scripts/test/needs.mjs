// What stages need, met once each however many stages ask.

import { buildLab } from "../build/lab.mjs";
import { buildPackage } from "../build/package.mjs";
import { buildServer } from "../build/server.mjs";
import { chromedriver, chromium } from "../setup/chromium.mjs";
import { npmPackages } from "../setup/npm-packages.mjs";
import { redisServer } from "../setup/redis.mjs";
import { runtimes } from "../setup/runtimes.mjs";
import { rust } from "../setup/rust.mjs";
import { wasmBindgen } from "../setup/wasm-bindgen.mjs";
import { reportOf } from "../support/failure.mjs";

/** @typedef {import("./stages.mjs").Need} Need */

/** Needs that are installed rather than built: they are met before the first stage. */
const INSTALLED = new Set(["npm", "rust", "wasm-bindgen", "chromium", "chromedriver", "redis", "runtimes"]);

/** Meets needs and remembers what came of it. */
export class Needs {
  /** @type {Map<Need, { value: unknown, failed: boolean }>} */
  #met = new Map();
  #say;

  /** @param {(line: string) => void} say tells about a need that can't be met */
  constructor(say) {
    this.#say = say;
  }

  /**
   * Installs whatever is to be installed for these stages.
   * @param {import("./stages.mjs").Stage[]} stages
   */
  async install(stages) {
    const all = new Set(stages.flatMap(({ needs }) => needs));
    for (const need of all) if (INSTALLED.has(need)) await this.#meet(need);
  }

  /**
   * Meets the needs of one stage.
   * @param {import("./stages.mjs").Stage} stage
   * @returns {Promise<{ missing: Need[], provided: import("./stages.mjs").Provided }>}
   */
  async meet({ needs }) {
    /** @type {Need[]} */
    const missing = [];
    for (const need of needs) {
      // Building on top of something missing only yields a second, duller message.
      if (missing.length > 0 && !this.#met.has(need)) continue;
      if (!(await this.#meet(need))) missing.push(need);
    }
    const text = (/** @type {Need} */ need) => String(this.#met.get(need)?.value);
    const [chromium, chromedriver, redis, lab] = [text("chromium"), text("chromedriver"), text("redis"), text("lab")];
    return { missing, provided: { chromium, chromedriver, redis, lab, runtimes: text("runtimes") } };
  }

  /** @param {Need} need */
  async #meet(need) {
    const known = this.#met.get(need);
    if (known) return !known.failed;
    try {
      this.#met.set(need, { value: await this.#attempt(need), failed: false });
      return true;
    } catch (error) {
      this.#met.set(need, { value: null, failed: true });
      this.#say(reportOf(error));
      return false;
    }
  }

  /**
   * @param {Need} need
   * @returns {Promise<unknown>}
   */
  async #attempt(need) {
    switch (need) {
      case "npm":
        return npmPackages();
      case "rust":
        return rust();
      case "wasm-bindgen":
        return wasmBindgen();
      case "chromium":
        return chromium();
      case "chromedriver":
        return chromedriver(await chromium());
      case "redis":
        return redisServer();
      case "runtimes":
        return runtimes();
      case "package":
        await buildPackage();
        return buildServer();
      case "lab":
        return buildLab();
    }
  }
}
