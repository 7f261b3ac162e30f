// The plan, compiled to WebAssembly: types of what crosses the boundary, and how it is loaded.

import { initSync, classify, step } from "./wasm/opentok_handover_server.js";

/** @type {Promise<{ step: (text: string) => string, classify: (text: string) => string }> | undefined} */
let loaded;

/**
 * Loads the module, once; a failure is not kept.
 * @param {WebAssembly.Module} [compiled] the module, if whoever runs us has compiled it already
 */
export function loadPlan(compiled) {
  loaded ??= load(compiled).catch((error) => {
    loaded = undefined;
    throw error;
  });
  return loaded;
}

/** @param {WebAssembly.Module} [compiled] */
async function load(compiled) {
  initSync({ module: compiled ?? (await bytes()) });
  return { step, classify };
}

async function bytes() {
  const url = new URL("./wasm/opentok_handover_server_bg.wasm", import.meta.url);
  if (url.protocol !== "file:") return (await fetch(url)).arrayBuffer();
  const { readFile } = await import("node:fs/promises");
  return readFile(url);
}
