// What no test sees: format, lints, the types of the JavaScript, what the package promises to npm.

import { readFileSync } from "node:fs";
import { inRoot, npmBinary, WASM_TARGET } from "../support/project.mjs";
import { run } from "../support/run.mjs";
import { step } from "../support/step.mjs";

/**
 * @typedef {object} Check
 * @property {string} name what holds when it passes
 * @property {[command: string, ...args: string[]]} command
 * @property {[command: string, ...args: string[]]} [fix] mends what can be mended without thinking
 * @property {Record<string, string>} [env]
 */

/** Crates of the web are compiled for nothing else, so each lint runs for both. */
const WEB = ["-p", "opentok-handover", "--target", WASM_TARGET];

const SERVER = ["-p", "opentok-handover-server", "--target", WASM_TARGET];

/** @type {Check[]} */
const CHECKS = [
  {
    name: "the Rust is formatted",
    command: ["cargo", "fmt", "--all", "--check", "--", "-l"],
    fix: ["cargo", "fmt", "--all"],
  },
  {
    name: "the JavaScript is formatted",
    command: [npmBinary("prettier"), "--check", "--log-level", "warn", "."],
    fix: [npmBinary("prettier"), "--write", "--log-level", "warn", "."],
  },
  {
    name: "Cargo.lock agrees with the manifests",
    command: ["cargo", "metadata", "--locked", "--format-version", "1", "--no-deps"],
  },
  {
    // npm leaves out, without a word, a platform's package that the registry at hand doesn't have.
    name: "package-lock.json agrees with package.json, for every platform",
    command: ["npm", "ci", "--dry-run", "--no-audit", "--no-fund"],
  },
  {
    name: "clippy has nothing to say about host code",
    command: ["cargo", "clippy", "--workspace", "--all-targets", "--", "-D", "warnings"],
  },
  {
    name: "clippy has nothing to say about web code",
    command: ["cargo", "clippy", ...WEB, "--lib", "--test", "browser", "--", "-D", "warnings"],
  },
  {
    name: "clippy has nothing to say about the server's module",
    command: ["cargo", "clippy", ...SERVER, "--lib", "--", "-D", "warnings"],
  },
  {
    name: "the server crate's documentation has no dead links",
    command: ["cargo", "doc", ...SERVER, "--lib", "--no-deps"],
    env: { RUSTDOCFLAGS: "-D warnings" },
  },
  {
    name: "the crate's documentation has no dead links",
    command: ["cargo", "doc", ...WEB, "--lib", "--no-deps"],
    env: { RUSTDOCFLAGS: "-D warnings" },
  },
  {
    name: "the linter has nothing to say about the JavaScript",
    command: [npmBinary("oxlint"), "--deny-warnings", "--format", "unix"],
  },
  {
    name: "the JavaScript has sound types",
    command: [npmBinary("tsc"), "--pretty", "false"],
  },
  { name: "the package is fit to publish", command: [npmBinary("publint"), "--strict"] },
];

/**
 * Runs every check.
 * @param {(line: string) => void} say
 * @param {{ fix?: boolean }} [options] fix: mend first what can be mended
 * @returns {Promise<import("./stages.mjs").Result>}
 */
export async function runChecks(say, { fix = false } = {}) {
  let passed = 0;
  let failed = 0;
  for (const check of CHECKS) {
    if (fix && check.fix) await runOne(check.fix);
    const { code, lines, trouble } = await step(`checking that ${check.name}`, () => runOne(check.command, check.env));
    if (code === 0) {
      passed += 1;
      continue;
    }
    failed += 1;
    say(`✗ not so: ${check.name} (${trouble ?? `\`${shown(check.command)}\` ended with code ${code}`})`);
    for (const line of lines) if (line.trim() && !/^\s*(Checking|Compiling|Blocking) /.test(line)) say(`    ${line}`);
    if (check.fix) say("    `npm run check -- --fix` mends it");
  }
  const addresses = downloadAddresses(readFileSync(inRoot("package-lock.json"), "utf8"));
  if (addresses.length === 0) return { passed: passed + 1, failed, skipped: 0, why: null };
  say(`✗ not so: package-lock.json names no download addresses (line ${addresses.join(", ")})`);
  say("    `npm config set omit-lockfile-registry-resolved true`, then `npm install`, leaves them out");
  return { passed, failed: failed + 1, skipped: 0, why: null };
}

/**
 * The lines of a lock file that bind it to one registry.
 * @param {string} lock
 */
export function downloadAddresses(lock) {
  return lock.split("\n").flatMap((line, index) => (/"resolved": *"http/.test(line) ? [index + 1] : []));
}

/**
 * @param {[string, ...string[]]} command
 * @param {Record<string, string>} [env]
 */
function runOne([command, ...args], env) {
  return run(command, args, { env });
}

/** @param {string[]} command */
function shown(command) {
  return command.map((word) => word.replace(inRoot("/"), "")).join(" ");
}
