// What a user has taken out of the page, into a window of its own or onto the whole screen, stays there and plays.
import { expect, test } from "../support/fixtures.mjs";

/** Each ends when everybody was told that it has; what is behind a whole screen can't be looked at. */
const MOVES = {
  "a planned handover": (call) => call.handover(),
  "a forced rotation": async (call) => {
    const count = () => app.receipts().length;
    const before = await Promise.all(call.people.map((person) => person.evaluate(count)));
    await call.lab.rotate(call.session);
    await Promise.all(
      call.people.map((person, index) =>
        person.until((had) => app.receipts().length > had, before[index], "the return"),
      ),
    );
  },
};

/** What is taken out, and how. Each runs in the page, in a click. */
const OUT = {
  "picture-in-picture": {
    take: (video) => video.requestPictureInPicture(),
    taken: () => document.pictureInPictureElement,
  },
  "full screen": { take: (video) => video.requestFullscreen(), taken: () => document.fullscreenElement },
};

for (const ui of ["default", "element"]) {
  for (const [how, { take, taken }] of Object.entries(OUT)) {
    test(`a video in ${how} stays in it through all moves, with the ui "${ui}"`, async ({ startCall }) => {
      test.setTimeout(120_000);
      const call = await startCall({ mode: "routed", ui });
      const [ann] = call.people;
      await ann.until(() =>
        app.diary.entries.some(({ source, type }) => source + type === "subscribervideoElementCreated"),
      );
      await ann.evaluate(
        ([takeOut, isOut]) => {
          const [take, taken] = [takeOut, isOut].map((code) => new Function(`return ${code}`)());
          const video = document.querySelector('.tile[data-who="ben"] video');
          app.outside = { video, taken, told: [], from: video.srcObject, probe: new OffscreenCanvas(16, 9) };
          for (const type of ["leavepictureinpicture", "ended", "pause"])
            video.addEventListener(type, () => app.outside.told.push(type));
          document.body.addEventListener("click", () => take(video), { once: true });
        },
        [String(take), String(taken)],
      );
      await ann.page.mouse.click(5, 5);
      await ann.until(() => app.outside.taken() === app.outside.video, null, "that it is out");
      // Taken out of its slot it plays another stream: for that it is blank for a moment.
      if (ui === "default") await ann.until(() => app.outside.video.srcObject !== app.outside.from);
      await ann.evaluate(() => new Promise((resolve) => app.outside.video.requestVideoFrameCallback(resolve)));
      await ann.evaluate(() => {
        // In each animation frame: whether there is a picture that is not black, and whether it goes on.
        const { video, probe } = app.outside;
        const context = probe.getContext("2d", { willReadFrequently: true });
        Object.assign(app.outside, { samples: 0, blank: 0 });
        const look = () => {
          context.clearRect(0, 0, 16, 9);
          context.drawImage(video, 0, 0, 16, 9);
          const { data } = context.getImageData(8, 6, 1, 1);
          app.outside.samples += 1;
          if (data[3] < 200 || data[0] + data[1] + data[2] < 60) app.outside.blank += 1;
          requestAnimationFrame(look);
        };
        look();
      });
      for (const move of ["a planned handover", "a forced rotation", "a planned handover"]) {
        await MOVES[move](call);
        await ann.until(
          (from) => app.outside.video.getVideoPlaybackQuality().totalVideoFrames > from + 5,
          await ann.evaluate(() => app.outside.video.getVideoPlaybackQuality().totalVideoFrames),
          `that it goes on after ${move}`,
        );
        expect(
          await ann.evaluate(() => [app.outside.taken() === app.outside.video, app.outside.told, app.outside.blank]),
          move,
        ).toEqual([true, [], 0]);
      }
      expect(await ann.evaluate(() => app.outside.samples)).toBeGreaterThan(10);
      await ann.evaluate(() =>
        document.fullscreenElement ? document.exitFullscreen() : document.exitPictureInPicture(),
      );
      await call.settled();
      await ann.until(
        () => document.querySelectorAll('.tile[data-who="ben"] video').length === 1,
        null,
        "one video again",
      );
    });
  }
}
