// Whatever breaks, the call comes back. Each row of support/breakages.mjs does something to a call of two, and says how
// that ends: everybody together again, or the error that the README names. The rows of a group run side by side, each in
// a session of its own, because they mostly wait.
//
//   ROWS='expired|hangs' npm test -- recovery     runs only the rows in whose names that pattern is found
import { GROUPS, later, TAKES } from "./support/breakages.mjs";
import { Call } from "./support/call.mjs";
import { expect, test } from "./support/fixtures.mjs";
import * as outcome from "./support/outcome.mjs";
import { recorded } from "./support/recorded.mjs";

/** How many calls at once. */
const AT_ONCE = 3;

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
const asked = new RegExp(process.env.ROWS ?? "");

/** Works through `items`, so many at a time. */
async function sideBySide(items, atOnce, work) {
  const waiting = [...items];
  const worker = async () => {
    for (let item = waiting.shift(); item; item = waiting.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

for (const { title, rows, atOnce = AT_ONCE } of GROUPS) {
  const titled = rows.map((row) => ({ ...row, title: row.when ? `${row.name} (${row.when} a handover)` : row.name }));
  const wanted = titled.filter((row) => asked.test(`${title} ${row.title}`));
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
