// opentok-react from npm, with the React that it needs, in StrictMode.
import { expect, MOVES, test } from "./support/app.mjs";

const log = ({ page }) => page.locator("#log li").allTextContents();

/** Waits until nothing is left of somebody who has gone. */
async function gone(person, other) {
  await expect
    .poll(async () => (await log(other)).filter((text) => /came|left/.test(text)).at(-1))
    .toBe(`${person.name} left`);
  await other.until((name) => stage.shows([name]), other.name, "being alone");
  await expect.poll(() => person.page.evaluate(() => stage.camera.live())).toEqual({ video: 0, audio: 0 });
  expect(await person.page.evaluate(() => counts.now())).toMatchObject({ videos: 0 });
}

test("components go on through everything, are steered by their properties, and can be unmounted", async ({
  openApp,
  lab,
}) => {
  test.setTimeout(150_000);
  const app = await openApp("react");
  const [ann, ben] = app.people;

  // Unmounted, everything is gone; mounted again, it is there once. (She comes back to the session that she left, so
  // before any handover.)
  await ann.page.click("#door");
  await gone(ann, ben);
  await ann.page.click("#door");
  await app.whole();
  await expect.poll(() => ann.page.evaluate(() => stage.camera.live())).toEqual({ video: 1, audio: 1 });
  // And in the same breath, before the servers have answered.
  await ann.page.evaluate(() => {
    const door = document.querySelector("#door");
    door.click();
    door.click();
  });
  await expect.poll(() => log(ann)).toContain("connected");
  await app.whole();
  expect(await ann.page.evaluate(() => stage.camera.live())).toEqual({ video: 1, audio: 1 });
  const prompts = await app.prompts();
  const first = await Promise.all(app.people.map(log));

  for (const [name, move] of Object.entries(MOVES)) {
    await test.step(name, async () => {
      await move(app);
      await app.whole();
      expect(await Promise.all(app.people.map(log)), "nobody has come or gone").toEqual(first);
      expect(await ann.page.locator(".tile").count()).toBe(2);

      const stream = async () => (await lab.session(app.session)).streams.find((one) => one.name === "ann");
      await ann.page.click("#microphone");
      await expect.poll(async () => (await stream()).hasAudio).toBe(false);
      await ann.page.click("#microphone");
      await expect.poll(async () => (await stream()).hasAudio).toBe(true);
      await ann.page.click("#camera");
      await ben.until(() => !stage.look().some((seen) => seen?.who === "ann"), null, "Ann's camera being off");
      await ann.page.click("#camera");
      await app.whole();
    });
  }
  expect(await app.prompts(), "nobody was asked for the camera again").toEqual(prompts);

  await ann.page.click("#door");
  await gone(ann, ben);
  for (const { page, errors } of app.people) {
    expect(await page.textContent("#error")).toBe("");
    expect(errors).toEqual([]);
  }
});
