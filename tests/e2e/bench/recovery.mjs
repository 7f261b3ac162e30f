// How soon the first new picture is there after the servers have gone without a word, against the shortest reconnect
// that one can write by hand (baseline/reconnect.js).
import { Call } from "../support/call.mjs";
import { median, spread, verdict } from "./numbers.mjs";

const GOAL = 1.1;

/** Measures calls of the two kinds alternately, so that both meet the same load. Gives back lines for the report. */
export async function measureRecoveries({ browser, lab, rounds, moves, mode, people, window, say }) {
  const found = { package: [], reconnect: [] };
  for (let round = 1; round <= rounds; round += 1) {
    for (const kind of ["package", "reconnect"]) {
      const call = await Call.start(browser, lab, { kind, mode, people });
      const times = [];
      for (let count = 0; count < moves; count += 1) times.push(...(await measureRecovery(call, window)));
      await call.end();
      found[kind].push(...times);
      say(`  ${round} ${kind}: ${times.map((time) => time.toFixed(0)).join(", ")} ms`);
    }
  }
  const [ours, theirs] = [found.package, found.reconnect];
  const ratio = median(ours) / median(theirs);
  return `\
cut off to the first new picture / by hand       ${ratio.toFixed(2)}   ${verdict(ratio, GOAL)}   (${median(ours).toFixed(0)} ms / ${median(theirs).toFixed(0)} ms)
  the middle half of them                        ${spread(ours, 0)} ms / ${spread(theirs, 0)} ms`;
}

/** Lets the servers go, and gives back for each picture of somebody else how long it took until it was a new one, in ms. */
async function measureRecovery(call, length) {
  const marks = await call.marks();
  await call.lab.rotate(call.session);
  const times = await Promise.all(
    call.people.map(async (participant) => {
      const others = call.names.filter((name) => name !== participant.name);
      const asked = { since: marks[participant.name], others };
      await participant.until(newPictures, asked, "a new picture of everybody");
      return participant.evaluate(newPictures, asked);
    }),
  );
  await call.settled();
  // What an end of the SDK's leaves behind is cleared away before the next one.
  const rest = await call.marks();
  await Promise.all(
    call.people.map((one) => one.until((end) => app.now() >= end, rest[one.name] + length, "the end of the window")),
  );
  return times.flat();
}

/** Runs in the page. How long after the SDK's word the others' pictures were new; `null` while one is not. */
function newPictures({ since, others }) {
  const cut = app.diary.since(since, "session").find(({ type }) => /^session(Reconnecting|Disconnected)$/.test(type));
  const first = cut && app.picture.firstFrames(cut.at);
  return first && others.every((name) => first[name]) ? others.map((name) => first[name] - cut.at) : null;
}
