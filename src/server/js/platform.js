// The plan's commands to the platform, carried out by the vendor's own library (`@vonage/video`).

/** @import { Video } from "@vonage/video" */
/** @import { Command, Trouble } from "./protocol.js" */

/** The most that a page of archives, broadcasts or renderings may hold. */
const PAGE = 1000;

/** How long the token of a service lives that needs one to start, in seconds. */
const SERVICE_TOKEN_LIFE = 24 * 60 * 60;

/**
 * A rendering of Experience Composer can't be listed by session.
 * @typedef {{ items?: { sessionId?: string }[], count?: number }} Page
 */

/** Carries out what a plan commands. Nothing is tried again here: that the plan decides. */
export class Platform {
  #video;
  #message;

  /**
   * @param {Video} video
   * @param {(message: any) => Promise<{ type: string, data: string }>} message what a signal of the plan's looks like to clients
   */
  constructor(video, message) {
    this.#video = video;
    this.#message = message;
  }

  /**
   * Carries out a command and gives back what the platform answered. It fails as the library fails.
   * @param {Exclude<Command, { type: "bind" | "tell" }>} command
   * @returns {Promise<unknown>}
   */
  async perform(command) {
    switch (command.type) {
      case "createSession": {
        const { sessionId } = await this.#video.createSession(command.properties);
        return { sessionId };
      }
      case "signal": {
        const signal = await this.#message(command.message);
        await this.#video.sendSignal(signal, command.sessionId, command.connectionId ?? undefined);
        return {};
      }
      case "list":
        return { items: await this.#list(command) };
      case "start":
        return this.#start(command);
      case "stop":
        return (await this.#stop(command)) ?? {};
      default:
        throw new Error(`the platform knows no ${/** @type {Command} */ (command).type}`);
    }
  }

  /** @param {Extract<Command, { type: "list" }>} command */
  async #list({ kind, sessionId }) {
    const page = (/** @type {number} */ offset) => {
      const filter = { sessionId, offset, count: PAGE };
      if (kind === "archive") return this.#video.searchArchives(filter);
      if (kind === "broadcast") return this.#video.searchBroadcasts(filter);
      return this.#video.listExperienceComposerRenders({ offset, count: PAGE });
    };
    /** @type {{ sessionId?: string }[]} */
    const items = [];
    for (let offset = 0; ; offset += PAGE) {
      const found = /** @type {Page} */ (await page(offset)).items ?? [];
      items.push(...found.filter((item) => item.sessionId === undefined || item.sessionId === sessionId));
      if (found.length < PAGE) return items;
    }
  }

  /** @param {Extract<Command, { type: "start" }>} command */
  #start({ kind, sessionId, options }) {
    const given = /** @type {any} */ (options);
    switch (kind) {
      case "archive":
        return this.#video.startArchive(sessionId, given);
      case "broadcast":
        return this.#video.startBroadcast(sessionId, given);
      case "captions":
        // The platform asks for a moderator's token.
        return this.#video.enableCaptions(sessionId, this.#serviceToken(sessionId, "moderator"), given);
      case "composer":
        return this.#video.startExperienceComposerRender(sessionId, this.#serviceToken(sessionId, "publisher"), given);
    }
  }

  /** @param {Extract<Command, { type: "stop" }>} command */
  #stop({ kind, id }) {
    switch (kind) {
      case "archive":
        return this.#video.stopArchive(id);
      case "broadcast":
        return this.#video.stopBroadcast(id);
      case "captions":
        return this.#video.disableCaptions(id);
      case "composer":
        return this.#video.stopExperienceComposerRender(id);
    }
  }

  /**
   * @param {string} sessionId
   * @param {"moderator" | "publisher"} role
   */
  #serviceToken(sessionId, role) {
    const expireTime = Math.floor(Date.now() / 1000) + SERVICE_TOKEN_LIFE;
    return this.#video.generateClientToken(sessionId, { role, expireTime });
  }
}

/**
 * What the plan needs to know of a failure: the status of the platform's answer, if there was one, and when it wants to be
 * asked again. No request is repeated in it, because those carry tokens.
 * @param {any} error
 * @param {number} now milliseconds since the epoch
 * @returns {Trouble}
 */
export function troubleOf(error, now) {
  const response = error?.response;
  const status = response?.status;
  if (!Number.isInteger(status)) return { message: String(error?.name ?? "Error") };
  const wanted = response.headers?.get?.("retry-after") ?? response.headers?.["retry-after"];
  const retryAfter = wanted == null ? NaN : /^\d+$/.test(wanted) ? Number(wanted) * 1000 : Date.parse(wanted) - now;
  return {
    status,
    message: `HTTP ${status}`,
    ...(Number.isFinite(retryAfter) && { retryAfter: Math.max(0, retryAfter) }),
  };
}

/**
 * Waits for work, but not for ever.
 * @template T
 * @param {Promise<T>} work
 * @param {number} patience milliseconds
 * @returns {Promise<T>}
 */
export async function within(work, patience) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new DOMException("no answer in time", "TimeoutError")), patience);
  });
  try {
    return /** @type {T} */ (await Promise.race([work, late]));
  } finally {
    clearTimeout(timer);
  }
}
