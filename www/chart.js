import { wallClock } from "./eyes.js";

const WINDOW = 30_000; // ms across the chart
const FULL = 500; // ms: a gap that fills the lane
const SLOW = 150; // ms: a gap that can be seen
const STUCK = 400; // ms: a gap that is noticed by everybody
const COLUMN = 100; // ms: one sample
const GUTTER = 58; // px for the names
const BAND = 18; // px for the states
const TOP = 14; // px for the labels of the marks
const FONT = "11px system-ui, sans-serif";
/** Each is `--chart-<name>` in the style sheet; those from "joining" on are states and phases of a call. */
const COLOURS = [
  "text",
  "muted",
  "lane",
  "black",
  "good",
  "warn",
  "bad",
  "onband",
  "joining",
  "connecting",
  "connected",
  "handover",
].concat(["renewing", "overlapping", "settling", "leaving", "recovering", "disconnected", "failed"]);

/** Draws a viewer's last thirty seconds: a lane of frame gaps per person, and the states of the call above them. */
export class StripChart {
  #canvas;
  #colours = {};

  constructor(canvas) {
    this.#canvas = canvas;
    this.#readColours();
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#readColours());
  }

  /**
   * @param {import("./eyes.js").Eyes} eyes
   * @param {string[]} people lanes from top to bottom
   * @param {{ at: number, label: string }[]} marks
   */
  draw(eyes, people, marks) {
    const { clientWidth: width, clientHeight: height } = this.#canvas;
    const scale = devicePixelRatio;
    if (this.#canvas.width !== Math.round(width * scale) || this.#canvas.height !== Math.round(height * scale)) {
      Object.assign(this.#canvas, { width: Math.round(width * scale), height: Math.round(height * scale) });
    }
    const c = this.#canvas.getContext("2d");
    c.setTransform(scale, 0, 0, scale, 0, 0);
    c.clearRect(0, 0, width, height);
    c.font = FONT;
    const end = wallClock();
    const x = (at) => GUTTER + (width - GUTTER) * (1 - (end - at) / WINDOW);
    this.#drawStates(c, eyes.states, x, width);
    const laneTop = TOP + BAND + 6;
    const laneHeight = (height - laneTop) / Math.max(1, people.length);
    people.forEach((name, i) =>
      this.#drawLane(c, eyes.samples, name, x, laneTop + i * laneHeight, laneHeight - 5, width),
    );
    this.#drawMarks(c, marks, x, height, end);
  }

  #drawStates(c, states, x, width) {
    c.textBaseline = "middle";
    c.fillStyle = this.#colours.muted;
    c.textAlign = "left";
    c.fillText("call", 0, TOP + BAND / 2);
    states.forEach(({ at, state, phase }, i) => {
      const left = Math.max(GUTTER, x(at));
      const right = i + 1 < states.length ? x(states[i + 1].at) : width;
      if (right <= GUTTER) return;
      c.fillStyle = this.#stateColour(state, phase);
      c.fillRect(left, TOP, Math.max(1.5, right - left - 1), BAND);
      const label = phase ?? state;
      if (c.measureText(label).width + 8 > right - left) return;
      c.fillStyle = this.#colours.onband;
      c.fillText(label, left + 4, TOP + BAND / 2 + 0.5);
    });
  }

  #stateColour(state, phase) {
    if (phase) return this.#colours[phase] ?? this.#colours.handover;
    return this.#colours[state] ?? this.#colours.connecting;
  }

  #drawLane(c, samples, name, x, top, height, width) {
    c.textAlign = "left";
    c.textBaseline = "middle";
    c.fillStyle = this.#colours.muted;
    c.fillText(name.length > 8 ? `${name.slice(0, 7)}…` : name, 0, top + height / 2);
    c.fillStyle = this.#colours.lane;
    c.fillRect(GUTTER, top, width - GUTTER, height);
    const column = ((width - GUTTER) * COLUMN) / WINDOW;
    let from = null;
    for (const { at, tiles } of samples) {
      const tile = tiles.get(name);
      const right = Math.round(x(at)); // Whole pixels: no seams between columns.
      const left = Math.max(GUTTER, from === null || right - from > 4 * column ? Math.round(right - column) : from);
      from = right;
      if (!tile || right <= GUTTER) continue;
      if (tile.picture === "black") {
        c.fillStyle = this.#colours.black;
        c.fillRect(left, top, right - left, height);
      } else {
        const bar = Math.max(1, height * Math.min(1, tile.gap / FULL));
        c.fillStyle = this.#gapColour(tile.gap);
        c.fillRect(left, top + height - bar, right - left, bar);
      }
    }
  }

  #gapColour(gap) {
    if (gap > STUCK) return this.#colours.bad;
    return gap > SLOW ? this.#colours.warn : this.#colours.good;
  }

  #drawMarks(c, marks, x, height, end) {
    c.textBaseline = "top";
    let free = Infinity;
    for (const { at, label } of marks.filter((mark) => mark.at > end - WINDOW).toReversed()) {
      const left = Math.round(x(at)) + 0.5;
      c.strokeStyle = this.#colours.text;
      c.setLineDash([3, 3]);
      c.beginPath();
      c.moveTo(left, 2);
      c.lineTo(left, height);
      c.stroke();
      c.setLineDash([]);
      const room = c.measureText(label).width + 10;
      const fitsRight = left + room < Math.min(free, this.#canvas.clientWidth);
      c.fillStyle = this.#colours.text;
      c.textAlign = fitsRight ? "left" : "right";
      c.fillText(label, left + (fitsRight ? 4 : -4), 0);
      free = fitsRight ? left : left - room;
    }
    c.textAlign = "left";
  }

  /** The chart takes its colours from the style sheet, so that it follows the colour scheme. */
  #readColours() {
    const probe = this.#canvas.parentElement.appendChild(document.createElement("i"));
    for (const name of COLOURS) {
      probe.style.color = `var(--chart-${name})`;
      this.#colours[name] = getComputedStyle(probe).color;
    }
    probe.remove();
  }
}
