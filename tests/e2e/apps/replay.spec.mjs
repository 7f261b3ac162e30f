// What the app has said to a subscriber or a session holds for the one that comes next.
import { expect, test } from "../support/fixtures.mjs";
import { SDK, without } from "../support/sdk.mjs";
import { MOVES } from "./support/moves.mjs";

const QUIET = { picture: "no", sound: "no", settle: false };

/** What the table calls "replayed" of a subscriber, and what the next one is to be told. */
const REPLAYED = [
  { call: ["subscribeToVideo", false], option: { subscribeToVideo: false } },
  { call: ["subscribeToAudio", false], option: { subscribeToAudio: false } },
  { call: ["subscribeToCaptions", true], option: { subscribeToCaptions: true } },
  {
    call: ["setPreferredResolution", { width: 320, height: 180 }],
    option: { preferredResolution: { width: 320, height: 180 } },
  },
  { call: ["setPreferredFrameRate", 7], option: { preferredFrameRate: 7 } },
  { call: ["setCaptionsTranslationLanguage", "de-DE"], option: { captionsTranslationLanguage: "de-DE" } },
  { call: ["setStyle", "nameDisplayMode", "off"], option: {} },
  {
    call: ["setStyle", { buttonDisplayMode: "off" }],
    option: { style: { nameDisplayMode: "off", buttonDisplayMode: "off" } },
  },
  { call: ["restrictFrameRate", true], replayed: ["restrictFrameRate", true] },
];

const SAID = REPLAYED.filter(({ call: [name] }) => !without(name));

for (const {
  call: [name],
} of REPLAYED.filter((said) => !SAID.includes(said))) {
  test(`a subscriber is after a move as the app wanted it before: ${name}`, () => test.skip(true, without(name)));
}

for (const kind of ["handover", "recovery"]) {
  test(`a subscriber is after a ${kind} as the app wanted it before`, async ({ startCall, lab }) => {
    const call = await startCall(QUIET);
    const ann = call.who("ann");
    await ann.until(() => [...app.subscribers.values()].some((one) => one.loudness !== undefined));
    await ann.evaluate(async (said) => {
      const { note } = await import("/apps/surface/successors.js");
      window.seen = note();
      [window.subscriber] = app.subscribers.values();
      // For the SDK a volume is a wish to hear, so it comes first.
      window.subscriber.setAudioVolume(30);
      // What the service refuses here holds all the same: there are no captions in the lab.
      for (const {
        call: [name, ...args],
      } of said)
        await Promise.resolve(window.subscriber[name](...args)).catch(() => {});
    }, SAID);
    if (kind === "handover") await call.handover();
    else {
      await lab.rotate(call.session);
      await ann.until(() => app.diary.entries.some(({ type }) => type === "sessionReconnected"));
    }
    const { next, now } = await ann.evaluate(() => ({
      next: window.seen.subscribers.at(-1),
      now: {
        volume: window.subscriber.getAudioVolume(),
        name: window.subscriber.getStyle().nameDisplayMode,
        button: window.subscriber.getStyle().buttonDisplayMode,
        captions: window.subscriber.isSubscribedToCaptions(),
      },
    }));
    for (const { option, replayed } of SAID) {
      if (option) expect(next.options).toMatchObject(option);
      if (replayed) expect(next.calls).toContainEqual(replayed);
    }
    expect(now).toEqual({ volume: 0, name: "off", button: "off", captions: true });
    await ann.evaluate(() => window.subscriber.subscribeToAudio(true));
    await ann.until(() => window.subscriber.getAudioVolume() === 30);
  });
}

for (const kind of ["a planned handover", "a forced rotation"]) {
  test(`whom the app does not want to hear nobody hears through ${kind}, until it does`, async ({ startCall }) => {
    const call = await startCall();
    const ann = call.who("ann");
    await ann.evaluate(() => app.subscribers.values().next().value.setAudioVolume(40).subscribeToAudio(false));
    await ann.until(() => app.sound.count("ben") === 0, undefined, "silence");
    const since = await ann.evaluate(() => app.sound.heardUntil);
    await MOVES[kind](call);
    await MOVES[kind](call);
    const now = await ann.now();
    await ann.until((at) => app.sound.heardUntil > at, now, "the sound probe");
    expect(await ann.evaluate((at) => app.sound.faults("ben", { since: at, wanted: 0 }), since)).toEqual([]);
    await ann.evaluate(() => app.subscribers.values().next().value.subscribeToAudio(true));
    await ann.until(() => app.sound.count("ben") === 1, undefined, "Ben's voice");
    expect(await ann.evaluate(() => app.subscribers.values().next().value.getAudioVolume())).toBe(40);
  });
}

for (const kind of ["handover", "recovery"]) {
  test(`what the app puts in the way of a voice is there after a ${kind}`, async ({ startCall, lab }) => {
    const call = await startCall(QUIET);
    const ann = call.who("ann");
    // Before that, SDK 2.27 loses it.
    await ann.until(() => app.diary.since(0, "subscriber").some(({ type }) => type === "videoElementCreated"));
    await ann.evaluate(() => {
      window.tracks = [];
      const [subscriber] = app.subscribers.values();
      return subscriber.setAudioMediaProcessorConnector({
        setTrack: async (track) => (window.tracks.push(track), track),
        destroy: async () => {},
      });
    });
    await ann.until(() => window.tracks.length === 1, undefined, "the connector to have a track");
    if (kind === "handover") await call.handover();
    else await lab.rotate(call.session);
    const moved = () => window.tracks.some((track) => track !== window.tracks[0] && track.readyState === "live");
    await ann.until(moved, undefined, "the connector to have the new track");
  });
}

test("what is said while nobody is on screen is answered, and holds from then on", async ({ startCall, lab }) => {
  const call = await startCall(QUIET);
  const ann = call.who("ann");
  await ann.until(() => [...app.subscribers.values()].some((one) => one.loudness !== undefined));
  await ann.evaluate(() => {
    [window.subscriber] = app.subscribers.values();
    app.session.on("sessionReconnecting", async () => {
      const { subscriber } = window;
      window.answers = [
        subscriber.setAudioVolume(20) === subscriber,
        subscriber.subscribeToVideo(false) === subscriber,
        // Older SDKs have no promises here, and neither have we then.
        subscriber.subscribeToAudio.promise
          ? await subscriber.subscribeToAudio.promise(false)
          : subscriber.subscribeToAudio(false) !== subscriber || undefined,
        await subscriber.setPreferredFrameRate(15),
      ];
    });
  });
  await lab.rotate(call.session);
  await ann.until(() => app.diary.entries.some(({ type }) => type === "sessionReconnected"));
  await ann.until(() => window.subscriber.getAudioVolume() === 0);
  await ann.evaluate(() => window.subscriber.subscribeToAudio(true));
  await ann.until(() => window.subscriber.getAudioVolume() === 20);
  expect(await ann.evaluate(() => window.answers)).toEqual([true, true, undefined, undefined]);
  expect(ann.pageErrors).toEqual([]);
});

test("a session's options, and what they became, are given to each session that comes next", async ({
  startCall,
  lab,
}) => {
  const call = await startCall({ ...QUIET, people: ["ann"] });
  const { session } = await lab.create("relayed");
  const iceConfig = { includeServers: "all", transportPolicy: "all", customServers: [] };
  const options = await call.who("ann").evaluate(
    async ([id, config]) => {
      const { note } = await import("/apps/surface/successors.js");
      const seen = note();
      const { applicationId, token } = await (await fetch(`/credentials?session=${id}&data=ann`)).json();
      const own = app.manager.initSession(applicationId, id, { connectionEventsSuppressed: true, ipWhitelist: false });
      await own.connect.promise(token);
      await own.setIceConfig(config);
      await own.setEncryptionSecret("a new secret");
      await app.manager.handover({ sessionId: `${id}-next`, from: own });
      return seen.sessions.at(-1).options;
    },
    [session, iceConfig],
  );
  expect(options).toEqual({
    connectionEventsSuppressed: true,
    ipWhitelist: false,
    ...(SDK.migrates && { sessionMigration: true }),
    iceConfig,
    encryptionSecret: "a new secret",
  });
});
