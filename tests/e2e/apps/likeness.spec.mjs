// The tiles of an app are in the page as the bare SDK's are: what they are, wear, measure and have in them.
import { expect, test } from "../support/fixtures.mjs";

const QUIET = { picture: "no", sound: "no", settle: false, calm: "yes" };

/** Runs in the page. */
async function make() {
  const tiles = await import("/apps/tiles/many.js");
  const [{ stream }] = app.subscribers.values();
  const made = (window.made = await tiles.make(app.manager ?? OT, app.session, stream));
  window.atRest = () => Object.values(made).every(tiles.atRest);
  window.looks = () => Object.fromEntries(Object.entries(made).map(([name, one]) => [name, tiles.look(one)]));
}

/**
 * What the tiles differ in, as the README tells it: pictures are stacked within them, and their target doesn't get an
 * ID.
 */
function asOurs(look) {
  const target = (text) => text && text.replace(/^DIV OT_\?$/, "DIV");
  const { parent, before, after, style } = look;
  const around = { parent: target(parent), before: target(before), after: target(after) };
  return { ...look, ...around, style: { ...style, isolation: "isolate" } };
}

/** The same work on the bare SDK and on the package, in the page of somebody who sees one other person. */
async function both(startCall, work) {
  const bare = await startCall({ ...QUIET, each: { ann: { kind: "plain" } } });
  const calls = [bare, await startCall(QUIET)];
  const results = [];
  for (const call of calls) {
    const ann = call.who("ann");
    await ann.until(() => app.subscribers.size === 1);
    results.push(await work(ann));
    if (call === bare) await call.end();
  }
  const [theirs, ours] = results;
  return { call: calls[1], theirs, ours };
}

test("tiles are what they are on the bare SDK, and stay that through a handover and a forced rotation", async ({
  startCall,
}) => {
  test.setTimeout(120_000);
  const { call, theirs, ours } = await both(startCall, async (ann) => {
    await ann.evaluate(make);
    await ann.until(() => window.atRest());
    return ann.evaluate(() => window.looks());
  });
  const wanted = Object.fromEntries(Object.entries(theirs).map(([name, look]) => [name, asOurs(look)]));
  expect(ours).toEqual(wanted);
  const looks = () => call.who("ann").evaluate(() => window.looks());
  // The end of a move is told before the last cover is gone.
  await call.handover();
  await expect.poll(looks).toEqual(wanted);
  await call.lab.rotate(call.session);
  await call.who("ann").until(() => app.diary.entries.some(({ type }) => type === "sessionReconnected"));
  await expect.poll(looks).toEqual(wanted);
});

test("whatever is said of where and how, becomes what it becomes on the bare SDK", async ({ startCall }) => {
  const { theirs, ours } = await both(startCall, (ann) =>
    ann.evaluate(async () => {
      const { publishing, subscribing } = await import("/apps/tiles/arguments.js");
      const [{ stream }] = app.subscribers.values();
      return { publishing: await publishing(app.manager ?? OT), subscribing: await subscribing(app.session, stream) };
    }),
  );
  expect(ours).toEqual(theirs);
});
