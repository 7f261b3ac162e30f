// Runs in the page: whatever an app may say in the place of a target and options, and what becomes of it.
import { named } from "./many.js";

/** A place of its own, and an element that is in no page. */
const place = (id) => document.body.appendChild(Object.assign(document.createElement("p"), { id }));
const loose = () => document.createElement("p");

/** What may stand before the callback. Each is told its own number, for names that nothing else has. */
const OF_BOTH = {
  nothing: () => [],
  "no target, and options": (options) => [undefined, options],
  "options alone": (options) => [options],
  "no target, in other words": (options) => [null, options],
  "a target alone": (_, id) => [place(id)],
  "the ID of a target": (options, id) => [(place(id), id), options],
  "the ID of nothing": (options) => ["no-such-element", options],
  "an element out of the page": (options) => [loose(), options],
  "an element out of the page, appended": (options) => [loose(), { ...options, insertMode: "append" }],
  "a target without a tile": (options, id) => [place(id), { ...options, insertDefaultUI: false }],
  "what are no options": (_, id) => [place(id), "large"],
};

const OF_PUBLISHERS = {
  "an application's ID before the target": (options, id) => ["100", (place(id), id), options],
  "nothing to publish": (options, id) => [place(id), { ...options, audioSource: null, videoSource: null }],
  "codecs that there aren't": (options, id) => [place(id), { ...options, preferredVideoCodecs: ["x"] }],
};

/** One way after the other: what is returned or thrown, what the callback is told, and what is in the page. */
async function each(ways, options, make, end) {
  const seen = {};
  for (const [name, way] of Object.entries(ways)) {
    const before = document.body.lastElementChild;
    const one = {};
    let shown;
    one.told = await new Promise((resolve) => {
      try {
        shown = make(...way(options, "place"), (...told) => {
          const [error, result] = told;
          // What is told at once is told before there is anything.
          resolve(error ? { name: error.name, code: error.code } : told.map(() => result === shown));
        });
        one.returned = typeof shown;
      } catch (error) {
        resolve({ thrown: error.name });
      }
    });
    const tile = shown?.element;
    const target = tile?.parentElement;
    // It has no ID until the SDK gives it one.
    const parent = target && (target === document.body ? "the page" : "the target");
    one.tile = tile && { is: named(tile), parent, width: tile.style.width };
    one.here = shown && document.body.lastElementChild !== before;
    one.name = tile?.querySelector(".OT_name")?.textContent;
    if (shown) await end(shown);
    document.querySelector("#place")?.remove();
    seen[name] = one;
  }
  return seen;
}

/** What becomes of every way to subscribe. */
export function subscribing(session, stream) {
  return each(OF_BOTH, { width: 77 }, session.subscribe.bind(session, stream), (one) => session.unsubscribe(one));
}

/** What becomes of every way to make a publisher. */
export function publishing(sdk) {
  return each(
    { ...OF_BOTH, ...OF_PUBLISHERS },
    { width: 77, name: "Ann", style: { nameDisplayMode: "on" } },
    (...args) => sdk.initPublisher(...args),
    (one) => one.destroy(),
  );
}
