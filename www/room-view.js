import { StripChart } from "./chart.js";
import { Room } from "./room.js";
import { ServicesView } from "./services-view.js";
import { inWords, wentUnnoticed } from "./words.js";

const REDRAW_EVERY = 80; // ms
const REDRAW_CALMLY = 500; // ms, for people who asked for less motion
const RECEIPTS = 3; // on screen

/** A room on the page: its call, the strip chart, the counters and the receipts. */
export class RoomView {
  #element;
  #chart;
  #receipts = new Map();

  /** @param {HTMLElement} element a `section.room`; `data-kind` says which call its people make */
  constructor(element) {
    this.#element = element;
    element.append(document.getElementById("room-body").content.cloneNode(true));
    this.room = new Room(this.#find(".stage"), element.dataset.kind);
    this.services = new ServicesView(this.#find(".services"));
    this.#chart = new StripChart(this.#find(".chart"));
    this.room.addEventListener("change", () => this.#drawPeople());
    this.#find(".viewers").addEventListener("change", ({ target }) => this.room.look(target.value));
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    setInterval(() => this.#drawMeasurements(), calm ? REDRAW_CALMLY : REDRAW_EVERY);
  }

  /** The counters of the viewer, as numbers. */
  get counters() {
    const eyes = this.room.eyesOf();
    return { blackSeconds: eyes?.blackSeconds ?? 0, left: eyes?.left ?? 0, reappeared: eyes?.reappeared ?? 0 };
  }

  /** The latest receipt: `{ result, words }`, or null before the first rotation. */
  get receipt() {
    return [...this.#receipts.values()].at(-1) ?? null;
  }

  /** Shows what rotation number `turn` was like; shown again, it replaces what was said of the same rotation. */
  showReceipt(turn, result) {
    const words = inWords(result);
    this.#receipts.set(turn, { result, words });
    const latest = [...this.#receipts.entries()].slice(-RECEIPTS).toReversed();
    const paragraphs = latest.map(([number, receipt]) => {
      const paragraph = document.createElement("p");
      paragraph.dataset.turn = number;
      paragraph.dataset.unnoticed = wentUnnoticed(receipt.result);
      paragraph.textContent = receipt.words;
      return paragraph;
    });
    this.#find(".receipt").replaceChildren(...paragraphs);
  }

  /** Forgets all receipts. */
  clear() {
    this.services.clear();
    this.#receipts.clear();
    this.#find(".receipt").innerHTML = "<p>No rotation yet.</p>";
  }

  #drawPeople() {
    const { people, viewer } = this.room;
    const group = this.#find(".viewers");
    const shown = [...group.querySelectorAll("input")].map(({ value }) => value);
    if (shown.join() !== people.join()) {
      for (const label of group.querySelectorAll("label")) label.remove();
      group.append(...people.map((name) => this.#radio(name)));
    }
    for (const input of group.querySelectorAll("input")) input.checked = input.value === viewer;
    this.#drawState();
  }

  #radio(name) {
    const label = document.createElement("label");
    const input = Object.assign(document.createElement("input"), {
      type: "radio",
      name: `${this.#element.id}-viewer`,
      value: name,
    });
    label.append(input, name);
    return label;
  }

  #drawState() {
    const { state, phase } = this.room.stateOf();
    const pill = this.#find(".pill");
    pill.dataset.state = state;
    pill.textContent = phase ? `${state}: ${phase}` : state;
    this.#element.dataset.state = state;
  }

  #drawMeasurements() {
    const { room } = this;
    const eyes = room.eyesOf();
    if (!eyes) return;
    this.#chart.draw(eyes, room.people, room.marks);
    const { blackSeconds, left, reappeared } = this.counters;
    this.#count("black", `${blackSeconds.toFixed(1)} s`, blackSeconds > 0);
    this.#count("left", String(left), left > 0);
    this.#count("reappeared", String(reappeared), reappeared > 0);
    const description = describe(eyes, room);
    if (this.#find(".chart").getAttribute("aria-label") !== description) {
      this.#find(".chart").setAttribute("aria-label", description);
    }
  }

  #count(name, text, bad) {
    const element = this.#find(`[data-count="${name}"]`);
    if (element.textContent !== text) element.textContent = text;
    element.dataset.bad = bad;
  }

  #find(selector) {
    return this.#element.querySelector(selector);
  }
}

function describe(eyes, { viewer, people }) {
  const tiles = eyes.samples.at(-1)?.tiles;
  const pictures = people.map((name) => `${name} ${tiles?.get(name)?.picture ?? "not there yet"}`);
  return `Frame gaps of the last 30 seconds as ${viewer} sees them. Now: ${pictures.join(", ")}.`;
}
