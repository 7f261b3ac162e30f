// The stages of `npm test`: what each needs, how it runs, and which lines of its output are worth showing.

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { WASM_BINDGEN_TEST_RUNNER } from "../setup/wasm-bindgen.mjs";
import { webdriverCapabilities } from "../setup/chromium.mjs";
import { ROOT, npmBinary, WASM_TARGET } from "../support/project.mjs";
import { run } from "../support/run.mjs";
import { step } from "../support/step.mjs";
import { runChecks } from "./checks.mjs";
import { judge, readCargoSummary, readNodeSummary, readPlaywrightSummary } from "./summaries.mjs";
import { runTypeSentences } from "./type-sentences.mjs";

/**
 * @typedef {import("./summaries.mjs").Counts & { why: string | null }} Result why: what else than a failed test was wrong
 *
 * @typedef {object} Provided what set-up and builds have come up with; each is there if the stage said it needs it
 * @property {string} chromium
 * @property {string} chromedriver
 * @property {string} lab
 *
 * @typedef {"npm" | "rust" | "wasm-bindgen" | "chromium" | "chromedriver" | "package" | "lab"} Need
 *
 * @typedef {object} Stage
 * @property {string} name as in `npm test -- NAME`
 * @property {string} about
 * @property {Need[]} needs in the order in which they are met
 * @property {(say: (line: string) => void, provided: Provided) => Promise<Result>} run
 */

/** A stage that has not ended by then hangs, ms: the slowest takes a few minutes from nothing on two cores. */
const STAGE_TIMEOUT = 15 * 60_000;

/** @type {Need[]} */
const WEB = ["npm", "rust", "wasm-bindgen"];

/** @type {Stage[]} */
export const STAGES = [
  {
    name: "scripts",
    about: "these scripts",
    needs: [],
    run: async (say) => {
      const files = readdirSync(join(ROOT, "scripts"), { recursive: true, encoding: "utf8" });
      const tests = files.filter((file) => file.endsWith(".test.mjs")).map((file) => join("scripts", file));
      return runNode(say, ["--test", "--test-reporter=spec", ...tests]);
    },
  },
  {
    name: "host",
    about: "the core, in virtual time",
    needs: ["rust"],
    run: (say) => runCargo(say, ["-p", "opentok-handover"]),
  },
  {
    name: "lab",
    about: "the stand-in for the Video API",
    needs: ["rust", "npm"],
    run: (say) => runCargo(say, ["-p", "rotation-lab"]),
  },
  {
    name: "browser",
    about: "the web half, one unit at a time in headless Chromium",
    needs: ["rust", "wasm-bindgen", "chromium", "chromedriver"],
    run: (say, { chromium, chromedriver }) =>
      runCargo(say, ["-p", "opentok-handover", "--target", WASM_TARGET, "--test", "browser"], {
        CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER: WASM_BINDGEN_TEST_RUNNER,
        CHROMEDRIVER: chromedriver,
        WASM_BINDGEN_TEST_WEBDRIVER_JSON: webdriverCapabilities(chromium),
        WASM_BINDGEN_TEST_TIMEOUT: "120",
      }),
  },
  { name: "types", about: "what users write, compiled", needs: ["npm"], run: (say) => runTypeSentences(say) },
  { name: "check", about: "format, lints, types", needs: [...WEB, "package"], run: (say) => runChecks(say) },
  {
    name: "e2e",
    about: "the package, the real SDK, the lab and a browser",
    needs: [...WEB, "chromium", "package", "lab"],
    run: (say, { chromium, lab }) => runPlaywright(say, { CHROMIUM: chromium, ROTATION_LAB: lab }),
  },
];

/**
 * Compiles first, as a step of its own, so that the time of each is seen.
 * @param {(line: string) => void} say
 * @param {string[]} selection
 * @param {Record<string, string>} [env]
 * @returns {Promise<Result>}
 */
async function runCargo(say, selection, env = {}) {
  const args = ["test", ...selection, "--no-fail-fast"];
  const compiled = await step("compiling", () => run("cargo", [...args, "--no-run"], { env, timeout: STAGE_TIMEOUT }));
  if (compiled.code !== 0) {
    compiled.lines.filter((line) => !/^\s*(Compiling|Blocking|Downloaded|Downloading) /.test(line)).forEach(say);
    return judge(null, compiled);
  }
  const noise =
    /^$|^running \d+ tests?$|^test .* \.\.\. (ok|ignored)|^test result: ok|^\s+(Running|Finished|Doc-tests|Blocking) /;
  const browserNoise =
    /^(Set timeout|Running headless|Try find|Ok$|Starting new webdriver|Visiting|Loading page|Waiting for test|Try to)/;
  const loud = (/** @type {string} */ line) => !noise.test(line) && !browserNoise.test(line) && say(line);
  const outcome = await run("cargo", args, { env, onLine: loud, timeout: STAGE_TIMEOUT });
  return judge(readCargoSummary(outcome.lines), outcome);
}

/**
 * @param {(line: string) => void} say
 * @param {string[]} args
 * @returns {Promise<Result>}
 */
async function runNode(say, args) {
  const outcome = await run(process.execPath, args, { timeout: STAGE_TIMEOUT });
  const result = judge(readNodeSummary(outcome.lines), outcome);
  if (result.failed > 0) outcome.lines.filter((line) => !/^\s*[✔ℹ]/.test(line)).forEach(say);
  return result;
}

/**
 * @param {(line: string) => void} say
 * @param {Record<string, string>} env
 * @returns {Promise<Result>}
 */
async function runPlaywright(say, env) {
  const args = ["test", "-c", "tests/e2e/playwright.config.mjs", "--reporter=list"];
  const loud = (/** @type {string} */ line) => line.trim() && say(line);
  const outcome = await run(npmBinary("playwright"), args, { env, onLine: loud, timeout: STAGE_TIMEOUT });
  return judge(readPlaywrightSummary(outcome.lines), outcome);
}
