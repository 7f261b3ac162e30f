// The first app that one writes, on a classic script, globals and callbacks.
import { expect, MOVES, test } from "./support/app.mjs";

const text = (person, selector) => person.page.locator(selector).textContent();
const log = (person) => person.page.locator("#log li").allTextContents();

test("an app of classic scripts goes on through everything, and its buttons work", async ({ openApp }) => {
  test.setTimeout(150_000);
  const app = await openApp("classic");
  const [ann, ben] = app.people;
  await expect.poll(() => text(ann, "#count")).toBe("2");
  const first = await Promise.all(app.people.map(log));
  const prompts = await app.prompts();

  for (const [name, move] of Object.entries(MOVES)) {
    await test.step(name, async () => {
      await move(app);
      await app.whole();
      expect(await Promise.all(app.people.map(log)), "nobody has come or gone").toEqual(first);
      for (const person of app.people) {
        expect(await text(person, "#status")).toBe("Connected");
        expect(await text(person, "#count")).toBe("2");
      }

      // Ann's buttons do to Ben what they say.
      const audio = () => ben.page.evaluate(() => Object.values(window.subscribers)[0].stream.hasAudio);
      await ann.page.click("#microphone");
      await expect.poll(audio).toBe(false);
      await ann.page.click("#microphone");
      await expect.poll(audio).toBe(true);
      await ann.page.click("#camera");
      await ben.until(() => !stage.look().some((seen) => seen?.who === "ann"), null, "Ann's camera being off");
      await ann.page.click("#camera");
      await app.whole();
      const volume = () => ben.page.evaluate(() => Object.values(window.subscribers)[0].getAudioVolume());
      const before = await volume();
      await ben.page.click("#louder");
      expect(await volume()).not.toBe(before);
      await ben.page.click("#louder");
    });
  }

  expect(await app.prompts(), "nobody was asked for the camera again").toEqual(prompts);
  await ann.page.click("#leave");
  await expect.poll(() => text(ann, "#status")).toBe("Disconnected: clientDisconnected");
  await expect.poll(() => log(ben)).toContain("ann has left: clientDisconnected");
  await expect.poll(() => text(ben, "#count")).toBe("1");
  for (const { errors } of app.people) expect(errors).toEqual([]);
});
