// Bytes written as text, for a script that brings its WebAssembly along. Four fifths of the bytes are one character each
// and no byte shares a character with its neighbour, as in base64: a compressed script is hardly larger than the
// compressed bytes.

/** What the text is made of: printable ASCII that needs no escape in a string, a template or a page. */
export const ALPHABET = [...Array(95).keys()]
  .map((offset) => String.fromCharCode(32 + offset))
  .filter((character) => !"\"'`\\$<".includes(character))
  .join("");

/** How many characters of the alphabet, its first ones, are the first of two. */
export const PREFIXES = 2;

/**
 * The bytes of a text.
 * @param {string} text
 * @param {number[]} frequent the bytes that are one character each, in the order of the alphabet after the prefixes
 */
export function unpack(text, frequent) {
  const rare = [...Array(256).keys()].filter((byte) => !frequent.includes(byte));
  const digits = new Uint8Array(128);
  for (let digit = 0; digit < ALPHABET.length; digit += 1) digits[ALPHABET.charCodeAt(digit)] = digit;
  const bytes = new Uint8Array(text.length);
  let length = 0;
  for (let at = 0; at < text.length; at += 1) {
    const digit = digits[text.charCodeAt(at)] ?? 0;
    if (digit >= PREFIXES) {
      bytes[length] = frequent[digit - PREFIXES] ?? 0;
    } else {
      at += 1;
      bytes[length] = rare[digit * ALPHABET.length + (digits[text.charCodeAt(at)] ?? 0)] ?? 0;
    }
    length += 1;
  }
  return bytes.subarray(0, length);
}
