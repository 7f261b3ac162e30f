// The core of the suite on every version of the SDK, by either of its names: a planned handover, what is said meanwhile,
// and servers that go without a word. And what it takes for the rest of the suite to say something of each.
import { readFileSync } from "node:fs";
import path from "node:path";
import { filesOf, ROOT } from "../support/lab.mjs";
import { EACH, SDK, sdkNamed } from "../support/sdk.mjs";
import { expect, test } from "./support/app.mjs";

/** ms: no voice may be missing or doubled for longer. */
const AUDIBLE_FAULT = 60;

for (const { sdk, version } of EACH) {
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

for (const { version, folders } of [
  { version: "2.27.2", folders: ["sdk-2.27", "opentok-2.27"] },
  { version: "2.35.2", folders: ["@vonage/client-sdk-video", "@opentok/client"] },
]) {
  test(`SDK ${version} is the same file by either name: what is shown of one holds for the other`, () => {
    for (const file of ["opentok.js", "opentok.min.js"]) {
      const [vonage, opentok] = folders.map((folder) => readFileSync(path.join(ROOT, filesOf(folder), file)));
      expect(vonage.includes(version), file).toBe(true);
      expect(vonage.equals(opentok), file).toBe(true);
    }
  });
}

test("a page that asks for no SDK of its own has the one that the tests run on", async ({ browser, lab, openApp }) => {
  const context = await browser.newContext();
  const page = await context.newPage();
  const versions = [];
  for (const address of ["/page", "/e2e/index.html"]) {
    await page.goto(lab.url + address);
    versions.push(await page.evaluate(() => OT.version));
  }
  await context.close();
  const [ann] = (await openApp("classic")).people;
  versions.push(await ann.page.evaluate(() => OT.version));
  expect(versions).toEqual([SDK.version, SDK.version, SDK.version]);
});

test("what is skipped for want of something, the SDK that the tests run on hasn't", async ({ startCall }) => {
  const call = await startCall({ kind: "plain", picture: "no", sound: "no", settle: false });
  const [ann] = call.people;
  await ann.until(() => app.subscribers.size === 1);
  const there = await ann.evaluate(() => ({
    mediaStreamAvailable: "MediaStreamAvailableEvent" in OT,
    setCaptionsTranslationLanguage: "setCaptionsTranslationLanguage" in app.subscribers.values().next().value,
  }));
  const lacking = Object.keys(there).filter((what) => !there[what]);
  expect(lacking).toEqual(SDK.lacks);
});

test("an SDK that the tests don't know is refused by name", () => {
  expect(() => sdkNamed("2.28")).toThrow("SDK=2.28 is none of those that the tests run on: 2.27, 2.30, 2.35, opentok");
});

for (const { sdk } of EACH.filter(({ migrates }) => !migrates)) {
  test(`SDK ${sdk} hears nothing of migration, is thrown out, and the call comes back`, async ({ startCall, lab }) => {
    const call = await startCall({ sdk });
    const { session } = call;
    const marks = await call.marks();
    const sockets = () => Promise.all(call.people.map((person) => person.evaluate(() => counts.now().sockets)));
    const before = await sockets();
    const states = () =>
      Promise.all(call.people.map((person) => person.evaluate(() => [app.session.currentState, app.manager.state])));
    // It doesn't say that it could, and leaves the notice alone where it gets it all the same.
    expect(await lab.notify(session)).toMatchObject({ notified: 0 });
    expect(await lab.notify(session, { force: true })).toMatchObject({ notified: call.people.length });
    await call.who("ann").evaluate(() => app.say("after the notice"));
    await call.who("ben").until(() => app.chat.some(({ data }) => data === "after the notice"));
    expect([await states(), await sockets()]).toEqual([call.people.map(() => ["connected", "connected"]), before]);
    expect(await lab.rotate(session, { migrate: true })).toMatchObject({ disconnected: 2, migrated: 0 });
    for (const participant of call.people) {
      await participant.until(() => app.receipts().length > 0, undefined, "the receipt");
      const told = await participant.evaluate(
        (at) => [
          app.receipts().map(({ kind, outcome }) => `${kind} ${outcome}`),
          app.diary.since(at, "session").map(({ type }) => type),
        ],
        marks[participant.name],
      );
      expect(told[0]).toEqual(["recovery completed"]);
      expect(told[1].filter((type) => !/Property/.test(type))).toEqual(["sessionReconnecting", "sessionReconnected"]);
    }
    await call.settled();
  });
}
