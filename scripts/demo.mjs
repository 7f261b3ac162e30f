// npm run demo: from a fresh clone to an address to open.

import { parseArgs } from "node:util";
import { createServer } from "node:net";
import { buildLab } from "./build/lab.mjs";
import { buildPackage } from "./build/package.mjs";
import { buildServer } from "./build/server.mjs";
import { chromium } from "./setup/chromium.mjs";
import { npmPackages } from "./setup/npm-packages.mjs";
import { rust } from "./setup/rust.mjs";
import { wasmBindgen } from "./setup/wasm-bindgen.mjs";
import { Failure, main } from "./support/failure.mjs";
import { ROOT } from "./support/project.mjs";
import { readLines, start } from "./support/run.mjs";

const FIRST_PORT = 4390;

/** Ports tried one after the other when somebody sits on the first. */
const PORTS_TRIED = 50;

await main(async () => {
  const { values } = parseArgs({ options: { port: { type: "string" } } });
  await npmPackages();
  await rust();
  await wasmBindgen();
  await buildPackage();
  await buildServer();
  const lab = await buildLab();
  await anyBrowser();
  await serve(lab, values.port ?? String(await freePort()));
});

/** The demo is for the visitor's own browser: that none could be installed here is worth a word, no more. */
async function anyBrowser() {
  try {
    await chromium();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    console.log(`· no Chromium here (${error.message}): open the demo in a browser of your own`);
  }
}

/**
 * Starts the lab, and the app server of the demo's calls, and stays until it ends or Ctrl-C.
 * @param {string} lab
 * @param {string} port
 */
async function serve(lab, port) {
  const child = start(lab, ["--port", port, "--root", ROOT]);
  /** @type {string[]} */
  const lines = [];
  readLines(child.stderr, (line) => lines.push(line));
  readLines(child.stdout, (line) => {
    const address = /^rotation-lab listening on (\S+)/.exec(line)?.[1];
    if (address) open(address);
    else lines.push(line);
  });
  const code = await new Promise((resolve, reject) => child.on("close", resolve).on("error", reject));
  throw new Failure(`the lab ended with code ${code}`, {
    lines,
    advice: "look for the cause above; --port takes another port",
  });
}

/** @param {string} address where the lab listens */
async function open(address) {
  try {
    // It stands on what has just been built.
    const { startAppServer } = await import("../www/app-server.js");
    await startAppServer(address.replace(/\/$/, ""));
  } catch (error) {
    console.log(`· no app server (${error}): the lab announces rotations by itself, and nothing is recorded`);
  }
  console.log(`\nThe demo runs here until Ctrl-C:\n${address}`);
}

async function freePort() {
  for (let port = FIRST_PORT; port < FIRST_PORT + PORTS_TRIED; port += 1) if (await isFree(port)) return port;
  return 0; // let the system choose
}

/** @param {number} port */
function isFree(port) {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve(true)));
  });
}
