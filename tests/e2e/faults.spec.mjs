// When things break on the way: the old session is given up for nothing less than a successor that works.
import { expect, test } from "./support/fixtures.mjs";
import { emptied, holdings, holdingsBackTo } from "./support/holdings.mjs";

test.describe("a successor that fails at first", () => {
  const faults = [
    { what: "answers session info with an error", point: "info", how: { error: 500, times: 1 } },
    { what: "resets the socket", point: "socket", how: { destroy: true, times: 1 } },
    // The SDK itself leaves the socket of a refused connection open.
    { what: "refuses the connection", point: "connect", how: { status: 403, times: 2 }, sdkLeaves: ["sockets"] },
    { what: "refuses the stream", point: "streamCreate", how: { status: 500, times: 1 } },
  ];

  for (const { what, point, how, sdkLeaves = [] } of faults) {
    test(`and ${what} disturbs nobody, and is reached in the end`, async ({ startCall, lab }) => {
      test.setTimeout(120_000);
      const call = await startCall({});
      const ours = (held) => Object.fromEntries(Object.entries(held).filter(([key]) => !sdkLeaves.includes(key)));
      const before = (await Promise.all(call.people.map(holdings))).map(ours);
      const marks = await call.marks();
      const successor = `${call.session}-after-${point}`;
      await lab.refuse(point, { session: successor, ...how });
      const old = await call.handover(() => call.announceTogether({ successor }));
      await call.settled();
      for (const [name, { violations, sound, diary }] of Object.entries(await call.seen(marks))) {
        expect(violations, name).toEqual([]);
        expect(
          sound.filter(({ ms }) => ms > 60),
          name,
        ).toEqual([]);
        expect(
          diary.filter(({ source, type }) => source !== "manager" && /Destroyed|Disconnected/.test(type)),
          name,
        ).toEqual([]);
      }
      expect(await emptied(lab, old)).toEqual({ connections: 0, streams: 0, subscribers: 0 });
      const after = await Promise.all(
        call.people.map((participant, index) => holdingsBackTo(participant, before[index])),
      );
      expect(after.map(ours)).toEqual(before);
    });
  }
});

for (const mode of ["relayed", "routed"]) {
  test(`a ${mode} call whose servers go without a word, and go again, comes back by itself`, async ({
    startCall,
    lab,
  }) => {
    test.setTimeout(120_000);
    const call = await startCall({ mode });
    const before = await Promise.all(call.people.map(holdings));
    const marks = await call.marks();
    for (const times of [1, 2]) {
      await lab.rotate(call.session);
      await Promise.all(
        call.people.map((participant) =>
          participant.until(
            ([at, wanted]) =>
              app.diary.since(at, "session").filter(({ type }) => type === "sessionReconnected").length === wanted &&
              app.manager.state === "connected",
            [marks[participant.name], times],
            "sessionReconnected",
          ),
        ),
      );
      await call.settled();
    }
    for (const [name, { violations, diary, prompts, pageErrors }] of Object.entries(await call.seen(marks))) {
      const told = diary.filter(
        ({ source, type }) => source === "session" && /^(session|connection)|Created|Destroyed/.test(type),
      );
      const once = ["sessionReconnecting", "sessionReconnected"];
      expect(
        told.map(({ type }) => type),
        name,
      ).toEqual([...once, ...once]);
      expect(
        diary.filter(({ source, type }) => source === "publisher" && /stream|destroyed/.test(type)),
        name,
      ).toEqual([]);
      // The SDK takes the others' pictures away before it tells: their last ones stay in their places.
      expect(violations, name).toEqual([]);
      expect(prompts, name).toBe(1);
      expect(pageErrors, name).toEqual([]);
    }
    const after = await Promise.all(
      call.people.map((participant, index) => holdingsBackTo(participant, before[index])),
    );
    expect(after).toEqual(before);
  });
}

test("tracks that the app supplied go on through a handover", async ({ startCall }) => {
  const call = await startCall({ camera: "tracks" });
  const marks = await call.marks();
  await call.handover();
  await call.handover();
  await call.settled();
  for (const [name, { violations, sound, prompts }] of Object.entries(await call.seen(marks))) {
    expect(violations, name).toEqual([]);
    expect(
      sound.filter(({ ms }) => ms > 60),
      name,
    ).toEqual([]);
    expect(prompts, name).toBe(0);
  }
});
