// One of several processes of an application's server, all on one Redis: answers callbacks, and says which session a call
// is in. It is killed without a word, at any moment.

import { once } from "node:events";
import { createServer } from "node:http";
import { Auth } from "@vonage/auth";
import { Video } from "@vonage/video";
import { createClient } from "redis";
import { createRotationHandler, nodeListener } from "../../../dist/server/index.js";
import { RedisStore } from "../../../dist/server/stores/redis.js";

const [{ applicationId, privateKey, videoHost, socket, options }] = await once(process, "message");
// Nobody is left to answer.
process.on("disconnect", () => process.exit());

const client = await createClient({ socket: { path: socket } }).connect();
const handler = createRotationHandler({
  applicationId,
  video: new Video(new Auth({ applicationId, privateKey }), { videoHost }),
  store: new RedisStore(client),
  // It is told when the parent's end of the pipe has it: no killed process takes it back.
  on: (event) => report({ event }),
  log: (entry) => entry.type === "error" && report({ error: entry }),
  ...options,
});

/** What the application's own server answers, beside callbacks. */
const ROUTES = {
  "/credentials": (sessionId) => handler.credentials({ sessionId, user: "Ann" }),
  "/manifest": async (sessionId) => ({ recordings: await handler.manifest(sessionId) }),
};

const callbacks = nodeListener(handler);
const server = createServer(async (request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
  const route = ROUTES[pathname];
  if (!route) return callbacks(request, response);
  try {
    response.end(JSON.stringify(await route(searchParams.get("session"))));
  } catch (error) {
    response.writeHead(error.status ?? 500).end(JSON.stringify({ code: error.code, message: error.message }));
  }
});
server.listen(0, "127.0.0.1");
await once(server, "listening");
await report({ port: server.address().port });

function report(message) {
  return new Promise((resolve, reject) => process.send?.(message, (error) => (error ? reject(error) : resolve())));
}
