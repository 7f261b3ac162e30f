// Planned handovers in a row in one call, watched from every side at once. The call is made once for each kind; the tests
// below look at its record.
import { Call } from "./support/call.mjs";
import { expect, test } from "./support/fixtures.mjs";
import { emptied, holdings, holdingsBackTo } from "./support/holdings.mjs";
import { recorded } from "./support/recorded.mjs";

/** In every so many handovers the other side hears of it 1.5 s later; in the others, everybody at once. */
const APART_EVERY = 5;

const SIGNALS_EACH_TIME = 10;

/** ms: no voice may be missing or doubled for longer. */
const AUDIBLE_FAULT = 60;

/** ms: how near a swap or a new phase a hole in a voice must be to be the handover's doing. */
const ABOUT = 500;

/** What the app's own handlers must not see during a planned handover. */
const ARTEFACTS = [
  "streamCreated",
  "streamDestroyed",
  "sessionConnected",
  "sessionDisconnected",
  "sessionReconnecting",
  "sessionReconnected",
  "connectionCreated",
  "connectionDestroyed",
  "destroyed",
  "disconnected",
  "mediaStopped",
  "videoDisabled",
];

async function handedOver(browser, lab, { mode, people, times }) {
  const call = await Call.start(browser, lab, { mode, people });
  const everybody = (work) => Promise.all(call.people.map(work));
  const before = await everybody(holdings);
  const rounds = [];
  const start = await call.marks();
  for (let round = 0; round < times; round += 1) {
    const marks = await call.marks();
    const talk = everybody((participant) =>
      participant.evaluate((options) => app.chatter(options), {
        first: round * SIGNALS_EACH_TIME,
        count: SIGNALS_EACH_TIME,
        every: 100,
      }),
    );
    const together = round % APART_EVERY !== 0;
    const announce = together ? () => call.announceTogether() : () => call.announceApart();
    const old = await call.handover(announce);
    const unsent = await talk;
    rounds.push({
      together,
      unsent,
      leftInLab: await emptied(lab, old),
      leftInPages: await everybody((participant, index) => holdingsBackTo(participant, before[index])),
      marks,
    });
  }
  await call.settled();
  const record = { before, rounds, start, names: call.names };
  record.seen = await call.seen(start);
  for (const participant of call.people) {
    const spoken = times * SIGNALS_EACH_TIME * people.length;
    await participant.until((count) => app.chat.length >= count, spoken, `${spoken} signals`).catch(() => {});
    Object.assign(
      record.seen[participant.name],
      await participant.evaluate(() => ({ receipts: app.receipts(), chat: app.chat })),
    );
  }
  await call.end();
  return record;
}

/**
 * Twenty of each kind in the stage of its own. In every run each mode and each number once, and of those in which three
 * people keep two cores busy half as many.
 */
const CALLS =
  process.env.SUITE === "handovers"
    ? ["relayed", "routed"].flatMap((mode) => [call(mode, ["ann", "ben"], 20), call(mode, ["ann", "ben", "cleo"], 20)])
    : [call("relayed", ["ann", "ben"], 20), call("routed", ["ann", "ben", "cleo"], 10)];

function call(mode, people, times) {
  return { mode, people, times };
}

for (const { mode, people, times } of CALLS) {
  test.describe(`a ${mode} call of ${people.length}, handed over ${times} times in a row`, () => {
    let record;

    /** Whether a voice was missing on somebody else's page too, somewhere between two moments since the epoch. */
    const stalledElsewhere = (name, from, to) =>
      Object.entries(record.seen).some(
        ([other, { sound, origin }]) =>
          other !== name &&
          sound.some(({ kind, at, ms }) => kind === "missing" && origin + at < to && origin + at + ms > from),
      );

    test.beforeAll(async ({ browser, lab }) => {
      test.setTimeout(300_000);
      record = await recorded(`planned-${mode}-${people.length}`, () =>
        handedOver(browser, lab, { mode, people, times }),
      );
    });

    const eachPerson = (judge) => () => {
      for (const name of record.names) judge(record.seen[name], name);
    };

    test(
      "completes every handover",
      eachPerson(({ receipts }, name) => {
        expect(
          receipts.map(({ outcome }) => outcome),
          name,
        ).toEqual(Array(times).fill("completed"));
        for (const { from, to, kind } of receipts) {
          expect(kind).toBe("handover");
          expect(to).not.toBe(from);
        }
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
      "shows everybody from the new session",
      eachPerson(({ swaps }, name) => {
        for (const other of record.names.filter((candidate) => candidate !== name)) {
          expect(swaps[other].length, `${name} sees ${other}`).toBeGreaterThanOrEqual(times);
        }
      }),
    );

    test(
      `leaves no voice missing or doubled for more than ${AUDIBLE_FAULT} ms`,
      eachPerson(({ sound, swaps, diary, origin }, name) => {
        const phases = diary.filter(({ type }) => type === "phasechange").map(({ at }) => at);
        // A busy machine stalls voices now and then, on every page at once; a handover stalls one where it acts on it.
        const blamed = ({ kind, who, at, ms }) =>
          kind === "doubled" ||
          ([...swaps[who], ...phases].some((moment) => moment > at - ABOUT && moment < at + ms + ABOUT) &&
            !stalledElsewhere(name, origin + at, origin + at + ms));
        expect(
          // The others' voices: each new publisher of the SDK's plays one's own for a moment before it is muted.
          sound.filter((fault) => fault.who !== name && fault.ms > AUDIBLE_FAULT && blamed(fault)),
          name,
        ).toEqual([]);
      }),
    );

    test(
      "tells the app's own handlers nothing",
      eachPerson(({ diary, pageErrors }, name) => {
        expect(
          diary.filter(({ source, type }) => source !== "manager" && ARTEFACTS.includes(type)),
          name,
        ).toEqual([]);
        expect(
          diary.filter(({ source }) => source === "error" || source === "exception"),
          name,
        ).toEqual([]);
        expect(pageErrors, name).toEqual([]);
      }),
    );

    test(
      "asks nobody for the camera again",
      eachPerson(({ prompts }, name) => {
        expect(prompts, name).toBe(1);
      }),
    );

    test("leaves nothing in the old session", () => {
      expect(record.rounds.map(({ leftInLab }) => leftInLab)).toEqual(
        Array(times).fill({ connections: 0, streams: 0, subscribers: 0 }),
      );
    });

    test("leaves no peer connection, socket, track, video or listener behind in the page", () => {
      for (const [round, { leftInPages }] of record.rounds.entries())
        expect(leftInPages, `handover ${round + 1}`).toEqual(record.before);
    });

    test(
      "delivers each of the signals sent meanwhile once and in order",
      eachPerson(({ chat }, name) => {
        expect(record.rounds.flatMap(({ unsent }) => unsent).flat()).toEqual([]);
        const numbers = Array.from({ length: times * SIGNALS_EACH_TIME }, (_, number) => String(number));
        for (const sender of record.names) {
          expect(
            chat.filter(({ from }) => from === sender).map(({ data }) => data),
            `${name} hears ${sender}`,
          ).toEqual(numbers);
        }
        expect(chat.length).toBe(numbers.length * record.names.length);
      }),
    );
  });
}
