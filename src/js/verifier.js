// Whether announcements are signed by whoever has the key: WebCrypto says so, of one after the other.

import { statement } from "../server/js/statement.js";

const ED25519 = "Ed25519";

/** @typedef {Parameters<typeof statement>[0] & { signature: string }} Signed */

/**
 * @param {string} text an Ed25519 public key: its 32 bytes as base64url
 * @returns {(applicationId: string, signed: Signed, answer: (verdict: boolean | undefined) => void) => void} answers in
 * the order in which it is asked; `undefined`: this page can't know
 */
export function verifier(text) {
  /** @type {Promise<unknown>} */
  let last = Promise.resolve();
  // Where the page isn't secure there is no `subtle`; an older browser refuses the algorithm.
  const importing = (async () => crypto.subtle.importKey("raw", bytesOf(text), ED25519, false, ["verify"]))();
  const known = importing.catch(() => undefined);
  return (applicationId, signed, answer) => {
    last = last.then(async () => {
      const key = await known;
      answer(key && (await isGenuine(key, { ...signed, applicationId })));
    });
  };
}

/**
 * @param {CryptoKey} key
 * @param {Signed} signed as it came: anything
 */
async function isGenuine(key, signed) {
  try {
    return await crypto.subtle.verify(ED25519, key, bytesOf(signed.signature), statement(signed));
  } catch {
    return false;
  }
}

/** @param {string} base64url */
function bytesOf(base64url) {
  const text = atob(base64url.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}
