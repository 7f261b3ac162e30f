// The names by which the WebAssembly and its glue know each other: long ones with hashes in them, which nobody reads and
// no compression shortens. `wasm-opt` gives the module short ones and prints which; here the glue gets the same.

/** The pass, and what it prints. */
export const SHORTEN = "--minify-imports-and-exports-and-modules";

/** What wasm-bindgen calls the glue in the module. */
const GLUE = "./opentok_handover_bg.js";

/** What the pass calls it. */
const SHORT_GLUE = "a";

/**
 * Gives a glue the names that its module has now.
 * @param {string} glue as wasm-bindgen wrote it
 * @param {string} printed by the pass
 */
export function shortenNames(glue, printed) {
  const { imports, exports } = /** @type {{ imports: string[][], exports: string[][] }} */ (JSON.parse(printed));
  const renamed = new Map(imports.map(([, long, short]) => [`${long}`, `${short}`]));
  const offered = new Map(exports.map(([long, short]) => [`${long}`, `${short}`]));
  return glue
    .replace(JSON.stringify(GLUE), JSON.stringify(SHORT_GLUE))
    .replace(/^( +)(__wb\w+)(?=: )/gm, (_, indent, name) => `${indent}${known(renamed, name)}`)
    .replace(/\bwasm\.(\w+)/g, (_, name) => `wasm.${known(offered, name)}`);
}

/**
 * @param {Map<string, string>} names
 * @param {string} name
 */
function known(names, name) {
  const short = names.get(name);
  if (!short) throw new Error(`the glue names ${name}, which the module doesn't have`);
  return short;
}
