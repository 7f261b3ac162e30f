// What is on the screen: looks at every tile in every animation frame, one's own preview included.
import { COUNTER_RANGE, GRID, readCode } from "./frame-code.js";
import { PEOPLE } from "./people.js";

/**
 * By how many frames a swap may step back: the two sessions' media travel on two paths, and whichever is quicker at the
 * moment is a frame or two ahead.
 */
const PATHS_DIFFER = 3;

const PICTURES = new Set(["VIDEO", "CANVAS", "IMG"]);

/**
 * One sample a tile and animation frame. It finds the topmost thing in the tile that a person would see, reads the
 * label in it, and notes what is wrong: `blank` (no picture), `wrong` (somebody else's picture), `twice` (one person
 * in two tiles), `gone` (an expected person has no tile), `moved` (the tile, or the picture in it, is somewhere else than before), `back` (time ran backwards).
 * Beside that it measures freezes: how long a tile went on showing one and the same frame.
 */
export class PictureProbe {
  #canvas = new OffscreenCanvas(GRID.width, GRID.height * PEOPLE.length);
  #context = this.#canvas.getContext("2d", { willReadFrequently: true });
  #tiles = new Map();
  #absent = new Set();
  #expected = new Set();
  #stopped = false;

  violations = [];
  samples = 0;

  /** Looks in every animation frame, or only once in `every` ms: enough to see who is there, too little for flashes. */
  start({ every = 0 } = {}) {
    const next = () => requestAnimationFrame(frame);
    const frame = (now) => {
      if (this.#stopped) return;
      this.#sample(now);
      if (every > 0) setTimeout(next, every);
      else next();
    };
    next();
  }

  stop() {
    this.#stopped = true;
  }

  /** From now on each of these people must have a tile: its absence is a `gone`. */
  expectTilesOf(people) {
    this.#expected = new Set(people);
  }

  /** People of whom no picture is expected: their tiles are watched for a picture, not for the lack of one. */
  expectNoPictureOf(who) {
    this.#absent.add(who);
  }

  expectPictureOf(who) {
    this.#absent.delete(who);
  }

  /** True when every tile shows its person, and there are as many tiles as wanted. */
  settled(tiles) {
    const states = [...this.#tiles.values()];
    return states.length === tiles && states.every((state) => state.shown === state.who || this.#absent.has(state.who));
  }

  /** Per person: the longest time in ms that the tile showed one frame, since `since` (performance.now). */
  freezes(since = 0, until = Infinity) {
    const result = {};
    for (const { who, changes } of this.#tiles.values()) {
      const within = changes.filter((at) => at >= since && at <= until);
      result[who] = within.slice(1).reduce((longest, at, index) => Math.max(longest, at - within[index]), 0);
    }
    return result;
  }

  /** Per person: how many new frames the tile has shown since `since`. A still picture has none. */
  frames(since = 0) {
    return Object.fromEntries(
      [...this.#tiles.values()].map(({ who, changes }) => [who, changes.filter((at) => at > since).length]),
    );
  }

  /** Per person: when the tile showed the first new frame since `since`; `undefined` if it hasn't. */
  firstFrames(since) {
    return Object.fromEntries(
      [...this.#tiles.values()].map(({ who, changes }) => [who, changes.find((at) => at > since)]),
    );
  }

  /** Per person: how often the thing on top changed since `since`, with times: the moments of the swaps. */
  swaps(since = 0) {
    return Object.fromEntries(
      [...this.#tiles.values()].map(({ who, swaps }) => [who, swaps.filter((at) => at >= since)]),
    );
  }

  report(since = 0) {
    return { samples: this.samples, violations: this.violations.filter(({ until }) => until >= since) };
  }

  #sample(now) {
    const elements = [...document.querySelectorAll(".tile")];
    for (const element of this.#tiles.keys()) if (!element.isConnected) this.#tiles.delete(element);
    this.#context.clearRect(0, 0, this.#canvas.width, this.#canvas.height);
    const seen = elements.map((element, row) => {
      const rectangle = element.getBoundingClientRect();
      const { picture: top, cover } = topmost(element, rectangle);
      if (top) this.#context.drawImage(top, 0, row * GRID.height, GRID.width, GRID.height);
      return { element, rectangle, top, cover };
    });
    for (const who of this.#expected)
      if (!elements.some(({ dataset }) => dataset.who === who)) this.#violation(now, "gone", who, "no tile");
    this.samples += 1;
    if (seen.length === 0) return;
    const { data } = this.#context.getImageData(0, 0, GRID.width, GRID.height * seen.length);
    const shownBy = new Map();
    seen.forEach((tile, row) => {
      const code = tile.top ? readCode(data, row * GRID.height * GRID.width * 4) : null;
      const shown = code ? (PEOPLE[code.who]?.name ?? `#${code.who}`) : null;
      this.#judge(now, tile, shown, code, () => average(data, row));
      if (shown) shownBy.set(shown, (shownBy.get(shown) ?? 0) + 1);
    });
    for (const [who, count] of shownBy) if (count > 1) this.#violation(now, "twice", who, `in ${count} tiles`);
  }

  #judge(now, { element, rectangle, top, cover }, shown, code, colour) {
    const { who } = element.dataset;
    let state = this.#tiles.get(element);
    if (!state) {
      state = { who, shown: null, counter: null, top: null, place: null, changes: [], swaps: [] };
      this.#tiles.set(element, state);
    }
    if (this.#absent.has(who)) {
      if (shown) this.#violation(now, "seen", who, `frame ${code.counter} of ${shown}`);
    } else if (!shown) {
      // Before the first picture a tile is joining, not broken.
      if (state.shown !== null)
        this.#violation(now, "blank", who, top ? `${top.tagName} of colour ${colour()}` : cover);
    } else if (shown !== who) this.#violation(now, "wrong", who, `shows ${shown}`);

    const place = [rectangle, top?.getBoundingClientRect()].map(
      (box) => box && [box.x, box.y, box.width, box.height].map(Math.round).join(" "),
    );
    if (state.place && top && state.shown && place.join() !== state.place.join())
      this.#violation(now, "moved", who, `${state.place.join(" / ")} -> ${place.join(" / ")}`);
    if (top && shown) state.place = place;

    if (top && state.top && top !== state.top) state.swaps.push(now);
    if (top) state.top = top;
    if (code && code.counter !== state.counter) {
      const step = state.counter === null ? 1 : (code.counter - state.counter + COUNTER_RANGE) % COUNTER_RANGE;
      if (step > COUNTER_RANGE / 2 && COUNTER_RANGE - step > PATHS_DIFFER)
        this.#violation(now, "back", who, `by ${COUNTER_RANGE - step} frames`);
      state.counter = code.counter;
      state.changes.push(now);
    }
    if (shown) state.shown = shown;
  }

  /** Notes a violation; one that goes on from frame to frame stays one entry, which grows. */
  #violation(now, kind, who, detail) {
    const at = Math.round(now);
    const going = this.violations.findLast((entry) => entry.kind === kind && entry.who === who);
    if (going && going.sample === this.samples - 1)
      Object.assign(going, { until: at, frames: going.frames + 1, sample: this.samples });
    else this.violations.push({ at, until: at, frames: 1, kind, who, detail, sample: this.samples });
  }
}

/** The picture that a person sees in the middle of a tile, or else what covers the place. */
function topmost(tile, { x, y, width, height }) {
  for (const element of document.elementsFromPoint(x + width / 2, y + height / 2)) {
    if (element === tile || !tile.contains(element)) break;
    if (opacity(element, tile) < 0.5) continue;
    if (PICTURES.has(element.tagName)) return { picture: element };
    if (opaque(getComputedStyle(element))) return { cover: `covered by ${element.tagName}.${element.className}` };
  }
  return { cover: "nothing there" };
}

function opacity(element, tile) {
  let product = 1;
  for (let node = element; node && node !== tile; node = node.parentElement)
    product *= Number(getComputedStyle(node).opacity);
  return product;
}

function opaque({ backgroundColor, backgroundImage }) {
  if (backgroundImage !== "none") return true;
  const alpha = /rgba\(.*, ([\d.]+)\)$/.exec(backgroundColor);
  return alpha ? Number(alpha[1]) > 0.5 : backgroundColor !== "transparent";
}

/** The mean colour of the picture's middle: tells black from a broken label in a report. */
function average(data, row) {
  const at = 4 * GRID.width * (row * GRID.height + 5);
  return `${data[at + 28]},${data[at + 29]},${data[at + 30]},${data[at + 31]}`;
}
