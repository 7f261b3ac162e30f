// The lab as a child process, and its control calls as methods.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { createInterface } from "node:readline";
import { SDK, SDKS } from "./sdk.mjs";

/** The project's root folder. */
export const ROOT = path.resolve(import.meta.dirname, "../../..");

/** Where apps stand as they are opened. */
export const OPENED = path.join(ROOT, "target/apps");

const MOUNTS = {
  "/apps": "tests/e2e/apps",
  "/opened": "target/apps",
  "/e2e": "tests/e2e/app",
  "/baseline": "tests/e2e/baseline",
  "/layout": "node_modules/opentok-layout-js",
  ...Object.fromEntries(SDKS.map(({ sdk, folder }) => [`/sdks/${sdk}`, filesOf(folder)])),
};

/** The files of an SDK, in the project. */
export function filesOf(folder) {
  return `node_modules/${folder}/dist/js`;
}

/** One running `rotation-lab`. `ROTATION_LAB` names a built one; without it, cargo builds and runs it. */
export class Lab {
  #child;
  url;

  constructor(child, url) {
    this.#child = child;
    this.url = url;
  }

  /** Starts a lab on a free port and waits for the line that says where it listens. */
  static async start() {
    const options = [
      "--port",
      "0",
      "--root",
      ROOT,
      "--sdk",
      path.join(ROOT, filesOf(SDK.folder)),
      ...Object.entries(MOUNTS).flatMap(([prefix, folder]) => ["--mount", `${prefix}=${path.join(ROOT, folder)}`]),
    ];
    await mkdir(OPENED, { recursive: true });
    const program = process.env.ROTATION_LAB;
    const child = program
      ? spawn(program, options, { cwd: ROOT, stdio: ["ignore", "pipe", "inherit"] })
      : spawn("cargo", ["run", "--quiet", "-p", "rotation-lab", "--", ...options], {
          cwd: ROOT,
          stdio: ["ignore", "pipe", "inherit"],
        });
    const lines = createInterface({ input: child.stdout });
    const line = await Promise.race([
      once(lines, "line").then(([first]) => first),
      once(child, "error").then(([error]) =>
        Promise.reject(new Error(`rotation-lab can't be started: ${error.message}`)),
      ),
      once(child, "exit").then(([code]) =>
        Promise.reject(new Error(`rotation-lab ended with code ${code} before it listened`)),
      ),
    ]);
    const url = /listening on (http:\S+)/.exec(line)?.[1];
    if (!url) throw new Error(`rotation-lab's first line should say where it listens, but was: ${line}`);
    lines.resume();
    return new Lab(child, url);
  }

  /** Ends this lab, by its own process. */
  async stop() {
    if (this.#child.exitCode !== null) return;
    const exit = once(this.#child, "exit");
    this.#child.kill();
    await exit;
  }

  /** Creates a session of a mode: "relayed" or "routed". Without `reconnection` a lost socket ends the connection. */
  create(mode, options = {}) {
    return this.#call("create", { mode, ...options });
  }

  /** Tells everybody in a session (or one connection) its successor's ID, by a server-sent signal. */
  announce(session, options = {}) {
    return this.#call("announce", { session, ...options });
  }

  /** Sends a signal as a server does: `from` is null at the receiver. */
  signal(session, type, data, options = {}) {
    return this.#call("signal", { session, type, data, ...options });
  }

  /** Disconnects everybody with reason `serverRotation`. */
  rotate(session, options = {}) {
    return this.#call("rotate", { session, ...options });
  }

  /** Rotates the servers in a while, with notices to the app's server before it; with `migrate`, by migration. */
  schedule(session, options) {
    return this.#call("schedule", { session, ...options });
  }

  /** Says where callbacks go, and how; `off`: nowhere. */
  callbacks(options) {
    return this.#call("callbacks", options);
  }

  /** Archives, broadcasts, captions and Experience Composers of a session, oldest first. */
  services(session) {
    return this.#call("services", { session });
  }

  /** Tells everybody (or one connection) to migrate. */
  notify(session, options = {}) {
    return this.#call("notify", { session, ...options });
  }

  /** Drops sockets, by a code or without a word; `old`: those to the servers that migrated clients have left. */
  drop(session, options = {}) {
    return this.#call("drop", { session, ...options });
  }

  /** Drops sockets, and doesn't know the clients any more when they come back. */
  forget(session, options = {}) {
    return this.#call("forget", { session, ...options });
  }

  /** Plays dead on sockets that stay open. */
  freeze(session, options = {}) {
    return this.#call("freeze", { session, ...options });
  }

  /** Disconnects by force, on servers that stay: a moderator's doing. */
  kick(session, options = {}) {
    return this.#call("kick", { session, ...options });
  }

  /** Makes requests fail at a point: config, info, socket, connect, streamCreate. */
  refuse(point, options = {}) {
    return this.#call("refuse", { point, ...options });
  }

  /** Ends all faults. */
  clear() {
    return this.#call("clear", {});
  }

  /** Who and what is in a session: `{connections, streams, subscribers, ...}`. */
  session(session) {
    return this.#call("session", { session });
  }

  /** What the lab did. */
  log(since = 0) {
    return this.#call("log", { since });
  }

  async #call(name, body) {
    const answer = await fetch(`${this.url}/control/${name}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`control/${name} ${JSON.stringify(body)} failed with ${answer.status}: ${text}`);
    return JSON.parse(text);
  }
}
