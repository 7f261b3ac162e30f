// Text chat beside the pictures: no line is lost, doubled or out of order, whatever happens while it is written.
import { expect, MOVES, test } from "./support/app.mjs";

/** Types a line and sends it. */
async function say({ page }, line) {
  await page.fill('[name="line"]', line);
  await page.click("form button");
}

const history = ({ page }) => page.locator("#history li").allTextContents();

test("a chat is complete after everything that happened while people wrote", async ({ openApp }) => {
  test.setTimeout(150_000);
  const app = await openApp("chat");
  const [ann, ben] = app.people;
  const prompts = await app.prompts();
  const said = { ann: [], ben: [] };

  for (const [name, move] of Object.entries(MOVES)) {
    await test.step(name, async () => {
      // Both write on while it happens.
      let over = false;
      const moving = move(app).finally(() => {
        over = true;
      });
      for (let number = 1; !over || number < 5; number += 1) {
        for (const person of app.people) {
          const line = `${name}, line ${number}`;
          said[person.name].push(line);
          await say(person, line);
        }
        // The rhythm in which they write.
        await new Promise((resolve) => setTimeout(resolve, 30));
      }
      await moving;
      await app.whole();

      for (const [one, other] of [
        [ann, ben],
        [ben, ann],
      ]) {
        const heard = async (from, prefix) => (await history(from)).filter((line) => line.startsWith(`${prefix}: `));
        const theirs = said[other.name].map((line) => `${other.name}: ${line}`);
        const own = said[one.name].map((line) => `me: ${line}`);
        await expect.poll(() => heard(one, other.name), `what ${one.name} hears`).toEqual(theirs);
        await expect.poll(() => heard(one, "me"), `what ${one.name} has said`).toEqual(own);
      }
    });
  }

  // A private line reaches the one it is meant for, who was chosen before all of that.
  await ann.page.selectOption('[name="to"]', { label: "ben" });
  await say(ann, "psst");
  await expect.poll(() => history(ben)).toContain("ann (only to me): psst");
  expect((await history(ann)).filter((line) => line.includes("psst"))).toEqual([]);

  for (const { page, errors } of app.people) {
    expect(await page.locator("#failed").textContent()).toBe("");
    expect(await page.locator("option").allTextContents()).toHaveLength(2);
    expect(errors).toEqual([]);
  }
  expect(await app.prompts(), "nobody was asked for the camera again").toEqual(prompts);
});
