// What a planned handover costs one who looks at many: against the number of tiles, and against the hand-written recipe.
import { writeFileSync } from "node:fs";
import path from "node:path";
import { PEOPLE } from "../app/people.js";
import { Call } from "../support/call.mjs";
import { ROOT } from "../support/lab.mjs";
import { plot } from "./plot.mjs";
import { median, verdict } from "./numbers.mjs";

const SIZES = [2, 4, 9, 16];
const KINDS = ["package", "recipe"];

/** With the most tiles: the part of the recipe's time, and ms. */
const GOALS = { time: 0.5, freeze: 250, task: 50 };

const PICTURE = path.join(ROOT, "docs", "pictures", "tiles.svg");

/** What each measure is called, in the report and in the picture. */
const MEASURES = {
  time: "signal to last tile swapped, ms",
  freeze: "longest freeze of a tile, ms",
  task: "longest task of the main thread, ms",
};

/** Measures calls of the two kinds alternately. Gives back lines for the report, and draws them. */
export async function measureTiles({ browser, lab, rounds, moves, window, say }) {
  const found = SIZES.map((size) => ({ size, package: [], recipe: [] }));
  for (const entry of found) {
    for (let round = 1; round <= rounds; round += 1) {
      for (const kind of KINDS) {
        const measures = await measureCall(browser, lab, { kind, size: entry.size, moves, window });
        entry[kind].push(...measures);
        say(`  ${entry.size} people, ${round} ${kind}: ${measures.map(told).join("; ")}`);
      }
    }
  }
  draw(found);
  return report(found);
}

async function measureCall(browser, lab, { kind, size, moves, window }) {
  const people = PEOPLE.slice(0, size).map(({ name }) => name);
  const call = await Call.start(browser, lab, {
    mode: "routed",
    people,
    kind,
    // The others are there to be looked at: two cores can't carry everybody's look at everybody.
    each: Object.fromEntries(people.slice(1).map((name) => [name, { picture: "no", watch: "no", framed: true }])),
    small: "yes",
    sound: "no",
    settle: false,
  });
  const [viewer] = call.people;
  await viewer.until((count) => app.picture.settled(count), size, "everybody's picture");
  const measures = [];
  for (let move = 0; move < moves; move += 1) {
    const since = await viewer.now();
    await call.handover();
    const end = await viewer.now();
    await viewer.until((at) => app.now() >= at, end + window, "the end of the window");
    measures.push(
      await viewer.evaluate(
        ({ from, others }) => {
          const swaps = app.picture.swaps(from);
          const { violations } = app.picture.report(from);
          return {
            time: Math.max(...others.map((name) => swaps[name][0])) - from,
            freeze: Math.max(...Object.values(app.picture.freezes(from))),
            task: Math.max(0, ...app.longTasks(from).map(({ ms }) => ms)),
            blank: violations.filter((one) => one.kind === "blank").reduce((sum, { frames }) => sum + frames, 0),
          };
        },
        { from: since, others: people.slice(1) },
      ),
    );
  }
  await call.end();
  return measures;
}

function told({ time, freeze, task, blank }) {
  return `${time.toFixed(0)} ms, freeze ${freeze.toFixed(0)} ms, task ${task.toFixed(0)} ms, ${blank} frames blank`;
}

const middle = (entry, kind, what) => median(entry[kind].map((measure) => measure[what]));

function report(found) {
  const lines = Object.entries(MEASURES).map(([what, name]) => {
    const values = found.map(
      (entry) =>
        `${entry.size}: ${middle(entry, "package", what).toFixed(0)} / ${middle(entry, "recipe", what).toFixed(0)}`,
    );
    return `  ${name.padEnd(38)} ${values.join("   ")}`;
  });
  const most = found.at(-1);
  const [first] = found;
  const time = middle(most, "package", "time") / middle(most, "recipe", "time");
  const growth = middle(most, "package", "time") / middle(first, "package", "time") / (most.size / first.size);
  return `\
a handover for one who looks at many, medians by people in the call, package / recipe
${lines.join("\n")}
  with ${most.size}: time / the recipe's   ${time.toFixed(2)}   ${verdict(time, GOALS.time)}
  with ${most.size}: freeze   ${middle(most, "package", "freeze").toFixed(0)} ms   ${verdict(middle(most, "package", "freeze"), GOALS.freeze)}
  with ${most.size}: longest task   ${middle(most, "package", "task").toFixed(0)} ms   ${verdict(middle(most, "package", "task"), GOALS.task)}
  time's growth from ${first.size} to ${most.size}, as linear is 1   ${growth.toFixed(2)}   ${verdict(growth, 1)}
  drawn in ${path.relative(ROOT, PICTURE)}`;
}

function draw(found) {
  const panels = Object.entries(MEASURES).map(([what, title]) => ({
    title,
    lines: KINDS.map((kind) => ({
      name: kind === "package" ? "opentok-handover" : "the recipe, by hand",
      colour: kind === "package" ? "#0a7" : "#c40",
      points: found.map((entry) => [entry.size, middle(entry, kind, what)]),
    })),
  }));
  writeFileSync(PICTURE, plot(panels, { x: "people in the call" }));
}
