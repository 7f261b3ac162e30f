// The announcement of a successor as clients get it, signed if the application has a key for that: then they can tell it
// from what anybody with a token, or with the platform's credentials, might send them.

import { statement } from "./statement.js";

/** @import { Message } from "./protocol.js" */

/** How long a signed announcement counts, in milliseconds: as long as somebody may be late with it. */
const LIFE = 10 * 60 * 1000;

/**
 * Makes signals of what the plan wants clients to know.
 * @param {object} how
 * @param {string} how.applicationId
 * @param {string} how.type the signal's type (`newSessionSignal` of the client's options)
 * @param {string} how.broadcastType the type of the signal with a broadcast's new addresses
 * @param {CryptoKey} [how.key] an Ed25519 private key; without it nothing is signed
 * @param {() => number} how.clock
 * @returns {(message: Message) => Promise<{ type: string, data: string }>}
 */
export function signals({ applicationId, type, broadcastType, key, clock }) {
  return async (message) => {
    if (message.type === "broadcastUrl") {
      return {
        type: broadcastType,
        data: JSON.stringify({ broadcastId: message.broadcastId, broadcastUrls: message.urls }),
      };
    }
    const { from, sessionId, epoch, deadline } = message;
    if (!key) return { type, data: JSON.stringify({ sessionId, deadline, epoch }) };
    const expires = clock() + LIFE;
    const signed = statement({ applicationId, from, sessionId, epoch, deadline, expires });
    const signature = base64url(await crypto.subtle.sign("Ed25519", key, signed));
    return { type, data: JSON.stringify({ sessionId, deadline, epoch, from, expires, signature }) };
  };
}

/** @param {ArrayBuffer} bytes */
function base64url(bytes) {
  const text = btoa(String.fromCharCode(...new Uint8Array(bytes)));
  return text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
