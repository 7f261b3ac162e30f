// Three processes of an application's server on one Redis, killed two hundred times; each callback comes ten times, in
// random order. SEED=number repeats the chances of a run, as far as three processes can be repeated.

import { test } from "node:test";
import { survives } from "./verdict.mjs";

test("each rotation has one successor and one recording, whoever is killed", { timeout: 900_000 }, (context) =>
  survives(context, { kills: 200 }),
);
