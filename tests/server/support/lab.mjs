// A running lab for the tests of the application's server: its control calls, the vendor's library pointed at it, and
// somebody who listens to its callbacks.

import { once } from "node:events";
import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { Auth } from "@vonage/auth";
import { Video } from "@vonage/video";
import { Lab } from "../../e2e/support/lab.mjs";

/** Starts a lab that ends with the test; `control(call, arguments)` answers with JSON or throws what it was refused for. */
export async function startLab(/** @type {import("node:test").TestContext} */ test) {
  const lab = await Lab.start();
  test.after(() => lab.stop());
  /** @returns {Promise<any>} */
  const control = async (/** @type {string} */ call, given = {}) => {
    const response = await fetch(`${lab.url}/control/${call}`, { method: "POST", body: JSON.stringify(given) });
    const answer = /** @type {any} */ (await response.json());
    if (!response.ok) throw new Error(`${call}: ${answer.error}`);
    return answer;
  };
  return { url: lab.url, control };
}

/** The vendor's library, unmodified, as the lab's application. */
export async function connectVideo(/** @type {string} */ url, options = {}) {
  const response = await fetch(`${url}/credentials/application`);
  const { applicationId, privateKey, videoHost } = /** @type {any} */ (await response.json());
  const auth = new Auth({ applicationId, privateKey });
  return { video: new Video(auth, { videoHost, ...options }), applicationId, privateKey };
}

/**
 * Listens for callbacks. `heard` has them all; `next(test)` waits for the next that passes a test.
 * @param {import("node:test").TestContext} test
 * @param {(count: number) => number} [answer] the status of each answer, from the first (1) on
 */
export async function listen(test, answer = () => 200) {
  /** @typedef {{ body: any, raw: string, authorization: string | undefined, path: string }} Heard */
  /** @type {Heard[]} */
  const heard = [];
  /** @type {Set<() => void>} */
  const waiting = new Set();
  const server = createServer(async (request, response) => {
    const raw = await text(request);
    const { authorization } = request.headers;
    heard.push({ body: JSON.parse(raw), raw, authorization, path: request.url ?? "" });
    response.writeHead(answer(heard.length)).end();
    for (const wake of waiting) wake();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  test.after(() => server.close());
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  /** @type {(passes: (heard: Heard) => boolean) => Promise<Heard>} */
  const next = (passes) =>
    new Promise((resolve) => {
      const look = () => {
        const found = heard.find(passes);
        if (!found) return;
        waiting.delete(look);
        resolve(found);
      };
      waiting.add(look);
      look();
    });
  return { url: `http://127.0.0.1:${port}`, heard, next };
}

/** What a REST call was refused with. */
export async function refused(/** @type {Promise<unknown>} */ call) {
  try {
    await call;
  } catch (error) {
    return /** @type {any} */ (error).response?.status ?? error;
  }
  return undefined;
}
