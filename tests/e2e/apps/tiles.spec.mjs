// What an app shows by itself keeps its place: one video, one stream, whatever becomes of the servers.
import { expect, test } from "../support/fixtures.mjs";
import { MIGRATION, SDK, without } from "../support/sdk.mjs";
import { MOVES } from "./support/moves.mjs";

/** ms: nobody may be heard twice for longer. The SDK itself does that in its migration. */
const AUDIBLE_FAULT = 60;

/** Runs in the page. The SDK's own video, which plays the sound, comes after the stream. */
function hasVideo() {
  return app.diary.since(0, "subscriber").some(({ type }) => type === "videoElementCreated");
}

for (const ui of ["element", "stream"]) {
  for (const [move, run] of Object.entries(MOVES)) {
    test(`an app that shows the ${ui} itself keeps its video through ${move}`, async ({ startCall }) => {
      const missing = ui === "stream" && without("mediaStreamAvailable");
      test.skip(Boolean(missing), missing);
      const call = await startCall({ mode: "routed", ui });
      for (const person of call.people) await person.until(hasVideo);
      const everybody = (work) => Promise.all(call.people.map((person) => person.evaluate(work)));
      await everybody(() => {
        app.told = [];
        app.videos = [...document.querySelectorAll("video.mine")];
        app.streams = app.videos.map(({ srcObject }) => srcObject);
        for (const video of app.videos) {
          video.dataset.marked = "yes";
          video.volume = 0.6;
          for (const type of ["emptied", "ended", "error", "pause"])
            video.addEventListener(type, () => app.told.push(type));
        }
      });
      const marks = await call.marks();
      await run(call);
      await call.settled();
      const seen = await call.seen(marks);
      for (const [name, { violations, sound, diary, pageErrors }] of Object.entries(seen)) {
        const blinks = SDK.blinks && move === MIGRATION;
        expect(
          violations.filter(({ kind }) => !(blinks && kind === "blank")),
          name,
        ).toEqual([]);
        const twice = sound.filter(({ kind, who, ms }) => kind === "doubled" && who !== name && ms > AUDIBLE_FAULT);
        if (!SDK.migrates || move !== MIGRATION) expect(twice, name).toEqual([]);
        expect(
          diary.filter(({ type }) => type === "videoElementCreated"),
          name,
        ).toEqual([]);
        expect(pageErrors, name).toEqual([]);
      }
      const kept = { className: "mine", marked: "yes", volume: 0.6, paused: false, readyState: 4, sameStream: true };
      for (const page of await everybody(() => ({
        told: app.told,
        same: [...document.querySelectorAll(".tile video")].every((video, index) => video === app.videos[index]),
        count: document.querySelectorAll("video").length,
        kept: app.videos.map(({ className, dataset, volume, paused, readyState, srcObject }, index) => ({
          className,
          marked: dataset.marked,
          volume,
          paused,
          readyState,
          sameStream: srcObject === app.streams[index],
        })),
      }))) {
        expect(page).toEqual({ told: [], same: true, count: 2, kept: [kept, kept] });
      }
    });
  }
}

for (const move of ["a planned handover", "a forced rotation"]) {
  test(`focus, selection and the tile's own mute button stay as they are through ${move}`, async ({ startCall }) => {
    const call = await startCall({ mode: "routed" });
    const [ann] = call.people;
    const tile = '.tile[data-who="ben"] .OT_subscriber';

    // In the tile's own controls.
    await ann.evaluate((selector) => {
      app.shown = document.querySelector(selector);
      const button = app.shown.querySelector("button.OT_mute");
      button.focus();
      button.click();
    }, tile);
    await ann.until(() => app.sound.count("ben") === 0, null, "that Ben is muted");
    const controls = () =>
      ann.evaluate(() => ({
        inControls: document.activeElement === app.shown.querySelector("button.OT_mute"),
        muted: app.shown.querySelector("button.OT_mute").classList.contains("OT_active"),
        volume: app.subscribers.values().next().value.getAudioVolume(),
        sameTile: app.shown === app.subscribers.values().next().value.element,
      }));
    const before = await controls();
    expect(before).toEqual({ inControls: true, muted: true, volume: 0, sameTile: true });
    const marks = await call.marks();
    await MOVES[move](call);
    await ann.until(() => app.subscribers.values().next().value.element.querySelector("button.OT_mute"));
    expect(await controls()).toEqual(before);
    const { sound } = (await call.seen(marks))[ann.name];
    expect(sound.filter(({ who, kind, ms }) => who === "ben" && kind === "doubled" && ms > AUDIBLE_FAULT)).toEqual([]);

    // In a field of the app's, and in its text.
    await ann.evaluate(() => {
      const field = document.body.appendChild(
        Object.assign(document.createElement("input"), { value: "what I write" }),
      );
      const text = document.body.appendChild(Object.assign(document.createElement("p"), { textContent: "marked" }));
      getSelection().selectAllChildren(text);
      field.focus({ preventScroll: true });
      field.setSelectionRange(2, 6, "backward");
      app.field = field;
      app.left = [];
      field.addEventListener("blur", () => app.left.push("blur"));
      document.addEventListener("selectionchange", () => app.left.push("selectionchange"));
    });
    // The browser tells of the selection that the test has made.
    await ann.until(() => app.left.length > 0);
    await ann.evaluate(() => app.left.splice(0));
    await MOVES[move](call);
    expect(
      await ann.evaluate(() => [
        document.activeElement === app.field,
        [app.field.selectionStart, app.field.selectionEnd, app.field.selectionDirection],
        app.left,
      ]),
    ).toEqual([true, [2, 6, "backward"], []]);
  });
}
