// Sound that the browser blocks because the user hasn't done anything yet: told once, and unblocked by the user's click,
// whatever becomes of the servers in between.
import path from "node:path";
import { launchOptions } from "../support/browser.mjs";
import { expect, test } from "../support/fixtures.mjs";

// What Chromium does unless it is told otherwise.
test.use({ launchOptions: launchOptions({ more: ["--autoplay-policy=document-user-activation-required"] }) });

/** Far more than a loaded machine needs. */
const PATIENCE = 20_000;

/** ms: nobody may be heard twice for longer. */
const AUDIBLE_FAULT = 60;

const REPORT = path.join(import.meta.dirname, "sound/report.js");

const MOVES = {
  "a planned handover": (call) => call.lab.announce(call.session),
  "a forced rotation": (call) => call.lab.rotate(call.session),
};

/** Somebody who only looks: the page says by itself what it knows, since what it is asked would count as a click. */
class Onlooker {
  #last = {};
  #hear = () => {};

  constructor(page) {
    this.page = page;
    page.on("console", (message) => {
      if (!message.text().startsWith("report ")) return;
      this.#last = JSON.parse(message.text().slice("report ".length));
      this.#hear();
    });
  }

  /** Waits for a report as wanted. */
  async until(wanted, what) {
    let timer;
    await new Promise((resolve, reject) => {
      const look = () => wanted(this.#last) && resolve();
      timer = setTimeout(() => {
        reject(new Error(`${what} did not come true; the last report is ${JSON.stringify(this.#last)}`));
      }, PATIENCE);
      this.#hear = look;
      look();
    }).finally(() => clearTimeout(timer));
    return this.#last;
  }

  /** Waits until the picture goes on. */
  async moving() {
    const { frames } = this.#last;
    return this.until((report) => report.frames > frames + 5 || report.frames < frames, "that the picture goes on");
  }

  /** Clicks on the other person's tile, which is the first. */
  click() {
    return this.page.mouse.click(168, 98);
  }
}

/** Ben, and Ann who looks on and has no sound yet. */
async function startBlocked(startCall, browser, lab, query) {
  const call = await startCall({ people: ["ben"], settle: false, picture: "no", sound: "no" });
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.addInitScript({ path: REPORT });
  const ann = new Onlooker(page);
  const address = new URLSearchParams({ session: call.session, name: "ann", picture: "no", sound: "no", ...query });
  await page.goto(`${lab.url}/e2e/index.html?${address}`);
  const before = await ann.until(({ blocked, frames }) => blocked && frames > 5, "that the sound is blocked");
  expect(before).toMatchObject({ told: ["audioBlocked,true"], heard: 0, active: false });
  return { call, ann, leave: () => context.close() };
}

for (const ui of ["default", "element"]) {
  for (const [name, move] of Object.entries(MOVES)) {
    test(`blocked sound is told once and unblocked by a click after ${name}, with the ui "${ui}"`, async ({
      startCall,
      browser,
      lab,
    }) => {
      const { call, ann, leave } = await startBlocked(startCall, browser, lab, { ui });
      const sign = ui === "default" ? 1 : 0;
      for (const moves of [1, 2]) {
        const { successor } = await move(call);
        if (successor) call.session = successor;
        await ann.until((report) => report.moves === moves, `the end of ${name}`);
        await ann.until(({ frames }) => frames > 5, "a picture");
        const after = await ann.moving();
        expect(after).toMatchObject({ told: ["audioBlocked,true"], blocked: true, paused: false, heard: 0, sign });
        expect(after).toMatchObject({ volume: 100, active: false });
      }
      await ann.click();
      await ann.until(({ heard }) => heard === 1, "that Ben is heard");
      const unblocked = { told: ["audioBlocked,true", "audioUnblocked,false"], blocked: false, volume: 100, sign: 0 };
      expect(await ann.moving()).toMatchObject(unblocked);

      // From then on it is sound like any other.
      const { successor } = await move(call);
      if (successor) call.session = successor;
      await ann.until((report) => report.moves === 3, `the end of ${name}`);
      await ann.until(({ heard }) => heard === 1, "that Ben is heard");
      const after = await ann.moving();
      expect(after).toMatchObject({ ...unblocked, paused: false, heard: 1 });
      expect(after.twice).toBeLessThanOrEqual(AUDIBLE_FAULT);
      await leave();
    });
  }

  for (const phase of ["connecting", "overlapping", "settling"]) {
    test(`a click while a handover is ${phase} is heard once, with the ui "${ui}"`, async ({
      startCall,
      browser,
      lab,
    }) => {
      const { call, ann, leave } = await startBlocked(startCall, browser, lab, { ui });
      await MOVES["a planned handover"](call);
      await ann.until((report) => report.phase === phase || report.moves === 1, phase);
      await ann.click();
      await ann.until(({ moves, heard }) => moves === 1 && heard === 1, "the end of the handover");
      const after = await ann.moving();
      expect(after).toMatchObject({ told: ["audioBlocked,true", "audioUnblocked,false"], blocked: false, heard: 1 });
      expect(after.twice).toBeLessThanOrEqual(AUDIBLE_FAULT);
      await leave();
    });
  }

  test(`what the user's click elsewhere allows is heard after a handover, with the ui "${ui}"`, async ({
    startCall,
    browser,
    lab,
  }) => {
    const { call, ann, leave } = await startBlocked(startCall, browser, lab, { ui });
    await ann.page.mouse.click(600, 400);
    await ann.until(({ active }) => active, "that the click counts");
    await MOVES["a planned handover"](call);
    await ann.until(({ moves, heard }) => moves === 1 && heard === 1, "that Ben is heard after the handover");
    const after = await ann.moving();
    expect(after).toMatchObject({ told: ["audioBlocked,true", "audioUnblocked,false"], blocked: false, heard: 1 });
    expect(after.twice).toBeLessThanOrEqual(AUDIBLE_FAULT);
    await leave();
  });
}
