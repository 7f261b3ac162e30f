/**
 * The demo page. For tests and screenshots its state can be read by machines:
 *
 *   document.body.dataset.state      "starting" | "ready" | "rotating" | "failed"
 *                  data-servers   "gone" from the moment of a rotation until the next one is begun
 *   #left, #right  data-state        the state of the call as the viewer has it; data-kind: "handover" | "today"
 *   [data-count]                     the three counters of each room, for the viewer
 *   .receipt p     data-turn, data-unnoticed   one receipt per rotation, the latest first
 *   window.demo    { state, problem, rotate(how), setPeople(n), rooms: { left, right } }; the promise of
 *                  `rotate("notice" | "surprise")` resolves when the next rotation can be begun; a room is
 *                  { session, people, viewer, look(name), state, counters, receipt: { result, words }, eyes(name), services }
 *
 * The address takes `?people=2..5`, `?mode=routed|relayed`.
 */
import { findApp } from "./app.js";
import { CREDENTIALS_URL, checkSetup, createSession, credentials } from "./lab.js";
import { PEOPLE } from "./people.js";
import { RoomView } from "./room-view.js";
import { rotateServers } from "./rotation.js";
import { askForService } from "./service.js";

const FEWEST = 2;
const GATHER = 20_000; // ms in which everybody should see everybody
const LOUD = 40; // of 100
const OWN = "You";

const $ = (id) => document.getElementById(id);
const address = new URLSearchParams(location.search);
const views = { left: new RoomView($("left")), right: new RoomView($("right")) };
const wish = {
  people: Math.min(PEOPLE.length, Math.max(FEWEST, Number(address.get("people") ?? 3))),
  mode: address.get("mode"),
  service: null,
};
let app = null;
let turn = 0;
let problem = null;

/** The rooms in use: the real service has only one, since nobody can rotate its servers on demand. */
const inUse = () => (wish.service ? [views.left] : [views.left, views.right]);

function setState(state) {
  document.body.dataset.state = state;
  const busy = state !== "ready";
  for (const control of document.querySelectorAll(".controls :is(button, input, select)")) control.disabled = busy;
  $("fewer").disabled ||= wish.people <= FEWEST;
  $("more").disabled ||= wish.people >= PEOPLE.length;
  $("people").value = wish.people;
  if (state === "failed") for (const id of ["open-service", "close-service"]) $(id).disabled = false;
}

const say = (text) => {
  $("status").textContent = text;
};

function complain(error) {
  problem = error?.message ?? null;
  $("problem").textContent = problem ?? "";
  $("problem").hidden = !problem;
}

/** Does `work` with all controls locked; what goes wrong is shown, and the page stays usable if it can. */
async function busy(state, work) {
  setState(state);
  complain(null);
  try {
    await work();
  } catch (error) {
    complain(error);
    say("");
  }
  setState(inUse().some(({ room }) => room.people.length === 0) ? "failed" : "ready");
}

async function start() {
  say("");
  await Promise.all(Object.values(views).map(({ room }) => room.empty()));
  for (const view of Object.values(views)) view.clear();
  app = wish.service ? null : await findApp();
  $("right").hidden = wish.service !== null;
  for (const element of document.querySelectorAll(".lab-only")) element.hidden = wish.service !== null;
  for (const element of document.querySelectorAll(".real-only")) element.hidden = wish.service === null;
  document.body.classList.toggle("real", wish.service !== null);
  $("sound").querySelector("[value=right]").disabled = wish.service !== null;
  if (!wish.service) await checkSetup();
  say(wish.service ? "Joining the real service …" : "People are joining both rooms …");
  const mode = wish.mode ?? (app ? "routed" : "relayed");
  for (const { room } of inUse()) {
    room.app = room.kind === "handover" ? app : null;
    room.session = wish.service?.sessionId ?? (await (room.app?.createCall(mode) ?? createSession(mode)));
  }
  await seatPeople();
  // Only what goes through the media router can be recorded.
  if (app && mode === "routed") await Promise.all(inUse().map(startServices));
  say(wish.service ? "You are in the call." : "Both calls are up. Rotate the servers and compare.");
}

async function startServices({ room, services }) {
  const { session } = room;
  await app.startServices(session, { alone: room.app === null });
  services.watch(app, session);
}

/** Makes the people in every room those who are wished for. */
async function seatPeople() {
  const names = PEOPLE.slice(0, wish.people).map(({ name }) => name);
  if ($("camera").checked) names[0] = OWN;
  const changes = inUse().flatMap(({ room }) => [
    ...room.people.filter((name) => !names.includes(name)).map((name) => room.remove(name)),
    ...names.filter((name) => !room.people.includes(name)).map((name) => seat(room, name)),
  ]);
  const failure = (await Promise.allSettled(changes)).find(({ status }) => status === "rejected");
  if (failure) throw failure.reason;
  listen();
  const gathered = await Promise.all(inUse().map(({ room }) => room.gathered(GATHER)));
  if (gathered.includes(false))
    complain(new Error("Some pictures have not arrived yet: look through each person's eyes."));
}

function seat(room, name) {
  const { service } = wish;
  const credentialsUrl = service ? service.credentialsUrl : (room.app?.credentialsUrl ?? CREDENTIALS_URL);
  return room.add(name, async () => ({
    credentials: service ?? (await credentials(credentialsUrl, room.session, name)),
    service: { proxy: !service, credentialsUrl },
    camera: name === OWN,
    sound: $("sound").value !== "off",
    volume: 0,
  }));
}

function listen() {
  for (const [side, { room }] of Object.entries(views)) room.listen($("sound").value === side ? LOUD : 0);
}

function setPeople(count) {
  wish.people = Math.min(PEOPLE.length, Math.max(FEWEST, count));
  return busy("starting", seatPeople);
}

function rotate(how) {
  turn += 1;
  const number = turn;
  const show = (room, result) =>
    Object.values(views)
      .find((view) => view.room === room)
      .showReceipt(number, result);
  const gone = () => {
    document.body.dataset.servers = "gone";
  };
  return busy("rotating", async () => {
    delete document.body.dataset.servers;
    await rotateServers(
      how,
      Object.values(views).map(({ room }) => room),
      { say, show, gone },
    );
    say("Both calls are up. Rotate again, or look through somebody else's eyes.");
  });
}

/** Sound is published only when it is wished for: a page that nobody has touched may not play any. */
async function changeSound(before) {
  const restart = (before === "off") !== ($("sound").value === "off");
  if (restart) await busy("starting", start);
  else listen();
}

function connectControls() {
  $("rotate-notice").addEventListener("click", () => rotate("notice"));
  $("rotate-surprise").addEventListener("click", () => rotate("surprise"));
  $("fewer").addEventListener("click", () => setPeople(wish.people - 1));
  $("more").addEventListener("click", () => setPeople(wish.people + 1));
  $("camera").addEventListener("change", () => busy("starting", start));
  let sound = "off";
  $("sound").addEventListener("change", () => {
    const before = sound;
    sound = $("sound").value;
    changeSound(before);
  });
  $("open-service").addEventListener("click", async () => {
    const service = await askForService($("service"));
    if (service) useService(service);
  });
  $("close-service").addEventListener("click", () => useService(null));
  $("move").addEventListener("submit", (event) => {
    event.preventDefault();
    views.left.room.handover(new FormData(event.target).get("sessionId").trim());
  });
  for (const { room } of Object.values(views)) {
    room.addEventListener("look", listen);
    room.addEventListener("error", ({ detail }) => complain(new Error(`${detail.viewer}: ${detail.message}`)));
  }
}

function useService(service) {
  wish.service = service;
  return busy("starting", start);
}

const readable = (view) => ({
  get session() {
    return view.room.session;
  },
  get people() {
    return view.room.people;
  },
  get viewer() {
    return view.room.viewer;
  },
  get state() {
    return view.room.stateOf();
  },
  get counters() {
    return view.counters;
  },
  get receipt() {
    return view.receipt;
  },
  look: (name) => view.room.look(name),
  eyes: (name) => view.room.eyesOf(name),
  get services() {
    return view.services.state;
  },
});

window.demo = {
  get state() {
    return document.body.dataset.state;
  },
  get problem() {
    return problem;
  },
  rotate,
  setPeople,
  rooms: { left: readable(views.left), right: readable(views.right) },
};

connectControls();
busy("starting", start);
