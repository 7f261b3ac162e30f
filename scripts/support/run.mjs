// Child processes: one way to start them, and none of them outlives us.

import { spawn } from "node:child_process";
import { constants } from "node:os";
import { createInterface } from "node:readline";
import { stripVTControlCharacters } from "node:util";
import { ROOT } from "./project.mjs";
import { Failure } from "./failure.mjs";

/**
 * @typedef {object} RunOptions
 * @property {Record<string, string | undefined>} [env] added to our own environment; undefined removes a variable
 * @property {string} [cwd] the project's root unless told otherwise
 * @property {(line: string) => void} [onLine] sees each line of standard output as it comes
 * @property {number} [timeout] ms after which the process and its children are ended
 *
 * @typedef {object} Outcome
 * @property {number | null} code null when a signal ended it, or when it never started
 * @property {string[]} lines the last lines of its output, standard error included, without colours
 * @property {string[]} errors those of standard error alone
 * @property {string | null} trouble why it has no code: not found, out of time, a signal
 */

/** Lines kept of each process: enough for any error message, bounded for a talkative one. */
const KEPT_LINES = 20_000;

/** @type {Set<import("node:child_process").ChildProcess>} */
const living = new Set();

// A group of its own for each child lets us end what it started as well (a browser under a driver under a runner), but
// keeps a Ctrl-C from reaching it: so we end them all when we end.
process.on("exit", () => living.forEach((child) => end(child, "SIGTERM")));
for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) {
  process.on(signal, () => process.exit(128 + constants.signals[signal]));
}

/**
 * Runs a command to its end. Never throws: a command that can't be started is an outcome too.
 * @param {string} command
 * @param {string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<Outcome>}
 */
export function run(command, args, options = {}) {
  const child = start(command, args, options);
  return new Promise((resolve) => {
    /** @type {string[]} */
    const lines = [];
    /** @type {string[]} */
    const errors = [];
    /** @type {string | null} */
    let trouble = null;
    readLines(child.stdout, (line) => {
      keep(lines, line);
      options.onLine?.(line);
    });
    readLines(child.stderr, (line) => {
      keep(lines, line);
      keep(errors, line);
    });

    const { timeout } = options;
    const alarm =
      timeout &&
      setTimeout(() => {
        trouble = `no end after ${Math.round(timeout / 1000)} s`;
        end(child, "SIGKILL");
      }, timeout);

    child.on("error", (error) => {
      clearTimeout(alarm || undefined);
      const missing = "code" in error && error.code === "ENOENT";
      resolve({ code: null, lines, errors, trouble: missing ? `${command} was not found` : error.message });
    });
    child.on("close", (code, signal) => {
      clearTimeout(alarm || undefined);
      trouble ??= signal && `ended by ${signal}`;
      resolve({ code: trouble ? null : code, lines, errors, trouble });
    });
  });
}

/**
 * Runs a command that must succeed.
 * @param {string} command
 * @param {string[]} args
 * @param {RunOptions & { purpose: string, advice: string }} options what it was for and what to do when it fails
 * @returns {Promise<string[]>} the lines of its output
 * @throws {Failure}
 */
export async function mustRun(command, args, { purpose, advice, ...options }) {
  const { code, lines, trouble } = await run(command, args, options);
  if (code === 0) return lines;
  const how = trouble ?? `ended with code ${code}`;
  throw new Failure(`${purpose} failed: \`${[command, ...args].join(" ")}\`: ${how}`, { advice, lines });
}

/**
 * Starts a command whose output the caller reads. It ends when we do.
 * @param {string} command
 * @param {string[]} args
 * @param {RunOptions} [options]
 */
export function start(command, args, { env, cwd = ROOT } = {}) {
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, CARGO_TERM_COLOR: "never", ...env },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  living.add(child);
  child.on("close", () => living.delete(child));
  child.on("error", () => living.delete(child));
  return child;
}

/**
 * Calls back with each line of a stream, without colours.
 * @param {import("node:stream").Readable} stream
 * @param {(line: string) => void} onLine
 */
export function readLines(stream, onLine) {
  createInterface({ input: stream }).on("line", (line) => onLine(stripVTControlCharacters(line)));
}

/**
 * Ends a process together with all that it started.
 * @param {import("node:child_process").ChildProcess} child
 * @param {NodeJS.Signals} signal
 */
function end(child, signal) {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    child.kill(signal); // the group is gone already
  }
}

/**
 * @param {string[]} lines
 * @param {string} line
 */
function keep(lines, line) {
  lines.push(line);
  if (lines.length > KEPT_LINES) lines.shift();
}
