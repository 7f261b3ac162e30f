// What can break, as a table: each row does to a call of two what servers and networks really do, and says how that ends.
import { together } from "./outcome.mjs";

/** ms: how long a row may take to come together again, if it doesn't say. */
export const TAKES = 20_000;

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
export const later = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** The old servers end: who is still on them is disconnected by force. Who has left them hears nothing. */
async function oldServersEnd({ call, lab, ids }) {
  const { connections } = await lab.session(call.session);
  const old = connections.map(({ id }) => id).filter((id) => Object.values(ids).includes(id));
  if (old.length === connections.length) await lab.rotate(call.session);
  else await Promise.all(old.map((conn) => lab.rotate(call.session, { conn })));
}

/** Waits until both legs of the first person are open. */
const overlap = (call) =>
  call
    .who("ann")
    .until(
      () => app.diary.entries.some(({ type, detail }) => type === "phasechange" && detail.phase === "overlapping"),
      null,
      "the overlap",
    );

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
      await overlap(call);
      await lab.rotate(call.session);
      call.session = successor;
    },
  },
  {
    name: "the successor dies half-way, and the old one goes on until it is reached",
    told: "never",
    break: async ({ call, lab }) => {
      const successor = await call.announceTogether();
      await overlap(call);
      await lab.rotate(successor);
      call.session = successor;
    },
  },
  {
    name: "and again as soon as everybody is back",
    told: "twice",
    break: async ({ call, lab }) => {
      await lab.rotate(call.session);
      await together(call, TAKES);
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
  ...[403, 404, 500].map((error) => ({
    name: `session info says ${error}`,
    break: rotatedInto("info", { error, times: TWICE }),
  })),
  {
    name: "session info says 409, against the terms of service: that is final",
    retried: false,
    ends: { failed: "connect_failed", reason: "serverRotation" },
    break: rotatedInto("info", { error: 409, times: TWICE }),
  },
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
  { name: "the socket is reset once", break: rotatedInto("socket", { destroy: true, times: TWICE }) },
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

/** All rows, in groups with a title. `atOnce`: how many of them may run side by side. */
export const GROUPS = [
  { title: "everybody is thrown out", rows: forced },
  { title: "thrown out, with a twist", rows: forcedOddly },
  { title: "the SDK's own migration", rows: migrations },
  { title: "migration and handover", rows: migrationsAroundHandovers },
  { title: "the connection is lost", rows: losses },
  { title: "thrown out, and the first attempt to come back fails:", rows: answers },
  { title: "thrown out, and coming back", rows: configurations, atOnce: 1 },
];
