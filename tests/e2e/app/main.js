// Starts one participant, as the address asks:
//   session, name      whose call, and who (one of people.js)
//   kind               package (default) | plain (the bare SDK) | recipe | naive (the baselines)
//   sdk                2.35.2 | 2.30.0 | 2.27.2 | opentok (@opentok/client, 2.35.2): which SDK; if it isn't said, the one that
//                      the tests run on
//   camera             device (default: drawn, through getUserMedia) | tracks (drawn, given as tracks) | fake (Chromium's)
//                      | screen (Chromium's) | none (a drawn microphone alone)
//   listed             "yes": a drawn camera passes for one that the browser lists
//   plug               "yes": the plug of a drawn camera can be pulled
//   processor          "yes": its pictures lose their colours before they are published; "voice": its voice is a secret from
//                      the start, and comes out as silence
//   publishAudio, publishVideo   "no": starts muted
//   renew              good (default) | missing | throwing | hanging | tokenless | same | another: how the app's renew behaves
//   server             the address of an app's server that credentials come from; if it isn't said, the lab
//   application, token what one joins with, instead of asking for it
//   expire             seconds after which the token that one joins with is worth nothing
//   role               publisher (default) | moderator | subscriber: what one's token allows
//   options            JSON, merged into the manager's options
//   identify           nobody: the manager isn't to know anybody by their data
//   ui                 default | replace | before | after | element | stream: who shows the videos, see ways.js
//   watch              "no": subscribes to nobody
//   layout             grid (default) | flex | absolute | container: how the tiles are laid out, see room.js
//   sound, picture     "no": without that probe
//   calm               "yes": a slower camera, and probes that look less often, for many calls side by side
//   small              "yes": small pictures, ten a second, in small tiles, and silence, for many people in one call
//   voice              "no": without a track for it, which is less to carry still
import { Camera } from "./camera.js";
import { join } from "./client.js";
import { Diary } from "./diary.js";
import { person } from "./people.js";
import { PictureProbe } from "./picture-probe.js";
import { Greyer, Hush } from "./processor.js";
import { Room } from "./room.js";
import { SoundProbe } from "./sound-probe.js";

const query = new URLSearchParams(location.search);
const name = query.get("name") ?? "ann";
const kind = query.get("kind") ?? "package";
const says = (key) => query.get(key) !== "no";

const diary = new Diary();
const small = query.get("small") === "yes";
const room = new Room(document.querySelector("#grid"), query.get("layout") ?? (small ? "crowd" : "grid"));
const calm = query.get("calm") === "yes";
const camera = new Camera(person(name), {
  ...(small && { frameRate: 10, size: { width: 160, height: 90 } }),
  ...(calm && { frameRate: 5 }),
  cheap: small,
  listed: query.get("listed") === "yes",
  plug: query.get("plug") === "yes",
});
const processor = query.get("processor") === "yes" ? new Greyer() : undefined;
const picture = new PictureProbe();
const sound = new SoundProbe();
OT.on("exception", ({ code, title, message }) => diary.note("exception", title, { code, message }));

async function credentials(sessionId, more = {}) {
  const asked = { session: sessionId, data: name, role: query.get("role") ?? "publisher", ...more };
  const answer = await fetch(`${query.get("server") ?? ""}/credentials?${new URLSearchParams(asked)}`);
  if (!answer.ok) throw new Error(`no credentials: HTTP ${answer.status}`);
  return answer.json();
}

/** What the app's `renew` does; `app.renewWith` changes it during a call. */
const renewals = {
  good: ({ sessionId }) => credentials(sessionId),
  throwing: () => {
    throw new Error("the app server said no");
  },
  hanging: () => new Promise(() => {}),
  tokenless: ({ sessionId }) => ({ sessionId }),
  same: ({ previousSessionId }) => credentials(previousSessionId),
  another: ({ sessionId, attempt }) => credentials(attempt > 1 ? `${sessionId}-instead` : sessionId),
};
let renewal = query.get("renew") ?? "good";
const renewCalls = [];

/** What has kept the main thread for longer than 50 ms, since the page was loaded. */
const longTasks = [];
new PerformanceObserver((list) => {
  for (const { startTime, duration } of list.getEntries()) longTasks.push({ at: startTime, ms: duration });
}).observe({ type: "longtask", buffered: true });

function renew(context) {
  const { sessionId, previousSessionId, reason, attempt } = context;
  renewCalls.push({ at: performance.now(), sessionId, previousSessionId, reason, attempt, how: renewal });
  return renewals[renewal](context);
}

function source() {
  switch (query.get("camera") ?? "device") {
    case "device":
      camera.install();
      return {};
    case "tracks": {
      const stream = camera.open();
      return { videoSource: stream.getVideoTracks()[0], audioSource: stream.getAudioTracks()[0] };
    }
    case "fake":
      return {};
    case "screen":
      return { videoSource: "screen", audioSource: null };
    case "none":
      camera.install();
      return { videoSource: null };
    default:
      throw new Error(`camera=${query.get("camera")} is none of device, tracks, fake, screen, none`);
  }
}

/** What is put in the way of one's own pictures or voice before anybody sees or hears them. */
function dressed() {
  if (processor) return (publisher) => publisher.setVideoMediaProcessorConnector(processor);
  if (query.get("processor") !== "voice") return undefined;
  camera.whisper();
  return (publisher) => publisher.setAudioMediaProcessorConnector(new Hush());
}

/** What one joins with. */
async function invitation() {
  const sessionId = query.get("session");
  const token = query.get("token");
  if (token) return { applicationId: query.get("application"), sessionId, token };
  return credentials(sessionId, query.has("expire") && { expire: query.get("expire") });
}

async function createManager() {
  const { ReconnectionManager } = await import("/dist/index.js");
  const manager = await ReconnectionManager.create(OT, {
    ...(renewal === "missing" ? {} : { renew }),
    ...(query.get("identify") === "nobody" && { identify: () => null }),
    ...JSON.parse(query.get("options") ?? "{}"),
  });
  diary.manager(manager);
  return manager;
}

async function start() {
  await room.ready;
  if (says("picture")) picture.start(calm ? { every: 100 } : {});
  // Without that probe clicks go where they go for users.
  else document.querySelector("#probed").remove();
  if (says("sound")) await sound.start(calm ? { every: 50 } : {});
  const given = {
    room,
    diary,
    name,
    renew: (sessionId) => credentials(sessionId),
    source: { ...source(), ...(!says("voice") && { audioSource: null }) },
    ui: query.get("ui") ?? "default",
    dress: dressed(),
    watches: says("watch"),
    publish: { publishAudio: says("publishAudio"), publishVideo: says("publishVideo") },
    credentials: await invitation(),
  };
  if (kind === "plain") return join({ ...given, sdk: OT });
  if (kind === "package") {
    const manager = await createManager();
    return { ...(await join({ ...given, sdk: manager })), manager };
  }
  const { joinWith } = await import(`/baseline/${kind}.js`);
  return joinWith({ ...given, OT });
}

/** Everything a test may ask for. */
window.app = {
  room,
  name,
  kind,
  diary,
  camera,
  processor,
  picture,
  sound,
  renewCalls,
  /** Those that began after `since`. */
  longTasks: (since = 0) => longTasks.filter(({ at }) => at >= since),
  createManager,
  renewWith: (how) => {
    renewal = how;
  },
  now: () => performance.now(),
  /** Says `count` numbered things, one every `every` ms, waiting for no answer; resolves when all were answered. */
  chatter: async ({ first, count, every }) => {
    const sent = [];
    for (let number = first; number < first + count; number += 1) {
      sent.push(window.app.say(String(number)));
      await new Promise((resolve) => setTimeout(resolve, every));
    }
    const failed = (await Promise.allSettled(sent)).filter(({ status }) => status === "rejected");
    return failed.map(({ reason }) => String(reason));
  },
  receipts: () => diary.entries.filter(({ type }) => type === "handoverend").map(({ detail }) => detail),
  /** Whether this client has left for session `to`: by the package's receipt, or by the recipe's word. */
  arrived: (to) =>
    window.app.receipts().some((receipt) => receipt.to === to) ||
    diary.entries.some((entry) => entry.source === "recipe" && entry.to === to),
  ready: start()
    .then((call) => Object.assign(window.app, call))
    .then(() => true),
};
