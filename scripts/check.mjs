// npm run check: format, lints, types. `npm run check -- --fix` first mends what needs no thinking.

import { parseArgs } from "node:util";
import { main, Failure } from "./support/failure.mjs";
import { Needs } from "./test/needs.mjs";
import { runChecks } from "./test/checks.mjs";
import { STAGES } from "./test/stages.mjs";
import { plus } from "./test/summaries.mjs";
import { runTypeSentences } from "./test/type-sentences.mjs";

await main(async () => {
  const { values } = parseArgs({ options: { fix: { type: "boolean" } } });
  const say = (/** @type {string} */ line) => console.log(line);
  const needs = new Needs(say);
  for (const stage of STAGES.filter(({ name }) => name === "check")) {
    const { missing } = await needs.meet(stage);
    if (missing.length > 0)
      throw new Failure(`can't check, for want of: ${missing.join(", ")}`, { advice: "see above" });
  }
  const { passed, failed } = plus(await runTypeSentences(say), await runChecks(say, { fix: values.fix }));
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed > 0 ? 1 : 0;
});
