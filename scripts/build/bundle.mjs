// The hand-written half as it is published: two scripts, minified, and what the first one loads.

import { cpSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import { DIST, inRoot } from "../support/project.mjs";
import { pack } from "./pack.mjs";

/** What the browsers know that the SDK runs in. */
const TARGET = "es2022";

/** Declarations that users read. */
const DECLARATIONS = ["index.d.ts", "auto.d.ts"];

/** @returns {Promise<typeof import("esbuild")>} by its path: it may have been installed a moment ago */
const esbuild = () => import(pathToFileURL(inRoot("node_modules", "esbuild", "lib", "main.js")).href);

/**
 * Makes dist/index.js, which loads dist/wasm, and dist/auto.js, which has everything in it.
 * @param {string} glue the path of the JavaScript that goes with the module
 * @param {string} module
 * @param {{ source?: string, place?: string }} [folders] the hand-written half, and where it is published
 */
export async function bundle(glue, module, { source = inRoot("src", "js"), place = DIST } = {}) {
  const { build } = await esbuild();
  /** @type {import("esbuild").BuildOptions} */
  const common = { bundle: true, minify: true, target: TARGET, charset: "ascii", logLevel: "warning" };
  await build({
    ...common,
    entryPoints: [join(source, "index.js")],
    outfile: join(place, "index.js"),
    format: "esm",
    external: [`./wasm/${basename(glue)}`],
  });
  await build({
    ...common,
    entryPoints: [join(source, "auto.js")],
    outfile: join(place, "auto.js"),
    format: "iife",
    // The glue's other half looks for the module beside itself. It is left out, being of no use here.
    define: { "import.meta.url": "undefined" },
    plugins: [brought(glue, module)],
  });
  const wanted = new Set(["index.js", "auto.js", ...DECLARATIONS]);
  for (const name of DECLARATIONS) cpSync(join(source, name), join(place, name));
  for (const { name } of readdirSync(place, { withFileTypes: true }).filter((entry) => entry.isFile())) {
    if (!name.startsWith(".") && !wanted.has(name)) rmSync(join(place, name));
  }
}

/**
 * Lets a script bring its WebAssembly along.
 * @param {string} glue
 * @param {string} module
 * @returns {import("esbuild").Plugin}
 */
function brought(glue, module) {
  return {
    name: "brought",
    setup(build) {
      build.onResolve({ filter: /\/wasm\/[^/]+\.js$/ }, () => ({ path: glue }));
      build.onResolve({ filter: /^packed-wasm$/ }, ({ path }) => ({ path, namespace: "brought" }));
      build.onLoad({ filter: /.*/, namespace: "brought" }, () => {
        const { text, frequent } = pack(readFileSync(module));
        return { contents: `export const text = ${JSON.stringify(text)}, frequent = ${JSON.stringify(frequent)};` };
      });
    },
  };
}

/**
 * Makes a glue smaller.
 * @param {string} code
 */
export async function minified(code) {
  const { transform } = await esbuild();
  return (await transform(code, { format: "esm", minify: true, target: TARGET })).code;
}
