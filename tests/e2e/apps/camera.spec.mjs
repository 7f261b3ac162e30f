// What a camera, a microphone and a screen could do before a move they can do after it, and what was hidden stays hidden.
import path from "node:path";
import { launchOptions } from "../support/browser.mjs";
import { expect, test } from "../support/fixtures.mjs";
import { ourErrors } from "../support/outcome.mjs";
import { MIGRATION, SDK } from "../support/sdk.mjs";
import { thrownOut } from "./support/moves.mjs";

test.use({
  launchOptions: launchOptions({
    more: ["--use-fake-device-for-media-stream=device-count=5", "--auto-select-desktop-capture-source=Entire screen"],
  }),
});

const INSTRUMENTS = path.join(import.meta.dirname, "camera/instruments.js");

/** What happens to a call. Each resolves when everybody is through. */
const MOVES = {
  "a planned handover": (call) => call.handover(),
  "a forced rotation": (call) => thrownOut(call, {}, isBack),
  [MIGRATION]: SDK.migrates ? migrated : (call) => thrownOut(call, { migrate: true }, isBack),
};

async function migrated(call) {
  await call.lab.notify(call.session);
  await everybody(call, (person) => person.until(() => app.session.currentState === "migrating"));
  await everybody(call, (person) => person.until(() => app.session.currentState === "connected"));
}

const everybody = (call, work) => Promise.all(call.people.map(work));

/** Runs in the page. */
function isBack(since) {
  const told = app.diary.since(since, "session").some(({ type }) => type === "sessionReconnected");
  return told && app.manager.state === "connected";
}

/** A call of two with Chromium's own devices; `ann` publishes as the test says. */
async function startWith(startCall, ann) {
  const call = await startCall({
    init: INSTRUMENTS,
    picture: "no",
    sound: "no",
    settle: false,
    each: { ann, ben: { camera: "device" } },
  });
  const [one, other] = [call.who("ann"), call.who("ben")];
  await framesArrive(other);
  return { call, ann: one, ben: other };
}

/** Waits until new pictures come in. */
async function framesArrive(person) {
  const before = await person.evaluate(() => instruments.received.frames);
  await person.until((count) => instruments.received.frames >= count + 10, before, "new pictures");
}

/**
 * Ends when the SDK says that it has done it. One that doesn't is not asked for the contrary before the servers know, and
 * before it has something else to send than the camera, or a second has passed: asked earlier, SDK 2.30 leaves the picture
 * off, package or not.
 */
async function publishVideo(person, on) {
  const sent = () => person.evaluate(() => instruments.sent("video").map(({ device }) => device));
  const before = { devices: await sent(), at: await person.evaluate(() => performance.now()) };
  await person.evaluate(async (value) => {
    if (app.publisher.publishVideo.promise) await app.publisher.publishVideo.promise(value);
    else app.publisher.publishVideo(value);
  }, on);
  await person.until((value) => app.publisher.stream.hasVideo === value, on, `video ${on}`);
  if (on) return;
  const isReplaced = ({ devices, at }) =>
    performance.now() > at + 1000 || !instruments.sent("video").some(({ device }) => devices.includes(device));
  await person.until(isReplaced, before, "the camera given back");
}

const requests = (person) =>
  person.evaluate(() => instruments.requests.map(({ method, constraints }) => `${method} ${constraints}`));
const lit = (person) => person.evaluate(() => instruments.lit());

/** Waits until everything that is sent of a kind comes from one device. */
const sendsFrom = (person, kind, device) =>
  person.until(
    (wanted) => {
      const sent = instruments.sent(wanted.kind);
      return sent.length > 0 && sent.every((track) => track.device === wanted.device && track.state === "live");
    },
    { kind, device },
    `${kind} from ${device} and nowhere else`,
  );

const devices = (person, kind) =>
  person.evaluate(
    async (wanted) =>
      (await navigator.mediaDevices.enumerateDevices())
        .filter((device) => device.kind === wanted && device.deviceId !== "default")
        .map(({ deviceId }) => deviceId),
    kind,
  );

for (const [name, move] of Object.entries(MOVES)) {
  test(`${name} keeps the devices that were chosen, and every ability to choose others`, async ({ startCall }) => {
    const { call, ann, ben } = await startWith(startCall, { camera: "fake" });
    const [cameras, microphones] = [await devices(ann, "videoinput"), await devices(ann, "audioinput")];
    expect([cameras.length, microphones.length]).toEqual([5, 2]);
    const deviceId = cameras[3];
    await ann.evaluate((id) => app.publisher.setVideoSource(id), deviceId);
    await ann.evaluate((id) => app.publisher.setAudioSource(id), microphones[1]);
    await sendsFrom(ann, "video", deviceId);
    const asked = await requests(ann);
    await move(call);

    const opened = (await requests(ann)).slice(asked.length);
    expect(opened.every((request) => request.includes(deviceId) && request.includes(microphones[1]))).toBe(true);
    await sendsFrom(ann, "video", deviceId);
    await sendsFrom(ann, "audio", microphones[1]);
    expect(await ann.evaluate(() => app.publisher.getVideoSource().deviceId)).toBe(deviceId);
    expect(await ann.evaluate(() => app.publisher.getVideoSource().type)).toBe("camera");

    const next = await ann.evaluate(() => app.publisher.cycleVideo());
    expect(cameras.filter((id) => id !== deviceId)).toContain(next.deviceId);
    await sendsFrom(ann, "video", next.deviceId);
    await ann.evaluate((id) => app.publisher.setVideoSource(id), deviceId);
    await sendsFrom(ann, "video", deviceId);
    await ann.evaluate((id) => app.publisher.setAudioSource(id), microphones[0]);
    await sendsFrom(ann, "audio", microphones[0]);
    await framesArrive(ben);
    expect(await lit(ann), "one camera is on").toBe(1);

    await ann.evaluate(() => app.publisher.publishVideo(false));
    await ann.until(() => instruments.lit() === 0, undefined, "the light to go off");
    await publishVideo(ann, true);
    await sendsFrom(ann, "video", deviceId);
    await framesArrive(ben);
    expect(call.people.flatMap(ourErrors)).toEqual([]);
  });
}

for (const phase of ["renewing", "connecting", "overlapping", "settling"]) {
  test(`devices that are chosen while a handover is ${phase} are those of the next leg`, async ({ startCall }) => {
    const { call, ann, ben } = await startWith(startCall, { camera: "fake" });
    const [cameras, [, microphone]] = [await devices(ann, "videoinput"), await devices(ann, "audioinput")];
    await ann.evaluate(
      ({ at, camera, id }) => {
        app.manager.addEventListener("phasechange", ({ detail }) => {
          if (detail.phase === at)
            window.chosen = Promise.all([app.publisher.setVideoSource(camera), app.publisher.setAudioSource(id)]);
        });
      },
      { at: phase, camera: cameras[3], id: microphone },
    );
    await call.handover();
    await ann.evaluate(() => window.chosen);
    await sendsFrom(ann, "video", cameras[3]);
    await sendsFrom(ann, "audio", microphone);
    await framesArrive(ben);
    await ann.until(() => instruments.lit() === 1, undefined, "one camera on");
    const next = await ann.evaluate(() => app.publisher.cycleVideo());
    expect(next.deviceId).not.toBe(cameras[3]);
    await sendsFrom(ann, "video", next.deviceId);
  });
}

for (const [name, move] of Object.entries(MOVES)) {
  test(`a camera that is off stays off through ${name}, and comes back without a question`, async ({ startCall }) => {
    const { call, ann, ben } = await startWith(startCall, { camera: "fake" });
    const cameras = await devices(ann, "videoinput");
    await publishVideo(ann, false);
    await ann.until(() => instruments.lit() === 0, undefined, "the light to go off");
    // Chosen while it is off: it is opened when it is on again.
    await ann.evaluate((id) => app.publisher.setVideoSource(id), cameras[3]);
    await move(call);
    await ann.until(() => instruments.lit() === 0, undefined, "the light off again");
    expect(await ann.evaluate(() => instruments.sent("video").some(({ enabled }) => enabled))).toBe(false);
    await publishVideo(ann, true);
    await sendsFrom(ann, "video", cameras[3]);
    await framesArrive(ben);
    expect(await lit(ann)).toBe(1);
    const next = await ann.evaluate(() => app.publisher.cycleVideo());
    await sendsFrom(ann, "video", next.deviceId);
  });
}

/** A call of two drawn cameras, watched on screen and underneath. */
async function startDrawn(startCall, ann, more = {}) {
  const call = await startCall({ init: INSTRUMENTS, each: { ann }, ...more });
  return { call, ann: call.who("ann"), ben: call.who("ben") };
}

const received = (person) => person.evaluate(() => structuredClone(instruments.received));

for (const phase of ["renewing", "connecting", "overlapping", "settling"]) {
  test(`whoever mutes while a handover is ${phase} is not seen or heard for one frame more`, async ({ startCall }) => {
    const { call, ann, ben } = await startDrawn(startCall, {});
    await ann.evaluate((at) => {
      app.manager.addEventListener("phasechange", async ({ detail }) => {
        if (detail.phase !== at) return;
        app.publisher.publishVideo(false);
        app.publisher.publishAudio(false);
        // Two frames later, when all that was seen before is on its way, there is something to hide.
        await new Promise((seen) => requestAnimationFrame(() => requestAnimationFrame(seen)));
        app.camera.whisper();
        window.whispers = true;
      });
    }, phase);
    for (const person of call.people) await person.evaluate(() => app.picture.expectNoPictureOf("ann"));
    await call.handover();
    await ann.until(() => window.whispers, undefined, "the secret");
    // Ben's own samples go on meanwhile: a second of them.
    const { samples } = await received(ben);
    await ben.until((from) => instruments.received.samples > from + 48_000, samples, "a second of silence");
    expect(await received(ben)).toMatchObject({ secret: [], whisper: [] });

    // The instruments can see and hear it: what is unmuted now is the secret.
    await ann.evaluate(() => {
      app.publisher.publishAudio(true);
      app.publisher.publishVideo(true);
    });
    await ben.until(() => instruments.received.secret.length > 0 && instruments.received.whisper.length > 0);
  });
}

for (const [name, move] of Object.entries(MOVES)) {
  test(`what goes through a media processor is never seen without it in ${name}`, async ({ startCall }) => {
    const { call, ann, ben } = await startDrawn(startCall, { processor: "yes", listed: "yes" });
    const marks = await call.marks();
    await move(call);
    await call.settled();
    const seen = await call.seen(marks);
    expect(seen.ben.violations.filter(({ who }) => who === "ann")).toEqual([]);
    const { frames, colour } = await received(ben);
    expect(frames).toBeGreaterThan(0);
    expect(colour, "coloured frames").toEqual([]);

    // It is switched off and on again, and still goes through it.
    await publishVideo(ann, false);
    await publishVideo(ann, true);
    await framesArrive(ben);
    expect((await received(ben)).colour).toEqual([]);
    // The instruments can see colours: the app takes the processor away.
    await ann.evaluate(() => app.publisher.setVideoMediaProcessorConnector(null));
    await ben.until(() => instruments.received.colour.length > 0, undefined, "colours");
    expect(call.people.flatMap(ourErrors)).toEqual([]);
  });
}

for (const [name, move] of Object.entries(MOVES)) {
  test(`a voice that goes through a media processor is never heard without it in ${name}`, async ({ startCall }) => {
    const { call, ann, ben } = await startWith(startCall, { camera: "device", processor: "voice" });
    await move(call);
    await framesArrive(ben);
    // A second of samples more, which is what comes of it in the end.
    const { samples } = await received(ben);
    await ben.until((from) => instruments.received.samples > from + 48_000, samples, "a second of silence");
    expect((await received(ben)).whisper).toEqual([]);
    // The instruments can hear it: the app takes the processor away.
    await ann.evaluate(() => app.publisher.setAudioMediaProcessorConnector(null));
    await ben.until(() => instruments.received.whisper.length > 0, undefined, "the voice");
    expect(call.people.flatMap(ourErrors)).toEqual([]);
  });
}

test("a shared screen goes on in a planned handover without a question, as what it was", async ({ startCall }) => {
  const { call, ann, ben } = await startWith(startCall, { camera: "screen" });
  const fits = () => ann.evaluate(() => getComputedStyle(document.querySelector(".tile video")).objectFit);
  const before = await fits();
  await call.handover();
  expect((await requests(ann)).length, "one question").toBe(1);
  await framesArrive(ben);
  expect(await fits()).toBe(before);
  await call.handover();
  await framesArrive(ben);
  expect((await requests(ann)).length, "one question").toBe(1);
  await ann.until(() => instruments.lit() === 1, undefined, "one capture");
});

const PHASES = ["connecting", "overlapping", "settling"];

for (const phase of PHASES) {
  test(`a camera that is unplugged while a handover is ${phase} is told once, and the call moves on`, async ({
    startCall,
  }) => {
    const { call, ann, ben } = await startDrawn(startCall, { plug: "yes" });
    await ann.evaluate((at) => {
      app.manager.addEventListener("phasechange", ({ detail }) => detail.phase === at && app.camera.unplug());
    }, phase);
    for (const person of call.people) await person.evaluate(() => app.picture.expectNoPictureOf("ann"));
    await call.handover();
    await ben.until(() => app.sound.count("ann") === 1, undefined, "ann's voice");
    const isTold = () => app.diary.since(0, "publisher").some(({ type }) => type === "mediaStopped");
    await ann.until(isTold, undefined, "the end of the camera");
    expect((await ann.evaluate(() => app.diary.since(0, "publisher"))).map(({ type }) => type)).toEqual([
      "videoElementCreated",
      "streamCreated",
      "mediaStopped",
    ]);
    await call.handover();
    await ben.until(() => app.sound.count("ann") === 1, undefined, "ann's voice");
  });
}

for (const [what, ann] of Object.entries({
  "app's own tracks": { camera: "tracks" },
  "a voice alone": { camera: "none" },
})) {
  for (const [name, move] of Object.entries(MOVES)) {
    test(`${what} go on through ${name}`, async ({ startCall }) => {
      const { call, ann: one } = await startDrawn(startCall, ann, { settle: false });
      const silent = ann.camera === "none";
      if (silent) for (const person of call.people) await person.evaluate(() => app.picture.expectNoPictureOf("ann"));
      await call.settled();
      await move(call);
      await call.settled();
      const type = await one.evaluate(() => app.publisher.getVideoSource().type);
      expect(type).toBe(silent ? null : "custom");
      await one.evaluate(() => app.publisher.publishAudio(false));
      await call.settled({ silent: ["ann"] });
      await one.evaluate(() => app.publisher.publishAudio(true));
      await call.settled();
      expect(call.people.flatMap(ourErrors)).toEqual([]);
    });
  }
}
