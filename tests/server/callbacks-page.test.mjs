// docs/callbacks.md says what is done about callbacks: here it is held to it.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { SignJWT } from "jose";
import { createRotationHandler, MemoryStore } from "../../dist/server/index.js";

const PAGE = readFileSync(new URL("../../docs/callbacks.md", import.meta.url), "utf8");

/** Shortly after what the page's callbacks tell of. */
const NOW = 1_767_225_610_000;
/** As long as the strongest of the algorithms asks for. */
const SECRET = "only the platform and the app know it, and nobody else ever does.";

/** A platform that does all it is asked, and a store that can be out of order. */
function service(/** @type {import("node:test").TestContext} */ context, /** @type {any} */ options = {}) {
  let sessions = 0;
  const video = {
    createSession: async () => ({ sessionId: `2_successor${(sessions += 1)}` }),
    sendSignal: async () => {},
    generateClientToken: () => "a token",
  };
  const handler = createRotationHandler({
    applicationId: "app",
    video: /** @type {any} */ (video),
    store: new MemoryStore({ clock: () => NOW }),
    clock: () => NOW,
    secrets: SECRET,
    ...options,
  });
  context.after(() => handler.close());
  return handler;
}

/** @param {any} [how] */
async function signed(
  body = "{}",
  { secret = SECRET, alg = "HS256", age = 0, life = 300, hash = body, application = "app" } = {},
) {
  const issued = NOW / 1000 - age;
  const claims = { payload_hash: createHash("sha256").update(hash).digest("hex"), application_id: application };
  const token = new SignJWT(claims)
    .setProtectedHeader({ alg })
    .setIssuedAt(issued)
    .setExpirationTime(issued + life);
  return { authorization: `Bearer ${await token.sign(new TextEncoder().encode(secret))}` };
}

const request = (/** @type {RequestInit} */ init) =>
  new Request("http://localhost/callbacks", { method: "POST", ...init });

test("each callback that the page shows is answered as it says", async (context) => {
  const handler = service(context, { unsigned: "accept" });
  const shown = [...PAGE.matchAll(/```json\n([^]*?)```\n\n→ (\d+) `(.*?)`/g)];
  assert.equal(shown.length, PAGE.split("```json").length - 1, "a callback without an answer");
  assert.ok(shown.length >= 9);
  for (const [, body = "", status, answer = ""] of shown) {
    const response = await handler(request({ body }));
    assert.deepEqual([response.status, await response.json()], [Number(status), JSON.parse(answer)], body);
  }
});

test("each refusal in the page's table is one, and there is no other", async (context) => {
  const strict = service(context);
  const open = service(context, { unsigned: "accept" });
  const broken = service(context, {
    unsigned: "accept",
    store: new (class extends MemoryStore {
      /** @returns {never} */
      get = () => {
        throw new Error("out of order");
      };
    })(),
  });
  const slow = service(context, { unsigned: "accept", requestsPerSecond: 1 });
  const notice = '{"sessionId":"s","event":"sessionNotification"}';
  const cases = [
    await open(request({ body: "not JSON" })),
    await open(request({ body: new Uint8Array([0xff]) })),
    await open(request({ body: "{}" })),
    await open(request({ body: '{"sessionId":"s"}' })),
    await open(request({ body: "x".repeat(1_000_001) })),
    await open(new Request("http://localhost/callbacks")),
    await strict(request({ body: "{}" })),
    await strict(request({ body: "{}", headers: { authorization: "Bearer a.b.c" } })),
    await strict(request({ body: "{}", headers: await signed("{}", { secret: SECRET.toUpperCase() }) })),
    await strict(request({ body: "{}", headers: await signed("{}", { alg: "HS512" }) })),
    await strict(request({ body: "{}", headers: await signed("{}", { age: 1000 }) })),
    await strict(request({ body: "{}", headers: await signed("{}", { age: -1000 }) })),
    await strict(request({ body: "{}", headers: await signed("{}", { hash: "[]" }) })),
    await strict(request({ body: "{}", headers: await signed("{}", { application: "another" }) })),
    await broken(request({ body: notice })),
    ...(await Promise.all(Array.from({ length: 10 }, () => slow(request({ body: notice }))))),
  ].filter(({ status }) => status !== 200);
  const found = await Promise.all(
    cases.map(async (response) => {
      const { error } = /** @type {any} */ (await response.json());
      assert.ok(error.message, error.code);
      assert.equal(response.headers.has("retry-after"), response.status === 429 || response.status === 503, error.code);
      return `${response.status} ${error.code}`;
    }),
  );
  const told = [...PAGE.matchAll(/^\| (\d+) \| `(.*?)` \|/gm)].map(([, status, code]) => `${status} ${code}`);
  assert.deepEqual([...new Set(found)].sort(), told.sort());
});
