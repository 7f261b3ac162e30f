// What becomes of work whose process has died: another one does it, soon, and only then.

import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import { mock, test } from "node:test";
import { Driver } from "../../dist/server/driver.js";
import { loadPlan } from "../../dist/server/plan.js";
import { MemoryStore } from "../../dist/server/stores/memory.js";

const TAKEOVER = 10_000;

/** Processes on one store. `perform` is what a process does with a command to the platform. */
async function processes() {
  mock.timers.enable({ apis: ["setInterval", "setTimeout", "Date"], now: Date.UTC(2026, 10, 24) });
  const store = new MemoryStore();
  const { step } = await loadPlan();
  const process = (
    /** @type {(command: any) => unknown} */ perform,
    report = (/** @type {unknown} */ error) => assert.fail(String(error)),
  ) =>
    new Driver({
      step,
      store,
      platform: /** @type {any} */ ({ perform: async (/** @type {any} */ command) => perform(command) }),
      config: {},
      takeover: TAKEOVER,
      tell: () => {},
      note: () => {},
      report,
    });
  return { store, process };
}

/** Lets time pass, and everybody do what they do then. */
async function pass(/** @type {number} */ ms) {
  mock.timers.tick(ms);
  await setImmediate();
}

/** One that is asked to move a call, and waits for the platform. */
async function hanging(/** @type {Driver} */ driver, call = "a") {
  await driver.feed(call, { type: "rotate", sessionId: call });
  await setImmediate();
}

/** Notes what it is asked to do, and never answers. */
function notes() {
  /** @type {string[]} */
  const done = [];
  return { done, perform: (/** @type {any} */ { type }) => (done.push(type), new Promise(() => {})) };
}

test("what a process was at that died is taken over as soon as its lease is over", async (context) => {
  context.after(() => mock.timers.reset());
  const { process } = await processes();
  // It is never started: its heart doesn't beat.
  await hanging(process(() => new Promise(() => {})));
  const { done, perform } = notes();
  const other = process(perform);
  await pass(TAKEOVER - 1);
  await other.look();
  assert.deepEqual(done, []);
  await pass(1);
  await other.look();
  await setImmediate();
  assert.ok(done.includes("createSession"), done.join());
});

test("whoever lives keeps their work, however long it takes", async (context) => {
  context.after(() => mock.timers.reset());
  const { process } = await processes();
  const one = process(() => new Promise(() => {}));
  one.start(1_000);
  await hanging(one);
  const { done, perform } = notes();
  const other = process(perform);
  for (let passed = 0; passed < 2.5 * TAKEOVER; passed += 1_000) {
    await pass(1_000);
    await other.look();
  }
  await setImmediate();
  assert.deepEqual(done, []);
});

test("plans that others are at don't hide one that nobody is at", async (context) => {
  context.after(() => mock.timers.reset());
  const { store, process } = await processes();
  const calls = Array.from({ length: 50 }, (_, number) => `call-${number}`);
  const lost = process(() => new Promise(() => {}));
  for (const call of [...calls, "last"]) await hanging(lost, call);
  await pass(TAKEOVER);
  for (const call of calls) await store.lease(`plan/${call}`, "somebody else", TAKEOVER);
  const { done, perform } = notes();
  await process(perform).look();
  await setImmediate();
  assert.equal(done.filter((type) => type === "createSession").length, 1, done.join());
});

test("a plan that can't be read doesn't hide the others", async (context) => {
  context.after(() => mock.timers.reset());
  const { store, process } = await processes();
  await hanging(process(() => new Promise(() => {})));
  await store.put("plan/broken", "not JSON", 0, 0);
  await pass(TAKEOVER);
  const { done, perform } = notes();
  /** @type {unknown[]} */
  const reported = [];
  await process(perform, (error) => reported.push(error)).look();
  await setImmediate();
  assert.ok(done.includes("createSession"), done.join());
  assert.equal(reported.length, 1);
});
