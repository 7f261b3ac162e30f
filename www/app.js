/** The demo's app server, as the pages see it: `app-server.js`. */
import { callbackAddress, reach } from "./lab.js";

/** Gives the app server that the lab calls back; null where none runs, and the lab announces by itself. */
export async function findApp() {
  const address = await callbackAddress();
  return address && new App(new URL(address).origin);
}

class App {
  #origin;

  constructor(origin) {
    this.#origin = origin;
  }

  get credentialsUrl() {
    return `${this.#origin}/credentials`;
  }

  /** Makes a call in `mode` ("relayed" or "routed") and returns its session's ID. */
  async createCall(mode) {
    const { sessionId } = await this.#ask("POST", "calls", { mode });
    return sessionId;
  }

  /** Records and broadcasts the call; `alone`: what stops is nobody's concern. */
  startServices(session, { alone }) {
    return this.#ask("POST", "services", { session, left: alone ? "alone" : "" });
  }

  /** What is recorded, and where the broadcast is now: `{ pieces: [{ startedAt, endedAt, gap }], broadcast }`. */
  services(session) {
    return this.#ask("GET", "services", { session });
  }

  async #ask(method, what, asked) {
    const response = await reach(`${this.#origin}/${what}?${new URLSearchParams(asked)}`, { method });
    const answer = await response.json().catch(() => ({}));
    if (!response.ok) throw new Error(`The app server could not do “${what}”: ${answer.error ?? response.status}.`);
    return answer;
  }
}
