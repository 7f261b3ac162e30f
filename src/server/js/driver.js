// Carries plans out: loads one, lets it take a step, stores it, and only then does what it commands. So whoever dies between
// any two of these leaves behind what is still to be done.

import { RotationError } from "./errors.js";
import { troubleOf, within } from "./platform.js";

/** @import { Store } from "./stores/store.js" */
/** @import { Answer, Command, Event, Input, Issued, Outcome } from "./protocol.js" */
/** @import { Platform } from "./platform.js" */

/** The keys of the store: plans by call, and calls by session. */
const PLAN = "plan/";
const BINDING = "session/";

/** How often a lease is prolonged while it lasts: one prolongation may be late or get lost. */
const BEATS = 3;

/** How many overdue plans are asked for at a time. */
const BATCH = 20;

/** How often a step may be taken again because somebody else was faster: each time somebody gets on. */
const RACES = 100;

/**
 * @typedef {object} Parts
 * @property {(request: string) => string} step the plan's step (WebAssembly)
 * @property {Store} store
 * @property {Platform} platform
 * @property {object} config of every plan
 * @property {number} takeover after how many milliseconds without a word somebody else takes over what is under way
 * @property {(event: Event, id: string, key: string) => unknown} tell what the app is told; a promise is waited for
 * @property {(event: Event, key: string) => void} note what is noted, for logs and counters
 * @property {(error: unknown) => void} report what went wrong and concerns no request
 * @property {() => number} [clock] milliseconds since the epoch
 */

export class Driver {
  /** @type {Required<Parts>} */
  #parts;
  #owner = crypto.randomUUID();
  /** @type {Map<string, number>} How many commands are under way, by plan. */
  #busy = new Map();
  /** @type {Set<Promise<unknown>>} */
  #work = new Set();
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #timer;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #heart;
  #looking = false;
  #closed = false;

  /** @param {Parts} parts */
  constructor(parts) {
    this.#parts = { clock: Date.now, ...parts };
  }

  /** Looks for plans whose time has come, every `interval` milliseconds, and at once; with 0 only when it is told to. */
  start(/** @type {number} */ interval) {
    const look = () => this.#follow(this.look());
    if (interval > 0) {
      this.#timer = setInterval(look, interval);
      // Nobody's process stays alive for it.
      /** @type {any} */ (this.#timer).unref?.();
      look();
    }
    const beat = () => [...this.#busy.keys()].forEach((call) => this.#follow(this.#lease(PLAN + call)));
    this.#heart = setInterval(beat, this.#parts.takeover / BEATS);
    /** @type {any} */ (this.#heart).unref?.();
  }

  /** Takes up the plans whose time has come, unless somebody else is at it. */
  async look() {
    if (this.#looking || this.#closed) return;
    this.#looking = true;
    try {
      const { store, clock } = this.#parts;
      /** @type {Set<string>} */
      const seen = new Set();
      for (;;) {
        // Those that stay due, because somebody else is at them, must not hide the others.
        const limit = seen.size + BATCH;
        const due = await store.due(clock(), limit);
        const fresh = due.filter((key) => !seen.has(key));
        for (const key of fresh) {
          seen.add(key);
          // What is wrong with one plan is not the others' business.
          if (key.startsWith(PLAN)) await this.#takeUp(key).catch((error) => this.#parts.report(error));
        }
        if (fresh.length === 0 || due.length < limit || this.#closed) return;
      }
    } finally {
      this.#looking = false;
    }
  }

  /** @param {string} key */
  async #takeUp(key) {
    const call = key.slice(PLAN.length);
    if (this.#busy.has(call)) await this.feed(call, { type: "tick" });
    else if (await this.#lease(key)) {
      await this.feed(call, { type: "resume" });
      if (!this.#busy.has(call)) await this.#parts.store.release(key, this.#owner);
    }
  }

  /** @param {string} key */
  #lease(key) {
    return this.#parts.store.lease(key, this.#owner, this.#parts.takeover);
  }

  /** The call that a session belongs to. */
  async callOf(/** @type {string} */ sessionId) {
    return (await this.#parts.store.get(BINDING + sessionId))?.value ?? sessionId;
  }

  /**
   * Lets a plan take a step. What it commands is under way when this returns.
   * @param {string} call
   * @param {Input} input
   * @returns {Promise<Answer>}
   */
  async feed(call, input) {
    const outcome = await this.#commit(call, input);
    for (const event of outcome.events) this.#parts.note(event, call);
    for (const sessionId of outcome.unbind) await this.#forget(BINDING + sessionId);
    for (const issued of outcome.commands) this.#begin(call, issued);
    return outcome.answer;
  }

  /** Ends: what is under way is waited for. */
  async close() {
    this.#closed = true;
    clearInterval(this.#timer);
    await this.idle();
    clearInterval(this.#heart);
  }

  /** Waits until nothing is under way here. */
  async idle() {
    while (this.#work.size > 0) await Promise.allSettled([...this.#work]);
  }

  /**
   * @param {string} call
   * @param {Input} input
   * @returns {Promise<Outcome>}
   */
  async #commit(call, input) {
    const { step, store, config, clock, takeover } = this.#parts;
    const key = PLAN + call;
    for (let race = 0; race < RACES; race += 1) {
      const kept = await store.get(key);
      const seed = Math.floor(Math.random() * 2 ** 53);
      const now = clock();
      const request = { state: kept ? JSON.parse(kept.value) : null, config, input, now, seed };
      /** @type {Outcome & { error?: { code: string, message: string } }} */
      const outcome = JSON.parse(step(JSON.stringify(request)));
      if (outcome.error) throw new RotationError(outcome.error.code, outcome.error.message);
      if (!outcome.changed) return outcome;
      const version = kept?.version ?? 0;
      // Whoever is at it may die; until then the lease says that they live.
      const wakeAt = outcome.underWay ? Math.min(outcome.wakeAt ?? Infinity, now + takeover) : outcome.wakeAt;
      const stored =
        outcome.state === null
          ? version === 0 || (await store.remove(key, version))
          : await store.put(key, JSON.stringify(outcome.state), version, wakeAt);
      if (stored) return outcome;
    }
    throw new RotationError("store_contended", `the plan ${call} was changed by others ${RACES} times in a row`);
  }

  /**
   * @param {string} call
   * @param {Issued} issued
   */
  #begin(call, issued) {
    this.#busy.set(call, (this.#busy.get(call) ?? 0) + 1);
    this.#follow(this.#carryOut(call, issued));
  }

  /**
   * @param {string} call
   * @param {Issued} issued
   */
  async #carryOut(call, { id, attempt, patience, command }) {
    const { store, clock } = this.#parts;
    try {
      // Whether it is ours or somebody else's: there is an owner while something is under way.
      await this.#lease(PLAN + call);
      /** @type {Input} */
      let result;
      try {
        const value = await within(this.#perform(call, id, command), patience - clock());
        result = { type: "result", command: id, attempt, value: value ?? {} };
      } catch (error) {
        result = { type: "result", command: id, attempt, error: troubleOf(error, clock()) };
      }
      await this.feed(call, result);
    } finally {
      const left = (this.#busy.get(call) ?? 1) - 1;
      if (left > 0) this.#busy.set(call, left);
      else {
        this.#busy.delete(call);
        await store.release(PLAN + call, this.#owner);
      }
    }
  }

  /**
   * @param {string} call
   * @param {string} id
   * @param {Command} command
   */
  async #perform(call, id, command) {
    switch (command.type) {
      case "bind":
        await this.#bind(command.sessionId, command.call);
        return {};
      case "tell":
        await this.#parts.tell(command.event, id, call);
        return {};
      default:
        return this.#parts.platform.perform(command);
    }
  }

  /**
   * @param {string} sessionId
   * @param {string} call
   */
  async #bind(sessionId, call) {
    const { store } = this.#parts;
    const key = BINDING + sessionId;
    for (let race = 0; race < RACES; race += 1) {
      const kept = await store.get(key);
      if (kept?.value === call || (await store.put(key, call, kept?.version ?? 0))) return;
    }
    throw new RotationError("store_contended", `the session ${sessionId} was bound by others ${RACES} times in a row`);
  }

  /** @param {string} key */
  async #forget(key) {
    const { store } = this.#parts;
    const kept = await store.get(key);
    if (kept) await store.remove(key, kept.version);
  }

  /** @param {Promise<unknown>} work */
  #follow(work) {
    const followed = work.catch((error) => this.#parts.report(error)).finally(() => this.#work.delete(followed));
    this.#work.add(followed);
  }
}
