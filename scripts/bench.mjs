// npm run bench: what a handover, a recovery and the readiness for one cost, measured in one run. `npm run bench -- server`:
// what a callback costs the application's server. `npm run bench -- herd`: how a million clients come to new servers, which
// is drawn for the README.

import { spawn } from "node:child_process";
import { buildLab } from "./build/lab.mjs";
import { buildPackage } from "./build/package.mjs";
import { buildServer } from "./build/server.mjs";
import { chromium } from "./setup/chromium.mjs";
import { npmPackages } from "./setup/npm-packages.mjs";
import { redisServer } from "./setup/redis.mjs";
import { rust } from "./setup/rust.mjs";
import { wasmBindgen } from "./setup/wasm-bindgen.mjs";
import { main } from "./support/failure.mjs";
import { inRoot, ROOT } from "./support/project.mjs";

await main(async () => {
  const [part, ...options] = process.argv.slice(2);
  await rust();
  if (part === "herd") {
    process.exitCode = await measureHerd();
    return;
  }
  await npmPackages();
  await wasmBindgen();
  process.exitCode = part === "server" ? await measureServer(options) : await measureCalls(process.argv.slice(2));
});

async function measureHerd() {
  const test = ["test", "--release", "-p", "opentok-handover", "--test", "core", "--quiet"];
  const only = ["--", "--ignored", "--nocapture", "a_million_clients_of_fifty_thousand_rooms"];
  return runBench("cargo", [...test, ...only], { HERD: inRoot("docs", "pictures", "herd.svg") });
}

/** @param {string[]} options */
async function measureCalls(options) {
  const browser = await chromium();
  await buildPackage();
  const env = { CHROMIUM: browser, ROTATION_LAB: await buildLab() };
  return runBench(process.execPath, [inRoot("tests", "e2e", "bench.mjs"), ...options], env);
}

/** @param {string[]} options */
async function measureServer(options) {
  const env = { REDIS_SERVER: await redisServer() };
  await buildPackage();
  await buildServer();
  return runBench(process.execPath, [inRoot("tests", "server", "bench.mjs"), ...options], env);
}

/**
 * @param {string} command
 * @param {string[]} args
 * @param {Record<string, string>} env
 * @returns {Promise<number>} its exit code
 */
function runBench(command, args, env) {
  const child = spawn(command, args, { cwd: ROOT, env: { ...process.env, ...env }, stdio: "inherit" });
  return new Promise((resolve) => child.on("close", (code) => resolve(code ?? 1)));
}
