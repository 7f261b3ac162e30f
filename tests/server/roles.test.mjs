// Nobody's token lets them do more than the application allows, whatever is asked for.

import assert from "node:assert/strict";
import { test } from "node:test";
import { MemoryStore, createRotationHandler } from "../../dist/server/index.js";

/** What role the token has that is given out. */
async function given(context, asked, options = {}) {
  /** @type {any[]} */
  const log = [];
  const video = { createSession() {}, sendSignal() {}, generateClientToken: (_session, { role }) => role };
  const handler = createRotationHandler({
    ...{ applicationId: "a", video, secrets: "s", store: new MemoryStore(), log: (entry) => log.push(entry) },
    ...options,
  });
  context.after(() => handler.close());
  const { token } = await handler.credentials({ sessionId: "1_a", user: "Ann", ...asked });
  return { role: token, log };
}

test("a token has the role that is asked for, or the most that is allowed if that is less", async (context) => {
  for (const [asked, most, role] of [
    [undefined, undefined, "publisher"],
    ["moderator", undefined, "publisher"],
    ["subscriber", undefined, "subscriber"],
    ["moderator", "moderator", "moderator"],
    ["moderator", "subscriber", "subscriber"],
    ["publisher", "publisheronly", "publisheronly"],
    ["publisher", "moderator", "publisher"],
    [undefined, "subscriber", "subscriber"],
  ]) {
    const found = await given(context, { role: asked }, { role: most });
    assert.equal(found.role, role, `${asked}, at most ${most}`);
    const noted = found.log.filter(({ type }) => type === "roleLessened");
    const expected = asked && asked !== role ? [{ type: "roleLessened", asked, given: role }] : [];
    assert.deepEqual(noted, expected, `${asked}, at most ${most}`);
  }
});

test("what is allowed may depend on who it is and where", async (context) => {
  const role = async ({ sessionId, user }) => (sessionId === "1_a" && user === "Ann" ? "moderator" : "subscriber");
  assert.equal((await given(context, { role: "moderator" }, { role })).role, "moderator");
  assert.equal((await given(context, { role: "moderator", user: "Ben" }, { role })).role, "subscriber");
  assert.equal((await given(context, { role: "moderator", sessionId: "1_b" }, { role })).role, "subscriber");
});

test("of two roles that have nothing in common neither is given", async (context) => {
  const refused = { status: 403, code: "role_not_allowed" };
  await assert.rejects(given(context, { role: "subscriber" }, { role: "publisheronly" }), refused);
  await assert.rejects(given(context, { role: "publisheronly" }, { role: "subscriber" }), refused);
});

test("a role that is none is an error that says which there are", async (context) => {
  const wrong = { code: "invalid_option", message: /role: expected .*subscriber, publisheronly, publisher, moderator/ };
  await assert.rejects(given(context, { role: "admin" }), wrong);
  await assert.rejects(given(context, {}, { role: () => "admin" }), wrong);
  await assert.rejects(given(context, {}, { role: () => undefined }), wrong);
  for (const role of ["admin", 7, null, ""]) {
    const make = () => given(context, {}, { role });
    await assert.rejects(make, { code: "invalid_option", message: /^role: expected/ });
  }
});
