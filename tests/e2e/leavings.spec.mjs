// What only the browser can count. The SDK keeps every session it ever made, and some listeners with each: so the
// yardstick is what the bare SDK leaves behind when the recipe moves a call as often, with the same tracks. (Of each
// publisher that opens a camera by itself the SDK keeps more: it goes on listening to the permission's changes.)
import { expect, test } from "./support/fixtures.mjs";
import { browserCounts } from "./support/holdings.mjs";

const MOVES = 5;

/** Each publisher of the SDK's leaves listeners on the app's tracks; the recipe's clones take theirs with them. */
const ON_TRACKS = 4 * MOVES;

/** A tile's worth: for some seconds the SDK's timers hold on to the last one, or don't any more. */
const WAVER = { listeners: 20 + ON_TRACKS, nodes: 60 };

/** ms: by then the SDK's timers have let go of everything. What is there still has been left behind. */
const TIMERS = 60_000;

test("moving a call leaves no more listeners and nodes behind than the SDK itself does", async ({ startCall }) => {
  test.setTimeout(240_000);
  const climb = {};
  for (const kind of ["recipe", "package"]) {
    const call = await startCall({ kind, camera: "tracks" });
    const [ann] = call.people;
    await call.handover();
    await call.settled();
    const before = await browserCounts(ann);
    for (let move = 0; move < MOVES; move += 1) {
      await call.handover();
      await call.settled();
    }
    const climbed = async () => {
      const after = await browserCounts(ann);
      return { listeners: after.listeners - before.listeners, nodes: after.nodes - before.nodes };
    };
    if (kind === "recipe") climb.recipe = await climbed();
    else await expect.poll(async () => excess(climb.recipe, await climbed()), { timeout: TIMERS }).toEqual([]);
    await call.end();
  }
});

/** What there is more of than the recipe leaves, in words. */
function excess(recipe, found) {
  return Object.keys(WAVER)
    .filter((kind) => found[kind] > recipe[kind] + WAVER[kind])
    .map((kind) => `${found[kind]} ${kind} more than before; the recipe leaves ${recipe[kind]}`);
}
