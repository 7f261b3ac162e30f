// The lab: compiled once, in the profile its own tests use, for the demo and the end-to-end tests alike.

import { join } from "node:path";
import { step } from "../support/step.mjs";
import { cargo, targetFolder } from "./cargo.mjs";

/** @returns {Promise<string>} the path of its program */
export async function buildLab() {
  await step("compiling the lab", () => cargo("compiling the lab", ["build", "-p", "rotation-lab"]));
  return join(await targetFolder(), "debug", "rotation-lab");
}
