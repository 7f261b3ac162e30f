import assert from "node:assert/strict";
import { test } from "node:test";
import { Failure } from "./failure.mjs";
import { mustRun, run } from "./run.mjs";

const NODE = process.execPath;

test("a command's output is kept, and its errors apart as well", async () => {
  const { code, lines, errors } = await run(NODE, ["-e", 'console.log("out"); console.error("bad")']);
  assert.equal(code, 0);
  assert.deepEqual(lines.toSorted(), ["bad", "out"]);
  assert.deepEqual(errors, ["bad"]);
});

test("colours are taken off", async () => {
  const { lines } = await run(NODE, ["-e", String.raw`console.log("\u001b[32mgreen\u001b[0m")`]);
  assert.deepEqual(lines, ["green"]);
});

test("a command that isn't there is an outcome, not an exception", async () => {
  const { code, trouble } = await run("no-such-command", []);
  assert.equal(code, null);
  assert.equal(trouble, "no-such-command was not found");
});

test("a command that does not end is ended together with what it started", { timeout: 5_000 }, async () => {
  const endless = "setTimeout(() => {}, 15_000)";
  // The grandchild holds on to the output: were it left alive, the run would not be over in time.
  const parent = `
    require("node:child_process").spawn(process.execPath, ["-e", "${endless}"], { stdio: "inherit" });
    ${endless}`;
  const { code, trouble } = await run(NODE, ["-e", parent], { timeout: 1_000 });
  assert.equal(code, null);
  assert.equal(trouble, "no end after 1 s");
});

test("a command that must succeed and doesn't says what it was for", async () => {
  const failing = mustRun(NODE, ["-e", "process.exit(3)"], { purpose: "counting to three", advice: "count slower" });
  await assert.rejects(failing, (error) => {
    assert.ok(error instanceof Failure);
    assert.match(error.message, /^counting to three failed: .* ended with code 3$/);
    assert.equal(error.advice, "count slower");
    return true;
  });
});
