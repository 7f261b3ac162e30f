// A whole application server: takes the platform's callbacks, moves calls, and tells each client where to join.
//
//   APPLICATION_ID=... PRIVATE_KEY_FILE=private.key CALLBACK_SECRET=... node server.mjs
//
// Its address + /callbacks is what the application's settings name for session monitoring, archives, broadcasts and so on;
// its address + /credentials what clients ask (`data-renew="/credentials?session={sessionId}"`).

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { Auth } from "@vonage/auth";
import { Video } from "@vonage/video";
import { createRotationHandler, nodeListener } from "opentok-handover/server";

const {
  APPLICATION_ID,
  PRIVATE_KEY_FILE,
  CALLBACK_SECRET,
  ANNOUNCEMENT_KEY,
  STORE,
  VIDEO_HOST,
  PORT = "8080",
} = process.env;
if (!APPLICATION_ID || !PRIVATE_KEY_FILE || !CALLBACK_SECRET) {
  throw new Error("expected APPLICATION_ID, PRIVATE_KEY_FILE and CALLBACK_SECRET in the environment");
}

const auth = new Auth({ applicationId: APPLICATION_ID, privateKey: await readFile(PRIVATE_KEY_FILE, "utf8") });
const rotation = createRotationHandler({
  applicationId: APPLICATION_ID,
  video: new Video(auth, VIDEO_HOST ? { videoHost: VIDEO_HOST } : {}),
  secrets: CALLBACK_SECRET,
  store: STORE ?? "rotations.db",
  // With a private JWK here and its `x` as the clients' option of the same name, nobody else can move a call.
  ...(ANNOUNCEMENT_KEY && {
    announcementKey: await crypto.subtle.importKey("jwk", JSON.parse(ANNOUNCEMENT_KEY), "Ed25519", false, ["sign"]),
  }),
  on: (event) => console.log(JSON.stringify(event)),
  log: (entry) => console.error(JSON.stringify(entry)),
});
const callbacks = nodeListener(rotation);

const server = createServer(async (request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
  if (pathname === "/callbacks") return callbacks(request, response);
  if (pathname !== "/credentials") return response.writeHead(404).end();
  try {
    // Who may join, under which name and in which role, is yours to say: ask your own login here.
    const sessionId = searchParams.get("session") ?? "";
    const credentials = await rotation.credentials({ sessionId, user: "guest", role: "publisher" });
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(credentials));
  } catch (error) {
    const { status = 500, retryAfter } = /** @type {any} */ (error);
    response.writeHead(status, retryAfter && { "retry-after": String(retryAfter) }).end();
  }
});
server.listen(Number(PORT), () => console.log(JSON.stringify({ type: "listening", ...Object(server.address()) })));
