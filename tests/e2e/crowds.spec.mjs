// Rooms of many: who sees whom while everybody moves. Small pictures, so that two cores can carry them.
import { Call } from "./support/call.mjs";
import { expect, test } from "./support/fixtures.mjs";
import { PEOPLE } from "./app/people.js";

/** Numbered things that each says while the others move. */
const SAID = 5;

/**
 * So many look at everybody; the others are looked at, and talk. On two cores the bare SDK itself gives up subscribing when
 * twelve look at twelve, and nine who look at nine take a minute.
 */
const LOOKING = { 9: 6, 16: 4 };

/** Hears of the successor this much later than the one before, ms. */
const STAGGER = 400;

/** Nine and sixteen keep two cores busy for minutes: they are a stage of their own. */
const SIZES = process.env.SUITE === "crowds" ? [2, 4, 9, 16] : [4];

const WAYS = {
  together: (call) => call.announceTogether(),
  "one after the other": (call) => call.announceStaggered(STAGGER),
};

for (const size of SIZES) {
  for (const [how, announce] of Object.entries(WAYS)) {
    test(`${size} people who move ${how} see each other once all the way, and hear each word once`, async ({
      browser,
      lab,
    }) => {
      test.setTimeout(60_000 + size * 20_000);
      const people = PEOPLE.slice(0, size).map(({ name }) => name);
      const looking = LOOKING[size] ?? size;
      // Where many look at many, one looks at every frame and the others often enough to see who is there.
      const role = (number) => {
        if (number >= looking) return { watch: "no", picture: "no", framed: true };
        return size > 4 && number > 0 ? { calm: "yes" } : {};
      };
      const call = await Call.start(browser, lab, {
        mode: "routed",
        people,
        each: Object.fromEntries(people.map((name, number) => [name, role(number)])),
        small: "yes",
        voice: "no",
        sound: "no",
        settle: false,
      });
      const watchers = call.people.slice(0, looking);
      await call.settledByEye(watchers);
      const marks = await call.marks();
      const said = call.people.map((person) =>
        person.evaluate((options) => app.chatter(options), { first: 0, count: SAID, every: 300 }),
      );
      await call.handover(() => announce(call));
      expect((await Promise.all(said)).flat()).toEqual([]);
      const longest = [];
      for (const person of call.people) {
        await person.until((count) => app.chat.length >= count, size * SAID, "every word");
        const { violations, chat, longTasks, receipts } = await person.evaluate(
          (since) => ({
            ...app.picture.report(since),
            chat: app.chat,
            longTasks: app.longTasks(since),
            receipts: app.receipts(),
          }),
          marks[person.name],
        );
        expect(violations, person.name).toEqual([]);
        expect(receipts.map(({ outcome }) => outcome)).toEqual(["completed"]);
        for (const name of people)
          expect(chat.filter(({ from }) => from === name).map(({ data }) => data)).toEqual(
            Array.from({ length: SAID }, (_, number) => String(number)),
          );
        longest.push(`${person.name} ${tasks(longTasks)}`);
      }
      console.log(`    long tasks: ${longest.join("; ")}`);
      await call.end();
    });
  }
}

/** Of a page: how many, and the longest. */
function tasks(all) {
  return all.length === 0 ? "none" : `${all.length}, to ${Math.round(Math.max(...all.map(({ ms }) => ms)))} ms`;
}
