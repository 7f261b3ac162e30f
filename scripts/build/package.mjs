// dist/: the npm package, made of the crate compiled for the web and the hand-written JavaScript.

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { WASM_BINDGEN } from "../setup/wasm-bindgen.mjs";
import { DIST, inRoot, npmBinary, WASM_TARGET, wasmBindgenVersion } from "../support/project.mjs";
import { mustRun } from "../support/run.mjs";
import { step } from "../support/step.mjs";
import { bundle, minified } from "./bundle.mjs";
import { cargo, targetFolder } from "./cargo.mjs";
import { SHORTEN, shortenNames } from "./names.mjs";

const MODULE = "opentok_handover";

/** What dist/wasm was made of. Beside it, not in it: it isn't published. */
const FINGERPRINT = join(DIST, ".fingerprint");

/**
 * For a small download: what is inlined (into the one place that calls it, too) makes the module smaller, but compresses
 * worse, by 4 % in all.
 */
const SHRINK = [
  "-Oz",
  "--one-caller-inline-max-function-size=10",
  "--always-inline-max-function-size=1",
  "--flexible-inline-max-function-size=1",
];

/** Brings dist/ up to date. Costs next to nothing when it is. */
export async function buildPackage() {
  await step("compiling the package for the web", () =>
    cargo("compiling the package", ["build", "--release", "--lib", "-p", "opentok-handover", "--target", WASM_TARGET]),
  );
  const compiled = join(await targetFolder(), WASM_TARGET, "release", `${MODULE}.wasm`);
  const fingerprint = fingerprintOf(compiled);
  if (!isCurrent(fingerprint)) await step("binding and shrinking the wasm module", () => bind(compiled, fingerprint));
  await bundle(join(DIST, "wasm", `${MODULE}.js`), join(DIST, "wasm", `${MODULE}_bg.wasm`));
}

/**
 * Makes dist/wasm beside the old one and puts it in its place at the end, so that a page never loads a half.
 * @param {string} compiled
 * @param {string} fingerprint
 */
async function bind(compiled, fingerprint) {
  const making = join(DIST, `.wasm-${process.pid}`);
  rmSync(making, { recursive: true, force: true });
  mkdirSync(making, { recursive: true });
  await mustRun(WASM_BINDGEN, ["--target", "web", "--out-dir", making, "--out-name", MODULE, compiled], {
    purpose: "writing the JavaScript glue",
    advice: "does the version in .tools fit Cargo.toml? Removing .tools lets set-up install it again",
  });
  const module = join(making, `${MODULE}_bg.wasm`);
  const printed = await mustRun(npmBinary("wasm-opt"), [...SHRINK, SHORTEN, module, "-o", module], {
    purpose: "shrinking the wasm module",
    advice: 'the release profile must keep the target_features section: strip = "debuginfo", not true',
  });
  const glue = join(making, `${MODULE}.js`);
  writeFileSync(glue, await minified(shortenNames(readFileSync(glue, "utf8"), printed.join("\n"))));

  const place = join(DIST, "wasm");
  rmSync(FINGERPRINT, { force: true });
  rmSync(place, { recursive: true, force: true });
  renameSync(making, place);
  writeFileSync(FINGERPRINT, fingerprint);
}

/**
 * Names all that dist/wasm is made of: the compiled module, the tools, and these steps.
 * @param {string} compiled
 */
function fingerprintOf(compiled) {
  const hash = createHash("sha256").update(wasmBindgenVersion());
  const lock = JSON.parse(readFileSync(inRoot("package-lock.json"), "utf8"));
  for (const name of ["binaryen", "esbuild"]) hash.update(`${name} ${lock.packages[`node_modules/${name}`]?.version}`);
  const steps = [
    fileURLToPath(import.meta.url),
    ...["bundle.mjs", "names.mjs"].map((name) => inRoot("scripts", "build", name)),
  ];
  for (const file of steps) hash.update(readFileSync(file));
  return hash.update(readFileSync(compiled)).digest("hex");
}

/** @param {string} fingerprint */
function isCurrent(fingerprint) {
  const made = [`${MODULE}.js`, `${MODULE}.d.ts`, `${MODULE}_bg.wasm`].map((name) => join(DIST, "wasm", name));
  return [FINGERPRINT, ...made].every((file) => existsSync(file)) && readFileSync(FINGERPRINT, "utf8") === fingerprint;
}

/** Each file of dist/ with its content, for the one who asked for a build. */
export function listPackage() {
  return readdirSync(DIST, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith("."))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((file) => ({ path: relative(DIST, file), content: readFileSync(file) }));
}
