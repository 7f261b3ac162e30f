// Managers of one OT share their sessions: what a component makes twice, as React's StrictMode has it, is there once.
import { test as base } from "../support/fixtures.mjs";
import { expect } from "@playwright/test";

const test = base.extend({
  /** A page with the SDK and no call, in a session of the lab. */
  home: async ({ browser, lab }, use) => {
    const { session } = await lab.create("relayed");
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.addInitScript({ path: "tests/e2e/app/counts.js" });
    await page.goto(`${lab.url}/page`);
    await page.evaluate(async (sessionId) => {
      const { ReconnectionManager } = await import("/dist/index.js");
      const { Camera } = await import("/e2e/camera.js");
      const { person } = await import("/e2e/people.js");
      const camera = new Camera(person("ann"));
      camera.install();
      const credentials = (id) => fetch(`/credentials?session=${id}&data=ann`).then((answer) => answer.json());
      const renewed = [];
      window.home = {
        camera,
        credentials,
        renewed,
        given: await credentials(sessionId),
        create: (who) =>
          ReconnectionManager.create(OT, {
            renew: (context) => {
              renewed.push(who);
              return credentials(context.sessionId);
            },
          }),
        /** What a component does when it is mounted; gives back what it does when it is unmounted. */
        mount: (ot, { leave }) => {
          const { applicationId, sessionId: id, token } = window.home.given;
          const session = ot.initSession(applicationId, id);
          const publisher = ot.initPublisher("root", { insertMode: "append" });
          session.on("sessionConnected", () => session.publish(publisher));
          session.connect(token);
          window.home.session = session;
          return () => leave(session, publisher);
        },
        videos: () => document.querySelectorAll("video").length,
      };
    }, session);
    await use({ page, session });
    await context.close();
  },
});

/** What is in a session, by the lab: connections that are open, and streams. */
async function inside(lab, session) {
  const { connections, streams } = await lab.session(session);
  return { connections: connections.filter(({ open }) => open).length, streams: streams.length };
}

const ONCE = { connections: 1, streams: 1 };
const live = (page) => page.evaluate(() => counts.now());

test("a session is the same for every manager of one OT, and ends with the last of them", async ({ home, lab }) => {
  const { page, session } = home;
  const same = await page.evaluate(async () => {
    const [one, other] = [await home.create("one"), await home.create("other")];
    home.managers = [one, other];
    const { applicationId, sessionId, token } = home.given;
    const [first, second] = [one, other].map((manager) => manager.initSession(applicationId, sessionId));
    home.told = [];
    home.managers.forEach((manager, at) =>
      manager.addEventListener("statechange", ({ detail }) => home.told.push(`${at} ${detail.to}`)),
    );
    const publisher = other.initPublisher("root", { insertMode: "append" });
    await Promise.all([first, second].map((it) => new Promise((done) => it.connect(token, done))));
    await new Promise((done) => first.publish(publisher, done));
    return first === second;
  });
  expect(same).toBe(true);
  await expect.poll(() => inside(lab, session)).toEqual(ONCE);
  expect(await page.evaluate(() => home.told)).toEqual(["0 connecting", "1 connecting", "0 connected", "1 connected"]);

  // The first one goes: the call stays, and the functions of the one that is left are asked.
  await page.evaluate(() => home.managers[0].close());
  expect(await page.evaluate(() => home.managers.map(({ state }) => state))).toEqual(["closed", "connected"]);
  await lab.rotate(session);
  await page.waitForFunction(() => home.told.at(-1) === "1 connected" && home.renewed.length > 0);
  expect(await page.evaluate(() => home.renewed)).toEqual(["other"]);
  await expect.poll(() => inside(lab, session)).toEqual(ONCE);

  await page.evaluate(() => home.managers[1].close());
  await expect.poll(() => inside(lab, session)).toEqual({ connections: 0, streams: 0 });
  await expect.poll(() => live(page)).toMatchObject({ peers: 0, sockets: 0, videos: 0 });
});

test("closing a manager twice counts once", async ({ home, lab }) => {
  const { page, session } = home;
  await page.evaluate(async () => {
    const [one, other] = [await home.create("one"), await home.create("other")];
    home.mount(one, { leave() {} });
    home.mount(other, { leave() {} });
    await one.close();
    await one.close();
    home.other = other;
  });
  await expect.poll(() => inside(lab, session)).toEqual(ONCE);
  expect(await page.evaluate(() => home.other.state)).toBe("connected");
});

const mounts = {
  "a manager of each mount's own, made and closed by it": async () => {
    const mount = () => {
      const making = home.create("a mount").then((manager) => {
        home.mount(manager.OT, { leave() {} });
        return manager;
      });
      return () => making.then((manager) => manager.close());
    };
    mount()();
    mount();
  },
  "a manager of each mount's own, and a mount that asks whether it is still wanted": async () => {
    const mount = () => {
      let wanted = true;
      const making = home.create("a mount").then((manager) => {
        if (wanted) home.mount(manager.OT, { leave() {} });
        return manager;
      });
      return () => {
        wanted = false;
        return making.then((manager) => manager.close());
      };
    };
    mount()();
    mount();
  },
  "one manager, the publisher destroyed and the session left": async () => {
    const { OT: ot } = await home.create("the app");
    const leave = (session, publisher) => {
      publisher.destroy();
      session.disconnect();
    };
    home.mount(ot, { leave })();
    home.mount(ot, { leave });
  },
};

for (const [name, run] of Object.entries(mounts)) {
  test(`mounted, unmounted and mounted again, there is one call and one camera: ${name}`, async ({ home, lab }) => {
    const { page, session } = home;
    await page.evaluate(run);
    await page.waitForFunction(() => home.session?.isConnected() && home.videos() === 1);
    await expect.poll(() => inside(lab, session)).toEqual(ONCE);
    // One picture and one sound, and no more of either anywhere in the page.
    await expect.poll(() => live(page)).toMatchObject({ videos: 1, sockets: 1 });
    await expect.poll(() => page.evaluate(() => home.camera.live())).toEqual({ video: 1, audio: 1 });
    expect(await page.evaluate(() => home.camera.prompts)).toBe(1);
  });
}
