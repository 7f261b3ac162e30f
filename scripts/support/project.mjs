// Where things are, and what the manifests say about them.

import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of the project: everything the scripts run, runs here. */
export const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

/** Tools of this project alone, so that set-up never touches what is installed elsewhere. */
export const TOOLS = join(ROOT, ".tools");

export const DIST = join(ROOT, "dist");

export const WASM_TARGET = "wasm32-unknown-unknown";

/**
 * A path inside the project.
 * @param {...string} parts
 */
export const inRoot = (...parts) => join(ROOT, ...parts);

/**
 * A command that an npm package brought along.
 * @param {string} name
 */
export const npmBinary = (name) => inRoot("node_modules", ".bin", name);

/** The version of wasm-bindgen that Cargo.toml pins: its command line must be exactly the same. */
export function wasmBindgenVersion() {
  return pinned("Cargo.toml", /^wasm-bindgen\s*=\s*"=([\d.]+)"/m, 'wasm-bindgen = "=x.y.z"');
}

/** The Rust release that rust-toolchain.toml pins. */
export function rustVersion() {
  return pinned("rust-toolchain.toml", /^channel\s*=\s*"([^"]+)"/m, 'channel = "x.y.z"');
}

/**
 * @param {string} file
 * @param {RegExp} pattern with one group: the version
 * @param {string} expected how the line should look
 */
function pinned(file, pattern, expected) {
  const match = pattern.exec(readFileSync(inRoot(file), "utf8"));
  if (!match?.[1]) throw new Error(`${file} should have a line ${expected}`);
  return match[1];
}
