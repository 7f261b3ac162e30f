// The manager as every way in has it; how the WebAssembly gets here is theirs to know.

import { Manager as Core } from "./wasm/opentok_handover.js";
import { durable, durableEvent, durableOf, realOf, remember, sdkEvent } from "./durable.js";
import { Emitter, relay } from "./emitter.js";
import { HandoverError } from "./errors.js";
import { bareOf, namespace } from "./namespace.js";
import { Screen } from "./screen.js";
import { resemble, standIn, succeed } from "./second.js";
import { verifier } from "./verifier.js";

/** What the constructor asks for. */
export const KEY = Symbol("only create() may construct");

/** @type {WeakMap<object, Core>} The newest manager of each `OT`, open or closed: through it they share their sessions. */
const cores = new WeakMap();

/** Keeps the calls of a page alive while servers rotate. */
export class Manager extends EventTarget {
  /** @type {Core} */
  #core;
  #closed = false;
  #ot;

  /**
   * @param {symbol} caller
   * @param {any} ot
   * @param {object} options
   */
  constructor(caller, ot, options) {
    super();
    if (caller !== KEY) {
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
    const emitter = () => new Emitter();
    const screen = () => new Screen();
    const own = { durable, durableEvent, durableOf, realOf, remember, resemble, sdkEvent, standIn, succeed, verifier };
    const host = { notify, error, emitter, relay, screen, ...own };
    const bare = bareOf(ot);
    const other = cores.get(bare);
    this.#core = other ? other.beside(options, host) : new Core(bare, options, host);
    cores.set(bare, this.#core);
    this.#ot = namespace(bare, {
      initSession: (/** @type {[any, any, any?]} */ ...args) => this.initSession(...args),
      initPublisher: this.initPublisher,
    });
  }

  /** The same `OT`, with `initSession` and `initPublisher` replaced by this manager's. */
  get OT() {
    return this.#ot;
  }

  /** What the manager is doing. */
  get state() {
    return this.#closed ? "closed" : this.#core.state;
  }

  /**
   * @param {string} applicationId
   * @param {string} sessionId
   * @param {object} [options]
   */
  initSession(applicationId, sessionId, options) {
    this.#check("initSession");
    return this.#core.initSession(applicationId, sessionId, options);
  }

  /** `initPublisher(target?, options?, callback?)`, and its form that gives a promise, as the SDK has them. */
  initPublisher = Object.assign((/** @type {[any?, any?, any?]} */ ...args) => this.#publisher(args), {
    promise: (/** @type {[any?, any?]} */ ...args) =>
      new Promise((resolve, reject) => {
        const publisher = this.#publisher([
          ...args,
          (/** @type {unknown} */ error) => (error ? reject(error) : resolve(publisher)),
        ]);
      }),
  });

  /**
   * Reads its arguments as the SDK does: an application's ID may stand before the target, and each may be left out.
   * @param {any[]} args
   */
  #publisher([target, options, callback, last]) {
    this.#check("initPublisher");
    if (typeof target === "string" && !document.getElementById(target)) {
      [target, options, callback] = [options, callback, last];
    }
    if (typeof target === "function") [target, options, callback] = [undefined, undefined, target];
    else if (target && typeof target === "object" && target.nodeType !== 1) {
      [target, options, callback] = [undefined, target, options];
    }
    if (typeof options === "function") [options, callback] = [undefined, options];
    if (options && typeof options !== "object") {
      const error = new Error("initPublisher(): options must be an object");
      callback?.(Object.assign(error, { name: "OT_INVALID_PARAMETER", code: 1011 }));
      options = callback = undefined;
    }
    return this.#core.initPublisher(target, options, callback);
  }

  /** @param {{ sessionId: string, deadline?: number | string, from?: string }} announcement */
  async handover(announcement) {
    this.#check("handover");
    return this.#core.handover(announcement);
  }

  /** Begins at once whatever attempt is waited for: the app knows that the network is back. */
  retryNow() {
    this.#check("retryNow");
    this.#core.retryNow();
  }

  /** Leaves every session that no other manager holds, silently, and gives everything back. */
  async close() {
    if (this.#closed) return;
    this.#closed = true;
    await this.#core.close();
  }

  /** @param {string} method */
  #check(method) {
    if (this.#closed) throw new HandoverError("closed", `${method}(): the manager is closed`);
  }
}
