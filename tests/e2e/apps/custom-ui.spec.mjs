// Players of the app's own: after everything that happened the pictures are where the app put them, and do what it told them.
import { expect, MOVES, test } from "./support/app.mjs";

test("an app's own players go on through everything, and do what they did", async ({ openApp }) => {
  test.setTimeout(150_000);
  const app = await openApp("custom-ui");
  const [ann] = app.people;
  const prompts = await app.prompts();

  for (const [name, move] of Object.entries(MOVES)) {
    await test.step(name, async () => {
      await move(app);
      await app.whole();
      for (const { page } of app.people) {
        const tiles = await page.evaluate(() =>
          [...document.querySelectorAll("#stage > figure")].map((tile) => ({
            caption: tile.querySelector("figcaption").textContent,
            classes: [...tile.querySelectorAll("video")].map(({ className }) => className),
          })),
        );
        const other = page === ann.page ? "ben" : "ann";
        expect(tiles).toEqual([
          { caption: "You", classes: ["me"] },
          { caption: other, classes: ["other"] },
        ]);
      }

      const player = ann.page.locator("video.other");
      const silent = () => player.evaluate((video) => video.muted || video.volume === 0);
      expect(await player.getAttribute("title")).toBe("ben");
      await player.click();
      await expect.poll(silent).toBe(true);
      await player.click();
      await expect.poll(silent).toBe(false);
    });
  }

  expect(await app.prompts(), "nobody was asked for the camera again").toEqual(prompts);
  for (const { page, errors } of app.people) {
    expect(await page.locator("#status").textContent()).toBe("");
    expect(errors).toEqual([]);
  }
});
