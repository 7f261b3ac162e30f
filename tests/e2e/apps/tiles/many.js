// Runs in the page: tiles of every kind that the SDK makes, in the hands of an app that knows nothing of us.

const IMAGE = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7";

/** Kinds of tiles: the target that is made in a box of its own, the options, and what is said afterwards. */
const SUBSCRIBERS = {
  "no target, and contained": { target: () => undefined, options: { fitMode: "contain" } },
  "a target that is missing": { target: () => "no-such-element" },
  "a target with an ID, a class and something in it": {
    target: (box) => element(box, { id: "card", className: "card", textContent: "waiting" }).id,
    say: (shown) => shown.setStyle("buttonDisplayMode", "on").setStyle({ audioLevelDisplayMode: "on" }),
  },
  "a target with a style, without controls": {
    target: (box) =>
      Object.assign(element(box, {}), { style: "position: absolute; right: 3px; color: red; width: 9px" }),
    options: { showControls: false },
  },
  "appended, with a style from the start": {
    options: {
      insertMode: "append",
      style: { buttonDisplayMode: "off", nameDisplayMode: "on", audioLevelDisplayMode: "on" },
    },
  },
  "before its target, with a background": {
    target: (box) => element(box, {}),
    options: { insertMode: "before", width: 320, height: 180, style: { backgroundImageURI: IMAGE } },
  },
  "after its target, without pictures": {
    target: (box) => element(box, {}),
    options: { insertMode: "after", width: "320", height: "9em", subscribeToVideo: false },
  },
  "in per cent, without pictures later": {
    options: { width: "50%", height: "100%" },
    say: (shown) => shown.subscribeToVideo(false),
  },
};

/** Each has a camera, so there are few. */
const PUBLISHERS = {
  "a target with an ID": { target: (box) => element(box, { id: "me", className: "card", textContent: "waiting" }).id },
  "appended, not mirrored, with a style said later": {
    options: { insertMode: "append", mirror: false, fitMode: "contain", name: "Ann" },
    say: (shown) => shown.setStyle({ nameDisplayMode: "on", buttonDisplayMode: "mini" }),
  },
};

function element(box, properties) {
  return box.appendChild(Object.assign(document.createElement("div"), properties));
}

function boxes(tiles, make) {
  return Object.entries(tiles).map(([name, { target = (box) => box, options = {}, say }]) => {
    const box = element(document.body, { className: "box" });
    box.style.cssText = "position: relative; width: 420px; height: 240px";
    const shown = make(target(box), options);
    say?.(shown);
    return [name, shown];
  });
}

/** Subscribes to a stream in every way, and publishes in several. */
export async function make(sdk, session, stream) {
  const subscribers = boxes(SUBSCRIBERS, (target, options) => session.subscribe(stream, target, options));
  const publishers = boxes(PUBLISHERS, (target, options) => sdk.initPublisher(target, options));
  for (const [, publisher] of publishers) {
    await new Promise((resolve, reject) => {
      session.publish(publisher, (error) => (error ? reject(error) : resolve()));
    });
  }
  return Object.fromEntries([
    ...subscribers.map(([name, one]) => [`subscriber, ${name}`, one]),
    ...publishers.map(([name, one]) => [`publisher, ${name}`, one]),
  ]);
}

/** Whether a tile is there and nothing in it is on its way. */
export function atRest({ element: tile }) {
  const sliding = tile.getAnimations({ subtree: true }).some((animation) => animation instanceof CSSTransition);
  const coming = tile.matches(".OT_loading") || tile.querySelector(".OT_loading, .OT_mode-on-hold");
  return !sliding && !coming && tile.querySelector(".OT_widget-container") !== null;
}

/** What an app sees of a tile. */
export function look({ id, element: tile }) {
  const picture = tile.querySelector(".OT_widget-container").parentElement;
  return {
    ...described(tile, (child) => (child === picture ? [...child.children] : [child])),
    found: document.getElementById(id) === tile,
    parent: named(tile.parentElement),
    before: named(tile.previousElementSibling),
    after: named(tile.nextElementSibling),
  };
}

function described(one, inside = (child) => [child]) {
  const { width, height } = one.getBoundingClientRect();
  const attributes = [...one.attributes].filter(({ name }) => !["id", "class", "style"].includes(name));
  return {
    is: named(one),
    classes: [...one.classList].sort().join(" "),
    attributes: Object.fromEntries(attributes.map(({ name, value }) => [name, value]).sort()),
    // How loud somebody is has a size of its own.
    ...(!one.matches(".OT_audio-level-meter__value") && {
      style: Object.fromEntries([...one.style].map((name) => [name, one.style.getPropertyValue(name)]).sort()),
      size: `${Math.round(width)} x ${Math.round(height)}`,
    }),
    text: one.children.length === 0 ? one.textContent : "",
    children: [...one.children].flatMap(inside).map((child) => described(child)),
  };
}

/** Its tag and its ID; those that the SDK makes are all the same. */
export function named(one) {
  return one && `${one.tagName} ${one.id.replace(/^OT_[0-9a-f_-]+$/, "OT_?")}`.trim();
}
