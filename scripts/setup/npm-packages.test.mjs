import assert from "node:assert/strict";
import { test } from "node:test";
import { isComplete } from "./npm-packages.mjs";

const LOCKED = {
  packages: {
    "": { version: "0.1.0" },
    "node_modules/a": { version: "1.0.0" },
    "node_modules/a-for-another-system": { version: "1.0.0", optional: true },
  },
};

test("what is locked and installed is complete, without the packages of other systems", () => {
  assert.equal(isComplete(LOCKED, { packages: { "node_modules/a": { version: "1.0.0" } } }), true);
});

test("another version is not what is locked", () => {
  assert.equal(isComplete(LOCKED, { packages: { "node_modules/a": { version: "1.0.1" } } }), false);
});

test("a package that is absent is missing", () => {
  assert.equal(isComplete(LOCKED, { packages: {} }), false);
});

test("an optional package of another version is out of date", () => {
  const packages = {
    "node_modules/a": { version: "1.0.0" },
    "node_modules/a-for-another-system": { version: "0.9.0" },
  };
  assert.equal(isComplete(LOCKED, { packages }), false);
});
