import { wallClock } from "./eyes.js";

const BEFORE = 5000; // ms: how far back "usual" reaches

/** Watches one room through one rotation, from outside, and says in numbers what its people saw. */
export class Observation {
  /** Resolves when everybody's manager has handed in a receipt. */
  moved;

  #room;
  #how;
  #stop = new AbortController();
  #hit = { at: null, disconnected: 0, migrated: 0 };
  #longestGap = 0;
  #usualGap;
  #vanished = new Set();
  #receipts = new Map();
  #brokenAt = null;
  #aliveSince = new Map();
  #rested = false;
  #backAfter = 0;
  #blackBefore;
  #onSample = () => {};

  /**
   * @param {import("./room.js").Room} room
   * @param {"notice" | "surprise"} how
   */
  constructor(room, how) {
    this.#room = room;
    this.#how = how;
    this.#blackBefore = new Map(room.people.map((name) => [name, room.eyesOf(name).blackSeconds]));
    this.#usualGap = Math.max(0, ...room.people.map((name) => longestGapOf(room.eyesOf(name))));
    const on = (type, handle) =>
      room.addEventListener(type, ({ detail }) => handle(detail), { signal: this.#stop.signal });
    on("sample", (sample) => this.#see(sample));
    on("vanished", ({ name }) => this.#vanished.add(name));
    const { promise, resolve } = Promise.withResolvers();
    on("manager", ({ viewer, event, detail }) => {
      if (event === "handoverend") this.#receipts.set(viewer, detail);
      if (room.people.every((name) => this.#receipts.has(name))) resolve();
    });
    this.moved = promise;
  }

  /** The servers were taken away `at` this time from under `disconnected` people; `migrated` were told to migrate. */
  hit(at, { disconnected, migrated }) {
    this.#hit = { at, disconnected, migrated };
  }

  /**
   * Resolves when everybody has seen everybody alive for `quiet` ms in a row, at least `atLeast` ms after the hit; or
   * after `giveUp` ms. Answers whether it came to rest.
   */
  rest({ quiet, atLeast, giveUp }) {
    const { promise, resolve } = Promise.withResolvers();
    this.#onSample = () => {
      const since = wallClock() - this.#hit.at;
      if (since >= atLeast && this.#quietFor() >= quiet) resolve(this.#comeToRest());
      else if (since >= giveUp) resolve(false);
    };
    return promise;
  }

  /** Stops watching. */
  end() {
    this.#stop.abort();
  }

  /** What has been seen so far; times in ms unless the name says seconds. */
  get result() {
    const { people } = this.#room;
    const blackSeconds = people.map(
      (name) => this.#room.eyesOf(name).blackSeconds - (this.#blackBefore.get(name) ?? 0),
    );
    return {
      kind: this.#room.kind,
      how: this.#how,
      people: people.length,
      disconnected: this.#hit.disconnected,
      migrated: this.#hit.migrated,
      receipts: [...this.#receipts.values()],
      longestGap: this.#longestGap,
      usualGap: this.#usualGap,
      blackSeconds: Math.max(...blackSeconds),
      vanished: this.#vanished.size,
      backAfter: this.#backAfter,
      alive: this.#rested,
    };
  }

  #see({ viewer, alive, tiles }) {
    const now = wallClock();
    this.#longestGap = Math.max(this.#longestGap, ...tiles.map(({ gap }) => gap));
    if (!alive) {
      this.#aliveSince.set(viewer, null);
      this.#brokenAt = now;
    } else if (this.#aliveSince.get(viewer) == null) this.#aliveSince.set(viewer, now);
    this.#onSample();
  }

  /** A gap that comes later, from a page too busy to draw for instance, is still a gap, but nobody is away any more. */
  #comeToRest() {
    this.#rested = true;
    this.#backAfter = this.#brokenAt === null ? 0 : Math.max(0, this.#brokenAt - this.#hit.at);
    return true;
  }

  #quietFor() {
    const since = this.#room.people.map((name) => this.#aliveSince.get(name) ?? Infinity);
    return wallClock() - Math.max(...since);
  }
}

function longestGapOf({ samples }) {
  const since = wallClock() - BEFORE;
  const recent = samples.filter(({ at }) => at > since);
  return Math.max(0, ...recent.flatMap(({ tiles }) => [...tiles.values()].map(({ gap }) => gap)));
}
