// The stages of `npm test`: what each is about, what it needs, what it runs.

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { WASM_BINDGEN_TEST_RUNNER } from "../setup/wasm-bindgen.mjs";
import { webdriverCapabilities } from "../setup/chromium.mjs";
import { Failure } from "../support/failure.mjs";
import { ROOT, WASM_TARGET } from "../support/project.mjs";
import { runChecks } from "./checks.mjs";
import { runCargo, runNode, runPlaywright } from "./runners.mjs";
import { runTypeSentences } from "./type-sentences.mjs";

/**
 * @typedef {import("./summaries.mjs").Counts & { why: string | null }} Result why: what else than a failed test was wrong
 *
 * @typedef {object} Provided what set-up and builds have come up with; each is there if the stage said it needs it
 * @property {string} chromium
 * @property {string} chromedriver
 * @property {string} redis
 * @property {string} runtimes the folder of what else than Node a server runs in
 * @property {string} lab
 *
 * @typedef {"npm" | "rust" | "wasm-bindgen" | "chromium" | "chromedriver" | "redis" | "runtimes" | "package" | "lab"} Need
 *
 * @typedef {object} Stage
 * @property {string} name as in `npm test -- NAME`
 * @property {string} about
 * @property {Need[]} needs in the order in which they are met
 * @property {boolean} [long] run only when it is named: it takes minutes, whatever changed
 * @property {string} [set] the name of several stages together, in `npm test -- NAME`
 * @property {(say: (line: string) => void, provided: Provided) => Promise<Result>} run
 */

/** @type {Need[]} */
const WEB = ["npm", "rust", "wasm-bindgen"];

/** The SDK's older versions, as `SDK` names them to the end-to-end tests. */
const OLDER = ["2.27", "2.30"];

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
    about: "what decides, in the browser and on the server, in virtual time",
    needs: ["rust"],
    run: (say) => runCargo(say, ["-p", "opentok-handover", "-p", "opentok-handover-server"]),
  },
  {
    name: "rooms",
    about: "a hundred thousand rooms of two to fifty who move, chat, come and leave; with SEED=number one of them",
    needs: ["rust"],
    run: (say) => runSimulation(say, "opentok-handover", "core", "together"),
  },
  {
    name: "simulation",
    about: "a million schedules of whatever can break, in virtual time; with SEED=number one of them, line by line",
    long: true,
    needs: ["rust"],
    run: (say) => runSimulation(say, "opentok-handover", "core", "simulation"),
  },
  {
    name: "server-simulation",
    about: "the same of the application server's plan",
    long: true,
    needs: ["rust"],
    run: (say) => runSimulation(say, "opentok-handover-server", "plan", "simulation"),
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
  {
    name: "server",
    about: "the application server's half: the vendor's library, the lab, SQLite and Redis",
    needs: [...WEB, "redis", "package", "lab"],
    run: async (say, { redis, lab }) => {
      const files = readdirSync(join(ROOT, "tests", "server")).filter((file) => file.endsWith(".test.mjs"));
      const tests = files.map((file) => join("tests", "server", file));
      const args = ["--test", "--test-reporter=spec", ...tests];
      return runNode(say, args, { REDIS_SERVER: redis, ROTATION_LAB: lab });
    },
  },
  {
    name: "server-chaos",
    about: "three of them on one Redis, killed two hundred times, each callback ten times in random order",
    long: true,
    needs: [...WEB, "redis", "package", "lab"],
    run: (say, { redis, lab }) => {
      const tests = ["judge", "chaos"].map((name) => join("tests", "server", "chaos", `${name}.test.mjs`));
      const args = ["--test", "--test-concurrency=1", "--test-reporter=spec", ...tests];
      return runNode(say, args, { REDIS_SERVER: redis, ROTATION_LAB: lab });
    },
  },
  {
    name: "server-runtimes",
    about: "the application server's half in Deno, Bun and a worker",
    long: true,
    needs: [...WEB, "runtimes", "package"],
    run: (say, { runtimes }) => {
      const tests = [join("tests", "server", "runtimes", "runtimes.test.mjs")];
      return runNode(say, ["--test", "--test-reporter=spec", ...tests], { RUNTIMES: runtimes });
    },
  },
  { name: "types", about: "what users write, compiled", needs: ["npm"], run: (say) => runTypeSentences(say) },
  { name: "check", about: "format, lints, types", needs: [...WEB, "package"], run: (say) => runChecks(say) },
  {
    name: "e2e",
    about: "the package, the real SDK, the lab and a browser",
    needs: [...WEB, "chromium", "package", "lab"],
    run: (say, { chromium, lab }) => runPlaywright(say, { CHROMIUM: chromium, ROTATION_LAB: lab }),
  },
  longSuite(
    "recovery",
    "each way in which a call can break, and how it comes back: a table; and what else takes minutes",
  ),
  longSuite(
    "handovers",
    "twenty handovers in a row, in sessions of either kind, of two people and of three; what they leave behind",
  ),
  longSuite("crowds", "two, four, nine and sixteen people who move together, and each when they hear of it"),
  longSuite("apps", "apps as one writes them, and all that they can hold and do, through every kind of move"),
  ...OLDER.map((sdk) => ({
    ...longSuite("apps", `the same apps on SDK ${sdk}`, { SDK: sdk }),
    name: `apps-${sdk}`,
    set: "versions",
  })),
];

/**
 * The stages that are asked for, in their own order: by name, by the name of their set, or all that aren't long.
 * @param {string[]} names
 * @returns {Stage[]}
 */
export function stagesNamed(names) {
  const known = new Set(STAGES.flatMap(({ name, set }) => (set ? [name, set] : [name])));
  const unknown = names.filter((name) => !known.has(name));
  if (unknown.length > 0) {
    const advice = `name any of these: ${[...known].join(", ")}; or none, for all that aren't long`;
    throw new Failure(`there is no stage ${unknown.join(", ")}`, { advice });
  }
  return STAGES.filter(({ name, set, long }) =>
    names.length === 0 ? !long : names.includes(name) || (set && names.includes(set)),
  );
}

/**
 * Runs what is too long for `host`, and says how far it is.
 * @param {(line: string) => void} say
 * @param {string} crate
 * @param {string} tests the name of its test program
 * @param {string} only a part of the tests' names
 */
function runSimulation(say, crate, tests, only) {
  const program = ["-p", crate, "--test", tests, "--profile", "simulation"];
  return runCargo(say, [...program, "--", "--ignored", "--nocapture", only]);
}

/**
 * End-to-end tests that take minutes.
 * @param {string} name
 * @param {string} about
 * @param {Record<string, string>} [env]
 * @returns {Stage}
 */
function longSuite(name, about, env = {}) {
  return {
    name,
    about,
    long: true,
    needs: [...WEB, "chromium", "package", "lab"],
    run: (say, { chromium, lab }) => runPlaywright(say, { CHROMIUM: chromium, ROTATION_LAB: lab, SUITE: name, ...env }),
  };
}
