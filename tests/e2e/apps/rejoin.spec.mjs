// An app that leaves and connects again with the token that it has gets to where everybody is by now.
import { expect, test } from "../support/fixtures.mjs";

test("whoever leaves after a handover and connects with the first token is with the others again", async ({
  startCall,
  lab,
}) => {
  const call = await startCall({ picture: "no", sound: "no", settle: false });
  const [ann, ben] = [call.who("ann"), call.who("ben")];
  for (const person of [ann, ben]) await person.until(() => app.subscribers.size === 1);
  const { token } = await (await fetch(`${lab.url}/credentials?session=${call.session}&data=ann`)).json();
  const first = await call.handover();
  const leave = async () => {
    await ann.evaluate(() => app.leave());
    await ann.until(() => app.manager.state === "disconnected");
    // Of its own leaving the SDK tells no stream's end.
    await ann.evaluate(() => app.subscribers.clear());
  };
  await leave();
  await ben.until(() => app.subscribers.size === 0);
  await ann.evaluate((again) => app.session.connect.promise(again), token);
  await ann.until(() => app.subscribers.size === 1, undefined, "Ben");
  const ids = await ann.evaluate(() => [app.session.sessionId, app.renewCalls.at(-1)]);
  expect(ids).toMatchObject([first, { sessionId: call.session, previousSessionId: first, reason: "recovery" }]);
  const { connections } = await lab.session(call.session);
  expect(connections.map(({ data }) => data).sort()).toEqual(["ann", "ben"]);

  // Without credentials for it nobody is sent to where they would be alone.
  await leave();
  const refused = await ann.evaluate(async (again) => {
    app.renewWith("throwing");
    return app.session.connect.promise(again).catch(({ code }) => code);
  }, token);
  expect([refused, await ann.evaluate(() => app.manager.state)]).toEqual(["renew_threw", "disconnected"]);
});
