import assert from "node:assert/strict";
import { test } from "node:test";
import { Failure, reportOf } from "./failure.mjs";

test("a report says what failed, what was printed, and what to do", () => {
  const failure = new Failure("installing x failed", { advice: "install x by hand", lines: ["no such x", ""] });
  assert.equal(failure.report, "✗ installing x failed\n    no such x\n  What to do: install x by hand");
});

test("of a long output the beginning and the end are shown", () => {
  const lines = Array.from({ length: 500 }, (_, index) => `line ${index}`);
  const shown = new Failure("x", { advice: "y", lines }).report.split("\n");
  assert.ok(shown.includes("    line 0") && shown.includes("    line 499"));
  assert.ok(shown.length < 35);
});

test("whatever is thrown can be shown", () => {
  assert.equal(reportOf("a string"), "✗ a string");
  assert.match(reportOf(new TypeError("a bug")), /^✗ TypeError: a bug\n {4}at /);
});
