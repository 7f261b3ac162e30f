// npm run bench: what a handover, a recovery and the readiness for one cost, measured in one run. `npm run bench -- server`:
// what a callback costs the application's server.

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
  await npmPackages();
  await rust();
  await wasmBindgen();
  const [part, ...options] = process.argv.slice(2);
  process.exitCode = part === "server" ? await measureServer(options) : await measureCalls(process.argv.slice(2));
});

/** @param {string[]} options */
async function measureCalls(options) {
  const browser = await chromium();
  await buildPackage();
  const env = { CHROMIUM: browser, ROTATION_LAB: await buildLab() };
  return runBench([inRoot("tests", "e2e", "bench.mjs"), ...options], env);
}

/** @param {string[]} options */
async function measureServer(options) {
  const env = { REDIS_SERVER: await redisServer() };
  await buildPackage();
  await buildServer();
  return runBench([inRoot("tests", "server", "bench.mjs"), ...options], env);
}

/**
 * @param {string[]} args
 * @param {Record<string, string>} env
 * @returns {Promise<number>} its exit code
 */
function runBench(args, env) {
  const child = spawn(process.execPath, args, { cwd: ROOT, env: { ...process.env, ...env }, stdio: "inherit" });
  return new Promise((resolve) => child.on("close", (code) => resolve(code ?? 1)));
}
