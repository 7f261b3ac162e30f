import init, { Manager } from "./wasm/opentok_handover.js";
import { durable, durableEvent, durableOf, realOf, remember, sdkEvent } from "./durable.js";
import { HandoverError } from "./errors.js";

export { HandoverError };

/** @type {Promise<unknown> | undefined} */
let loading;

/** Loads the WebAssembly once; a failed load is tried again by the next call. */
function load() {
  loading ??= init().catch((error) => {
    loading = undefined;
    throw new HandoverError("load_failed", "the WebAssembly module could not be loaded", error);
  });
  return loading;
}

const key = Symbol("only create() may construct");

/** Keeps the calls of a page alive while servers rotate. */
export class ReconnectionManager extends EventTarget {
  /** @type {Manager} */
  #manager;
  #closed = false;
  #ot;

  /**
   * @param {any} ot the SDK's `OT`
   * @param {object} [options]
   */
  static async create(ot, options = {}) {
    if (typeof ot?.initSession !== "function" || typeof ot.initPublisher !== "function") {
      throw new HandoverError(
        "invalid_option",
        "ReconnectionManager.create(OT, options): the first argument must be the SDK's OT",
      );
    }
    await load();
    return new ReconnectionManager(key, ot, options);
  }

  /**
   * @param {symbol} caller
   * @param {any} ot
   * @param {object} options
   */
  constructor(caller, ot, options) {
    super();
    if (caller !== key) {
      throw new HandoverError(
        "not_created",
        "a ReconnectionManager is made by await ReconnectionManager.create(OT, options)",
      );
    }
    const notify = (/** @type {string} */ type, /** @type {unknown} */ detail) => {
      this.dispatchEvent(new CustomEvent(type, { detail }));
    };
    const error = (/** @type {string} */ code, /** @type {string} */ message, /** @type {unknown} */ cause) =>
      new HandoverError(code, message, cause);
    this.#manager = new Manager(ot, options, {
      notify,
      error,
      durable,
      durableEvent,
      durableOf,
      realOf,
      remember,
      sdkEvent,
    });
    const replaced = {
      initSession: (/** @type {[any, any, any?]} */ ...args) => this.initSession(...args),
      initPublisher: (/** @type {[any?, any?, any?]} */ ...args) => this.initPublisher(...args),
    };
    this.#ot = new Proxy(ot, {
      get: (target, name) =>
        Object.hasOwn(replaced, name)
          ? replaced[/** @type {keyof typeof replaced} */ (name)]
          : Reflect.get(target, name),
    });
  }

  /** The same `OT`, with `initSession` and `initPublisher` replaced by this manager's. */
  get OT() {
    return this.#ot;
  }

  /** What the manager is doing. */
  get state() {
    return this.#closed ? "closed" : this.#manager.state;
  }

  /**
   * @param {string} applicationId
   * @param {string} sessionId
   * @param {object} [options]
   */
  initSession(applicationId, sessionId, options) {
    this.#check("initSession");
    return this.#manager.initSession(applicationId, sessionId, options);
  }

  /**
   * @param {string | HTMLElement | null} [target]
   * @param {object} [options]
   * @param {(error?: Error) => void} [callback]
   */
  initPublisher(target, options, callback) {
    this.#check("initPublisher");
    return this.#manager.initPublisher(target, options, callback);
  }

  /** @param {{ sessionId: string, deadline?: number | string, from?: string }} announcement */
  async handover(announcement) {
    this.#check("handover");
    return this.#manager.handover(announcement);
  }

  /** Begins at once whatever attempt is waited for: the app knows that the network is back. */
  retryNow() {
    this.#check("retryNow");
    this.#manager.retryNow();
  }

  /** Leaves every session, silently, and gives everything back. */
  async close() {
    if (this.#closed) return;
    this.#closed = true;
    await this.#manager.close();
  }

  /** @param {string} method */
  #check(method) {
    if (this.#closed) throw new HandoverError("closed", `${method}(): the manager is closed`);
  }
}
