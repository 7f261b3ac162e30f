// wasm-bindgen's command line and test runner, of the very version the crate is built with, in a folder of the project.

import { join } from "node:path";
import { TOOLS, wasmBindgenVersion } from "../support/project.mjs";
import { mustRun, run } from "../support/run.mjs";
import { step } from "../support/step.mjs";

/** Writes the JavaScript glue for a compiled module. */
export const WASM_BINDGEN = join(TOOLS, "bin", "wasm-bindgen");

/** Runs a compiled test crate in a headless browser. */
export const WASM_BINDGEN_TEST_RUNNER = join(TOOLS, "bin", "wasm-bindgen-test-runner");

/** Compiles both unless they are there already. */
export async function wasmBindgen() {
  const version = wasmBindgenVersion();
  if ((await isThere(WASM_BINDGEN, version)) && (await isThere(WASM_BINDGEN_TEST_RUNNER, version))) return;
  const binaries = ["--bin", "wasm-bindgen", "--bin", "wasm-bindgen-test-runner"];
  // Not --locked: the lock file in the published 0.2.130 names a crate version that can't be had any more.
  const args = ["install", "wasm-bindgen-cli", "--version", version, ...binaries, "--root", TOOLS, "--force"];
  await step(`compiling wasm-bindgen ${version} and its test runner (once)`, () =>
    mustRun("cargo", args, {
      purpose: `installing wasm-bindgen ${version}`,
      advice: "is crates.io reachable? The version is the one that Cargo.toml pins",
    }),
  );
}

/**
 * @param {string} binary
 * @param {string} version
 */
async function isThere(binary, version) {
  const { code, lines } = await run(binary, ["--version"]);
  return code === 0 && lines.some((line) => line.endsWith(` ${version}`));
}
