import assert from "node:assert/strict";
import { test } from "node:test";
import { downloadAddresses } from "./checks.mjs";

test("a lock file that names a download address is bound to one registry", () => {
  const entry = `{\n  "version": "1.0.0",\n  "resolved": "https://registry.example/a.tgz"\n}`;
  assert.deepEqual(downloadAddresses(entry), [3]);
});

test("a link inside the project is no download address", () => {
  assert.deepEqual(downloadAddresses(`{ "resolved": "packages/a", "link": true }`), []);
});
