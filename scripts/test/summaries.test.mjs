import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { judge, readCargoSummary, readNodeSummary, readPlaywrightSummary } from "./summaries.mjs";

const ENDED_WELL = { code: 0, trouble: null };

describe("cargo test", () => {
  test("the results of all test binaries are added up", () => {
    const lines = [
      "running 2 tests",
      "test a_leg_is_given_up_last ... ok",
      "test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s",
      "test result: FAILED. 5 passed; 1 failed; 3 ignored; 0 measured; 0 filtered out; finished in 0.21s",
    ];
    assert.deepEqual(readCargoSummary(lines), { passed: 7, failed: 1, skipped: 3 });
  });

  test("the runner in the browser, which counts fewer things, is understood too", () => {
    const lines = ["test result: ok. 4 passed; 0 failed; 1 ignored; 0 filtered out; finished in 0.32s"];
    assert.deepEqual(readCargoSummary(lines), { passed: 4, failed: 0, skipped: 1 });
  });

  test("a crate for the browser without tests has a summary of noughts", () => {
    assert.deepEqual(readCargoSummary(["no tests to run!"]), { passed: 0, failed: 0, skipped: 0 });
  });

  test("code that does not compile has no summary", () => {
    assert.equal(readCargoSummary(["error[E0425]: cannot find value `x` in this scope"]), null);
  });

  test("a line that a test prints in passing is no result", () => {
    assert.equal(readCargoSummary(['left: "test result: ok. 4 passed; 0 failed; 0 ignored"']), null);
  });
});

describe("node --test", () => {
  test("passes and failures are read, and a cancelled test has failed", () => {
    const lines = [
      "ℹ tests 6",
      "ℹ pass 2",
      "ℹ fail 1",
      "ℹ cancelled 1",
      "ℹ skipped 1",
      "ℹ todo 1",
      "ℹ duration_ms 142.8",
    ];
    assert.deepEqual(readNodeSummary(lines), { passed: 2, failed: 2, skipped: 2 });
  });

  test("no counts, no summary", () => {
    assert.equal(readNodeSummary(["Could not find 'nowhere.test.mjs'"]), null);
  });
});

describe("playwright", () => {
  test("what is not mentioned is nought", () => {
    assert.deepEqual(readPlaywrightSummary(["", "  12 passed (1.3m)"]), { passed: 12, failed: 0, skipped: 0 });
  });

  test("a test that did not run, was interrupted, or passed only when repeated has failed", () => {
    const lines = [
      "  2 failed",
      "    x.spec.mjs:2:22 › b ─────",
      "  1 flaky",
      "    x.spec.mjs:9:1 › c ─────",
      "  1 interrupted",
      "  3 skipped",
      "  4 did not run",
      "  10 passed (1.3s)",
    ];
    assert.deepEqual(readPlaywrightSummary(lines), { passed: 10, failed: 8, skipped: 3 });
  });

  test("an error outside of any test has failed", () => {
    const lines = ["  1 passed (2s)", "  1 error was not a part of any test, see above for details"];
    assert.deepEqual(readPlaywrightSummary(lines), { passed: 1, failed: 1, skipped: 0 });
  });

  test("a configuration that can't be loaded has no summary", () => {
    assert.equal(readPlaywrightSummary(["Error: Cannot find package 'nope'"]), null);
  });
});

describe("the verdict", () => {
  const twoPassed = { passed: 2, failed: 0, skipped: 0 };

  test("a good end with passed tests is good", () => {
    assert.deepEqual(judge(twoPassed, ENDED_WELL), { ...twoPassed, why: null });
  });

  test("a run whose summary can't be read has failed", () => {
    assert.deepEqual(judge(null, ENDED_WELL), { passed: 0, failed: 1, skipped: 0, why: "no summary in its output" });
  });

  test("a run without tests has failed", () => {
    const none = { passed: 0, failed: 0, skipped: 4 };
    assert.deepEqual(judge(none, ENDED_WELL), { passed: 0, failed: 1, skipped: 4, why: "it ran no tests" });
  });

  test("a bad end is a failure even when all tests that reported passed", () => {
    assert.deepEqual(judge(twoPassed, { code: 101, trouble: null }), {
      ...twoPassed,
      failed: 1,
      why: "ended with code 101",
    });
  });

  test("a run that was ended for taking too long says so beside its failures", () => {
    const outcome = { code: null, trouble: "no end after 900 s" };
    assert.deepEqual(judge({ ...twoPassed, failed: 1 }, outcome), {
      ...twoPassed,
      failed: 1,
      why: "no end after 900 s",
    });
  });
});
