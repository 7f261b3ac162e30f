// The npm packages of package-lock.json, exactly.

import { existsSync, readFileSync } from "node:fs";
import { mustRun } from "../support/run.mjs";
import { inRoot } from "../support/project.mjs";
import { step } from "../support/step.mjs";

/**
 * @typedef {{ version?: string, optional?: boolean }} LockedPackage
 * @typedef {{ packages: Record<string, LockedPackage> }} Lock
 */

/** Installs the npm packages unless they are there already. */
export async function npmPackages() {
  const installed = inRoot("node_modules", ".package-lock.json");
  if (existsSync(installed) && isComplete(read(inRoot("package-lock.json")), read(installed))) return;
  await step("installing the npm packages", () =>
    mustRun("npm", ["ci", "--no-audit", "--no-fund"], {
      purpose: "installing the npm packages",
      advice: "look for the cause above (network, or package.json and package-lock.json disagree), then run it again",
    }),
  );
}

/**
 * Whether what is installed is what is locked. Packages for other platforms are optional, and absent.
 * @param {Lock} locked
 * @param {Lock} installed npm's own record in node_modules
 */
export function isComplete(locked, installed) {
  return Object.entries(locked.packages).every(([path, { version, optional }]) => {
    const found = installed.packages[path];
    if (path === "" || (optional && !found)) return true;
    return found?.version === version;
  });
}

/**
 * @param {string} file
 * @returns {Lock}
 */
function read(file) {
  return JSON.parse(readFileSync(file, "utf8"));
}
