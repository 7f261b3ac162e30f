import { wallClock } from "./eyes.js";
import { announce, rotate, scheduleNotice } from "./lab.js";
import { Observation } from "./observation.js";
import { DEADLINE, MIGRATION_TAIL, NOTICE_AHEAD } from "./times.js";

const GIVE_UP = 60_000; // ms
const QUIET = 1000; // ms in which everybody sees everybody
const LOOK_AFTERWARDS = 2500; // ms after the hit in which a late effect would show

/**
 * Rotates the servers under `rooms`, all at the same moments. `say` is told what is going on, `show` each room's result
 * as it comes to rest, `gone` that the servers have just been taken away.
 *
 * @param {"notice" | "surprise"} how
 * @param {import("./room.js").Room[]} rooms
 * @param {{ say: (text: string) => void, show: (room: object, result: object) => void,
 *   gone: () => void }} page
 */
export async function rotateServers(how, rooms, { say, show, gone }) {
  const observations = rooms.map((room) => new Observation(room, how));
  try {
    const successors = how === "notice" ? await giveNotice(rooms, observations, say) : null;
    await takeServersAway(rooms, observations, { migrate: how === "surprise" });
    gone();
    say("The old servers are gone.");
    const resting = rooms.map(async (room, i) => {
      await observations[i].rest({ quiet: QUIET, atLeast: LOOK_AFTERWARDS, giveUp: GIVE_UP });
      const { result } = observations[i];
      settle(room, result, successors?.[i]);
      show(room, result);
    });
    await Promise.all(resting);
    // Until now each room was judged by itself; both share one machine, and what that cost belongs in the receipt.
    rooms.forEach((room, i) => show(room, observations[i].result));
    if (observations.some(({ result }) => result.migrated > 0)) {
      say("Done. The SDK keeps the old connection for 20 seconds; the next rotation can begin after that.");
      await elapsed(MIGRATION_TAIL);
      rooms.forEach((room, i) => show(room, observations[i].result));
    }
  } finally {
    for (const observation of observations) observation.end();
  }
}

async function giveNotice(rooms, observations, say) {
  // Where there is an app server, the platform tells that, and it makes the successor; else the lab plays its part.
  const successors = await Promise.all(
    rooms.map(({ session, app }) => (app ? scheduleNotice(session) : announce(session, DEADLINE))),
  );
  for (const room of rooms) room.mark(wallClock(), "notice");
  say("Notice given: the old servers go away in a few seconds. (In reality: in hours.)");
  const movers = observations.filter((_, i) => rooms[i].kind === "handover").map((observation) => observation.moved);
  await Promise.all([elapsed(NOTICE_AHEAD), Promise.race([Promise.all(movers), elapsed(DEADLINE)])]);
  return successors;
}

async function takeServersAway(rooms, observations, options) {
  const at = wallClock();
  const hits = await Promise.all(rooms.map((room) => rotate(room.session, options)));
  rooms.forEach((room, i) => {
    room.mark(at, "servers gone");
    observations[i].hit(at, hits[i]);
  });
}

/** From now on newcomers join where the others went. */
function settle(room, { receipts }, successor) {
  const arrived = receipts.find(({ outcome }) => outcome === "completed" || outcome === "promoted");
  if (arrived) room.session = arrived.to ?? successor ?? room.session;
}

const elapsed = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
