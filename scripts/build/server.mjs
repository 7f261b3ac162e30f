// dist/server/: the application server's half. What decides is a wasm module of its own; nothing of the browser's is in
// it. The hand-written JavaScript is taken as it is: nobody downloads it to a page.

import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { WASM_BINDGEN } from "../setup/wasm-bindgen.mjs";
import { DIST, inRoot, npmBinary, WASM_TARGET, wasmBindgenVersion } from "../support/project.mjs";
import { mustRun } from "../support/run.mjs";
import { step } from "../support/step.mjs";
import { cargo, targetFolder } from "./cargo.mjs";

const CRATE = "opentok-handover-server";
const MODULE = "opentok_handover_server";
const PLACE = join(DIST, "server", "wasm");

/** What it was made of. Beside it, not in it: it isn't published. */
const FINGERPRINT = join(DIST, ".server-fingerprint");

/** Brings dist/server/wasm up to date. Costs next to nothing when it is. */
export async function buildServer() {
  await step("compiling the server's plan", () =>
    cargo("compiling the server's plan", ["build", "--release", "--lib", "-p", CRATE, "--target", WASM_TARGET]),
  );
  const compiled = join(await targetFolder(), WASM_TARGET, "release", `${MODULE}.wasm`);
  const hash = createHash("sha256")
    .update(wasmBindgenVersion())
    .update(readFileSync(fileURLToPath(import.meta.url)));
  const fingerprint = hash.update(readFileSync(compiled)).digest("hex");
  if (!isCurrent(fingerprint)) await step("binding the server's plan", () => bind(compiled, fingerprint));
  cpSync(inRoot("src", "server", "js"), join(DIST, "server"), { recursive: true });
}

/**
 * Makes it beside the old one and puts it in its place at the end, so that no process loads a half.
 * @param {string} compiled
 * @param {string} fingerprint
 */
async function bind(compiled, fingerprint) {
  const making = join(DIST, `.server-${process.pid}`);
  rmSync(making, { recursive: true, force: true });
  mkdirSync(making, { recursive: true });
  await mustRun(WASM_BINDGEN, ["--target", "web", "--out-dir", making, "--out-name", MODULE, compiled], {
    purpose: "writing the JavaScript glue of the server's plan",
    advice: "does the version in .tools fit Cargo.toml? Removing .tools lets set-up install it again",
  });
  // For speed: it is loaded once, from a disk.
  const module = join(making, `${MODULE}_bg.wasm`);
  await mustRun(npmBinary("wasm-opt"), ["-O3", module, "-o", module], {
    purpose: "optimizing the server's plan",
    advice: 'the release profile must keep the target_features section: strip = "debuginfo", not true',
  });
  rmSync(FINGERPRINT, { force: true });
  rmSync(PLACE, { recursive: true, force: true });
  mkdirSync(join(PLACE, ".."), { recursive: true });
  renameSync(making, PLACE);
  writeFileSync(FINGERPRINT, fingerprint);
}

/** @param {string} fingerprint */
function isCurrent(fingerprint) {
  const made = [`${MODULE}.js`, `${MODULE}.d.ts`, `${MODULE}_bg.wasm`].map((name) => join(PLACE, name));
  return [FINGERPRINT, ...made].every((file) => existsSync(file)) && readFileSync(FINGERPRINT, "utf8") === fingerprint;
}
