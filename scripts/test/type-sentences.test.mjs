import assert from "node:assert/strict";
import { test } from "node:test";
import { assign, complaintsOf, sentencesOf } from "./type-sentences.mjs";

const SOURCE = `import { test } from "./test.js";

test("a session is a session", () => {
  const x: number = "";
});

test("a \\"quoted\\" word is no trouble", () => {});
`;

test("each test at the beginning of a line is a sentence", () => {
  assert.deepEqual(sentencesOf("a.ts", SOURCE), [
    { file: "a.ts", line: 3, sentence: "a session is a session" },
    { file: "a.ts", line: 7, sentence: 'a "quoted" word is no trouble' },
  ]);
});

test("a complaint keeps the lines that explain it", () => {
  const lines = [
    "a.ts(4,9): error TS2322: Type 'string' is not assignable.",
    "  Because it is not.",
    "",
    "Found 1 error.",
  ];
  const text = "TS2322: Type 'string' is not assignable.\n      Because it is not.";
  assert.deepEqual(complaintsOf(lines), [{ file: "a.ts", line: 4, text }]);
});

test("a complaint breaks the sentence it stands in, and no other", () => {
  const sentences = sentencesOf("a.ts", SOURCE);
  const complaint = { file: "a.ts", line: 4, text: "TS2322" };
  const { passed, broken, homeless } = assign(sentences, [complaint, complaint]);
  assert.equal(passed, 1);
  assert.deepEqual([...broken.keys()], [sentences[0]]);
  assert.deepEqual(homeless, []);
});

test("a complaint outside of all sentences is not lost", () => {
  const complaints = [
    { file: "a.ts", line: 1, text: "TS2307" },
    { file: "index.d.ts", line: 40, text: "TS1005" },
  ];
  const { passed, homeless } = assign(sentencesOf("a.ts", SOURCE), complaints);
  assert.equal(passed, 2);
  assert.deepEqual(homeless, complaints);
});
