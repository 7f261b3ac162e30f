// Whatever breaks, the call comes back. Each row does to a call of two what servers and networks really do, and says how
// that ends: everybody together again, or the error that the README names. The rows of a group run side by side, each in
// a session of its own, because they mostly wait.
//
//   ROWS='expired' npm test -- recovery     runs only the rows whose names contain that
import { Call } from "./support/call.mjs";
import { expect, test } from "./support/fixtures.mjs";
import * as outcome from "./support/outcome.mjs";
import { recorded } from "./support/recorded.mjs";

/** How many calls at once. */
const AT_ONCE = 3;

/** ms: how long a row may take to come together again, if it doesn't say. */
const TAKES = 20_000;

/** ms: how long the SDK's migration goes on, and a little. */
const MIGRATION = 22_000;

/**
 * ms: Chromium sends a request only when the one before for the same address has been answered, or after 20 s: what
 * hangs holds up the next attempt at the same session. And as much again.
 */
const CACHE_LOCK = 40_000;

const TWICE = 2; // once for each of the two
const THRICE = 3 * TWICE; // the SDK tries three times

/** s: how long a token is good that is to expire during the call. */
const EXPIRE = 10;

/** The interval in "and some time later". */
const later = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** The old servers end: who is still on them is disconnected by force. Who has left them hears nothing. */
async function oldServersEnd({ call, lab, ids }) {
  const { connections } = await lab.session(call.session);
  const old = connections.map(({ id }) => id).filter((id) => Object.values(ids).includes(id));
  if (old.length === connections.length) await lab.rotate(call.session);
  else await Promise.all(old.map((conn) => lab.rotate(call.session, { conn })));
}

/** Everybody's servers end while session info, the socket, ... fails as often as told. */
const rotatedInto =
  (point, how) =>
  async ({ call, lab }) => {
    await lab.refuse(point, { session: call.session, ...how });
    await lab.rotate(call.session);
  };

/**
 * A row:
 *   name     what happens
 *   mode, query, reconnection   how the call is started
 *   when     "before" a handover (if it isn't said), "during" (just announced) or "after" one
 *   break    does it; `{ call, lab, ids }`, with the connection IDs by name; `call.session` is changed where the call is to end
 *            somewhere else. The clock starts when it is done.
 *   told     how often the app may hear that it is cut off and back: "once" (if not said), "twice", "never", "at most once"
 *   cut      who is cut off; everybody if not said
 *   ends     "together", or `{ reason }` of sessionDisconnected, or `{ failed }` with the code
 *   stays    ms after which it is looked at again
 *   retried  whether the first attempt can't work
 *   takes    ms
 */
const forced = ["relayed", "routed"].flatMap((mode) => [
  ...["before", "during", "after"].map((when) => ({
    name: `${mode}, everybody at once`,
    mode,
    when,
    break: ({ call, lab }) => lab.rotate(call.session),
  })),
  {
    name: `${mode}, each is told first that the others are gone`,
    mode,
    break: ({ call, lab }) => lab.rotate(call.session, { others: true }),
  },
]);

const forcedOddly = [
  {
    name: "only one person",
    cut: ["ann"],
    break: ({ call, lab, ids }) => lab.rotate(call.session, { conn: ids.ann }),
  },
  {
    name: "one person, the other two seconds later",
    break: async ({ call, lab, ids }) => {
      await lab.rotate(call.session, { conn: ids.ann });
      await later(2000);
      await lab.rotate(call.session, { conn: ids.ben });
    },
  },
  {
    name: "in the middle of a handover, both legs open",
    told: "at most once",
    break: async ({ call, lab }) => {
      const successor = await call.announceTogether();
      await Promise.all(call.people.map((participant) => participant.until(() => app.manager.state === "handover")));
      await call
        .who("ann")
        .until(
          () => app.diary.entries.some(({ type, detail }) => type === "phasechange" && detail.phase === "overlapping"),
          null,
          "the overlap",
        );
      await lab.rotate(call.session);
      call.session = successor;
    },
  },
  {
    name: "the successor dies half-way, and the old one goes on until it is reached",
    told: "never",
    break: async ({ call, lab }) => {
      const successor = await call.announceTogether();
      await call
        .who("ann")
        .until(
          () => app.diary.entries.some(({ type, detail }) => type === "phasechange" && detail.phase === "overlapping"),
          null,
          "the overlap",
        );
      await lab.rotate(successor);
      call.session = successor;
    },
  },
  {
    name: "and again as soon as everybody is back",
    told: "twice",
    break: async ({ call, lab }) => {
      await lab.rotate(call.session);
      await outcome.together(call, TAKES);
      await lab.rotate(call.session);
    },
  },
  {
    name: "and a successor is announced while it recovers",
    break: async ({ call, lab }) => {
      const { session } = call;
      await lab.refuse("info", { session, error: 500 });
      await lab.rotate(session);
      await later(500);
      // Nobody is left to be told by a signal; the app has it from elsewhere.
      call.session = `${session}-elsewhere`;
      await Promise.all(
        call.people.map(({ page }) =>
          page.evaluate((sessionId) => {
            app.manager.handover({ sessionId }).catch(() => {});
          }, call.session),
        ),
      );
    },
  },
  {
    name: "without an announced successor and without renew",
    query: { renew: "missing" },
    break: ({ call, lab }) => lab.rotate(call.session),
  },
  {
    name: "renew hangs, then throws, then answers",
    query: { renew: "hanging", options: JSON.stringify({ renewTimeout: 1000 }) },
    retried: true,
    break: async ({ call, lab }) => {
      await lab.rotate(call.session);
      const become = (how) => Promise.all(call.people.map((one) => one.evaluate((it) => app.renewWith(it), how)));
      await later(1500);
      await become("throwing");
      await later(1500);
      await become("good");
    },
  },
  {
    name: "a moderator throws one out: that is final",
    ends: { who: ["ann"], reason: "forceDisconnected" },
    break: ({ call, lab, ids }) => lab.kick(call.session, { conn: ids.ann }),
  },
  {
    name: "a reason that no SDK documents",
    break: ({ call, lab }) => lab.rotate(call.session, { reason: "serverMaintenance" }),
  },
  {
    name: "the session is refused for good: that is final",
    query: { options: JSON.stringify({ recoveryTimeout: 4000 }) },
    ends: { failed: "connect_failed", reason: "serverRotation" },
    break: rotatedInto("info", { error: 500 }),
  },
];

/** Migration fails, as `spoil` has it fail, and the old servers end 4 s later. */
const migratesInVain = (spoil) => async (at) => {
  await spoil?.(at);
  await at.lab.notify(at.call.session);
  await later(4000);
  await oldServersEnd(at);
};

/** Migration is on its way while something fails; what came of it shows when the SDK's 20 s are over. */
const migratesInto =
  (point, how) =>
  async ({ call, lab }) => {
    await lab.refuse(point, { session: call.session, ...how });
    await lab.notify(call.session);
    await later(MIGRATION);
  };

const failingInfo = (how) => migratesInVain(({ call, lab }) => lab.refuse("info", { session: call.session, ...how }));

const migrations = [
  ...["relayed", "routed"].flatMap((mode) =>
    [
      {
        name: "goes well",
        told: "never",
        break: async ({ call, lab }) => {
          await lab.notify(call.session);
          await later(MIGRATION);
        },
      },
      {
        name: "joining the new server is refused (the zombie)",
        break: migratesInto("connect", { status: 403, times: TWICE }),
      },
      {
        name: "the stream is refused on the new server",
        break: migratesInto("streamCreate", { status: 500, times: TWICE }),
      },
    ].map((row) => ({ ...row, mode, name: `${mode}, ${row.name}` })),
  ),
  {
    name: "session info answers HTTP 500, then the old servers end",
    break: failingInfo({ status: 500, times: THRICE }),
  },
  {
    name: "session info is refused with 403, then the old servers end",
    break: failingInfo({ error: 403, times: TWICE }),
  },
  {
    name: "session info hangs, then the old servers end",
    takes: CACHE_LOCK,
    break: failingInfo({ hang: true, times: TWICE }),
  },
  {
    name: "the token has expired, then the old servers end",
    query: { expire: EXPIRE },
    break: migratesInVain(() => later(EXPIRE * 1000)),
  },
  {
    name: "the new socket is refused (the zombie)",
    break: migratesInto("socket", { generation: 1, for: 5000 }),
  },
  {
    name: "the same server is named again",
    break: async ({ call, lab }) => {
      await lab.notify(call.session, { sameServer: true });
      await later(MIGRATION);
    },
  },
  {
    name: "the old server drops its sockets before the 20 s are over",
    break: async ({ call, lab }) => {
      await lab.notify(call.session);
      await later(5000);
      await lab.drop(call.session, { old: true });
      await later(MIGRATION - 5000);
    },
  },
  {
    name: "routed, somebody joins on the new server while one is still on the old",
    mode: "routed",
    joins: ["cleo"],
    break: async ({ call, lab }) => {
      // Only the first of the two to ask is held up.
      await lab.refuse("info", { session: call.session, delay: 5000, times: 1 });
      await lab.notify(call.session);
      await later(500);
      await call.join("cleo");
      await later(MIGRATION);
    },
  },
].map((row) => ({ told: "at most once", ...row }));

const migrationsAroundHandovers = [
  {
    name: "told to migrate just when a successor was announced",
    when: "during",
    break: ({ call, lab }) => lab.notify(call.session),
  },
  {
    name: "told to migrate right after a handover",
    when: "after",
    break: ({ call, lab }) => lab.notify(call.session),
  },
  {
    name: "a successor is announced while migrating",
    break: async ({ call, lab }) => {
      await lab.notify(call.session);
      await later(1000);
      call.session = await call.announceTogether();
    },
  },
].map((row) => ({ told: "never", stays: MIGRATION, ...row }));

const losses = [
  // The long ones first: the others are done meanwhile.
  {
    name: "the socket is lost for good",
    takes: 45_000,
    break: async ({ call, lab }) => {
      await lab.refuse("socket", { session: call.session, for: 34_000 });
      await lab.drop(call.session);
    },
  },
  {
    name: "one person's socket is lost for good",
    cut: ["ann"],
    takes: 45_000,
    break: async ({ call, lab, ids }) => {
      await lab.refuse("socket", { session: call.session, for: 34_000 });
      await lab.drop(call.session, { conn: ids.ann });
    },
  },
  {
    name: "a black hole for good",
    takes: 50_000,
    break: async ({ call, lab }) => {
      await lab.refuse("socket", { session: call.session, hang: true, for: 30_000 });
      await lab.freeze(call.session);
    },
  },
  {
    name: "the socket is lost and back at once",
    break: ({ call, lab }) => lab.drop(call.session),
  },
  {
    name: "the socket is lost and back after 8 s",
    break: async ({ call, lab }) => {
      await lab.refuse("socket", { session: call.session, for: 8000 });
      await lab.drop(call.session);
    },
  },
  {
    name: "one person's socket is lost and back after 8 s",
    cut: ["ann"],
    break: async ({ call, lab, ids }) => {
      await lab.refuse("socket", { session: call.session, for: 8000 });
      await lab.drop(call.session, { conn: ids.ann });
    },
  },
  {
    name: "the socket is lost just when a successor was announced",
    when: "during",
    told: "at most once",
    break: async ({ call, lab }) => {
      await lab.refuse("socket", { session: call.session, for: 8000 });
      await lab.drop(call.session);
    },
  },
  {
    name: "a black hole that ends",
    break: ({ call, lab }) => lab.freeze(call.session),
  },
  {
    name: "a session that lets nobody reconnect",
    reconnection: false,
    break: ({ call, lab }) => lab.drop(call.session),
  },
  ...[1000, 1001, 1012, 4001, 1003, 1011].map((code) => ({
    name: `the socket is closed with ${code}`,
    break: ({ call, lab }) => lab.drop(call.session, { code }),
  })),
  {
    name: "the server forgets everybody (1003 on the way back)",
    break: ({ call, lab }) => lab.forget(call.session),
  },
  {
    name: "the server forgets one person",
    cut: ["ann"],
    break: ({ call, lab, ids }) => lab.forget(call.session, { conn: ids.ann }),
  },
];

/** Of what hangs, only our own timeouts tell. */
const IMPATIENT = { query: { options: JSON.stringify({ connectTimeout: 3000, publishTimeout: 3000 }) } };

const answers = [
  ...[403, 404, 409, 500].map((error) => ({
    name: `session info says ${error}`,
    break: rotatedInto("info", { error, times: TWICE }),
  })),
  ...[403, 404, 429, 503].map((status) => ({
    name: `session info answers HTTP ${status}`,
    break: rotatedInto("info", { status, times: THRICE }),
  })),
  { name: "session info is reset", break: rotatedInto("info", { destroy: true, for: 5000 }) },
  { name: "session info is empty", break: rotatedInto("info", { body: "", times: THRICE }) },
  { name: "session info is []", break: rotatedInto("info", { body: "[]", times: THRICE }) },
  { name: "session info is no JSON", break: rotatedInto("info", { body: "<html>", times: THRICE }) },
  { name: "session info takes 8 s", retried: false, break: rotatedInto("info", { delay: 8000, times: TWICE }) },
  {
    name: "session info hangs",
    takes: CACHE_LOCK,
    break: rotatedInto("info", { hang: true, times: TWICE }),
  },
  {
    name: "session info hangs, and renew names another session the next time",
    query: { ...IMPATIENT.query, renew: "another" },
    break: async ({ call, lab }) => {
      await lab.refuse("info", { session: call.session, hang: true, times: TWICE });
      await lab.rotate(call.session);
      call.session += "-instead";
    },
  },
  { name: "the socket is reset once", retried: false, break: rotatedInto("socket", { destroy: true, times: TWICE }) },
  { name: "the socket is reset", break: rotatedInto("socket", { destroy: true, for: 8500 }) },
  { name: "the socket answers HTTP 503", break: rotatedInto("socket", { status: 503, for: 8500 }) },
  { name: "the socket hangs", ...IMPATIENT, break: rotatedInto("socket", { hang: true, times: TWICE }) },
  { name: "the socket is closed with 1003 at once", break: rotatedInto("socket", { close: 1003, times: THRICE }) },
  ...[403, 500].map((status) => ({
    name: `joining answers ${status}`,
    break: rotatedInto("connect", { status, times: THRICE }),
  })),
  {
    name: "joining answers that the session is full",
    break: rotatedInto("connect", { status: 403, reason: "connectionLimitExceeded", times: THRICE }),
  },
  { name: "joining hangs", ...IMPATIENT, break: rotatedInto("connect", { hang: true, times: TWICE }) },
  { name: "publishing answers 500", break: rotatedInto("streamCreate", { status: 500, times: TWICE }) },
  { name: "publishing hangs", ...IMPATIENT, break: rotatedInto("streamCreate", { hang: true, times: TWICE }) },
].map((row) => ({ retried: true, ...row }));

/** The configuration has no session: what is done to it is done to everybody, so one row at a time. */
const configurations = [
  { how: "refused", retried: false, fault: { status: 503, times: TWICE } },
  { how: "reset", retried: false, fault: { destroy: true, for: 1000 } },
  { how: "never answered", retried: true, fault: { hang: true, times: TWICE }, takes: CACHE_LOCK },
].map(({ how, fault, ...row }) => ({
  name: `the project's configuration is ${how}`,
  ...row,
  break: async ({ call, lab }) => {
    await lab.refuse("config", fault);
    await lab.rotate(call.session);
  },
}));

const groups = [
  { title: "everybody is thrown out", rows: forced },
  { title: "thrown out, with a twist", rows: forcedOddly },
  { title: "the SDK's own migration", rows: migrations },
  { title: "migration and handover", rows: migrationsAroundHandovers },
  { title: "the connection is lost", rows: losses },
  { title: "thrown out, and the first attempt to come back fails:", rows: answers },
  { title: "thrown out, and coming back", rows: configurations, atOnce: 1 },
];

/** Calls start one by one: joining is most of the work. */
let started = Promise.resolve();
function start(...how) {
  const call = started.then(() => Call.start(...how));
  started = call.catch(() => {});
  return call;
}

/** Starts a call, does to it what the row says, and notes how that went. */
async function suffer(browser, lab, { mode, query, reconnection, when = "before", ends = "together", ...row }) {
  const call = await start(browser, lab, { mode, reconnection, calm: "yes", ...query });
  try {
    if (when === "after") await call.handover();
    const marks = await call.marks();
    const { connections } = await lab.session(call.session);
    const ids = Object.fromEntries(connections.map(({ data, id }) => [data, id]));
    const successor = when === "during" ? await call.announceTogether() : null;
    await row.break({ call, lab, ids });
    call.session = successor ?? call.session;
    const began = Date.now();
    const ended =
      ends === "together" ? await comeTogether(call, row, marks) : await finish(call, ends, marks, row.takes ?? TAKES);
    return { seconds: (Date.now() - began - ended.waited) / 1000, ...ended, people: await outcome.told(call, marks) };
  } finally {
    await call.end();
  }
}

async function comeTogether(call, { told = "once", cut = call.names, stays, takes = TAKES }, marks) {
  const end = Date.now() + takes;
  // A still picture and a voice from before are no sign of life: those who are cut off are waited for.
  const back = (name) =>
    call
      .who(name)
      .page.waitForFunction(
        ([at, times]) =>
          app.diary.since(at, "session").filter(({ type }) => type === "sessionReconnected").length >= times,
        [marks[name] ?? 0, Math.min(...TIMES[told])],
        { polling: 50, timeout: takes },
      )
      .then(
        () => null,
        () => `${name} did not hear sessionReconnected`,
      );
  const unheard = (await Promise.all(cut.map(back))).filter(Boolean);
  if (unheard.length > 0) return { lacking: unheard.join("; "), waited: 0 };
  const lacking = await outcome.together(call, end - Date.now());
  if (lacking || !stays) return { lacking, waited: 0 };
  const waiting = Date.now();
  await later(stays);
  const then = await outcome.together(call, 5000);
  return { lacking: then && `${stays / 1000} s later: ${then}`, waited: Date.now() - waiting };
}

async function finish(call, { who = call.names, failed, reason }, marks, takes) {
  const over = (name) =>
    call
      .who(name)
      .page.waitForFunction(
        ({ at, code, why }) => {
          const entries = app.diary.since(at);
          return (
            (!code || entries.some(({ type, detail }) => type === "failed" && detail.error.code === code)) &&
            entries.some((entry) => entry.type === "sessionDisconnected" && entry.reason === why)
          );
        },
        { at: marks[name], code: failed, why: reason },
        { polling: 50, timeout: takes },
      )
      .then(
        () => null,
        () => `${name} did not hear ${[failed && `failed ${failed}`, reason].filter(Boolean).join(" and ")}`,
      );
  const lacking = (await Promise.all(who.map(over))).filter(Boolean).join("; ");
  return { lacking: lacking || null, waited: 0 };
}

/** What is not as the row says, in words: nothing, if all is well. */
function complaints(row, { people, lacking }) {
  const { told = "once", ends = "together", joins = [], cut, retried } = row;
  const found = lacking ? [lacking] : [];
  for (const [name, person] of Object.entries(people)) {
    found.push(...outcome.ourErrors(person).map((error) => `${name}'s page: ${error.split("\n")[0]}`));
    if (ends !== "together" || joins.includes(name)) continue;
    const heard = outcome.interruptions(person);
    const times = (cut ?? Object.keys(people)).includes(name) ? TIMES[told] : [0];
    if (!times.some((count) => heard.join() === Array(count).fill(CUT_AND_BACK).flat().join()))
      found.push(`${name} hears ${heard.join(", ") || "nothing"}`);
    const news = outcome.comingsAndGoings(person, { but: joins });
    found.push(...news.map((what) => `${name} is told: ${what}`));
    found.push(...person.heardTwice.map((said) => `${name} hears twice: ${said}`));
    const astray = person.violations.filter(({ kind }) => ["gone", "wrong", "twice"].includes(kind));
    found.push(...astray.map(({ kind, who, ms, detail }) => `${name} sees ${who} ${kind} for ${ms} ms: ${detail}`));
  }
  const attempts = Object.values(people).flatMap((person) => outcome.receipts(person).map((one) => one.attempts));
  if (retried !== undefined && attempts.some((count) => count > 1) !== retried)
    found.push(`the first attempt should ${retried ? "fail" : "do"}, but there were ${attempts.join(" and ")}`);
  return found;
}

/** A line of the table at the end. */
function line(row, record) {
  if (record.error) return [row.title, "-", `broke off: ${record.error.split("\n")[0].slice(0, 80)}`, "", "", ""];
  const each = Object.values(record.people);
  const moves = each.flatMap(outcome.receipts);
  const ended = row.ends && row.ends !== "together" ? (row.ends.failed ?? row.ends.reason) : "together";
  const [complaint, ...more] = complaints(row, record).map((text) => text.slice(0, 70));
  return [
    row.title,
    record.lacking ? "-" : record.seconds.toFixed(1),
    complaint
      ? `${record.lacking ? "NOT " : ""}${ended}, but ${complaint}${more.length > 0 ? ` (+${more.length})` : ""}`
      : ended,
    String(Math.max(...each.map((one) => outcome.interruptions(one).length)) / 2),
    String(Math.max(...each.map(outcome.longestBlank))),
    [...new Set(moves.flatMap(({ kind, errors }) => [kind, ...errors.map(({ code }) => code)]))].join(" "),
  ];
}

const TIMES = { never: [0], "at most once": [0, 1], once: [1], twice: [2] };
const CUT_AND_BACK = ["sessionReconnecting", "sessionReconnected"];
const HEAD = ["what breaks", "s", "ends", "cut", "black ms", "what the package did"];
const table = [];

/** Works through `items`, so many at a time. */
async function sideBySide(items, atOnce, work) {
  const waiting = [...items];
  const worker = async () => {
    for (let item = waiting.shift(); item; item = waiting.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

for (const { title, rows, atOnce = AT_ONCE } of groups) {
  const titled = rows.map((row) => ({ ...row, title: row.when ? `${row.name} (${row.when} a handover)` : row.name }));
  const wanted = titled.filter((row) => `${title} ${row.title}`.includes(process.env.ROWS ?? ""));
  if (wanted.length === 0) continue;

  test.describe(title, () => {
    const records = new Map();

    test.beforeAll(async ({ browser, lab }) => {
      test.setTimeout(400_000);
      await sideBySide(wanted, atOnce, async (row) => {
        let fresh = false;
        const name = `recovery ${title} ${row.title}`.replace(/\W+/g, "-");
        const record = await recorded(name, () => {
          fresh = true;
          return suffer(browser, lab, row);
        }).catch((error) => ({ error: error.message }));
        records.set(row, record);
        if (fresh) table.push(line(row, record));
      });
      await lab.clear();
    });

    for (const row of wanted) {
      test(row.title, () => {
        const record = records.get(row);
        if (record.error) throw new Error(record.error);
        expect(complaints(row, record), outcome.written(record.people)).toEqual([]);
      });
    }
  });
}

// After a failed test the rest is run by another process, which prints what it ran itself.
test.afterAll(() => {
  if (table.length > 0) console.log(`\n${outcome.aligned([HEAD, ...table])}\n`);
});
