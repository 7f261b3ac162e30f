// opentok-handover/server: the application server's half of a rotation.

import { signals } from "./announcements.js";
import { readBody } from "./body.js";
import { Driver } from "./driver.js";
import { Refusal, RotationError } from "./errors.js";
import { checked } from "./options.js";
import { loadPlan } from "./plan.js";
import { Platform } from "./platform.js";
import { Rate } from "./rate.js";
import { lesser, roleOf } from "./roles.js";
import { verifyCallback } from "./trust.js";

export { Refusal, RotationError };
export { MemoryStore } from "./stores/memory.js";
export { nodeListener } from "./node.js";

/** @import { Answer, Event, Input } from "./protocol.js" */
/** @import { CredentialsRequest, RotationHandler, RotationOptions } from "./index.js" */
/** @import { Store } from "./stores/store.js" */

/** How long a caller is asked to wait when we can't answer now, in seconds. */
const LATER = 5;

/**
 * @param {RotationOptions} options
 * @returns {RotationHandler}
 */
export function createRotationHandler(options) {
  const service = new Service(checked(options));
  const handler = /** @type {RotationHandler} */ ((request) => service.answer(request));
  return Object.assign(handler, {
    credentials: (/** @type {CredentialsRequest} */ request) => service.credentials(request),
    rotate: (/** @type {{ sessionId: string }} */ { sessionId, ...how }) =>
      service.ask(sessionId, { type: "rotate", sessionId, ...how }),
    open: (/** @type {string} */ sessionId, settings = {}) =>
      service.ask(sessionId, { type: "open", sessionId, settings }),
    serviceStarted: (/** @type {any} */ started) =>
      service.ask(started.sessionId, { type: "serviceStarted", ...started }),
    serviceStopped: (/** @type {any} */ { sessionId, kind, id }) =>
      service.ask(sessionId, { type: "serviceStopped", kind, id }),
    consent: (/** @type {string} */ sessionId, /** @type {boolean} */ given) =>
      service.ask(sessionId, { type: "consent", sessionId, given }),
    quiet: (/** @type {string} */ sessionId) => service.ask(sessionId, { type: "quiet" }),
    end: (/** @type {string} */ sessionId) => service.ask(sessionId, { type: "end" }),
    manifest: async (/** @type {string} */ sessionId) =>
      /** @type {any} */ (await service.ask(sessionId, { type: "manifest" })).recordings,
    settle: () => service.settle(),
    close: () => service.close(),
  });
}

class Service {
  #options;
  #clock;
  #rate;
  /** @type {Promise<{ driver: Driver, store: Store, classify(text: string): string }> | undefined} */
  #started;

  /** @param {ReturnType<typeof checked>} options */
  constructor(options) {
    this.#options = options;
    this.#clock = options.clock ?? Date.now;
    this.#rate = new Rate(options.requestsPerSecond, this.#clock());
    // Work that somebody else has left behind doesn't wait for the first request, where there is anything between requests.
    if (options.pollInterval > 0) this.#parts().catch((error) => this.#report(error));
  }

  /**
   * Answers a callback of the platform.
   * @param {Request} request
   * @returns {Promise<Response>}
   */
  async answer(request) {
    try {
      return json(200, await this.#callback(request));
    } catch (error) {
      if (error instanceof Refusal) {
        this.#log({ type: "refused", status: error.status, code: error.code, message: error.message });
        return json(error.status, { error: { code: error.code, message: error.message } }, error.retryAfter);
      }
      this.#report(error);
      // The platform asks again.
      return json(503, { error: { code: "unavailable", message: "try again later" } }, LATER);
    }
  }

  /** @param {Request} request */
  async #callback(request) {
    const { applicationId, secrets = [], unsigned } = this.#options;
    if (request.method !== "POST") throw new Refusal(405, "method", "callbacks are sent with POST");
    if (!this.#rate.take(this.#clock())) {
      throw new Refusal(429, "too_many", "there are too many callbacks at once", { retryAfter: 1 });
    }
    const body = await readBody(request);
    if (unsigned !== "accept") {
      await verifyCallback(request.headers.get("authorization"), body, {
        secrets: [secrets].flat(),
        now: this.#clock(),
        applicationId,
      });
    }
    const text = decoded(body);
    const { driver, classify } = await this.#parts();
    const callback = JSON.parse(classify(text));
    if (callback.error) throw new Refusal(callback.error.status, callback.error.code, callback.error.message);
    const call = await driver.callOf(callback.sessionId);
    const answer = accepted(await driver.feed(call, { type: "callback", body: text }));
    return answer.type === "ignored" ? { status: "ignored", reason: answer.reason } : { status: "ok" };
  }

  /** @param {CredentialsRequest} request */
  async credentials({ sessionId, user, role: asked, data = user }) {
    const role = await this.#role(asked, { sessionId, user });
    const answer = await this.ask(sessionId, { type: "credentials", sessionId });
    if (answer.type === "wait") {
      const retryAfter = Math.ceil(answer.retryAfter / 1000);
      throw new Refusal(503, "successor_on_its_way", "the call is about to move: ask again", { retryAfter });
    }
    if (answer.type !== "credentials") throw new RotationError("unexpected_answer", `the plan answered ${answer.type}`);
    const { applicationId, video, tokenLife } = this.#options;
    const expireTime = Math.floor((this.#clock() + tokenLife) / 1000);
    const token = video.generateClientToken(answer.sessionId, {
      role,
      ...(data !== undefined && { data }),
      expireTime,
    });
    return { applicationId, sessionId: answer.sessionId, token };
  }

  /**
   * @param {CredentialsRequest["role"]} asked
   * @param {{ sessionId: string, user: string | undefined }} who
   */
  async #role(asked, who) {
    const allowed = this.#options.role;
    const most = roleOf("the option role", typeof allowed === "function" ? await allowed(who) : allowed);
    if (asked === undefined) return lesser("publisher", most);
    const given = lesser(roleOf("role", asked), most);
    if (given !== asked) this.#log({ type: "roleLessened", asked, given });
    return given;
  }

  /**
   * @param {string} sessionId
   * @param {Input} input
   */
  async ask(sessionId, input) {
    if (typeof sessionId !== "string" || sessionId === "") {
      throw new RotationError("invalid_option", `sessionId: expected a session's ID, found ${typeof sessionId}`);
    }
    const { driver } = await this.#parts();
    return accepted(await driver.feed(await driver.callOf(sessionId), input));
  }

  /** Does what is due, and waits until nothing is under way. */
  async settle() {
    const { driver } = await this.#parts();
    await driver.look();
    await driver.idle();
  }

  async close() {
    const { driver, store } = await this.#parts();
    await driver.close();
    // A store that the app made is the app's.
    if (typeof this.#options.store === "string") await store.close();
  }

  /** What it works with; if that can't be had now, it is tried again with the next request. */
  #parts() {
    this.#started ??= this.#start().catch((error) => {
      this.#started = undefined;
      throw error;
    });
    return this.#started;
  }

  async #start() {
    const { applicationId, video, config, on, newSessionSignal, broadcastSignal, announcementKey } = this.#options;
    const { pollInterval, takeover, plan } = this.#options;
    const { step, classify } = await loadPlan(plan);
    const store = await openStore(this.#options.store);
    const clock = this.#clock;
    const message = signals({
      applicationId,
      type: newSessionSignal,
      broadcastType: broadcastSignal,
      key: announcementKey,
      clock,
    });
    const driver = new Driver({
      step,
      store,
      platform: new Platform(video, message),
      config,
      takeover,
      tell: async (event, id, call) => on?.({ ...event, eventId: id, call }),
      note: (event, call) => this.#log({ ...event, call }),
      report: (error) => this.#report(error),
      clock,
    });
    driver.start(pollInterval);
    return { driver, store, classify };
  }

  /** @param {{ type: string, [fact: string]: unknown }} entry */
  #log(entry) {
    try {
      this.#options.log?.(entry);
    } catch {
      // A log that fails must not fail a call.
    }
  }

  /** @param {unknown} error */
  #report(error) {
    this.#log({ type: "error", code: /** @type {any} */ (error)?.code, message: String(error) });
  }
}

/** @param {string | Store} store */
async function openStore(store) {
  if (typeof store !== "string") return store;
  // Only who wants it needs the package.
  const { SqliteStore } = await import("./stores/sqlite.js");
  return new SqliteStore(store);
}

/** @param {Answer} answer */
function accepted(answer) {
  if (answer.type === "refused") throw new Refusal(answer.status, answer.code, answer.message);
  return answer;
}

/** @param {Uint8Array} body */
function decoded(body) {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(body);
  } catch (cause) {
    throw new Refusal(400, "not_json", "the callback is refused: its body is not UTF-8", { cause });
  }
}

/**
 * @param {number} status
 * @param {unknown} value
 * @param {number} [retryAfter] seconds
 */
function json(status, value, retryAfter) {
  const headers = { "content-type": "application/json", ...(retryAfter && { "retry-after": String(retryAfter) }) };
  return new Response(JSON.stringify(value), { status, headers });
}
