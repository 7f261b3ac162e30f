// The plan, compiled to WebAssembly: types of what crosses the boundary, and how it is loaded.

import { initSync, classify, step } from "./wasm/opentok_handover_server.js";

/** @type {Promise<{ step: (text: string) => string, classify: (text: string) => string }> | undefined} */
let loaded;

/** Loads the module, once; a failure is not kept. */
export function loadPlan() {
  loaded ??= load().catch((error) => {
    loaded = undefined;
    throw error;
  });
  return loaded;
}

async function load() {
  const url = new URL("./wasm/opentok_handover_server_bg.wasm", import.meta.url);
  initSync({ module: await bytesOf(url) });
  return { step, classify };
}

/** @param {URL} url */
async function bytesOf(url) {
  if (url.protocol !== "file:") return (await fetch(url)).arrayBuffer();
  const { readFile } = await import("node:fs/promises");
  return readFile(url);
}
