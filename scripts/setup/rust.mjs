// The pinned Rust toolchain with its wasm target, and a linker. Nothing else of the user's Rust is touched.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { Failure } from "../support/failure.mjs";
import { rustVersion, WASM_TARGET } from "../support/project.mjs";
import { mustRun, run } from "../support/run.mjs";
import { step } from "../support/step.mjs";
import { canInstallDebianPackages, debianPackages } from "./debian.mjs";

const COMPONENTS = ["clippy", "rustfmt"];

/** Adds what is missing for building and checking on this machine and for the web. */
export async function rust() {
  await linker();
  const listing = await run("rustup", ["toolchain", "list"]);
  if (listing.code !== 0) return withoutRustup();
  const version = rustVersion();
  if (!listing.lines.some((line) => line.startsWith(`${version}-`))) return addToolchain(version);

  const of = ["--toolchain", version];
  if (!(await lists(["target", "list", "--installed", ...of], WASM_TARGET))) await addTarget(of);
  for (const component of COMPONENTS) {
    if (!(await lists(["component", "list", "--installed", ...of], component))) await addComponent(of, component);
  }
}

/**
 * Adds this one release, named in full: never a channel, which would upgrade the user's own.
 * @param {string} version
 */
async function addToolchain(version) {
  const options = ["--profile", "minimal", "--no-self-update", "--target", WASM_TARGET];
  for (const component of COMPONENTS) options.push("--component", component);
  await step(`adding Rust ${version} with ${WASM_TARGET}`, () =>
    mustRun("rustup", ["toolchain", "install", version, ...options], {
      purpose: `adding Rust ${version}`,
      advice: "is static.rust-lang.org reachable? rust-toolchain.toml says which release the project needs",
    }),
  );
}

/** @param {string[]} of */
async function addTarget(of) {
  await step(`adding the Rust target ${WASM_TARGET}`, () =>
    mustRun("rustup", ["target", "add", ...of, WASM_TARGET], {
      purpose: `adding the Rust target ${WASM_TARGET}`,
      advice: "is static.rust-lang.org reachable?",
    }),
  );
}

/**
 * @param {string[]} of
 * @param {string} component
 */
async function addComponent(of, component) {
  await step(`adding ${component}`, () =>
    mustRun("rustup", ["component", "add", ...of, component], {
      purpose: `adding ${component}`,
      advice: "is static.rust-lang.org reachable?",
    }),
  );
}

/**
 * @param {string[]} query a listing of rustup's
 * @param {string} name what a line of it should begin with
 */
async function lists(query, name) {
  const { lines } = await run("rustup", query);
  return lines.some((line) => line.startsWith(name));
}

/** A Rust that came some other way has to have the target already: we can't add it. */
async function withoutRustup() {
  const { code, lines } = await run("rustc", ["--print", "sysroot"]);
  if (code !== 0) {
    throw new Failure("there is no Rust here", {
      advice: "install it from https://rustup.rs (the project's own release is then added by this script)",
      lines,
    });
  }
  const sysroot = lines.at(-1) ?? "";
  if (!existsSync(join(sysroot, "lib", "rustlib", WASM_TARGET))) {
    throw new Failure(`this Rust can't build for ${WASM_TARGET}, and there is no rustup to add that`, {
      advice: `install rustup (https://rustup.rs), or your system's package of Rust's standard library for ${WASM_TARGET}`,
    });
  }
}

/** Rust links with the C compiler's driver. */
async function linker() {
  if ((await run("cc", ["--version"])).code === 0) return;
  if (canInstallDebianPackages()) return debianPackages(["gcc", "libc6-dev"]);
  throw new Failure("there is no C compiler (`cc`), which Rust needs for linking", {
    advice: "install one: `apt-get install gcc libc6-dev`, `xcode-select --install`, ...",
  });
}
