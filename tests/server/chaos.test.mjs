// The short form of chaos/chaos.test.mjs (npm test -- server-chaos).

import { test } from "node:test";
import { survives } from "./chaos/verdict.mjs";

test("handlers on one Redis that are killed again and again do each thing once", { timeout: 300_000 }, (context) =>
  survives(context, { kills: 10, calls: 2, rotations: 2, pause: [50, 400] }),
);
