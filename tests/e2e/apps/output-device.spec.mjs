// The loudspeaker that the app has chosen is the one that everybody is heard from after a move.
import { launchOptions } from "../support/browser.mjs";
import { expect, test } from "../support/fixtures.mjs";

test.use({ launchOptions: launchOptions({ more: ["--use-fake-device-for-media-stream=device-count=3"] }) });

/** How an app chooses one: each runs in the page. */
const CHOICES = {
  "by OT.setAudioOutputDevice": (id) => OT.setAudioOutputDevice(id),
  "by the video's own setSinkId": (id) => document.querySelector('.tile[data-who="ben"] video').setSinkId(id),
};

/** Each ends when Ann has moved. */
const MOVES = {
  "a planned handover": (call) => call.handover(),
  "a forced rotation": async (call) => {
    const moves = await call.who("ann").evaluate(() => app.receipts().length);
    await call.lab.rotate(call.session);
    await call.who("ann").until((count) => app.receipts().length > count, moves, "the return");
  },
};

/** Runs in the page. Where Ben is heard from, and from how many elements. */
const heard = () => {
  const own = (name) => Object.getOwnPropertyDescriptor(HTMLMediaElement.prototype, name).get;
  const [muted, paused] = [own("muted"), own("paused")];
  return counts
    .players()
    .filter(
      (element) => element.srcObject?.getAudioTracks().length > 0 && !muted.call(element) && !paused.call(element),
    )
    .map(({ sinkId }) => sinkId);
};

for (const ui of ["default", "element"]) {
  for (const [how, choose] of Object.entries(CHOICES)) {
    test(`an output device that was chosen ${how} stays chosen, with the ui "${ui}"`, async ({ startCall }) => {
      // Real devices: the browser lists outputs to those who have a microphone.
      const call = await startCall({ ui, sound: "no", settle: false, each: { ann: { camera: "fake" } } });
      const ann = call.who("ann");
      const hears = () => document.querySelector('.tile[data-who="ben"] video')?.readyState === 4;
      await ann.until(hears, undefined, "Ben's video");
      const [, device] = await ann.evaluate(async () =>
        (await OT.getAudioOutputDevices()).map(({ deviceId }) => deviceId).filter((id) => id && id !== "default"),
      );
      expect(device).toBeTruthy();
      await ann.evaluate(choose, device);
      for (const move of ["a planned handover", "a forced rotation"]) {
        await MOVES[move](call);
        await ann.until(hears, undefined, "Ben's video");
        // The SDK plays a new stream first in an element of its own, which is gone in a moment.
        await ann.until(
          ([from, id]) => new Function(`return ${from}`)()().join() === id,
          [String(heard), device],
          `one voice, from the device, after ${move}`,
        );
      }
    });
  }
}
