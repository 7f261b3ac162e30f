// Debian packages, where we may install them.

import { existsSync, readFileSync } from "node:fs";
import { mustRun } from "../support/run.mjs";
import { step } from "../support/step.mjs";

/** Whether this is Debian itself and we are root. (Ubuntu's chromium package is a snap, which containers can't run.) */
export function canInstallDebianPackages() {
  if (process.getuid?.() !== 0 || !existsSync("/etc/os-release")) return false;
  return /^ID=debian$/m.test(readFileSync("/etc/os-release", "utf8"));
}

/** @param {string[]} names */
export async function debianPackages(names) {
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  const advice = `install them by hand: apt-get install ${names.join(" ")}`;
  await step(`installing ${names.join(", ")} with apt`, async () => {
    await mustRun("apt-get", ["update"], { env, advice, purpose: "updating apt's lists" });
    const args = ["install", "--yes", "--no-install-recommends", ...names];
    await mustRun("apt-get", args, { env, advice, purpose: `installing ${names.join(" and ")}` });
  });
}
