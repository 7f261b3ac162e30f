// A Chromium, and the chromedriver that fits it.

import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { Failure } from "../support/failure.mjs";
import { fromVariable, isProgram, onPath } from "../support/programs.mjs";
import { inRoot, npmBinary, TOOLS } from "../support/project.mjs";
import { mustRun, run } from "../support/run.mjs";
import { step } from "../support/step.mjs";
import { canInstallDebianPackages, debianPackages } from "./debian.mjs";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];

/** Where macOS keeps what isn't on PATH there. */
const APPLICATIONS = ["Google Chrome", "Chromium"].map((name) => `/Applications/${name}.app/Contents/MacOS/${name}`);

/**
 * Finds a Chromium, or installs one: the variable CHROMIUM, then PATH, then Debian's, then Playwright's download (which
 * needs the npm packages).
 * @returns {Promise<string>} the path of its program
 */
export async function chromium() {
  const found = fromVariable("CHROMIUM") ?? onPath(NAMES) ?? APPLICATIONS.find((path) => existsSync(path));
  if (found) return found;
  if (!canInstallDebianPackages()) return playwrightsChromium();
  await debianPackages(["chromium", "chromium-driver"]);
  return onPath(NAMES) ?? missing("chromium was installed with apt and is still not on PATH");
}

/**
 * Finds the chromedriver for a Chromium, or installs Debian's.
 * @param {string} browser the path of a Chromium
 * @returns {Promise<string>} the path of the driver
 */
export async function chromedriver(browser) {
  let driver = fromVariable("CHROMEDRIVER") ?? onPath(["chromedriver"]) ?? beside(browser, "chromedriver");
  if (!driver && browser === onPath(["chromium"]) && canInstallDebianPackages()) {
    await debianPackages(["chromium-driver"]);
    driver = onPath(["chromedriver"]);
  }
  if (!driver) return missing("there is no chromedriver, which the tests in the browser need");
  const [ofBrowser, ofDriver] = [await majorVersion(browser), await majorVersion(driver)];
  if (ofBrowser !== ofDriver) {
    return missing(`${browser} is version ${ofBrowser} and ${driver} is ${ofDriver}: they don't work together`);
  }
  return driver;
}

/**
 * Writes down, for wasm-bindgen's test runner, how to start the browser.
 * @param {string} browser
 * @returns {string} the path of the file
 */
export function webdriverCapabilities(browser) {
  const args = [
    "--headless=new",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--autoplay-policy=no-user-gesture-required",
  ];
  args.push("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream");
  if (process.getuid?.() === 0) args.push("--no-sandbox"); // Chromium refuses its sandbox to root
  const file = join(TOOLS, "webdriver.json");
  mkdirSync(TOOLS, { recursive: true });
  writeFileSync(file, JSON.stringify({ "goog:chromeOptions": { args, binary: browser } }, null, 2));
  return file;
}

/** @returns {Promise<string>} */
async function playwrightsChromium() {
  const { chromium } = await import(pathToFileURL(inRoot("node_modules", "playwright-core", "index.mjs")).href);
  const path = chromium.executablePath();
  if (existsSync(path)) return path;
  await step("downloading Chromium with Playwright", () =>
    mustRun(npmBinary("playwright"), ["install", "--no-shell", "chromium"], {
      purpose: "downloading Chromium",
      advice: "install a Chromium or Chrome yourself, and if it is not on PATH name it in the variable CHROMIUM",
    }),
  );
  return path;
}

/**
 * @param {string} program
 * @param {string} name
 */
function beside(program, name) {
  const path = join(dirname(program), name);
  return isProgram(path) ? path : undefined;
}

/** @param {string} program */
async function majorVersion(program) {
  const { lines } = await run(program, ["--version"]);
  return /(\d+)\.\d+\.\d+/.exec(lines.join("\n"))?.[1] ?? "unknown";
}

/**
 * @param {string} message
 * @returns {never}
 */
function missing(message) {
  throw new Failure(message, {
    advice:
      "install a Chromium and the chromedriver of the same version (Debian: apt-get install chromium chromium-driver), " +
      "or name them in the variables CHROMIUM and CHROMEDRIVER",
  });
}
