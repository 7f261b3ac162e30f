// End-to-end tests: the built package, the real SDK, the lab, a real browser. `npx playwright test -c tests/e2e`.
import { randomUUID } from "node:crypto";
import { readdirSync } from "node:fs";
import { defineConfig } from "@playwright/test";
import { launchOptions } from "./support/browser.mjs";

// Workers inherit it: what one of them recorded in this run, the next may read.
process.env.ROTATION_RUN ??= randomUUID();

/** What takes minutes is a stage of its own, which `SUITE` names. */
const LONG = {
  recovery: ["recovery.spec.mjs", "forced-rotations.spec.mjs", "idle.spec.mjs"],
  handovers: ["planned-handover.spec.mjs", "leavings.spec.mjs"],
  crowds: ["crowds.spec.mjs", "strangers.spec.mjs"],
  apps: specs("apps"),
};

/** What of it `npm test` runs too: what is quick, or has a shorter form. */
const SHORTER = ["idle.spec.mjs", "planned-handover.spec.mjs", "crowds.spec.mjs", "apps/surface.spec.mjs"];

const suite = process.env.SUITE;

export default defineConfig({
  testDir: ".",
  testMatch: suite ? LONG[suite] : "*.spec.mjs",
  testIgnore: suite
    ? []
    : Object.values(LONG)
        .flat()
        .filter((file) => !SHORTER.includes(file)),
  outputDir: "../../test-results/e2e",
  // A call keeps both cores busy; a second one beside it would measure the machine.
  workers: 1,
  fullyParallel: false,
  // A test that passes the second time has found something.
  retries: 0,
  forbidOnly: Boolean(process.env.CI),
  timeout: 60_000,
  expect: { timeout: 15_000 },
  reporter: [["list"], ["./support/skipped.mjs"]],
  use: {
    launchOptions: launchOptions(),
    viewport: { width: 700, height: 420 },
    actionTimeout: 15_000,
    trace: "off",
    video: "off",
    screenshot: "off",
  },
});

function specs(folder) {
  const files = readdirSync(new URL(`${folder}/`, import.meta.url));
  return files.filter((file) => file.endsWith(".spec.mjs")).map((file) => `${folder}/${file}`);
}
