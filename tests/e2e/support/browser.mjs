// Which browser, started how. Shared by the specs and the bench.
import { accessSync, constants } from "node:fs";
import path from "node:path";

/** Chromium without a window, with fake devices, and without a way out of this machine. */
export const FLAGS = [
  "--headless=new",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-dev-shm-usage",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--use-fake-device-for-media-stream",
  "--use-fake-ui-for-media-stream",
  "--autoplay-policy=no-user-gesture-required",
  "--disable-backgrounding-occluded-windows",
  "--disable-renderer-backgrounding",
  "--disable-background-timer-throttling",
  "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
];

/** Options for Playwright's `chromium.launch`. Of two flags of one name the later one counts. */
export function launchOptions({ more = [] } = {}) {
  return {
    executablePath: chromium(),
    // Not Playwright's own headless flag: it would choose the old headless shell.
    headless: false,
    args: [...FLAGS, ...more],
  };
}

/** The Chromium named by `CHROMIUM`, else Debian's, else the first on PATH, else (undefined) Playwright's own. */
export function chromium({ env = process.env } = {}) {
  if (env.CHROMIUM) {
    if (!executable(env.CHROMIUM)) throw new Error(`CHROMIUM=${env.CHROMIUM} is not a program that can be run`);
    return env.CHROMIUM;
  }
  const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
  const folders = ["/usr/bin", ...(env.PATH ?? "").split(path.delimiter)];
  return folders.flatMap((folder) => names.map((name) => path.join(folder, name))).find(executable);
}

function executable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
