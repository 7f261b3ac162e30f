import assert from "node:assert/strict";
import { test } from "node:test";
import { ALPHABET, unpack } from "../../src/js/auto/unpack.js";
import { pack } from "./pack.mjs";

/** @param {Uint8Array} bytes */
const there = (bytes) => {
  const { text, frequent } = pack(bytes);
  return unpack(text, frequent);
};

test("bytes come back as they were", () => {
  const few = Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
  const all = Uint8Array.from({ length: 4096 }, (_, at) => ((at * at) % 256) ^ (at % 251));
  for (const bytes of [new Uint8Array(), few, all, Uint8Array.from(all.keys(), (at) => at % 256)]) {
    assert.deepEqual([...there(bytes)], [...bytes]);
  }
});

test("the text needs no escape in a script, wherever that stands", () => {
  const { text } = pack(Uint8Array.from(Array(256).keys()));
  assert.match(text, /^[ -~]+$/);
  assert.doesNotMatch(text, /["'`\\$<]/);
  assert.equal(new Set(ALPHABET).size, ALPHABET.length);
});

test("what is frequent is one character", () => {
  const { text } = pack(Uint8Array.from({ length: 1000 }, (_, at) => at % 80));
  assert.equal(text.length, 1000);
});
