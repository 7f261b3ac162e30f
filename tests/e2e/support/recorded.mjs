// Work that several tests look at from different sides, done once a run.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { ROOT } from "./lab.mjs";

/**
 * Gives what `work` answers, and remembers it for the rest of the run: Playwright starts a new process after a failed
 * test, and minutes of work should not be repeated for the next. What goes wrong is remembered too, and thrown again.
 */
export async function recorded(name, work) {
  const folder = path.join(ROOT, "test-results", "recorded", process.env.ROTATION_RUN);
  const file = path.join(folder, `${name}.json`);
  const found = read(file) ?? (await attempt(work));
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, JSON.stringify(found));
  if (found.error) throw new Error(found.error);
  return found.result;
}

function read(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    if (error.code === "ENOENT") return null;
    throw error;
  }
}

async function attempt(work) {
  try {
    return { result: await work() };
  } catch (error) {
    return { error: String(error.stack ?? error) };
  }
}
