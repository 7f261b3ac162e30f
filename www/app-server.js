/**
 * The demo's app server (Node): what an application has between the platform and its pages. `npm run demo` starts it beside the lab,
 * and the pages find it by asking the lab where callbacks go.
 *
 *   POST /callbacks                            from the platform
 *   POST /calls?mode=routed|relayed            makes a call -> { sessionId }
 *   POST /services?session=ID[&left=alone]     starts its recording and its broadcast; `left=alone`: and nobody cares for them
 *   GET  /services?session=ID                  -> { pieces: [{ startedAt, endedAt, gap }], broadcast: URL | null }
 *   GET  /credentials?session=ID&data=NAME     what a client's `renew` asks for
 */
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { Auth } from "@vonage/auth";
import { MediaMode, Video } from "@vonage/video";
import { createRotationHandler, MemoryStore, nodeListener } from "../dist/server/index.js";
import { DEADLINE } from "./times.js";

/** @typedef {{ session: string, mode: string, left: string, data: string }} Asked */

/**
 * Starts it for the lab, and tells the lab.
 * @param {string} lab its address
 */
export async function startAppServer(lab) {
  const { applicationId, privateKey, videoHost } = /** @type {any} */ (
    await (await fetch(`${lab}/credentials/application`)).json()
  );
  const video = new Video(new Auth({ applicationId, privateKey }), { videoHost });
  const secret = randomUUID();
  const rotation = createRotationHandler({
    applicationId,
    video,
    secrets: secret,
    // The lab forgets its sessions, too, when it ends.
    store: new MemoryStore(),
    notice: DEADLINE,
    serviceDelay: 500,
    recordAgain: true,
    restart: ["archive", "broadcast"],
  });
  /** @type {Set<string>} Sessions whose callbacks nobody heeds. */
  const alone = new Set();

  /** @type {Record<string, (request: Request, asked: Asked) => Promise<Response>>} */
  const routes = {
    "POST /callbacks": async (request) => {
      const callback = /** @type {any} */ (
        await request
          .clone()
          .json()
          .catch(() => null)
      );
      return alone.has(callback?.sessionId) ? new Response() : rotation(request);
    },
    "POST /calls": async (_, { mode }) => {
      const { sessionId } = await video.createSession({
        mediaMode: mode === "relayed" ? MediaMode.RELAYED : MediaMode.ROUTED,
      });
      return Response.json({ sessionId });
    },
    "POST /services": async (_, { session, left }) => {
      if (left === "alone") alone.add(session);
      await video.startArchive(session, { name: "The call" });
      await video.startBroadcast(session, /** @type {any} */ ({ outputs: { hls: {} } }));
      return Response.json({});
    },
    "GET /services": async (_, { session }) => {
      const current = alone.has(session) ? session : (await rotation.credentials({ sessionId: session })).sessionId;
      // Those that are over aren't listed.
      const { items } = await video.searchBroadcasts({ sessionId: current });
      const broadcast = items[0]?.broadcastUrls?.hls ?? null;
      return Response.json({ pieces: await piecesOf(session), broadcast });
    },
    "GET /credentials": async (_, { session, data }) =>
      Response.json(await rotation.credentials({ sessionId: session, user: data })),
  };

  /** @param {string} session */
  async function piecesOf(session) {
    if (!alone.has(session)) return (await rotation.manifest(session)).flatMap(({ pieces }) => pieces);
    const { items } = await video.searchArchives({ sessionId: session });
    return items.map(({ createdAt, duration, status }) => ({
      startedAt: createdAt,
      endedAt: status === "started" ? null : createdAt + 1000 * duration,
      gap: null,
    }));
  }

  const server = createServer(
    nodeListener(async (request) => {
      const { pathname, searchParams } = new URL(request.url);
      const route = routes[`${request.method} ${pathname}`];
      const answer = route
        ? await route(request, /** @type {Asked} */ (Object.fromEntries(searchParams))).catch(refusal)
        : new Response(null, { status: 404 });
      // The pages come from the lab.
      answer.headers.set("access-control-allow-origin", "*");
      return answer;
    }),
  );
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  const all = `http://127.0.0.1:${port}/callbacks`;
  await fetch(`${lab}/control/callbacks`, { method: "POST", body: JSON.stringify({ all, secret }) });
}

/**
 * What the handler refuses is said with its status.
 * @param {{ status?: number, message: string }} error
 */
function refusal({ status = 500, message }) {
  return Response.json({ error: message }, { status });
}
