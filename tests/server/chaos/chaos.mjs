// Calls that go on through rotations while the processes of their application's server are killed at random.

import { setTimeout as wait } from "node:timers/promises";
import { RedisStore } from "../../../dist/server/stores/redis.js";
import { startRedis } from "../support/redis.mjs";
import { connectVideo, startLab } from "../support/lab.mjs";
import { Call } from "./call.mjs";
import { Courier } from "./courier.mjs";
import { Fleet } from "./fleet.mjs";
import { Journal } from "./journal.mjs";
import { Random } from "./random.mjs";

const SECRET = "only the platform and the app know it";

/** How a handler is set up whose platform is on this machine, and whose processes live for a second. */
const OPTIONS = {
  secrets: SECRET,
  recordAgain: true,
  restart: ["archive"],
  serviceDelay: 0,
  pollInterval: 50,
  takeover: 500,
  patience: 5_000,
  retryInitial: 50,
  retryMax: 500,
};

/** How often it is said how far it is, in milliseconds. */
const PROGRESS = 5_000;

/**
 * @typedef {object} Plan
 * @property {number} seed
 * @property {number} kills how many processes are killed in all
 * @property {number} [processes] how many there are at a time
 * @property {number} copies how often each callback is delivered
 * @property {number} [spread] within which time, in milliseconds
 * @property {number} [calls] how many there are at a time
 * @property {number} [rotations] of each call
 * @property {[number, number]} [pause] between two kills, in milliseconds
 * @property {(line: string) => void} say
 */

/**
 * Runs calls until so many processes have been killed, and all calls have come to rest.
 * @param {import("node:test").TestContext} context
 * @param {Plan} plan
 */
export async function runChaos(context, plan) {
  const { seed, kills, calls = 4, rotations = 3, pause = [100, 900], say } = plan;
  const random = new Random(seed);
  const world = await worldOf(context, plan, random);
  const { fleet, journal } = world;
  /** @type {Call[]} */
  const all = [];
  const began = performance.now();
  const progress = setInterval(() => say(progressOf(world, all, began)), PROGRESS);
  context.after(() => clearInterval(progress));

  const killing = kill(world, random.fork(), kills, pause);
  const people = async () => {
    do {
      const call = new Call(world, random.fork());
      all.push(call);
      await call.begin();
      for (let number = 0; number < rotations; number += 1) await call.rotate();
    } while (fleet.kills < kills);
  };
  await Promise.all(Array.from({ length: calls }, people));
  await killing;
  // Whatever is still on its way, or was left by somebody who was killed, gets its time.
  for (const { sessions } of all) await settled(world, sessions[0]);
  clearInterval(progress);
  say(progressOf(world, all, began));
  await journal.close();
  return { ...world, calls: all };
}

/** A lab, a Redis, handlers, and who delivers callbacks to them. */
export async function worldOf(context, { processes = 3, copies, spread = 500 }, random) {
  /** What is to be ended, the last one first. @type {(() => unknown)[]} */
  const ends = [];
  context.after(async () => {
    for (const end of ends.reverse()) await end();
  });
  const redis = await startRedis();
  ends.push(() => redis.stop());
  const { url, control } = await startLab(context);
  const { video, applicationId, privateKey } = await connectVideo(url);
  /** What the application was told. @type {any[]} */
  const told = [];
  /** What handlers say went wrong. @type {any[]} */
  const errors = [];
  const setup = { applicationId, privateKey, videoHost: url, socket: redis.socket, options: OPTIONS };
  const fleet = new Fleet(processes, setup, ({ event, error }) => {
    if (event) told.push(event);
    if (error) errors.push(error);
  });
  ends.push(() => fleet.close());
  /** Whose work somebody waits for to kill them. @type {Set<(address: string) => void>} */
  const aims = new Set();
  const courier = new Courier({
    random: random.fork(),
    addresses: () => fleet.addresses,
    copies,
    spread,
    onPost: (address) => aims.forEach((aim) => aim(address)),
  });
  ends.push(() => courier.close());
  await control("callbacks", { all: await courier.listen(), secret: SECRET });
  const journal = new Journal(url);
  ends.push(() => journal.close());
  return { control, video, fleet, courier, journal, told, errors, aims, store: new RedisStore(await redis.connect()) };
}

/** Kills one after another: half of them at any moment, half of them while they work on a callback. */
async function kill({ fleet, aims }, random, kills, [shortest, longest]) {
  while (fleet.kills < kills) {
    await wait(random.between(shortest, longest));
    const address = random.chance(0.5) ? random.pick(fleet.addresses) : await aimed(aims, random);
    if (address) fleet.kill(address);
  }
}

/** Waits for the next callback to whichever process, and for a moment in which that is worked on. */
async function aimed(aims, random) {
  const address = await Promise.race([
    new Promise((resolve) => {
      const aim = (/** @type {string} */ found) => (aims.delete(aim), resolve(found));
      aims.add(aim);
    }),
    wait(1_000),
  ]);
  if (address) await wait(random.between(0, 30));
  return address;
}

/** Waits until no callback of a call is on its way and nothing is left to be done of its plan. */
async function settled({ courier, store }, call) {
  for (;;) {
    const kept = courier.under === 0 && (await store.get(`plan/${call}`));
    if (kept && JSON.parse(kept.value).pending.length === 0) return;
    await wait(100);
  }
}

function progressOf({ fleet, courier, journal, errors }, calls, began) {
  const { callbacks, delivered, failed } = courier.counts;
  const rotations = calls.reduce((sum, call) => sum + call.rotations.length, 0);
  return [
    `${((performance.now() - began) / 1000).toFixed(0)} s: ${fleet.kills} killed`,
    `${rotations} rotations of ${calls.length} calls`,
    `${callbacks} callbacks delivered ${delivered} times (${failed} tries in vain)`,
    `${journal.signals.length} signals, ${errors.length} errors`,
  ].join(", ");
}
