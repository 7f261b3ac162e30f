// Twenty times in one call the servers go without a word. The call is made once for each kind of session; the tests
// below look at its record.
import { Call } from "./support/call.mjs";
import { expect, test } from "./support/fixtures.mjs";
import { holdings, holdingsBackTo, populatedBy } from "./support/holdings.mjs";
import { comingsAndGoings, interruptions, ourErrors, receipts } from "./support/outcome.mjs";
import { recorded } from "./support/recorded.mjs";

const ROTATIONS = 20;

const PEOPLE = ["ann", "ben"];

/** Everybody in one's own session, publishing, and subscribed to the other. */
const ALL = { connections: PEOPLE.length, streams: PEOPLE.length, subscribers: PEOPLE.length * (PEOPLE.length - 1) };

async function twentyRotations(browser, lab, mode) {
  const call = await Call.start(browser, lab, { mode, people: PEOPLE });
  const everybody = (work) => Promise.all(call.people.map(work));
  const before = await everybody(holdings);
  const start = await call.marks();
  const rounds = [];
  for (let round = 0; round < ROTATIONS; round += 1) {
    const marks = await call.marks();
    await lab.rotate(call.session);
    await everybody((participant) => participant.until(isBack, marks[participant.name], `the return ${round + 1}`));
    await call.settled();
    rounds.push({
      leftInLab: await populatedBy(lab, call.session, ALL),
      leftInPages: await everybody((participant, index) => holdingsBackTo(participant, before[index])),
    });
  }
  const record = { before, rounds, seen: await call.seen(start) };
  await call.end();
  return record;
}

/** Runs in the page. Whether the call goes on again since a moment, with pictures that move. */
function isBack(since) {
  const told = app.diary.since(since, "session").find(({ type }) => type === "sessionReconnected");
  const moving = told && Object.values(app.picture.frames(told.at)).every((frames) => frames >= 2);
  return moving && app.manager.state === "connected";
}

for (const mode of ["relayed", "routed"]) {
  test.describe(`a ${mode} call of two whose servers go without a word ${ROTATIONS} times`, () => {
    let record;

    test.beforeAll(async ({ browser, lab }) => {
      test.setTimeout(300_000);
      record = await recorded(`forced-${mode}`, () => twentyRotations(browser, lab, mode));
    });

    const eachPerson = (judge) => () => {
      for (const name of PEOPLE) judge(record.seen[name], name);
    };

    test(
      "comes back each time, at the first attempt",
      eachPerson((person, name) => {
        const ends = receipts(person).map(({ kind, outcome, attempts }) => [kind, outcome, attempts].join(" "));
        expect(ends, name).toEqual(Array(ROTATIONS).fill("recovery completed 1"));
      }),
    );

    test(
      "never shows a tile without its person's picture, twice, or elsewhere",
      eachPerson(({ violations, samples }, name) => {
        expect(samples).toBeGreaterThan(0);
        expect(violations, name).toEqual([]);
      }),
    );

    test(
      "tells the app that it is cut off and back, and nothing else",
      eachPerson((person, name) => {
        const once = ["sessionReconnecting", "sessionReconnected"];
        expect(interruptions(person), name).toEqual(Array(ROTATIONS).fill(once).flat());
        expect(comingsAndGoings(person), name).toEqual([]);
        expect(ourErrors(person), name).toEqual([]);
      }),
    );

    test(
      "asks nobody for the camera again",
      eachPerson(({ prompts }, name) => {
        expect(prompts, name).toBe(1);
      }),
    );

    test("leaves nobody in the session but those who are there", () => {
      expect(record.rounds.map(({ leftInLab }) => leftInLab)).toEqual(Array(ROTATIONS).fill(ALL));
    });

    test("leaves no peer connection, socket, track, video or listener behind in the page", () => {
      for (const [round, { leftInPages }] of record.rounds.entries())
        expect(leftInPages, `rotation ${round + 1}`).toEqual(record.before);
    });
  });
}
