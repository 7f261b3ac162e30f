// A shared screen is a screen for everybody, though a successor gets a clone of its track.
import { expect, test } from "../support/fixtures.mjs";

test("a shared screen stays one through a handover and a forced rotation, also for who comes later", async ({
  startCall,
  lab,
}) => {
  const call = await startCall({ picture: "no", sound: "no", settle: false, each: { ann: { camera: "screen" } } });
  const [ann, ben] = [call.who("ann"), call.who("ben")];
  await ben.until(() => [...app.subscribers.values()].some((one) => one.videoWidth() > 0));
  await ben.evaluate(() => {
    [window.screen] = [...app.subscribers.values()].map(({ stream }) => stream);
    window.changes = [];
    app.session.on("streamPropertyChanged", ({ changedProperty }) => window.changes.push(changedProperty));
  });
  const types = async () => [
    await ann.evaluate(() => [app.publisher.getVideoSource().type, app.publisher.stream.videoType]),
    await ben.evaluate(() => window.screen.videoType),
    (await lab.session(call.session)).streams.map(({ channels }) => channels).sort(),
  ];
  const before = await types();
  expect(before.slice(0, 2)).toEqual([["screen", "screen"], "screen"]);
  await call.handover();
  expect(await types()).toEqual(before);
  await lab.rotate(call.session);
  for (const person of [ann, ben])
    await person.until(() => app.diary.entries.some(({ type }) => type === "sessionReconnected"));
  expect(await types()).toEqual(before);
  expect(await ben.evaluate(() => window.changes)).not.toContain("videoType");
  const cleo = await call.join("cleo");
  await cleo.until(() => [...app.subscribers.values()].some(({ stream }) => stream.videoType === "screen"));
});
