// What clients get told of a successor.

import assert from "node:assert/strict";
import { test } from "node:test";
import { signals } from "../../dist/server/announcements.js";
import { statement } from "../../dist/server/statement.js";

/** The key of RFC 8032, section 7.1, test 1. */
const KEY = {
  kty: "OKP",
  crv: "Ed25519",
  x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
  d: "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
};

const MESSAGE = /** @type {const} */ ({
  type: "announcement",
  from: "A",
  sessionId: "B",
  epoch: 1,
  deadline: 4_102_444_800_000,
});

const how = { applicationId: "app", type: "newSession", broadcastType: "broadcastUrl" };

test("an announcement is signed with the application's key, over all that it says", async () => {
  const key = await crypto.subtle.importKey("jwk", KEY, "Ed25519", false, ["sign"]);
  const signed = await signals({ ...how, key, clock: () => 4_102_444_200_000 })(MESSAGE);
  assert.equal(signed.type, "newSession");
  // The client's half believes it: tests/browser/manager/signed.rs.
  assert.equal(
    signed.data,
    '{"sessionId":"B","deadline":4102444800000,"epoch":1,"from":"A","expires":4102444800000,' +
      '"signature":"nW2ch1UYvnATQ8JBnzmHTpYaFjnVbNiP_PwPKMpFFSIn_2NCDVzugnNPYriCi9YnpEVrvm0IKaPlDviOXoUvCA"}',
  );
});

test("an announcement without a key says what it says, and no more", async () => {
  const { data } = await signals({ ...how, clock: Date.now })(MESSAGE);
  assert.deepEqual(JSON.parse(data), { sessionId: "B", deadline: 4_102_444_800_000, epoch: 1 });
});

test("no two announcements are signed alike", () => {
  const facts = { ...MESSAGE, applicationId: "app", expires: 1 };
  const others = [
    { ...facts, applicationId: 'app","A' },
    { ...facts, from: "A\nB" },
    { ...facts, epoch: /** @type {any} */ ("1") },
    { ...facts, deadline: /** @type {any} */ (undefined) },
    { ...facts, deadline: 1, expires: 4_102_444_800_000 },
    { ...facts, from: "B", sessionId: "A" },
  ];
  const texts = [facts, ...others].map((each) => new TextDecoder().decode(statement(each)));
  assert.equal(texts[0], '["opentok-handover announcement 1","app","A","B",1,4102444800000,1]');
  assert.equal(new Set(texts).size, texts.length);
});
