// One call and its people: they do what clients do, and move with it from rotation to rotation.

import { setTimeout as wait } from "node:timers/promises";

/** How long people wait before they ask again, in milliseconds. */
const ASK_AGAIN = 100;

export class Call {
  #world;
  #random;
  /** The sessions of the call, as people were told of them. @type {string[]} */
  sessions = [];
  /** @type {{ from: string, to: string, kind: "notice" | "surprise", late: string | undefined }[]} */
  rotations = [];
  /** Every session that somebody was told to join. @type {Set<string>} */
  answers = new Set();

  /**
   * @param {ReturnType<typeof import("./chaos.mjs").worldOf>} world
   * @param {import("./random.mjs").Random} random
   */
  constructor(world, random) {
    this.#world = world;
    this.#random = random;
  }

  /** Two people, who are recorded. */
  async begin() {
    const { video } = this.#world;
    const { sessionId } = await video.createSession();
    this.sessions.push(sessionId);
    await this.#enter(sessionId);
    await video.startArchive(sessionId, { name: "Meeting" });
  }

  /** Goes through one rotation. It ends when everybody is in the successor and recorded there, and nowhere else. */
  async rotate() {
    const from = this.sessions.at(-1);
    const kind = this.#random.chance(0.7) ? "notice" : "surprise";
    const { to, late } = kind === "notice" ? await this.#noticed(from) : await this.#surprised(from);
    this.sessions.push(to);
    this.rotations.push({ from, to, kind, late });
    await this.#recordedIn(to);
  }

  /** What the handlers say was recorded. */
  async recordings() {
    return this.#ask(`/manifest?session=${this.sessions[0]}`, ({ recordings }) => recordings);
  }

  async #noticed(from) {
    const { control, journal } = this.#world;
    await control("schedule", { session: from, in: 3_600_000, speed: 1 });
    // The platform gives notice an hour before: by then everybody has been told, not only who is told again by themselves.
    const toAll = ({ session, type, connection }) => session === from && type === "newSession" && !connection;
    const { sessionId: to } = JSON.parse((await journal.signal(toAll)).data);
    // Somebody comes with an old link.
    const late = this.#random.chance(0.5)
      ? (await control("join", { session: from, data: "Cid" })).connection
      : undefined;
    if (late) await journal.signal(({ session, connection }) => session === from && connection === late);
    await this.#enter(to);
    await wait(this.#random.between(0, 300));
    await control("rotate", { session: from });
    return { to, late };
  }

  async #surprised(from) {
    const { control } = this.#world;
    await control("rotate", { session: from });
    const to = await this.#ask(`/credentials?session=${from}`, ({ sessionId }) => {
      this.answers.add(sessionId);
      return sessionId !== from && sessionId;
    });
    await this.#enter(to);
    return { to, late: undefined };
  }

  async #enter(session) {
    const { control } = this.#world;
    for (const data of ["Ann", "Ben"]) await control("join", { session, data, publish: "camera" });
  }

  async #recordedIn(session) {
    const { control } = this.#world;
    for (;;) {
      const archives = (await Promise.all(this.sessions.map((of) => control("services", { session: of })))).flat();
      const running = archives.filter(({ status }) => status === "started");
      if (running.length === 1 && running[0].sessionId === session) return;
      await wait(ASK_AGAIN);
    }
  }

  /** Asks whichever handler, until one has an answer that will do. */
  async #ask(path, takes) {
    const { fleet } = this.#world;
    for (;;) {
      const address = this.#random.pick(fleet.addresses);
      const answer = address && (await fetch(address + path).then(jsonOf, () => undefined));
      const taken = answer && takes(answer);
      if (taken) return taken;
      await wait(ASK_AGAIN);
    }
  }
}

/** @param {Response} response */
async function jsonOf(response) {
  return response.ok ? response.json() : undefined;
}
