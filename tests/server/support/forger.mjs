// Callbacks as the platform signs them, and as somebody would who wants to be taken for it.

import { createHash, createHmac, randomUUID } from "node:crypto";

export const SECRET = "only the platform and the app know it";
export const APPLICATION = "an-application";

/** @typedef {{ body: Buffer, token: string | undefined, headers?: Record<string, string>, method?: string }} Callback */

/** The notice of a rotation of a session that nobody has heard of, or what else is said. */
export function notice(over = {}) {
  return {
    sessionId: `1_${randomUUID()}`,
    applicationId: APPLICATION,
    event: "sessionNotification",
    reason: "serverRotation",
    timestamp: Date.now(),
    ...over,
  };
}

/**
 * A callback that is the platform's, but for what is said.
 * @param {unknown} told text and bytes are sent as they are
 * @param {{ claims?: object, header?: object, secret?: string }} [but]
 * @returns {Callback}
 */
export function signed(told = notice(), { claims = {}, header = {}, secret = SECRET } = {}) {
  const body = Buffer.isBuffer(told) ? told : Buffer.from(typeof told === "string" ? told : JSON.stringify(told));
  return { body, token: tokenOf({ ...claimsOf(body), ...claims }, header, secret) };
}

/** What the platform says of a body. */
export function claimsOf(/** @type {Buffer} */ body) {
  const iat = Math.floor(Date.now() / 1000);
  const payload_hash = createHash("sha256").update(body).digest("hex");
  return { iss: "Vonage", iat, exp: iat + 300, jti: randomUUID(), application_id: APPLICATION, payload_hash };
}

/** A JWT, by hand: a library would not make some of these. */
export function tokenOf(claims, header = {}, secret = SECRET) {
  const alg = header.alg ?? "HS256";
  const content = [{ typ: "JWT", alg, ...header }, claims].map(encoded).join(".");
  const hash = { HS256: "sha256", HS384: "sha384", HS512: "sha512" }[alg] ?? "sha256";
  return `${content}.${createHmac(hash, secret).update(content).digest("base64url")}`;
}

/** One bit of each byte is another: as many as there are bytes. */
export function flips(/** @type {Buffer} */ bytes) {
  return Array.from(bytes, (byte, at) => {
    const flipped = Buffer.from(bytes);
    flipped[at] = byte ^ (1 << (at % 8));
    return flipped;
  });
}

/** The parts of a token, some of them replaced. */
export function spliced(token, { header, claims, signature }) {
  const parts = token.split(".");
  return [header ? encoded(header) : parts[0], claims ? encoded(claims) : parts[1], signature ?? parts[2]].join(".");
}

function encoded(value) {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}
