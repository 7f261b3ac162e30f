// A room with a moderator: what she may do, she may do after everything that happened, to the people of that moment.
import { expect, MOVES, test } from "./support/app.mjs";

const text = ({ page }, selector) => page.locator(selector).textContent();

test("a moderator mutes people after everything that happened, and throws them out", async ({ openApp }) => {
  test.setTimeout(150_000);
  const app = await openApp("moderation", { role: { ann: "moderator" } });
  const [ann, ben] = app.people;
  const prompts = await app.prompts();
  const heard = ({ name }, from) => expect.poll(() => text(from, `[data-name="${name}"] output`));

  for (const [name, move] of Object.entries(MOVES)) {
    await test.step(name, async () => {
      await move(app);
      await app.whole();
      for (const person of app.people) expect(await text(person, "#status")).toBe("Here");

      await ann.page.click('[data-name="ben"] .mute');
      await expect.poll(() => text(ben, "#mine")).toBe("You have been muted");
      await heard(ben, ann).toBe("muted");
      await ben.page.click("#speak");
      await heard(ben, ann).toBe("speaking");

      await ann.page.click("#quiet");
      await expect.poll(() => text(ben, "#mine")).toBe("You have been muted");
      await heard(ben, ann).toBe("muted");
      await heard(ann, ben).toBe("speaking");
      await ann.page.click("#free");
      await ben.page.click("#speak");
      await heard(ben, ann).toBe("speaking");
    });
  }

  expect(
    await ben.page.locator("#moderator, .mute, .remove").evaluateAll((all) => all.filter((it) => !it.hidden)),
  ).toEqual([]);
  expect(await app.prompts(), "nobody was asked for the camera again").toEqual(prompts);
  await ann.page.click('[data-name="ben"] .remove');
  await expect.poll(() => text(ben, "#status")).toBe("You have been removed");
  await expect.poll(() => ann.page.locator("#people li").count()).toBe(0);
  await ann.until(() => stage.shows(["ann"]), null, "that she is alone");
  for (const person of app.people) {
    expect(await text(person, "#failed")).toBe("");
    expect(person.errors).toEqual([]);
  }
});

test("somebody who was muted by the moderator stays muted through a handover and a rotation", async ({
  openApp,
  lab,
}) => {
  const app = await openApp("moderation", { role: { ann: "moderator" } });
  const [ann] = app.people;
  const sounding = async () => {
    const { streams } = await lab.session(app.session);
    return streams.filter(({ hasAudio }) => hasAudio).map(({ name }) => name);
  };
  await ann.page.click('[data-name="ben"] .mute');
  await expect.poll(sounding).toEqual(["ann"]);
  for (const name of ["a planned handover", "a forced rotation"]) {
    await MOVES[name](app);
    await app.whole();
    expect(await sounding(), name).toEqual(["ann"]);
    expect(await text(ann, '[data-name="ben"] output')).toBe("muted");
  }
});
