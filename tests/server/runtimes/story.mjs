// A rotation on whatever this runs in, told with nothing but what the standards give: a handler, a platform made of promises,
// a callback that is signed, an announcement that is.

import { createRotationHandler, MemoryStore } from "../../../dist/server/index.js";

const SECRET = "only the platform and the app know it";
const text = (/** @type {string} */ words) => new TextEncoder().encode(words);

function expect(/** @type {unknown} */ found, /** @type {unknown} */ wanted) {
  const [one, other] = [found, wanted].map((value) => JSON.stringify(value));
  if (one !== other) throw new Error(`expected ${other}, found ${one}`);
}

function base64url(/** @type {Uint8Array} */ bytes) {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}

/** A callback as the platform sends and signs it. */
async function callback(/** @type {object} */ told, { secret = SECRET } = {}) {
  const body = text(JSON.stringify(told));
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", body));
  const iat = Math.floor(Date.now() / 1000);
  const payload_hash = Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const claims = { iss: "Vonage", iat, jti: crypto.randomUUID(), application_id: "app", payload_hash };
  const content = [{ typ: "JWT", alg: "HS256" }, claims].map((part) => base64url(text(JSON.stringify(part)))).join(".");
  const hmac = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", text(secret), hmac, false, ["sign"]);
  const signature = base64url(new Uint8Array(await crypto.subtle.sign("HMAC", key, text(content))));
  const headers = { authorization: `Bearer ${content}.${signature}`, "content-type": "application/json" };
  return new Request("https://app.example/callbacks", { method: "POST", headers, body });
}

const NOTICE = {
  sessionId: "1_first",
  applicationId: "app",
  event: "sessionNotification",
  reason: "serverRotation",
  timestamp: Date.now(),
};

/** Everything that the platform is asked for in it. */
function platform() {
  /** @type {any[]} */
  const signals = [];
  const nothing = async () => ({ items: [] });
  const video = {
    createSession: async () => ({ sessionId: "2_successor" }),
    sendSignal: async (/** @type {object} */ signal, /** @type {string} */ sessionId) =>
      void signals.push({ ...signal, sessionId }),
    searchArchives: nothing,
    searchBroadcasts: nothing,
    listExperienceComposerRenders: nothing,
    generateClientToken: (/** @type {string} */ sessionId) => `a token for ${sessionId}`,
  };
  return { signals, video: /** @type {any} */ (video) };
}

/**
 * Throws if anything in it is not as it should be.
 * @param {Partial<import("../../../src/server/js/index.d.ts").RotationOptions>} [options]
 */
export async function rotation(options = {}) {
  const keys = /** @type {CryptoKeyPair} */ (await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"]));
  /** @type {string[]} */
  const told = [];
  const { signals, video } = platform();
  const handler = createRotationHandler({
    applicationId: "app",
    video,
    secrets: SECRET,
    store: new MemoryStore(),
    announcementKey: keys.privateKey,
    on: ({ type }) => void told.push(type),
    log: (entry) => void (entry.type === "error" && told.push(JSON.stringify(entry))),
    ...options,
  });
  expect((await handler(await callback(NOTICE, { secret: "another" }))).status, 401);
  const answer = await handler(await callback(NOTICE));
  expect([answer.status, await answer.json()], [200, { status: "ok" }]);
  await handler.settle();
  expect(told, ["successor"]);
  const [{ type, sessionId, data } = {}, ...others] = signals;
  const { sessionId: to, signature } = JSON.parse(data ?? "{}");
  expect([type, sessionId, to, typeof signature, others], ["newSession", "1_first", "2_successor", "string", []]);
  expect(await (await handler(await callback(NOTICE))).json(), { status: "ignored", reason: "repeated" });
  expect(await handler.credentials({ sessionId: "1_first" }), {
    applicationId: "app",
    sessionId: "2_successor",
    token: "a token for 2_successor",
  });
  await handler.close();
}
