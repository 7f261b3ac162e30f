import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { STAGES, stagesNamed } from "./stages.mjs";

const names = (/** @type {string[]} */ ...asked) => stagesNamed(asked).map(({ name }) => name);

describe("which stages are run", () => {
  test("without a name, all but the long ones", () => {
    assert.deepEqual(
      names(),
      STAGES.filter(({ long }) => !long).map(({ name }) => name),
    );
    assert.ok(names().includes("e2e") && !names().includes("apps"));
  });

  test("those named, in their own order, long or not", () => {
    assert.deepEqual(names("apps", "host"), ["host", "apps"]);
  });

  test("a set is one stage for each of its SDKs, one after the other, and each has a name too", () => {
    assert.deepEqual(names("versions"), ["apps-2.27", "apps-2.30"]);
    assert.deepEqual(names("apps-2.30"), ["apps-2.30"]);
  });

  test("a name that is none is refused, with those that are", () => {
    assert.throws(() => names("host", "version"), {
      message: /there is no stage version/,
      advice: /apps, apps-2\.27, versions, apps-2\.30/,
    });
  });
});
