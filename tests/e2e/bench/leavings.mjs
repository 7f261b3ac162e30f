// What a page holds after each of a hundred moves of one call: of the package, and of the recipe, since the SDK itself keeps
// something of every session that it ever made.
import { writeFileSync } from "node:fs";
import path from "node:path";
import { Call } from "../support/call.mjs";
import { ROOT } from "../support/lab.mjs";
import { browserCounts } from "../support/holdings.mjs";
import { plot } from "./plot.mjs";

const MOVES = 100;
const PEOPLE = ["ann", "ben", "cleo", "dan"];
const KINDS = { package: ["opentok-handover", "#0a7"], recipe: ["the recipe, by hand", "#c40"] };

/** After every so many moves it is counted. */
const EVERY = 5;

const PICTURE = path.join(ROOT, "docs", "pictures", "leavings.svg");

/** What is counted, as the report and the picture call it. */
const COUNTED = {
  heap: "heap after garbage collection, MB",
  nodes: "nodes of the document",
  peers: "peer connections",
  tracks: "live tracks",
  listeners: "listeners in the page",
  wasm: "wasm memory, MB",
};

/** Moves one call of each kind a hundred times. Gives back lines for the report, and draws them. */
export async function measureLeavings({ browser, lab, say }) {
  const found = {};
  for (const kind of Object.keys(KINDS)) found[kind] = await measureCall(browser, lab, kind, say);
  const panels = Object.entries(COUNTED).map(([what, title]) => ({
    title,
    lines: Object.entries(KINDS).map(([kind, [name, colour]]) => ({
      name,
      colour,
      points: found[kind].map((counts) => [counts.move, counts[what]]),
    })),
  }));
  writeFileSync(PICTURE, plot(panels, { x: "moves" }));
  const lines = Object.entries(COUNTED).map(([what, name]) => {
    const grown = Object.keys(KINDS).map((kind) => {
      const [first, last] = [found[kind][0], found[kind].at(-1)];
      return `${round(first[what])} -> ${round(last[what])}`;
    });
    return `  ${name.padEnd(38)} ${grown.join("   the recipe: ")}`;
  });
  return `\
what a page holds from the first to the last of ${MOVES} moves of one call of ${PEOPLE.length}
${lines.join("\n")}
  drawn in ${path.relative(ROOT, PICTURE)}`;
}

async function measureCall(browser, lab, kind, say) {
  const call = await Call.start(browser, lab, {
    mode: "routed",
    people: PEOPLE,
    kind,
    camera: "tracks",
    small: "yes",
    voice: "no",
    sound: "no",
    settle: false,
    options: JSON.stringify({ movesPerHour: 1000 }),
  });
  const [ann] = call.people;
  const measures = [];
  for (let move = 1; move <= MOVES; move += 1) {
    await call.settledByEye();
    await call.handover();
    await call.settledByEye();
    if (move > 1 && move % EVERY > 0) continue;
    const { listeners, nodes, heap } = await browserCounts(ann);
    const { peers, tracks, wasm } = await ann.evaluate(() => ({ ...counts.now(), wasm: counts.wasm() }));
    measures.push({ move, listeners, nodes, peers, tracks, heap: heap / 1e6, wasm: wasm / 1e6 });
    say(`  ${kind} ${JSON.stringify(measures.at(-1))}`);
  }
  await call.end();
  return measures;
}

const round = (value) => Math.round(value * 10) / 10;
