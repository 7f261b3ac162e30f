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

/** The browser comes to the end of a page only when the app in it has made its publisher: until then the SDK shows none. */
async function endLate(page) {
  await page.route("**/classic/app.js", async (route) => {
    const last = `document.write('<script src="/late.js"></' + 'script>');`;
    await route.fulfill({ contentType: "text/javascript", body: (await (await route.fetch()).text()) + last });
  });
  await page.route("**/late.js", async (route) => {
    await page.waitForFunction(() => window.publisher);
    await page.evaluate(() => {
      window.before = { state: document.readyState, videos: document.querySelectorAll("video").length };
    });
    await route.fulfill({ contentType: "text/javascript", body: "" });
  });
}

test("a publisher that was made before the end of the page keeps its place, and its ID", async ({ openApp }) => {
  const app = await openApp("classic", { ready: endLate });
  const [ann] = app.people;
  expect(await ann.page.evaluate(() => window.before)).toEqual({ state: "loading", videos: 0 });
  const look = () =>
    ann.page.evaluate(() => {
      const box = (element) => {
        const { x, y, width, height } = element.getBoundingClientRect();
        return [x, y, width, height];
      };
      const { id, element } = window.publisher;
      return {
        found: document.getElementById(id) === element,
        tiles: document.querySelectorAll(".OT_root.OT_publisher").length,
        boxes: [element, element.querySelector("video")].map(box),
      };
    });
  const place = [0, 0, 320, 180];
  const kept = { found: true, tiles: 1, boxes: [place, place] };
  expect(await look()).toEqual(kept);
  for (const move of ["a planned handover", "a forced rotation"]) {
    await MOVES[move](app);
    await app.whole();
    expect(await look(), move).toEqual(kept);
  }
});
