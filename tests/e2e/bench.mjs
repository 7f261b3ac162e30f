// npm run bench: what a handover, a recovery and the readiness for one cost, measured in one run on whatever machine
// this is. Nothing is asserted: each line ends with its goal and whether it was met.
import { readdirSync, readFileSync, existsSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { brotliCompressSync } from "node:zlib";
import { chromium } from "@playwright/test";
import { measureCover } from "./bench/cover.mjs";
import { measureForwarding } from "./bench/forwarding.mjs";
import { measureHandovers } from "./bench/handover.mjs";
import { measureLeavings } from "./bench/leavings.mjs";
import { verdict } from "./bench/numbers.mjs";
import { measureRecoveries } from "./bench/recovery.mjs";
import { measureTiles } from "./bench/tiles.mjs";
import { launchOptions } from "./support/browser.mjs";
import { Lab, ROOT } from "./support/lab.mjs";

const SIZE_GOAL = 60;
const DIST = path.join(ROOT, "dist");

/** The script that has everything in it, for pages that load nothing else of the package. */
const ALONE = "auto.js";
const PARTS = {
  handover: measureHandovers,
  recovery: measureRecoveries,
  cover: measureCover,
  forwarding: measureForwarding,
  tiles: measureTiles,
  leavings: measureLeavings,
};

/** What isn't measured unless it is asked for: each takes a quarter of an hour. */
const ASKED_FOR = ["tiles", "leavings"];

const HELP = `Measures planned handovers, recoveries, what it costs to be ready for one, and what durable objects cost.

  --only PART   handover (against the hand-written recipe), recovery (against the shortest hand-written reconnect),
                cover (with it and without it, nine tiles), forwarding (calls and events, against the SDK's own
                objects); and only if they are asked for: tiles (handovers of 2, 4, 9 and 16 people, against the
                recipe), leavings (what a page holds after a hundred moves); may be given more than once
  --rounds N    pairs of calls, or of windows of ten seconds for the cover (default 4)
  --moves N     handovers or recoveries per call (default 3)
  --people N    people in each call, 2 to 4 (default 2: three saturate two cores)
  --mode MODE   relayed (default) or routed
  --window MS   how long a steady call and a move are each watched (default 3000)
`;

const { values } = parseArgs({
  options: {
    only: { type: "string", multiple: true, default: Object.keys(PARTS).filter((part) => !ASKED_FOR.includes(part)) },
    rounds: { type: "string", default: "4" },
    moves: { type: "string", default: "3" },
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
  const unknown = values.only.filter((part) => !(part in PARTS));
  if (unknown.length > 0) throw new Error(`--only ${unknown[0]} is none of ${Object.keys(PARTS).join(", ")}`);
  const lab = await Lab.start();
  const browser = await chromium.launch(launchOptions());
  const how = {
    browser,
    lab,
    rounds: Number(values.rounds),
    moves: Number(values.moves),
    mode: values.mode,
    people: ["ann", "ben", "cleo", "dan"].slice(0, Number(values.people)),
    window: Number(values.window),
    say: (line) => console.log(line),
  };
  const report = [];
  try {
    for (const part of values.only) {
      console.log(part);
      report.push(await PARTS[part](how));
    }
  } finally {
    await browser.close();
    await lab.stop();
  }
  // What a page loads: the server's half stays on the server.
  const files = readdirSync(DIST, { recursive: true, encoding: "utf8" }).filter((file) =>
    /^(?!server\b).*\.(js|wasm)$/.test(file),
  );
  const size = brotliSize(files.filter((file) => file !== ALONE));
  report.push(`wasm + glue, brotli   ${size.toFixed(1)} kB   ${verdict(size, SIZE_GOAL)}
${ALONE}, which needs nothing else   ${brotliSize([ALONE]).toFixed(1)} kB`);
  console.log(`\n${report.join("\n\n")}`);
}

/** kB of files in dist, each compressed by itself. */
function brotliSize(files) {
  return files.reduce((sum, file) => sum + brotliCompressSync(readFileSync(path.join(DIST, file))).length, 0) / 1000;
}
