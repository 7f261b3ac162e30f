// Writes bytes as text; the reverse, and what the text is like, is in src/js/auto/unpack.js.

import { ALPHABET, PREFIXES } from "../../src/js/auto/unpack.js";

/**
 * @param {Uint8Array} bytes
 * @returns {{ text: string, frequent: number[] }} what `unpack` takes
 */
export function pack(bytes) {
  const counts = Array(256).fill(0);
  for (const byte of bytes) counts[byte] += 1;
  const byFrequency = [...counts.keys()].sort((one, other) => counts[other] - counts[one]);
  // In their own order: the list compresses, and what is near in the bytes is near in the text.
  const split = ALPHABET.length - PREFIXES;
  const frequent = byFrequency.slice(0, split).sort((one, other) => one - other);
  const rare = byFrequency.slice(split).sort((one, other) => one - other);

  const written = Array(256);
  frequent.forEach((byte, at) => (written[byte] = ALPHABET[PREFIXES + at]));
  rare.forEach(
    (byte, at) => (written[byte] = `${ALPHABET[Math.floor(at / ALPHABET.length)]}${ALPHABET[at % ALPHABET.length]}`),
  );
  return { text: Array.from(bytes, (byte) => written[byte]).join(""), frequent };
}
