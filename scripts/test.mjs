// npm test: everything that can be proved within minutes, stage by stage. `npm test -- host lab` runs only those stages,
// and a long stage is run only when it is named, or its set (`npm test -- versions`).

import { main, reportOf } from "./support/failure.mjs";
import { Needs } from "./test/needs.mjs";
import { stagesNamed } from "./test/stages.mjs";
import { plus } from "./test/summaries.mjs";

await main(async () => {
  const stages = stagesNamed(process.argv.slice(2));
  const say = (/** @type {string} */ line) => console.log(line);
  const needs = new Needs(say);
  await needs.install(stages);

  /** @type {{ line: string, result: import("./test/stages.mjs").Result }[]} */
  const ended = [];
  for (const stage of stages) {
    console.log(`\n▸ ${stage.name}: ${stage.about}`);
    const began = performance.now();
    const result = await runStage(stage, needs, say);
    const line = summaryLine(stage.name, result, Math.round((performance.now() - began) / 1000));
    console.log(line);
    ended.push({ line, result });
  }

  console.log(`\n${ended.map(({ line }) => line).join("\n")}\n`);
  const { passed, failed } = ended.map(({ result }) => result).reduce(plus, { passed: 0, failed: 0, skipped: 0 });
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed > 0 ? 1 : 0;
});

/**
 * @param {import("./test/stages.mjs").Stage} stage
 * @param {Needs} needs
 * @param {(line: string) => void} say
 * @returns {Promise<import("./test/stages.mjs").Result>}
 */
async function runStage(stage, needs, say) {
  const { missing, provided } = await needs.meet(stage);
  const why = `not run, for want of: ${missing.join(", ")}`;
  if (missing.length > 0) return { passed: 0, failed: 1, skipped: 0, why };
  try {
    return await stage.run(say, provided);
  } catch (error) {
    say(reportOf(error));
    return { passed: 0, failed: 1, skipped: 0, why: "it broke off" };
  }
}

/**
 * @param {string} name
 * @param {import("./test/stages.mjs").Result} result
 * @param {number} seconds
 */
function summaryLine(name, { passed, failed, skipped, why }, seconds) {
  const counts = `${String(passed).padStart(5)} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
  return `${failed > 0 ? "✗" : "✓"} ${name.padEnd(10)}${counts}  ${seconds} s${why ? `  (${why})` : ""}`;
}
