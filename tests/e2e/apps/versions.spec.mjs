// The core of the suite on every version of the SDK, by either of its names: a planned handover, what is said meanwhile,
// and servers that go without a word.
import { expect, test } from "../support/fixtures.mjs";
import { SDKS } from "../support/lab.mjs";

/** ms: no voice may be missing or doubled for longer. */
const AUDIBLE_FAULT = 60;

for (const { sdk, version } of SDKS) {
  test(`SDK ${sdk}: a planned handover goes unnoticed, and no word is lost`, async ({ startCall }) => {
    const call = await startCall({ sdk });
    expect(await call.who("ann").evaluate(() => OT.version)).toBe(version);
    const marks = await call.marks();
    const talk = Promise.all(
      call.people.map((participant) => participant.evaluate(() => app.chatter({ first: 0, count: 20, every: 100 }))),
    );
    await call.handover();
    expect(await talk).toEqual([[], []]);
    for (const participant of call.people) {
      await participant.until(() => app.chat.length === 40, undefined, "forty words");
    }
    await call.settled();
    for (const [name, { violations, sound, diary, pageErrors, prompts }] of Object.entries(await call.seen(marks))) {
      expect(violations, name).toEqual([]);
      expect(
        sound.filter(({ ms, kind }) => kind === "doubled" && ms > AUDIBLE_FAULT),
        name,
      ).toEqual([]);
      expect(
        diary.filter(({ source, type }) => source === "session" && !/Property/.test(type)),
        name,
      ).toEqual([]);
      expect(pageErrors, name).toEqual([]);
      expect(prompts, name).toBeLessThanOrEqual(2);
    }
    for (const participant of call.people) {
      const words = await participant.evaluate(() => app.chat.map(({ from, data }) => `${from} ${data}`));
      for (const who of call.names) {
        const theirs = words.filter((word) => word.startsWith(who));
        expect(theirs).toEqual(Array.from({ length: 20 }, (_, number) => `${who} ${number}`));
      }
    }
  });

  test(`SDK ${sdk}: the call comes back when the servers go without a word`, async ({ startCall, lab }) => {
    const call = await startCall({ sdk });
    const marks = await call.marks();
    await lab.rotate(call.session);
    for (const participant of call.people) {
      await participant.until(
        (at) => app.diary.since(at, "session").some(({ type }) => type === "sessionReconnected"),
        marks[participant.name],
        "sessionReconnected",
      );
    }
    await call.settled();
    for (const participant of call.people) {
      const told = await participant.evaluate(
        (at) => app.diary.since(at, "session").map(({ type }) => type),
        marks[participant.name],
      );
      expect(told.filter((type) => !/Property/.test(type))).toEqual(["sessionReconnecting", "sessionReconnected"]);
    }
    const said = call.who("ann").evaluate(() => app.say("hello again"));
    await call.who("ben").until(() => app.chat.some(({ data }) => data === "hello again"));
    await said;
  });
}
