// npm run bench: what a planned handover costs, as ratios measured in one run on whatever machine this is.
//
// Calls on the package and calls on the hand-written recipe (baseline/recipe.js) alternate, so that both meet the same
// load. Nothing is asserted: each line ends with its goal and whether it was met.
import { readdirSync, readFileSync, existsSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { brotliCompressSync } from "node:zlib";
import { chromium } from "@playwright/test";
import { launchOptions } from "./support/browser.mjs";
import { Call } from "./support/call.mjs";
import { Lab, ROOT } from "./support/lab.mjs";

const GOALS = { freeze: 1.2, time: 1.1, size: 60 };
const DIST = path.join(ROOT, "dist");
const HELP = `Measures planned handovers on the package and on the hand-written recipe, alternately.

  --rounds N    pairs of calls (default 4)
  --handovers N handovers per call (default 3)
  --people N    people in each call, 2 to 4 (default 2: three saturate two cores)
  --mode MODE   relayed (default) or routed
  --window MS   how long a steady call and a handover are each watched (default 3000)
`;

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "4" },
    handovers: { type: "string", default: "3" },
    people: { type: "string", default: "2" },
    mode: { type: "string", default: "relayed" },
    window: { type: "string", default: "3000" },
    help: { type: "boolean", short: "h" },
  },
});

if (values.help) console.log(HELP);
else await main();

async function main() {
  if (!existsSync(path.join(DIST, "index.js"))) throw new Error("there is no dist/index.js: run npm run build first");
  const people = ["ann", "ben", "cleo", "dan"].slice(0, Number(values.people));
  console.log(`${values.rounds} pairs of ${values.mode} calls of ${people.length}, ${values.handovers} handovers each`);
  const lab = await Lab.start();
  const browser = await chromium.launch(launchOptions());
  try {
    const found = { package: [], recipe: [] };
    for (let round = 1; round <= Number(values.rounds); round += 1) {
      for (const kind of ["package", "recipe"]) {
        found[kind].push(...(await measureCall(browser, lab, kind, people)));
        console.log(`  ${round} ${kind}: ${summary(found[kind].slice(-Number(values.handovers)))}`);
      }
    }
    report(found);
  } finally {
    await browser.close();
    await lab.stop();
  }
}

async function measureCall(browser, lab, kind, people) {
  const call = await Call.start(browser, lab, { mode: values.mode, people, kind });
  const measures = [];
  for (let count = 0; count < Number(values.handovers); count += 1) measures.push(await measureHandover(call));
  await call.end();
  return measures;
}

/** Watches the call for a while, hands it over, and watches it for as long again. */
async function measureHandover(call) {
  const length = Number(values.window);
  const steady = await call.marks();
  await watched(call, steady, length);
  const marks = await call.marks();
  await call.handover();
  await watched(call, marks, length);
  await call.settled();
  const seen = await call.seen(marks);
  const measures = await Promise.all(
    call.people.map(async (participant) => {
      const span = { from: steady[participant.name], to: marks[participant.name] };
      const before = await participant.evaluate(({ from, to }) => app.picture.freezes(from, to), span);
      const { freezes, swaps, sound, violations } = seen[participant.name];
      const others = call.names.filter((name) => name !== participant.name);
      return {
        freezes: call.names.map((name) => ({ steady: before[name], handover: freezes[name] })),
        time: Math.max(...others.map((name) => swaps[name][0])) - marks[participant.name],
        doubled: longest(sound.filter((fault) => fault.kind === "doubled")),
        missing: longest(sound.filter((fault) => fault.kind === "missing")),
        blank: violations.filter(({ kind }) => kind === "blank").reduce((sum, { frames }) => sum + frames, 0),
      };
    }),
  );
  return {
    freezes: measures.flatMap(({ freezes }) => freezes),
    time: Math.max(...measures.map(({ time }) => time)),
    doubled: Math.max(...measures.map(({ doubled }) => doubled)),
    missing: Math.max(...measures.map(({ missing }) => missing)),
    blank: measures.reduce((sum, { blank }) => sum + blank, 0),
  };
}

/** Waits until `length` ms have passed on everybody's clock since `marks`. */
function watched(call, marks, length) {
  return Promise.all(
    call.people.map((participant) =>
      participant.until((end) => app.now() >= end, marks[participant.name] + length, "the end of the window"),
    ),
  );
}

function report({ package: ours, recipe }) {
  const ratios = (measures) =>
    measures.flatMap(({ freezes }) => freezes.map(({ steady, handover }) => handover / steady));
  const freeze = median(ratios(ours));
  const time = median(times(ours)) / median(times(recipe));
  const size = brotliSize();
  console.log(`
longest freeze in a handover / in steady state   ${freeze.toFixed(2)}   ${verdict(freeze, GOALS.freeze)}   (the recipe: ${median(ratios(recipe)).toFixed(2)})
signal to last tile swapped / the recipe's       ${time.toFixed(2)}   ${verdict(time, GOALS.time)}   (${median(times(ours)).toFixed(0)} ms / ${median(times(recipe)).toFixed(0)} ms)
wasm + glue, brotli                              ${size.toFixed(1)} kB   ${verdict(size, GOALS.size)}
beside these, medians of the worst of each handover, package / recipe:
  a voice doubled    ${median(ours.map(({ doubled }) => doubled))} ms / ${median(recipe.map(({ doubled }) => doubled))} ms
  a voice missing    ${median(ours.map(({ missing }) => missing))} ms / ${median(recipe.map(({ missing }) => missing))} ms
  frames without a picture, all tiles   ${median(ours.map(({ blank }) => blank))} / ${median(recipe.map(({ blank }) => blank))}`);
}

function summary(measures) {
  return measures
    .map(({ time, freezes, doubled }) => {
      const worst = Math.max(...freezes.map(({ handover }) => handover));
      return `${time.toFixed(0)} ms, freeze ${worst.toFixed(0)} ms, doubled ${doubled} ms`;
    })
    .join("; ");
}

function times(measures) {
  return measures.map(({ time }) => time);
}

function longest(faults) {
  return Math.max(0, ...faults.map(({ ms }) => ms));
}

function verdict(value, goal) {
  return `goal <= ${goal}: ${value <= goal ? "met" : "not met"}`;
}

function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** kB of everything in dist that a browser loads, each file compressed by itself. */
function brotliSize() {
  const files = readdirSync(DIST, { recursive: true, encoding: "utf8" }).filter((file) => /\.(js|wasm)$/.test(file));
  return files.reduce((sum, file) => sum + brotliCompressSync(readFileSync(path.join(DIST, file))).length, 0) / 1000;
}
