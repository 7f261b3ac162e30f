// Whoever is muted stays muted, on either leg.
import { expect, test } from "./support/fixtures.mjs";

for (const mode of ["relayed", "routed"]) {
  test(`a participant who is muted from the start of a ${mode} call is never seen or heard`, async ({
    startCall,
    lab,
  }) => {
    const call = await startCall({ mode, settle: false, each: { ann: { publishAudio: "no", publishVideo: "no" } } });
    await Promise.all(
      call.people.map((participant) => participant.evaluate(() => app.picture.expectNoPictureOf("ann"))),
    );
    await call.settled({ silent: ["ann"] });
    const marks = Object.fromEntries(call.names.map((name) => [name, 0]));
    for (const session of [await call.handover(), call.session]) {
      const { streams } = await lab.session(session);
      expect(streams.filter(({ name, hasAudio, hasVideo }) => name === "ann" && (hasAudio || hasVideo))).toEqual([]);
    }
    await expectNever(call, marks, "ann");
    for (const { hasAudio, hasVideo } of await streamsEverCreated(lab, call, "ann"))
      expect({ hasAudio, hasVideo }).toEqual({ hasAudio: false, hasVideo: false });
  });

  test(`a participant who mutes during a ${mode} call stays muted through handovers until unmuting`, async ({
    startCall,
  }) => {
    const call = await startCall({ mode });
    const [ann, ben] = [call.who("ann"), call.who("ben")];
    await ann.evaluate(() => {
      app.publisher.publishAudio(false);
      app.publisher.publishVideo(false);
    });
    await ben.until(() => app.sound.count("ann") === 0, undefined, "silence");
    await ben.until(
      () => app.diary.entries.some(({ type }) => type === "videoDisabled"),
      undefined,
      "the picture's end",
    );
    await Promise.all(
      call.people.map((participant) => participant.evaluate(() => app.picture.expectNoPictureOf("ann"))),
    );
    const marks = await call.marks();
    await call.handover();
    await call.handover();
    await call.settled({ silent: ["ann"] });
    await expectNever(call, marks, "ann");
    await Promise.all(call.people.map((participant) => participant.evaluate(() => app.picture.expectPictureOf("ann"))));
    await ann.evaluate(() => {
      app.publisher.publishAudio(true);
      app.publisher.publishVideo(true);
    });
    const since = await ben.now();
    await ben.until(
      (at) => app.sound.count("ann") === 1 && app.picture.freezes(at).ann > 0,
      since,
      "ann's picture and voice again",
    );
  });
}

/** Nobody, the muted one included, heard `who`; the others never saw a frame either. */
async function expectNever(call, marks, who) {
  const seen = await call.seen(marks, { silent: [who] });
  for (const name of call.names.filter((candidate) => candidate !== who)) {
    expect(
      seen[name].violations.filter((violation) => violation.who === who),
      `${name} sees ${who}`,
    ).toEqual([]);
    expect(
      seen[name].sound.filter((fault) => fault.who === who),
      `${name} hears ${who}`,
    ).toEqual([]);
  }
}

/** The lab's record of every stream that a person created in this call. */
async function streamsEverCreated(lab, call, who) {
  const log = await lab.log();
  return log.filter(({ kind, name }) => kind === "streamCreated" && name === who);
}
