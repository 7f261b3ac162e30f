// A Redis server of the tests' own: on a socket in a folder of its own, nothing on the network, nothing kept.
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createClient } from "redis";

/** Starts one. `socket` is its path; `connect()` gives a new client; `stop()` ends server and clients. */
export async function startRedis() {
  const folder = await mkdtemp(path.join(tmpdir(), "handover-redis-"));
  const socket = path.join(folder, "redis.sock");
  const server = spawn(process.env.REDIS_SERVER ?? "redis-server", [
    "--port",
    "0",
    "--unixsocket",
    socket,
    "--save",
    "",
    "--dir",
    folder,
  ]);
  const said = [];
  await new Promise((resolve, reject) => {
    server.on("error", (cause) => reject(new Error("redis-server can't be started: is it installed?", { cause })));
    server.on("exit", (code) => reject(new Error(`redis-server ended with ${code}:\n${said.join("")}`)));
    server.stdout.on("data", (text) => {
      said.push(String(text));
      if (/ready to accept connections/i.test(said.join(""))) resolve();
    });
  });
  const clients = [];
  return {
    socket,
    async connect() {
      const client = createClient({ socket: { path: socket } });
      clients.push(client);
      return client.connect();
    },
    async stop() {
      clients.forEach((client) => client.destroy());
      const ended = new Promise((resolve) => server.on("exit", resolve));
      server.kill();
      await ended;
      await rm(folder, { recursive: true });
    },
  };
}
