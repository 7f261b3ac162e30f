// npm run bench -- server: what a callback costs the application's server, against a handler that reads its JSON and does
// nothing, in turns in one run. Nothing is asserted.

import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { median } from "../e2e/bench/numbers.mjs";
import { callbacks, send } from "./bench/load.mjs";
import { startRedis } from "./support/redis.mjs";

const KINDS = ["bare", "sqlite", "redis"];
const TRUST = { applicationId: "an-application", secret: "only the platform and the app know it" };
const HELP = `Measures callbacks a second and how long each takes to be answered.

  --rounds N     rounds of each kind (default 5, and one to warm up)
  --callbacks N  in each round (default 3000)
  --at-a-time N  on so many connections (default 8)
`;

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    callbacks: { type: "string", default: "3000" },
    "at-a-time": { type: "string", default: "8" },
    help: { type: "boolean", short: "h" },
  },
});

if (values.help) console.log(HELP);
else await main();

async function main() {
  const [rounds, count, atATime] = [values.rounds, values.callbacks, values["at-a-time"]].map(Number);
  const folder = await mkdtemp(path.join(tmpdir(), "handover-bench-"));
  const redis = await startRedis();
  const setup = { ...TRUST, file: path.join(folder, "plans.db"), socket: redis.socket };
  const servers = await Promise.all(KINDS.map((kind) => start({ ...setup, kind })));
  const found = new Map(servers.map((server) => [server, []]));
  try {
    for (let round = 0; round <= rounds; round += 1) {
      for (const server of round % 2 ? servers : servers.slice().reverse()) {
        const measured = await measure(server, await callbacks(count, TRUST), atATime);
        // What is compiled, is compiled in a round that counts for nothing.
        if (round > 0) found.get(server).push(measured);
      }
      console.log(`  round ${round || "to warm up"}`);
    }
  } finally {
    for (const { child } of servers) child.disconnect();
    await redis.stop();
    await rm(folder, { recursive: true });
  }
  console.log(`\n${report(found)}`);
}

async function start(setup) {
  const child = fork(path.join(import.meta.dirname, "bench", "server.mjs"));
  child.send(setup);
  const [{ port }] = await once(child, "message");
  return { child, port, kind: setup.kind };
}

async function measure({ child, port }, all, atATime) {
  const before = await processorTime(child);
  const began = performance.now();
  const times = await send(port, all, atATime);
  const took = performance.now() - began;
  const each = ((await processorTime(child)) - before) / all.length;
  const sorted = times.toSorted((a, b) => a - b);
  const at = (part) => sorted[Math.floor((sorted.length - 1) * part)];
  return { each, perSecond: (all.length / took) * 1000, p50: at(0.5), p99: at(0.99) };
}

/** Microseconds. */
async function processorTime(child) {
  child.send("cpu");
  const [{ cpu }] = await once(child, "message");
  return cpu.user + cpu.system;
}

function report(found) {
  const rows = [...found].map(([{ kind }, measures]) => ({
    kind,
    ...Object.fromEntries(Object.keys(measures[0]).map((name) => [name, median(measures.map((one) => one[name]))])),
  }));
  const [bare] = rows;
  const lines = rows.map(({ kind, each, perSecond, p50, p99 }) =>
    [
      `  ${kind.padEnd(7)}`,
      `${each.toFixed(0).padStart(5)} us (${(each / bare.each).toFixed(1)})`,
      `${(1_000_000 / each).toFixed(0).padStart(6)} a second and core`,
      `${perSecond.toFixed(0).padStart(6)} a second here`,
      `p50 ${p50.toFixed(1).padStart(5)} ms (${(p50 / bare.p50).toFixed(1)})`,
      `p99 ${p99.toFixed(1).padStart(5)} ms (${(p99 / bare.p99).toFixed(1)})`,
    ].join("   "),
  );
  return ["a callback's processor time, rate and answer (in braces: times as much as reading its JSON)", ...lines].join(
    "\n",
  );
}
