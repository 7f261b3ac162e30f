// Stands between the platform and the handlers: takes each callback once, and delivers it many times, in random order, to
// whichever process, until each delivery has been answered with 2xx. That is what the platform promises, and worse.

import { once } from "node:events";
import { createServer } from "node:http";
import { buffer } from "node:stream/consumers";
import { setTimeout as wait } from "node:timers/promises";

/** How long an answer is waited for, in milliseconds. */
const PATIENCE = 10_000;

export class Courier {
  #server;
  #random;
  #addresses;
  #copies;
  #spread;
  #onPost;
  /** @type {Set<Promise<void>>} */
  #under = new Set();
  #closed = false;
  counts = { callbacks: 0, delivered: 0, failed: 0 };

  /**
   * @param {object} how
   * @param {import("./random.mjs").Random} how.random
   * @param {() => string[]} how.addresses of the handlers at the moment
   * @param {number} how.copies how often each callback is delivered
   * @param {number} how.spread within which time, in milliseconds
   * @param {(address: string) => void} how.onPost a callback is on its way to a handler
   */
  constructor({ random, addresses, copies, spread, onPost }) {
    this.#random = random;
    this.#addresses = addresses;
    this.#copies = copies;
    this.#spread = spread;
    this.#onPost = onPost;
    this.#server = createServer(async (request, response) => {
      const body = await buffer(request);
      response.end();
      this.#take(body, request.headers);
    });
  }

  /** Where the platform is to call. */
  async listen() {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    return `http://127.0.0.1:${this.#server.address().port}/callbacks`;
  }

  /** How many deliveries are under way. */
  get under() {
    return this.#under.size;
  }

  close() {
    this.#closed = true;
    this.#server.close();
  }

  #take(body, { authorization, "content-type": type }) {
    this.counts.callbacks += 1;
    for (let copy = 0; copy < this.#copies; copy += 1) {
      const delivery = this.#deliver(body, { authorization, "content-type": type });
      const followed = delivery.finally(() => this.#under.delete(followed));
      this.#under.add(followed);
    }
  }

  async #deliver(body, headers) {
    await wait(this.#random.between(0, this.#spread));
    while (!this.#closed) {
      const address = this.#random.pick(this.#addresses());
      if (address) {
        if (await this.#post(address, body, headers)) {
          this.counts.delivered += 1;
          return;
        }
        this.counts.failed += 1;
      }
      await wait(this.#random.between(100, 600));
    }
  }

  async #post(address, body, headers) {
    try {
      const signal = AbortSignal.timeout(PATIENCE);
      const answer = fetch(address, { method: "POST", body, headers, signal });
      this.#onPost(address);
      const { ok } = await answer;
      return ok;
    } catch {
      // Nobody is there any more.
      return false;
    }
  }
}
