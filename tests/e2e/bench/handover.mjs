// What a planned handover costs: how long a picture stands still, and how long until the last tile has swapped, against
// the hand-written recipe (baseline/recipe.js).
import { Call } from "../support/call.mjs";
import { median, verdict } from "./numbers.mjs";

const GOALS = { freeze: 1.2, time: 1.1 };

/** Measures calls of the two kinds alternately, so that both meet the same load. Gives back lines for the report. */
export async function measureHandovers({ browser, lab, rounds, moves, mode, people, window, say }) {
  const found = { package: [], recipe: [] };
  for (let round = 1; round <= rounds; round += 1) {
    for (const kind of ["package", "recipe"]) {
      const measures = await measureCall(browser, lab, { kind, mode, people, moves, window });
      found[kind].push(...measures);
      say(`  ${round} ${kind}: ${summary(measures)}`);
    }
  }
  return report(found);
}

async function measureCall(browser, lab, { moves, window, ...how }) {
  const call = await Call.start(browser, lab, how);
  const measures = [];
  for (let count = 0; count < moves; count += 1) measures.push(await measureHandover(call, window));
  await call.end();
  return measures;
}

/** Watches the call for a while, hands it over, and watches it for as long again. */
async function measureHandover(call, length) {
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
  return `\
longest freeze in a handover / in steady state   ${freeze.toFixed(2)}   ${verdict(freeze, GOALS.freeze)}   (the recipe: ${median(ratios(recipe)).toFixed(2)})
signal to last tile swapped / the recipe's       ${time.toFixed(2)}   ${verdict(time, GOALS.time)}   (${median(times(ours)).toFixed(0)} ms / ${median(times(recipe)).toFixed(0)} ms)
beside these, medians of the worst of each handover, package / recipe:
  a voice doubled    ${median(ours.map(({ doubled }) => doubled))} ms / ${median(recipe.map(({ doubled }) => doubled))} ms
  a voice missing    ${median(ours.map(({ missing }) => missing))} ms / ${median(recipe.map(({ missing }) => missing))} ms
  frames without a picture, all tiles   ${median(ours.map(({ blank }) => blank))} / ${median(recipe.map(({ blank }) => blank))}`;
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
