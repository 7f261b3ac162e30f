// The short form of runtimes/runtimes.test.mjs (npm test -- server-runtimes): the same story in this runtime.

import { test } from "node:test";
import { rotation } from "./runtimes/story.mjs";

test("a rotation goes from the notice to the successor with what the standards give", { timeout: 60_000 }, () =>
  rotation(),
);

test("and where nothing goes on between requests", { timeout: 60_000 }, () => rotation({ pollInterval: 0 }));
