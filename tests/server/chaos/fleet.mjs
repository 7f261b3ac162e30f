// Several processes of an application's server, each started again whenever it has been killed.

import { fork } from "node:child_process";
import { once } from "node:events";
import path from "node:path";

const PROGRAM = path.join(import.meta.dirname, "handler.mjs");

export class Fleet {
  /** @type {({ child: import("node:child_process").ChildProcess, port: number | undefined } | undefined)[]} */
  #members;
  #setup;
  #on;
  #closed = false;
  kills = 0;

  /**
   * @param {number} size
   * @param {object} setup what each process is told
   * @param {(message: any) => void} on what each process tells
   */
  constructor(size, setup, on) {
    this.#setup = setup;
    this.#on = on;
    this.#members = Array.from({ length: size });
    for (let index = 0; index < size; index += 1) this.#start(index);
  }

  /** The addresses of those that listen. */
  get addresses() {
    return this.#members.flatMap((member) => (member?.port ? [`http://127.0.0.1:${member.port}`] : []));
  }

  /** Kills one that listens, by its address or a chance. It is started again at once. */
  kill(/** @type {string} */ address) {
    const member = this.#members.find((known) => known?.port && address.endsWith(`:${known.port}`));
    if (!member) return false;
    member.port = undefined;
    this.kills += 1;
    return member.child.kill("SIGKILL");
  }

  /** Ends all of them. */
  async close() {
    this.#closed = true;
    const children = this.#members.flatMap((member) => member?.child ?? []);
    const ends = children.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null);
    await Promise.all(ends.map((child) => (child.kill("SIGKILL"), once(child, "exit"))));
  }

  #start(/** @type {number} */ index) {
    const child = fork(PROGRAM);
    const member = { child, port: undefined };
    this.#members[index] = member;
    child.on("message", (/** @type {any} */ message) => {
      // Its last words may come after its end.
      if (message.port && !child.killed) member.port = message.port;
      this.#on(message);
    });
    child.on("exit", (code, signal) => {
      if (this.#closed) return;
      if (signal !== "SIGKILL") this.#on({ error: { message: `a handler ended by itself: ${code ?? signal}` } });
      this.#start(index);
    });
    child.send(this.#setup);
  }
}
