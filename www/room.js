import { Eyes } from "./eyes.js";
import { Seat } from "./seat.js";

/** The states of a call that have phases. */
const MOVING = new Set(["handover", "recovering"]);

/**
 * A call and its people. It knows who sits in it, what each of them has seen, and what the page must be told.
 *
 * Events: `change` (anything that the page draws seldom: people, viewer, state), `look` (another viewer),
 * `sample` { viewer, alive, tiles }, `vanished` { viewer, name }, `manager` { viewer, event, detail },
 * `error` { viewer, code, message }.
 */
export class Room extends EventTarget {
  /** The session that a newcomer joins. */
  session = null;
  /** The app server that moves this call; null where it has none. */
  app = null;
  /** Vertical lines for the strip chart: `{ at, label }`. */
  marks = [];
  /** Whose eyes the page looks through. */
  viewer = null;

  #stage;
  #kind;
  #seats = new Map();
  #eyes = new Map();
  #states = new Map();

  /**
   * @param {HTMLElement} stage where the iframes go
   * @param {"handover" | "today"} kind which of the two calls its people make
   */
  constructor(stage, kind) {
    super();
    this.#stage = stage;
    this.#kind = kind;
  }

  get kind() {
    return this.#kind;
  }

  /** The names of everybody who sits here, in order of coming. */
  get people() {
    return [...this.#seats.keys()];
  }

  /** What `name` has seen so far. */
  eyesOf(name = this.viewer) {
    return this.#eyes.get(name);
  }

  /** What the call of `name` says of itself: `{ state, phase }`. */
  stateOf(name = this.viewer) {
    return this.#states.get(name) ?? { state: name === null ? "empty" : "joining", phase: null };
  }

  /** Seats `name` at once and joins the call; `order` brings what `Seat.join` takes. Rejects if that fails. */
  async add(name, order) {
    const seat = new Seat(this.#stage, name);
    this.#seats.set(name, seat);
    this.#eyes.set(name, new Eyes());
    this.#listen(seat);
    this.look(this.viewer ?? name);
    try {
      await seat.join({ kind: this.#kind, ...(await order()) });
    } catch (error) {
      await this.remove(name);
      throw error;
    }
    this.#change();
  }

  /** Resolves when everybody sees everybody; with false if that takes longer than `patience` ms. */
  async gathered(patience) {
    const alive = new Set();
    const { promise, resolve } = Promise.withResolvers();
    const onSample = ({ detail }) => {
      if (detail.alive) alive.add(detail.viewer);
      else alive.delete(detail.viewer);
      if (this.people.every((name) => alive.has(name))) resolve(true);
    };
    this.addEventListener("sample", onSample);
    const timer = setTimeout(resolve, patience, false);
    const gathered = await promise;
    clearTimeout(timer);
    this.removeEventListener("sample", onSample);
    return gathered;
  }

  async remove(name) {
    const seat = this.#seats.get(name);
    if (!seat) return;
    this.#seats.delete(name);
    this.#eyes.delete(name);
    this.#states.delete(name);
    for (const eyes of this.#eyes.values()) eyes.forget(name);
    if (this.viewer === name) this.look(this.people[0] ?? null);
    else this.#change();
    await seat.leave();
  }

  async empty() {
    await Promise.all(this.people.map((name) => this.remove(name)));
    this.marks = [];
  }

  /** Shows the call as `name` sees it. */
  look(name) {
    this.viewer = name;
    for (const seat of this.#seats.values()) seat.look(seat.name === name);
    this.#tell("look");
    this.#change();
  }

  /** Lets the viewer hear the others at `volume` (0 to 100), and nobody else. */
  listen(volume) {
    for (const seat of this.#seats.values()) seat.setVolume(seat.name === this.viewer ? volume : 0);
  }

  /** Moves everybody to `sessionId` by hand. */
  handover(sessionId) {
    for (const seat of this.#seats.values()) seat.handover(sessionId);
  }

  mark(at, label) {
    this.marks.push({ at, label });
  }

  #listen(seat) {
    const { name } = seat;
    const on = (type, handle) =>
      seat.addEventListener(type, ({ detail }) => this.#seats.get(name) === seat && handle(detail));
    on("sample", (sample) => {
      const joined = [...this.#seats.values()].filter((other) => other.joined).map((other) => other.name);
      const alive = this.#eyes.get(name).see(sample, joined);
      this.#tell("sample", { viewer: name, alive, tiles: sample.tiles });
    });
    on("vanished", ({ name: other }) => {
      if (!this.#seats.has(other)) return;
      this.#eyes.get(name).miss(
        other,
        this.people.filter((person) => person !== name),
      );
      this.#tell("vanished", { viewer: name, name: other });
    });
    on("state", ({ state }) => this.#enter(name, state, null));
    on("manager", ({ event, detail }) => {
      if (event === "statechange")
        this.#enter(name, detail.to, MOVING.has(detail.to) ? this.stateOf(name).phase : null);
      if (event === "phasechange") this.#enter(name, this.stateOf(name).state, detail.phase);
      this.#tell("manager", { viewer: name, event, detail });
    });
    on("error", ({ code, message, fatal }) => fatal || this.#tell("error", { viewer: name, code, message }));
  }

  #enter(name, state, phase) {
    this.#states.set(name, { state, phase });
    this.#eyes.get(name).enter(state, phase);
    this.#change();
  }

  #change() {
    this.#tell("change");
  }

  #tell(type, detail = null) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
