// Tiles keep their place and their looks in whatever layout the app has.
import { expect, test } from "../support/fixtures.mjs";
import { MOVES } from "./support/moves.mjs";

const TIMES = 20;

/** Each way to insert, in a layout of its own. */
const CALLS = [
  { ann: { layout: "grid", ui: "default" }, ben: { layout: "flex", ui: "before" } },
  { ann: { layout: "absolute", ui: "after" }, ben: { layout: "container", ui: "replace" } },
];

/** Runs in the page. Where everything is that the app can see of its tiles, and how it looks. */
function looks() {
  const box = (element) => {
    const { x, y, width, height } = element.getBoundingClientRect();
    return [x, y, width, height].map(Math.round).join(" ");
  };
  return [app.publisher, ...app.subscribers.values()].map((shown) => {
    const video = shown.element.querySelector("video");
    return {
      id: shown.id,
      found: document.getElementById(shown.id) === shown.element,
      classes: [...shown.element.classList].sort().join(" "),
      tile: box(shown.element),
      video: box(video),
      fit: getComputedStyle(video).objectFit,
      onTop: document
        .elementsFromPoint(...centre(shown.element))
        .filter((element) => element.tagName === "VIDEO")
        .indexOf(video),
      playing: !video.paused && video.readyState === 4,
      size: [shown.videoWidth(), shown.videoHeight()],
      image: shown.getImgData()?.length > 100,
    };
  });

  function centre(element) {
    const { x, y, width, height } = element.getBoundingClientRect();
    return [x + width / 2, y + height / 2];
  }
}

/** Runs in the page. The SDK shows the controls of a new tile for two seconds, and lets them slide away. */
function atRest() {
  const moving = document.getAnimations().filter((animation) => animation instanceof CSSTransition);
  return !document.querySelector(".OT_mode-on-hold") && moving.length === 0;
}

for (const each of CALLS) {
  const names = Object.values(each).map(({ layout, ui }) => `${layout}/${ui}`);
  test(`nothing shifts in the layouts ${names.join(" and ")} through ${TIMES} moves`, async ({ startCall }) => {
    test.setTimeout(300_000);
    const call = await startCall({ mode: "routed", each });
    const everybody = (work, argument) => Promise.all(call.people.map((person) => person.evaluate(work, argument)));
    for (const person of call.people) await person.until(atRest);
    const before = await everybody(looks);
    const marks = await call.marks();
    for (let move = 0; move < TIMES; move += 1) {
      await (move % 5 === 4 ? MOVES["a forced rotation"] : MOVES["a planned handover"])(call);
      await call.settled();
      expect(await everybody(looks)).toEqual(before);
    }
    for (const tile of before.flat()) expect(tile).toMatchObject({ found: true, onTop: 0, playing: true, image: true });
    for (const [name, { violations, samples }] of Object.entries(await call.seen(marks))) {
      expect(samples).toBeGreaterThan(0);
      expect(violations, name).toEqual([]);
    }
    for (const person of call.people)
      expect(
        await person.evaluate((since) => app.room.shifts.filter(({ at }) => at > since), marks[person.name]),
        person.name,
      ).toEqual([]);
  });
}
