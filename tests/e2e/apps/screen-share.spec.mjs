// The camera through a filter of the app's own, and the screen beside it.
import { expect, MOVES, test } from "./support/app.mjs";

const SCREEN = "dan";

test("a filter and a shared screen go on through everything, and nobody is asked again", async ({ openApp }) => {
  test.setTimeout(150_000);
  const app = await openApp("screen-share");
  const [ann, ben] = app.people;
  const everything = [...app.names, SCREEN];
  await ann.page.click("#share");
  await app.whole(everything);
  const prompts = await app.prompts();
  const grey = (person, who) => person.until((name) => stage.saturation(name) < 0.1, who, `${who} in grey`);
  const coloured = (person, who) => person.until((name) => stage.saturation(name) > 0.3, who, `${who} in colour`);

  for (const [name, move] of Object.entries(MOVES)) {
    await test.step(name, async () => {
      await ann.page.selectOption("#filter", "grayscale");
      await grey(ben, "ann");
      await move(app);
      await app.whole(everything);
      await grey(ben, "ann");
      await coloured(ann, "ben");
      await ann.page.selectOption("#filter", "none");
      await coloured(ben, "ann");
    });
  }
  expect(await app.prompts(), "nobody was asked for a camera or a screen again").toEqual(prompts);
  expect(await ann.page.evaluate(() => stage.screens)).toBe(1);

  // The button stops what was begun before all of that, and begins anew.
  expect(await ann.page.textContent("#share")).toBe("Stop sharing");
  await ann.page.click("#share");
  await app.whole(app.names);
  expect(await ann.page.textContent("#share")).toBe("Share my screen");
  await ann.page.click("#share");
  await app.whole(everything);
  for (const { page, errors } of app.people) {
    expect(await page.textContent("#status")).toBe("");
    expect(errors).toEqual([]);
  }
});
