// The test runners: each is run, shown where something is worth showing, and judged by its summary.

import { npmBinary } from "../support/project.mjs";
import { run } from "../support/run.mjs";
import { step } from "../support/step.mjs";
import { judge, readCargoSummary, readNodeSummary, readPlaywrightSummary } from "./summaries.mjs";

/** A stage that has not ended by then hangs, ms: the slowest takes a few minutes from nothing on two cores. */
const STAGE_TIMEOUT = 20 * 60_000;

/** The same of a suite that takes minutes by itself. */
const SUITE_TIMEOUT = 60 * 60_000;

/** What cargo says while all is well. */
const COMPILING =
  /^\s*(Compiling|Checking|Blocking|Downloaded|Downloading|Updating|Locking|Running|Finished|Doc-tests) /;

/** What test runners say while all is well. */
const CARGO_CHATTER = new RegExp(
  [
    /^$|^running \d+ tests?$|^test .* \.\.\. (ok|ignored)|^test result: ok|^all doctests ran/,
    /^(Set timeout|Set WASM_|Running headless|Try find|Ok$|Starting new webdriver|Visiting|Loading |Waiting for test)/,
  ]
    .map(({ source }) => source)
    .join("|"),
);

/** What a test of Node's tells of itself: how far it is, and what it has counted. */
const TOLD = /^│ /;

/**
 * Runs `cargo test`. Compiles first, as a step of its own, so that the time of each is seen.
 * @param {(line: string) => void} say
 * @param {string[]} selection
 * @param {Record<string, string>} [env]
 * @returns {Promise<import("./stages.mjs").Result>}
 */
export async function runCargo(say, selection, env = {}) {
  const args = ["--no-fail-fast", ...selection];
  const compiled = await step("compiling", () =>
    run("cargo", ["test", "--no-run", ...args], { env, timeout: STAGE_TIMEOUT }),
  );
  if (compiled.code !== 0) {
    compiled.lines.filter((line) => !COMPILING.test(line)).forEach(say);
    return judge(null, compiled);
  }
  const outcome = await run("cargo", ["test", ...args], {
    env,
    onLine: unless(CARGO_CHATTER, say),
    timeout: STAGE_TIMEOUT,
  });
  const result = judge(readCargoSummary(outcome.lines), outcome);
  // Cargo's warnings are the lints' business; what a test run that broke off wrote there is the cause.
  if (result.why) outcome.errors.filter((line) => !COMPILING.test(line)).forEach(say);
  return result;
}

/**
 * Runs Node, which is to run its tests.
 * @param {(line: string) => void} say
 * @param {string[]} args
 * @param {Record<string, string>} [env]
 * @returns {Promise<import("./stages.mjs").Result>}
 */
export async function runNode(say, args, env = {}) {
  const onLine = (/** @type {string} */ line) => void (TOLD.test(line) && say(line));
  const outcome = await run(process.execPath, args, { env, onLine, timeout: STAGE_TIMEOUT });
  const result = judge(readNodeSummary(outcome.lines), outcome);
  if (result.failed > 0) outcome.lines.filter((line) => !TOLD.test(line) && !/^\s*[✔ℹ▶]/.test(line)).forEach(say);
  return result;
}

/**
 * Runs the end-to-end tests.
 * @param {(line: string) => void} say
 * @param {Record<string, string>} env
 * @returns {Promise<import("./stages.mjs").Result>}
 */
export async function runPlaywright(say, env) {
  const args = ["test", "-c", "tests/e2e/playwright.config.mjs"];
  const outcome = await run(npmBinary("playwright"), args, {
    env,
    onLine: unless(/^\s*$/, say),
    timeout: env.SUITE ? SUITE_TIMEOUT : STAGE_TIMEOUT,
  });
  const result = judge(readPlaywrightSummary(outcome.lines), outcome);
  if (result.why) outcome.errors.forEach(say);
  return result;
}

/**
 * Passes on all lines but those that fit a pattern.
 * @param {RegExp} pattern
 * @param {(line: string) => void} say
 * @returns {(line: string) => void}
 */
function unless(pattern, say) {
  return (line) => {
    if (!pattern.test(line)) say(line);
  };
}
