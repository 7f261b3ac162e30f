/** @import { Store } from "./store.js" */

/**
 * Keeps plans as long as the process lives: for tests, and for apps that may forget.
 * @implements {Store}
 */
export class MemoryStore {
  /** @type {Map<string, { value: string, version: number, wakeAt: number }>} */
  #kept = new Map();
  /** @type {Map<string, { owner: string, until: number }>} */
  #leases = new Map();
  #clock;

  /** @param {{ clock?: () => number }} [options] */
  constructor({ clock = Date.now } = {}) {
    this.#clock = clock;
  }

  /** @param {string} key */
  async get(key) {
    const kept = this.#kept.get(key);
    return kept && { value: kept.value, version: kept.version };
  }

  /**
   * @param {string} key
   * @param {string} value
   * @param {number} version
   * @param {number | null} [wakeAt]
   */
  async put(key, value, version, wakeAt) {
    if ((this.#kept.get(key)?.version ?? 0) !== version) return false;
    this.#kept.set(key, { value, version: version + 1, wakeAt: wakeAt ?? Infinity });
    return true;
  }

  /**
   * @param {string} key
   * @param {number} version
   */
  async remove(key, version) {
    return this.#kept.get(key)?.version === version && this.#kept.delete(key);
  }

  /**
   * @param {number} now
   * @param {number} limit
   */
  async due(now, limit) {
    return [...this.#kept]
      .filter(([, { wakeAt }]) => wakeAt <= now)
      .sort(([, one], [, other]) => one.wakeAt - other.wakeAt)
      .slice(0, limit)
      .map(([key]) => key);
  }

  /**
   * @param {string} key
   * @param {string} owner
   * @param {number} ms
   */
  async lease(key, owner, ms) {
    const held = this.#leases.get(key);
    const now = this.#clock();
    if (held && held.owner !== owner && held.until > now) return false;
    this.#leases.set(key, { owner, until: now + ms });
    return true;
  }

  /**
   * @param {string} key
   * @param {string} owner
   */
  async release(key, owner) {
    if (this.#leases.get(key)?.owner === owner) this.#leases.delete(key);
  }

  async close() {}
}
