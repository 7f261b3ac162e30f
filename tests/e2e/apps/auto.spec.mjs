// The script that needs no build and no await: what it does to a page, and what it says where it can't.
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { OPENED } from "../support/lab.mjs";
import { expect, test as base } from "./support/app.mjs";

const SDK = '<script src="/sdk/opentok.min.js"></script>';
const AUTO = '<script src="/dist/auto.js" data-renew="/credentials?session={sessionId}"></script>';
const UNCONFIGURED = '<script src="/dist/auto.js"></script>';

/** A script that notes what it found when it ran. */
const note = (name, expression) => `<script>(window.notes ??= {}).${name} = ${expression};</script>`;
const MANAGED = "Boolean(opentokHandover.manager) && OT === opentokHandover.manager.OT";

const test = base.extend({
  /** `visit(head)`: a page with that in its head, and what it said in the console. */
  visit: async ({ browser, lab }, use) => {
    const contexts = [];
    await use(async (head) => {
      const folder = path.join(OPENED, "auto");
      await mkdir(folder, { recursive: true });
      const name = `${contexts.length}.html`;
      await writeFile(
        path.join(folder, name),
        `<!doctype html><head><meta charset="utf-8">${head}</head><body></body>`,
      );
      const context = await browser.newContext();
      contexts.push(context);
      const page = await context.newPage();
      const said = [];
      page.on("console", (message) => {
        const text = message.text();
        if (text.startsWith("opentok-handover/auto: ")) said.push({ type: message.type(), text });
      });
      page.on("pageerror", (error) => said.push({ type: "uncaught", text: String(error) }));
      await page.goto(`${lab.url}/opened/auto/${name}`);
      return { page, said, notes: await page.evaluate(() => window.notes) };
    });
    await Promise.all(contexts.map((context) => context.close()));
  },
});

test("the next script finds the manager's OT, whether the SDK comes first or afterwards", async ({ visit }) => {
  for (const order of [SDK + AUTO, AUTO + SDK]) {
    const { page, said, notes } = await visit(order + note("managed", MANAGED) + note("taken", "OT"));
    expect(said).toEqual([]);
    expect(notes.managed, "in the next script").toBe(true);
    const session = await page.evaluate(() => {
      const one = OT.initSession("key", "a-session");
      return {
        theSame: one === notes.taken.initSession("key", "a-session"),
        real: one instanceof OT.Session,
        durable: OT.sessions.get?.("a-session") !== one,
        state: opentokHandover.manager.state,
      };
    });
    expect(session).toEqual({ theSame: true, real: true, durable: true, state: "idle" });
  }
});

test("until the SDK is there, there is no OT", async ({ visit }) => {
  const { notes, said } = await visit(
    AUTO + note("before", "[typeof OT, opentokHandover.manager]") + SDK + note("after", MANAGED),
  );
  expect(notes).toEqual({ before: ["undefined", null], after: true });
  expect(said).toEqual([]);
});

test("an SDK that is loaded again is covered again", async ({ visit }) => {
  const { notes } = await visit(
    SDK + AUTO + note("first", "OT") + SDK + note("second", `${MANAGED} && OT !== notes.first`),
  );
  expect(notes.second).toBe(true);
});

test("options are taken from the page's object, and before those of the tag", async ({ visit }) => {
  const { notes, said } = await visit(
    `${SDK}<script>window.opentokHandover = { renew: () => ({}), connectTimeout: 5000 };</script>
    <script src="/dist/auto.js" data-connect-timeout="1" data-retry='{"attempts": 3}'></script>${note("managed", MANAGED)}`,
  );
  expect(said).toEqual([]);
  expect(notes.managed).toBe(true);
});

test("what is wrong is said in the console, and OT is left as it was", async ({ visit }) => {
  const given = (value) => `<script>window.opentokHandover = ${value};</script>`;
  const cases = [
    { head: SDK + UNCONFIGURED, says: /data-renew=.*window\.opentokHandover = /s },
    { head: SDK + given("{}") + UNCONFIGURED, says: /data-renew=/ },
    { head: SDK + given('"yes"') + UNCONFIGURED, says: /window\.opentokHandover must be an object/ },
    { head: SDK + given("{ renew: 5 }") + UNCONFIGURED, says: /renew must be a function/ },
    { head: SDK + given("{ renew() {}, renewTimeot: 5 }") + UNCONFIGURED, says: /renewTimeot.*renewTimeout/ },
    { head: SDK + AUTO.replace(" data-renew", ' data-renew-timeout="soon" data-renew'), says: /renewTimeout/ },
    {
      head: `${SDK}<script>Object.defineProperty(window, "OT", { value: OT, writable: false, configurable: false });</script>${AUTO}`,
      says: /read-only/,
    },
    { head: `<script>var OT;</script>${AUTO}${SDK}`, says: /put this script after the SDK's/ },
    {
      head: `<meta http-equiv="Content-Security-Policy" content="script-src 'self' 'unsafe-inline'">${SDK}${AUTO}`,
      says: /'wasm-unsafe-eval'/,
    },
  ];
  for (const { head, says } of cases) {
    const { said, notes, page } = await visit(`${head}${note("works", "typeof OT.initSession('k', 's').connect")}`);
    expect(
      said.map(({ type }) => type),
      head,
    ).toEqual(["error"]);
    expect(said[0].text, head).toMatch(says);
    expect(said[0].text).toMatch(/OT is left as it was/);
    expect(notes.works).toBe("function");
    expect(await page.evaluate(() => Boolean(window.opentokHandover?.manager))).toBe(false);
  }
});

test("a policy that allows WebAssembly is enough", async ({ visit }) => {
  const policy = `<meta http-equiv="Content-Security-Policy" content="script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'">`;
  const { notes, said } = await visit(policy + SDK + AUTO + note("managed", MANAGED));
  expect([notes.managed, said]).toEqual([true, []]);
});

test("an attribute that is none is told, and a second inclusion does nothing", async ({ visit }) => {
  const { notes, said } = await visit(
    SDK +
      AUTO.replace(" data-renew", ' data-renw="x" data-renew') +
      note("first", "OT") +
      AUTO +
      note("same", "OT === notes.first"),
  );
  expect(said).toEqual([
    { type: "warning", text: expect.stringMatching(/data-renw is none of its attributes, which are data-renew, /) },
    { type: "warning", text: expect.stringMatching(/in this page already/) },
  ]);
  expect(notes.same).toBe(true);
});

test("everything else of OT is the SDK's own, through its cover", async ({ visit }) => {
  const { page } = await visit(SDK + note("bare", "OT") + AUTO);
  const found = await page.evaluate(async () => {
    const { bare } = window.notes;
    const names = (object) => Reflect.ownKeys(object).map(String).sort();
    const heard = [];
    const hear = ({ code }) => heard.push(code);
    OT.on("exception", hear);
    const refused = await new Promise((resolve) => OT.initSession("key", "nowhere").connect(undefined, resolve));
    OT.off("exception", hear);
    const publisher = await OT.initPublisher
      .promise(undefined, { insertDefaultUI: false })
      .catch((error) => error.name);
    return {
      differing: names(bare).filter((name) => OT[name] !== bare[name]),
      same: names(OT).join() === names(bare).join(),
      has: "getDevices" in OT && !("getDevises" in OT),
      prototype: Object.getPrototypeOf(OT) === Object.getPrototypeOf(bare),
      devices: await new Promise((resolve) => OT.getDevices((error, devices) => resolve(Array.isArray(devices)))),
      requirements: OT.checkSystemRequirements(),
      version: OT.version,
      upgrade: typeof OT.upgradeSystemRequirements,
      spread: typeof { ...OT }.getUserMedia,
      heard: heard.length === 1 && heard[0] === refused.code,
      publisher: publisher?.constructor === OT.Publisher || publisher instanceof OT.Publisher || publisher,
    };
  });
  expect(found).toEqual({
    differing: ["initPublisher", "initSession"],
    same: true,
    has: true,
    prototype: true,
    devices: true,
    requirements: 1,
    version: expect.stringMatching(/^v2\./),
    upgrade: "function",
    spread: "function",
    heard: true,
    publisher: true,
  });
});

test("a namespace that is frozen can be covered all the same", async ({ visit }) => {
  const { notes, said } = await visit(`${SDK}<script>Object.freeze(OT);</script>${AUTO}${note("managed", MANAGED)}`);
  expect([notes.managed, said]).toEqual([true, []]);
});
