/**
 * One participant: a page of its own, with its own SDK, that joins one session and tells the demo what it sees.
 *
 * From the demo (`postMessage`):
 *   { type: "join", kind: "handover" | "today", name, credentials: { applicationId, sessionId, token },
 *     service: { proxy: boolean, credentialsUrl: string | null }, camera: boolean, sound: boolean, volume: 0..100 }
 *   { type: "volume", value: 0..100 }   { type: "handover", sessionId }   { type: "leave" }
 * To the demo:
 *   { type: "ready" }   { type: "joined" }   { type: "left" }   { type: "vanished", name }
 *   { type: "state", state, reason }   { type: "manager", event, detail }   { type: "error", code, message, fatal }
 *   { type: "sample", at, tiles } (see `gauge.js`)
 */
import { Gauge } from "./gauge.js";
import { Media } from "./media.js";
import { Tiles } from "./tiles.js";

const stage = document.getElementById("stage");
const tell = (message) => parent.postMessage(message, location.origin);

const report = {
  state: (state, reason = null) => {
    if (state === "disconnected") stage.dataset.lost = "";
    if (state === "connected") delete stage.dataset.lost;
    tell({ type: "state", state, reason });
  },
  error: (error, fatal = false) => tell({ type: "error", ...readable(error), fatal }),
  manager: (event, detail) => tell({ type: "manager", event, detail: sendable(detail) }),
};

let call = null;
let media = null;

async function join({ kind, name, credentials, service, camera, sound, volume }) {
  const { OT } = window;
  if (!OT) throw new Error("The Video SDK did not load from /sdk/opentok.min.js: run npm install and reload.");
  if (service.proxy) OT.setProxyUrl(`${location.origin}/proxy`);
  const tiles = new Tiles(stage, { ownName: name, onVanish: (who) => tell({ type: "vanished", name: who }) });
  new Gauge(
    () => tiles.all,
    (sample) => tell({ type: "sample", ...sample }),
  );
  media = new Media({ name, camera, sound });
  const renew =
    service.credentialsUrl &&
    ((context) => fetchCredentials(service.credentialsUrl, context.sessionId, name, context.signal));
  const { join: joinCall } = await load(kind);
  call = await joinCall({ OT, credentials, renew, media, tiles, volume, report });
  tell({ type: "joined" });
}

async function load(kind) {
  if (kind === "today") return import("./today-call.js");
  try {
    return await import("./handover-call.js");
  } catch (error) {
    throw new Error(`The package did not load from /dist: run npm run build and reload. (${error.message})`, {
      cause: error,
    });
  }
}

async function fetchCredentials(credentialsUrl, sessionId, name, signal) {
  const url = new URL(credentialsUrl, location.href);
  url.searchParams.set("session", sessionId);
  url.searchParams.set("data", name);
  const response = await fetch(url, { signal });
  if (!response.ok) throw new Error(`${url.pathname} answered ${response.status} instead of credentials.`);
  return response.json();
}

async function leave() {
  await call?.leave();
  await media?.stop();
  tell({ type: "left" });
}

async function handover(sessionId) {
  await call.handover(sessionId);
}

const actions = {
  join,
  leave,
  handover: ({ sessionId }) => handover(sessionId),
  volume: ({ value }) => call?.setVolume(value),
};

addEventListener("message", async ({ data, origin, source }) => {
  if (origin !== location.origin || source !== parent) return;
  try {
    await actions[data.type]?.(data);
  } catch (error) {
    report.error(error, data.type === "join");
  }
});

/** `error` in a form that survives `postMessage`. Some errors of the SDK have a code in brackets for a message. */
function readable(error) {
  const { name, code = null, message } = error ?? {};
  const text = message?.replace(/\(\d+\)\s*$/, "").trim() || name || String(error);
  return { code, message: code === null ? text : `${text} (${code})` };
}

function sendable(detail) {
  if (!detail) return null;
  return JSON.parse(JSON.stringify(detail, (_, value) => (value instanceof Error ? readable(value) : value)));
}

tell({ type: "ready" });
