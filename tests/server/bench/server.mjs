// One server to be measured, in a process of its own: `bare` reads JSON and no more; the others are the handler, with its
// plans in SQLite or Redis. It is told what it needs, says where it listens, and what its processor time is when asked.

import { once } from "node:events";
import { createServer } from "node:http";
import { json } from "node:stream/consumers";
import { createClient } from "redis";
import { createRotationHandler, nodeListener } from "../../../dist/server/index.js";
import { RedisStore } from "../../../dist/server/stores/redis.js";

const [{ kind, applicationId, secret, file, socket }] = await once(process, "message");
process.on("disconnect", () => process.exit());
process.on("message", () => process.send?.({ cpu: process.cpuUsage() }));

const server = createServer(kind === "bare" ? bare : await handler());
server.listen(0, "127.0.0.1");
await once(server, "listening");
process.send?.({ port: server.address().port });

async function bare(request, response) {
  const { sessionId } = await json(request);
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify({ status: sessionId ? "ok" : "ignored" }));
}

async function handler() {
  const store = kind === "redis" ? new RedisStore(await createClient({ socket: { path: socket } }).connect()) : file;
  // Nothing that is measured asks anything of the platform.
  const video = { createSession() {}, sendSignal() {}, generateClientToken() {} };
  return nodeListener(
    createRotationHandler({ applicationId, video, secrets: secret, store, requestsPerSecond: 1_000_000 }),
  );
}
