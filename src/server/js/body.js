import { Refusal } from "./errors.js";

/** What the largest callback may be, in bytes: real ones have some hundred. */
export const MAX_BODY = 1_000_000;

/**
 * The body of a request, byte by byte, as long as it is not too large: no more than that is ever held.
 * @param {Request} request
 * @returns {Promise<Uint8Array<ArrayBuffer>>}
 * @throws {Refusal} 413
 */
export async function readBody(request) {
  /** @type {Uint8Array[]} */
  const chunks = [];
  let length = 0;
  const reader = request.body?.getReader();
  for (let chunk = await reader?.read(); chunk && !chunk.done; chunk = await reader?.read()) {
    length += chunk.value.byteLength;
    if (length > MAX_BODY) {
      await reader?.cancel();
      throw new Refusal(413, "too_large", `the callback is refused: its body has more than ${MAX_BODY} bytes`);
    }
    chunks.push(chunk.value);
  }
  const body = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    body.set(chunk, at);
    at += chunk.byteLength;
  }
  return body;
}
