// Each store keeps what the interface promises (src/server/js/stores/store.d.ts), also to two processes at once.
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { MemoryStore } from "../../src/server/js/stores/memory.js";
import { RedisStore } from "../../src/server/js/stores/redis.js";
import { SqliteStore } from "../../src/server/js/stores/sqlite.js";
import { startRedis } from "./support/redis.mjs";

/** Ways to open two stores of one empty place, and to end them. */
const PLACES = {
  async memory() {
    const store = new MemoryStore();
    return { one: store, other: store, end: async () => {} };
  },
  async sqlite() {
    const folder = await mkdtemp(path.join(tmpdir(), "handover-sqlite-"));
    const [one, other] = [0, 1].map(() => new SqliteStore(path.join(folder, "plans.db")));
    const end = async () => {
      await one.close();
      await other.close();
      await rm(folder, { recursive: true });
    };
    return { one, other, end };
  },
  async redis() {
    const redis = await startRedis();
    const [one, other] = [new RedisStore(await redis.connect()), new RedisStore(await redis.connect())];
    return { one, other, end: () => redis.stop() };
  },
};

for (const [kind, open] of Object.entries(PLACES)) {
  describe(`a store in ${kind}`, () => {
    let one, other, end;
    before(async () => {
      ({ one, other, end } = await open());
    });
    after(() => end());

    test("has nothing under a key that nobody has written", async () => {
      assert.equal(await one.get("nothing"), undefined);
    });

    test("gives back what was written, to others too, and counts the writes", async () => {
      assert.equal(await one.put("text", '{"a":"ä \\u0000 🎥"}', 0), true);
      assert.deepEqual(await other.get("text"), { value: '{"a":"ä \\u0000 🎥"}', version: 1 });
      assert.equal(await other.put("text", "", 1), true);
      assert.deepEqual(await one.get("text"), { value: "", version: 2 });
    });

    test("doesn't write over what somebody else has written since", async () => {
      await one.put("shared", "first", 0);
      assert.equal(await other.put("shared", "from nothing", 0), false);
      assert.equal(await other.put("shared", "second", 1), true);
      assert.equal(await one.put("shared", "late", 1), false);
      assert.equal(await one.put("shared", "from nowhere", 7), false);
      assert.equal(await one.put("absent", "from nowhere", 1), false);
      assert.deepEqual(await one.get("shared"), { value: "second", version: 2 });
      assert.equal(await one.get("absent"), undefined);
    });

    test("lets exactly one of many writers of one version win", async () => {
      const writes = Array.from({ length: 40 }, (_, n) => (n % 2 ? one : other).put("contended", String(n), 0));
      const won = (await Promise.all(writes)).flatMap((done, n) => (done ? [String(n)] : []));
      assert.equal(won.length, 1);
      assert.deepEqual(await one.get("contended"), { value: won[0], version: 1 });
    });

    test("names the keys whose time has come, the longest overdue first, until they are written again", async () => {
      await one.put("third", "", 0, 1_795_000_000_300);
      await one.put("first", "", 0, 1_795_000_000_100);
      await one.put("second", "", 0, 1_795_000_000_200);
      await one.put("never", "", 0);
      assert.deepEqual(await other.due(1_795_000_000_099, 10), []);
      assert.deepEqual(await other.due(1_795_000_000_200, 10), ["first", "second"]);
      assert.deepEqual(await other.due(1_795_000_000_999, 2), ["first", "second"]);
      await other.put("first", "", 1, 1_795_000_000_500);
      await other.put("second", "", 1, null);
      assert.deepEqual(await one.due(1_795_000_000_400, 10), ["third"]);
      assert.deepEqual(await one.due(1_795_000_000_500, 10), ["third", "first"]);
    });

    test("forgets what nobody else has written since", async () => {
      await one.put("forgotten", "value", 0, 1_795_000_000_000);
      assert.equal(await other.remove("forgotten", 2), false);
      assert.deepEqual(await other.get("forgotten"), { value: "value", version: 1 });
      assert.equal(await other.remove("forgotten", 1), true);
      assert.equal(await one.get("forgotten"), undefined);
      assert.ok(!(await one.due(1_795_000_000_000, 10)).includes("forgotten"));
      assert.equal(await one.remove("forgotten", 1), false);
      assert.equal(await one.put("forgotten", "again", 0), true);
    });

    test("gives a lease to one owner, until it is given back", async () => {
      assert.equal(await one.lease("key", "ann", 60_000), true);
      assert.equal(await other.lease("key", "ben", 60_000), false);
      assert.equal(await one.lease("key", "ann", 60_000), true, "its owner may prolong it");
      await other.release("key", "ben");
      assert.equal(await other.lease("key", "ben", 60_000), false, "only its owner can give it back");
      await one.release("key", "ann");
      assert.equal(await other.lease("key", "ben", 60_000), true);
      assert.equal(await other.lease("another key", "ann", 60_000), true);
    });

    test("gives a lease to another owner when it has run out", async () => {
      assert.equal(await one.lease("short", "ann", 1), true);
      let tries = 0;
      while (!(await other.lease("short", "ben", 60_000))) assert.ok((tries += 1) < 10_000, "it never runs out");
      assert.equal(await one.lease("short", "ann", 1), false);
    });
  });
}

test("a store in sqlite keeps what was written when it is opened again", async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "handover-sqlite-"));
  const file = path.join(folder, "plans.db");
  const first = new SqliteStore(file);
  await first.put("key", "value", 0, 5);
  await first.close();
  const second = new SqliteStore(file);
  assert.deepEqual(await second.get("key"), { value: "value", version: 1 });
  assert.deepEqual(await second.due(5, 1), ["key"]);
  await second.close();
  await rm(folder, { recursive: true });
});

test("stores in one Redis with different prefixes know nothing of each other", async () => {
  const redis = await startRedis();
  try {
    const [one, other] = [
      new RedisStore(await redis.connect(), { prefix: "one:" }),
      new RedisStore(await redis.connect(), { prefix: "other:" }),
    ];
    await one.put("key", "value", 0, 5);
    assert.equal(await other.get("key"), undefined);
    assert.deepEqual(await other.due(5, 1), []);
    assert.equal(await one.lease("key", "ann", 60_000), true);
    assert.equal(await other.lease("key", "ben", 60_000), true);
  } finally {
    await redis.stop();
  }
});
