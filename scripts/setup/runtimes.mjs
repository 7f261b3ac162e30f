// What else than Node an application's server may run in, for the tests of that: large, so that only those who ask for
// these tests have it.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { TOOLS } from "../support/project.mjs";
import { mustRun } from "../support/run.mjs";
import { step } from "../support/step.mjs";

/** Where they are. */
export const RUNTIMES = join(TOOLS, "runtimes");

/** miniflare brings Cloudflare's own `workerd`. */
const PACKAGES = { bun: "1.4.5", deno: "2.9.6", miniflare: "4.20260426.0" };

/** Installs them unless they are there already. */
export async function runtimes() {
  const missing = Object.entries(PACKAGES).filter(([name, version]) => !isThere(name, version));
  if (missing.length === 0) return RUNTIMES;
  mkdirSync(RUNTIMES, { recursive: true });
  const manifest = join(RUNTIMES, "package.json");
  // Without one npm would take the project's.
  if (!existsSync(manifest)) writeFileSync(manifest, '{ "private": true }\n');
  const wanted = missing.map(([name, version]) => `${name}@${version}`);
  await step(`installing ${wanted.join(", ")} (once)`, () =>
    mustRun("npm", ["install", "--prefix", RUNTIMES, "--no-audit", "--no-fund", ...wanted], {
      purpose: "installing other runtimes",
      advice: "look for the cause above, then run it again",
    }),
  );
  return RUNTIMES;
}

/**
 * @param {string} name
 * @param {string} version
 */
function isThere(name, version) {
  const manifest = join(RUNTIMES, "node_modules", name, "package.json");
  return existsSync(manifest) && JSON.parse(readFileSync(manifest, "utf8")).version === version;
}
