// What a test sees of an app's page, from outside of it: who is on the screen, and how often the camera was asked for.
import { Camera } from "/e2e/camera.js";
import { GRID, readCode } from "/e2e/frame-code.js";
import { PEOPLE, person } from "/e2e/people.js";

const canvas = new OffscreenCanvas(GRID.width, GRID.height);
const context = canvas.getContext("2d", { willReadFrequently: true });
const camera = new Camera(person(new URLSearchParams(location.search).get("name")));
camera.install();

/** Who is on the screen that people share here. */
const SCREEN = "dan";

/** What lets clicks through is on the screen too. */
const findable = new CSSStyleSheet();
findable.replaceSync("* { pointer-events: auto !important }");

/** The pictures on the screen: what lies on top where a video is. */
function pictures() {
  document.adoptedStyleSheets.push(findable);
  const found = new Set();
  for (const video of document.querySelectorAll("video")) {
    const { x, y, width, height } = video.getBoundingClientRect();
    if (width === 0 || height === 0) continue;
    const stack = document.elementsFromPoint(x + width / 2, y + height / 2);
    const top = stack.find(
      (element) => ["VIDEO", "CANVAS", "IMG"].includes(element.tagName) && opacity(element) >= 0.5,
    );
    if (top) found.add(top);
  }
  document.adoptedStyleSheets = document.adoptedStyleSheets.filter((sheet) => sheet !== findable);
  return [...found];
}

function opacity(element) {
  let product = 1;
  for (let node = element; node; node = node.parentElement) product *= Number(getComputedStyle(node).opacity);
  return product;
}

/** Whose picture that is, and which frame; `null`: nobody's. */
function read(picture) {
  context.clearRect(0, 0, GRID.width, GRID.height);
  context.drawImage(picture, 0, 0, GRID.width, GRID.height);
  const code = readCode(context.getImageData(0, 0, GRID.width, GRID.height).data);
  return code && { who: PEOPLE[code.who]?.name, frame: code.counter };
}

/** Everybody on the screen, in the order of the page: one entry a picture. */
function look() {
  return pictures().map(read);
}

Object.assign(window.stage, {
  /** How often a screen was asked for. */
  screens: 0,
  screen() {
    window.stage.screens += 1;
    return new Camera(person(SCREEN)).open({ audio: false });
  },
  /** How colourful somebody's picture is, from 0 to 1. */
  saturation(who) {
    const picture = pictures().find((one) => read(one)?.who === who);
    if (!picture) return null;
    const { data } = context.getImageData(0, 0, GRID.width, GRID.height);
    let sum = 0;
    for (let at = 0; at < data.length; at += 4) {
      const colour = [data[at], data[at + 1], data[at + 2]];
      sum += (Math.max(...colour) - Math.min(...colour)) / Math.max(1, ...colour);
    }
    return (4 * sum) / data.length;
  },
  camera,
  pictures,
  look,
  /** Whether exactly these people are on the screen, in one picture each: then what is seen of them. */
  shows: (people) => {
    const seen = look();
    const names = seen.map((one) => one?.who ?? "nobody").sort();
    return names.join() === people.join() && seen;
  },
  /** Whether each of these pictures has gone on since: `look()` from before. */
  wentOn: (before) =>
    before.every((seen) => look().some((now) => now?.who === seen?.who && now?.frame !== seen?.frame)),
});
