// What really comes out of the page: a recording of its tab, sample by sample, whatever elements and tracks say of themselves.
import { launchOptions } from "../support/browser.mjs";
import { expect, test } from "../support/fixtures.mjs";

// With Chromium's fake devices the recording is a fake, too. Without them a page that has opened no device hides its
// address behind a name that nobody here can look up.
const options = launchOptions({
  more: ["--auto-accept-this-tab-capture", "--disable-features=WebRtcHideLocalIpsWithMdns"],
});
test.use({ launchOptions: { ...options, args: options.args.filter((flag) => !flag.startsWith("--use-fake")) } });

/** A voice has an amplitude of 0.25. */
const AUDIBLE = 0.01;

/** Quieter or louder than that it is not one voice: a second copy adds to it or takes from it, as their waves meet. */
const ONCE = [0.22, 0.3];

/** ms: nobody may be missing, or be heard beside themselves, for longer. */
const AUDIBLE_FAULT = 60;

/**
 * Runs in the page: starts the recording. `recording.longest` is for how many ms something was heard at most since it was
 * last set, with a silence of no more than `pause` ms in it; `quiet` and `loud` for how many ms on end all of it was
 * quieter or louder than one voice is.
 */
async function record({ audible, pause, once }) {
  const stream = await navigator.mediaDevices.getDisplayMedia({
    preferCurrentTab: true,
    video: true,
    audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false },
  });
  const [track] = stream.getAudioTracks();
  const reader = new window.MediaStreamTrackProcessor({ track, maxBufferSize: 1000 }).readable.getReader();
  const recording = (window.recording = { longest: 0, samples: 0, quiet: 0, loud: 0 });
  let [first, last] = [0, -Infinity];
  const spans = { quiet: 0, loud: 0 };
  const judge = (what, is, ms) => {
    spans[what] = is ? spans[what] + ms : 0;
    recording[what] = Math.max(recording[what], spans[what]);
  };
  const listen = async () => {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const samples = new Float32Array(value.numberOfFrames);
      value.copyTo(samples, { planeIndex: 0, format: "f32-planar" });
      const { sampleRate } = value;
      value.close();
      // A piece of it is 10 ms, several waves of any voice.
      const peak = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
      const ms = (samples.length * 1000) / sampleRate;
      judge("quiet", peak < once[0], ms);
      judge("loud", peak > once[1], ms);
      for (const sample of samples) {
        recording.samples += 1;
        if (Math.abs(sample) < audible) continue;
        if (recording.samples - last > (pause * sampleRate) / 1000) first = recording.samples;
        last = recording.samples;
        recording.longest = Math.max(recording.longest, ((last - first) * 1000) / sampleRate);
      }
    }
  };
  void listen();
}

for (const ui of ["default", "element"]) {
  for (const [how, off] of Object.entries({
    "by its volume": (subscriber) => subscriber.setAudioVolume(0),
    "by subscribeToAudio": (subscriber) => subscriber.subscribeToAudio(false),
  })) {
    test(`who was silenced ${how} is not heard in a handover, with the ui "${ui}"`, async ({ startCall }) => {
      // Ann is muted: the SDK plays each new publisher for a moment before it silences that.
      const call = await startCall({ ui, sound: "no", settle: false, each: { ann: { publishAudio: "no" } } });
      const ann = call.who("ann");
      await ann.until(() => document.querySelector('.tile[data-who="ben"] video')?.readyState === 4);
      await ann.evaluate(record, { audible: AUDIBLE, pause: AUDIBLE_FAULT, once: ONCE });
      const voice = () => recording.longest > 500;
      await ann.until(voice, undefined, "Ben's voice in the recording");
      await ann.evaluate(`(${off})(app.subscribers.values().next().value)`);
      // Half a second later what was heard before has been recorded.
      const { samples } = await ann.evaluate(() => recording);
      await ann.until((before) => recording.samples > before + 22_050, samples, "the recording to go on");
      await ann.evaluate(() => Object.assign(recording, { longest: 0 }));
      for (let round = 0; round < 3; round += 1) await call.handover();
      const after = await ann.evaluate(() => ({ ...recording }));
      await ann.until((before) => recording.samples > before + 22_050, after.samples, "the recording to go on");
      expect(await ann.evaluate(() => recording.longest)).toBeLessThanOrEqual(AUDIBLE_FAULT);
      await ann.evaluate(() => app.subscribers.values().next().value.setAudioVolume(100));
      await ann.until(voice, undefined, "Ben's voice in the recording again");
    });
  }
}

for (const mode of ["relayed", "routed"]) {
  test(`of a voice one copy comes out of the page all through a ${mode} handover`, async ({ startCall }) => {
    const call = await startCall({ mode, sound: "no", settle: false, each: { ann: { publishAudio: "no" } } });
    const ann = call.who("ann");
    await ann.until(() => document.querySelector('.tile[data-who="ben"] video')?.readyState === 4);
    await ann.evaluate(record, { audible: AUDIBLE, pause: AUDIBLE_FAULT, once: ONCE });
    await ann.until(() => recording.longest > 500, undefined, "Ben's voice in the recording");
    await ann.evaluate(() => Object.assign(recording, { quiet: 0, loud: 0 }));
    for (let round = 0; round < 3; round += 1) await call.handover();
    const { samples } = await ann.evaluate(() => recording);
    await ann.until((before) => recording.samples > before + 22_050, samples, "the recording to go on");
    const { quiet, loud } = await ann.evaluate(() => recording);
    expect({ quiet: quiet <= AUDIBLE_FAULT, loud: loud <= AUDIBLE_FAULT }, `ms: ${quiet}, ${loud}`).toEqual({
      quiet: true,
      loud: true,
    });
  });
}
