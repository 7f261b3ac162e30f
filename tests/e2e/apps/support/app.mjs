// An app of two people, opened as its users open it: with the SDK from the vendor's address, and with this package put
// in front of it by one tag that the app knows nothing of.
import { cp, readFile, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import path from "node:path";
import { build } from "esbuild";
import { expect, test as base } from "../../support/fixtures.mjs";
import { OPENED, ROOT } from "../../support/lab.mjs";
import { MIGRATION, SDK as TESTED } from "../../support/sdk.mjs";

export { expect };

const SDK = /<script src="https:\/\/unpkg\.com\/@vonage\/client-sdk-video@2\/dist\/js\/(opentok\.min\.js)"><\/script>/;
const APPS = path.join(ROOT, "tests/e2e/apps");
const FIRST = ["../app/counts.js", "support/stage-first.js"].map((file) => path.join(APPS, file));
const POLL = { polling: 100, timeout: 30_000 };

/** The tags that take the vendor's place: the SDK, pointed at the lab; and `auto`. */
const tags = (name, role) => `
    <script src="/sdk/opentok.min.js"></script>
    <script>OT.setProxyUrl(location.origin + "/proxy");</script>
    <script src="/dist/auto.js" data-renew="/credentials?session={sessionId}&amp;data=${name}&amp;role=${role}"></script>`;

/** One person's page. */
class Person {
  /** What came out of the package that nobody caught, or that it complained of. */
  errors = [];

  constructor(name, page) {
    this.name = name;
    this.page = page;
    // The SDK has errors of its own.
    const note = (text) => /\/dist\/|opentok-handover/.test(text) && this.errors.push(text);
    page.on("pageerror", (error) => note(String(error.stack ?? error)));
    page.on("console", (message) => message.type() === "error" && note(message.text()));
  }

  /** Waits until something holds in the page, and gives what it is. */
  async until(condition, argument, what) {
    const held = await this.page.waitForFunction(condition, argument, POLL).catch(async (error) => {
      const seen = await this.page.evaluate(() =>
        JSON.stringify({ look: stage.look(), told: stage.told, page: document.body.innerText }),
      );
      throw new Error(`${this.name}: ${what} did not come true: ${error.message}\n${seen}\n${this.errors.join("\n")}`);
    });
    return held.jsonValue();
  }
}

/** Makes each person's page of an app: the app as it is, but for those tags. */
async function prepare(name, people, role) {
  const page = await readFile(path.join(APPS, name, "index.html"), "utf8");
  if (!SDK.test(page)) throw new Error(`apps/${name}/index.html should load the SDK from the vendor's address`);
  for (const part of ["style.css", name]) await cp(path.join(APPS, part), path.join(OPENED, part), { recursive: true });
  const source = path.join(APPS, name, "main.jsx");
  if (existsSync(source)) await bundled(source, path.join(OPENED, name, "main.js"));
  for (const who of people)
    await writeFile(path.join(OPENED, name, `${who}.html`), page.replace(SDK, tags(who, role[who] ?? "publisher")));
}

/** What an app's own build would do. */
async function bundled(source, outfile) {
  await build({
    entryPoints: [source],
    outfile,
    bundle: true,
    define: { "process.env.NODE_ENV": '"development"' },
    logLevel: "warning",
  });
}

/** A call in an app. */
export class App {
  people = [];

  constructor(lab, session) {
    this.lab = lab;
    this.session = session;
  }

  /** Opens `apps/NAME/index.html` for everybody, as `role` says what they may; `ready` is given each page before that. */
  static async open(browser, lab, name, { mode = "relayed", people = ["ann", "ben"], role = {}, ready } = {}) {
    const { session } = await lab.create(mode);
    const app = new App(lab, session);
    await prepare(name, people, role);
    for (const who of people) {
      const context = await browser.newContext();
      const person = new Person(who, await context.newPage());
      app.people.push(person);
      for (const file of FIRST) await person.page.addInitScript({ path: file });
      await ready?.(person.page);
      const query = new URLSearchParams({ session, name: who, ...(role[who] && { role: role[who] }) });
      await person.page.goto(`${lab.url}/opened/${name}/${who}.html?${query}`);
      await person.page.evaluate(async () => {
        await stage.ready;
        stage.told = [];
        const { manager } = window.opentokHandover;
        for (const type of ["statechange", "handoverend", "attemptfailed", "failed"])
          manager.addEventListener(type, ({ detail }) => stage.told.push({ type, ...detail }));
      });
    }
    await app.whole();
    return app;
  }

  get names() {
    return this.people.map(({ name }) => name);
  }

  /** The person of that name. */
  who(name) {
    return this.people.find((one) => one.name === name);
  }

  /** Waits until everybody sees everybody, in one moving picture each. */
  async whole(names = this.names) {
    await Promise.all(
      this.people.map(async (person) => {
        const before = await person.until((all) => stage.shows(all), names, `one picture each of ${names}`);
        await person.until((seen) => stage.wentOn(seen), before, "that the pictures go on");
        await person.until((all) => stage.shows(all), names, `one picture each of ${names}`);
      }),
    );
  }

  /** How much each person was told so far. */
  marks() {
    return Promise.all(this.people.map(({ page }) => page.evaluate(() => stage.told.length)));
  }

  /** Waits until everybody was told since `marks` that a move has ended, where it leads `to` if that matters. */
  async moved(kind, marks, to) {
    await Promise.all(
      this.people.map((person, at) =>
        person.until(
          (move) =>
            stage.told
              .slice(move.since)
              .some(
                ({ type, ...detail }) =>
                  type === "handoverend" && move.kind === detail.kind && (!move.to || move.to === detail.to),
              ) && window.opentokHandover.manager.state === "connected",
          { kind, to, since: marks[at] },
          `the end of the ${kind}`,
        ),
      ),
    );
  }

  /** How often each person was asked for camera or microphone. */
  prompts() {
    return Promise.all(this.people.map(({ page }) => page.evaluate(() => stage.camera.prompts)));
  }

  async end() {
    await Promise.all(this.people.map(({ page }) => page.context().close()));
  }
}

/** What can happen to any call. Each waits until it is over, by evidence. */
export const MOVES = {
  "a planned handover": async (app) => {
    const marks = await app.marks();
    const { successor } = await app.lab.announce(app.session);
    await app.moved("handover", marks, successor);
    app.session = successor;
  },
  "a forced rotation": (app) => thrownOut(app),
  "a lost network": async (app) => {
    await app.lab.refuse("socket", { session: app.session, for: 2000 });
    await app.lab.drop(app.session);
    await allOpen(app, () => true);
  },
  [MIGRATION]: TESTED.migrates ? migrated : (app) => thrownOut(app, { migrate: true }),
};

/** Everybody loses the call, but whoever can migrate if that is wanted; here nobody can. */
async function thrownOut(app, how) {
  const marks = await app.marks();
  const { disconnected } = await app.lab.rotate(app.session, how);
  expect(disconnected).toBe(app.people.length);
  await app.moved("recovery", marks);
}

async function migrated(app) {
  const sockets = () => Promise.all(app.people.map(({ page }) => page.evaluate(() => counts.now().sockets)));
  const before = await sockets();
  const { generation } = await app.lab.notify(app.session);
  await allOpen(app, (connection) => connection.generation === generation);
  // The SDK lets go of the old servers 20 s after it has heard of the new ones, and that is when it may go wrong.
  await Promise.all(
    app.people.map((person, at) =>
      person.until((count) => counts.now().sockets === count, before[at], "the end of the old servers' sockets"),
    ),
  );
}

/** Waits until everybody's connection is open, and as wanted. */
async function allOpen(app, wanted) {
  for (;;) {
    const { connections } = await app.lab.session(app.session);
    const there = connections.filter((connection) => connection.open && wanted(connection));
    if (there.length === app.people.length) return;
    // The lab only answers: it has to be asked again.
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

export const test = base.extend({
  /** `openApp(name, { mode, people })`: a call in that app; everybody leaves when the test ends. */
  openApp: async ({ browser, lab }, use) => {
    const apps = [];
    await use(async (name, options) => {
      const app = await App.open(browser, lab, name, options);
      apps.push(app);
      return app;
    });
    await lab.clear();
    await Promise.all(apps.map((app) => app.end()));
  },
});
