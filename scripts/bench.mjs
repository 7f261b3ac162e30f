// npm run bench: what a handover, a recovery and the readiness for one cost, measured in one run.

import { spawn } from "node:child_process";
import { buildLab } from "./build/lab.mjs";
import { buildPackage } from "./build/package.mjs";
import { chromium } from "./setup/chromium.mjs";
import { npmPackages } from "./setup/npm-packages.mjs";
import { rust } from "./setup/rust.mjs";
import { wasmBindgen } from "./setup/wasm-bindgen.mjs";
import { main } from "./support/failure.mjs";
import { inRoot, ROOT } from "./support/project.mjs";

await main(async () => {
  await npmPackages();
  await rust();
  await wasmBindgen();
  const browser = await chromium();
  await buildPackage();
  const env = { ...process.env, CHROMIUM: browser, ROTATION_LAB: await buildLab() };
  const args = [inRoot("tests", "e2e", "bench.mjs"), ...process.argv.slice(2)];
  const child = spawn(process.execPath, args, { cwd: ROOT, env, stdio: "inherit" });
  process.exitCode = await new Promise((resolve) => child.on("close", (code) => resolve(code ?? 1)));
});
