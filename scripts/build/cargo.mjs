// Compiling with cargo, and finding what it made.

import { mustRun } from "../support/run.mjs";

/**
 * Compiles something; cargo itself knows whether there is anything to do.
 * @param {string} purpose "compiling the lab"
 * @param {string[]} args
 */
export async function cargo(purpose, args) {
  await mustRun("cargo", args, { purpose, advice: "mend what the compiler names above" });
}

/** The folder that cargo compiles into: `target`, unless the environment says otherwise. */
export async function targetFolder() {
  const lines = await mustRun("cargo", ["metadata", "--no-deps", "--format-version", "1"], {
    purpose: "reading Cargo.toml",
    advice: "mend what cargo names above",
  });
  const metadata = lines.find((line) => line.startsWith("{"));
  if (!metadata) throw new Error("cargo metadata printed no JSON");
  return /** @type {string} */ (JSON.parse(metadata).target_directory);
}
