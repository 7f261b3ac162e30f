// How a call fares that something was done to: whether people come together again, when, and what they were told.

/** ms: how long one look at the call waits for new pictures, voices and words before it says what is lacking. */
const LOOK = 1500;

/** What an app hears when somebody, or it itself, has gone or is new. Nobody has who only comes back. */
const COMINGS_AND_GOINGS = /^(stream|connection|session)(Created|Destroyed|Connected|Disconnected)$|^destroyed$/;

/**
 * Waits until everybody is in the call's session, sees and hears each other *now* (a still picture doesn't count), and
 * a signal has passed each way. Gives back `null`, or what was lacking when patience ended.
 */
export async function together(call, patience) {
  const end = Date.now() + patience;
  for (;;) {
    const lacking = await lacks(call, `word ${(call.words = (call.words ?? 0) + 1)}`);
    if (!lacking || Date.now() > end) return lacking;
  }
}

async function lacks(call, word) {
  const { names } = call;
  const seen = await Promise.all(
    call.people.map(async ({ page, name }) => {
      const since = await page.evaluate((said) => {
        app.say(said).catch(() => {});
        return app.now();
      }, word);
      const asked = { names, word, since };
      const look = await page.waitForFunction(lookAround, { ...asked, all: true }, { polling: 50, timeout: LOOK }).then(
        () => null,
        (error) => {
          if (error.name !== "TimeoutError") throw error;
          return page.evaluate(lookAround, asked);
        },
      );
      return look && `${name} lacks ${look}`;
    }),
  );
  const unseen = seen.filter(Boolean);
  if (unseen.length > 0) return unseen.join("; ");
  const { connections, streams } = await call.lab.session(call.session);
  const here = connections.filter(({ open, id }) => open && streams.some(({ connection }) => connection === id));
  const who = here.map(({ data }) => data).sort();
  return who.join() === [...names].sort().join() ? null : `in the session publish ${who.join() || "none"}`;
}

/** Runs in the page. With `all`: whether nothing is lacking; else what is. */
function lookAround({ names, word, since, all }) {
  const others = names.filter((name) => name !== app.name);
  const frames = app.picture.frames(since);
  const lacking = [
    app.picture.settled(names.length) ? [] : "a picture in each tile",
    names.filter((name) => !(frames[name] >= 2)).map((name) => `new pictures of ${name}`),
    others.filter((name) => app.sound.count(name) !== 1).map((name) => `${name}'s voice`),
    others
      .filter((name) => !app.chat.some(({ from, data }) => from === name && data === word))
      .map((name) => `${name}'s word`),
  ].flat();
  return all ? lacking.length === 0 : lacking.join(", ");
}

/** What each person was told since `marks`, by name, as plain data. */
export async function told(call, marks) {
  const entries = await Promise.all(
    call.people.map(async (participant) => {
      const since = marks[participant.name] ?? 0;
      const report = await participant.evaluate((at) => {
        const heard = new Map();
        for (const { from, data } of app.chat) heard.set(`${from}: ${data}`, (heard.get(`${from}: ${data}`) ?? 0) + 1);
        return {
          state: app.manager.state,
          diary: app.diary.since(at).map((entry) => ({ ...entry, at: entry.at - Math.round(at) })),
          heardTwice: [...heard].filter(([, count]) => count > 1).map(([said]) => said),
          violations: app.picture.report(at).violations.map(({ kind, who, at: from, until, detail }) => ({
            kind,
            who,
            at: from - at,
            ms: until - from,
            detail,
          })),
        };
      }, since);
      return [participant.name, { ...report, pageErrors: participant.pageErrors }];
    }),
  );
  return Object.fromEntries(entries);
}

/** The names of the app's own session events of being cut off and back. */
export const interruptions = ({ diary }) =>
  diary.filter(({ source, type }) => source === "session" && /^sessionReconnect/.test(type)).map(({ type }) => type);

/** What the app's own handlers heard of people and streams that went or came, but for people who really did. */
export const comingsAndGoings = ({ diary }, { but = [] } = {}) =>
  diary
    .filter(({ source, type }) => source !== "manager" && COMINGS_AND_GOINGS.test(type))
    .filter(({ connection }) => !but.includes(connection))
    .map(({ source, type, reason, connection }) => [source, type, connection, reason].filter(Boolean).join(" "));

/** Receipts of recoveries and handovers, as told to the app. */
export const receipts = ({ diary }) => diary.filter(({ type }) => type === "handoverend").map(({ detail }) => detail);

/** Uncaught errors that came out of the package; the SDK has some of its own. */
export const ourErrors = ({ pageErrors }) => pageErrors.filter((stack) => stack.includes("/dist/"));

/** The longest time in ms that a tile had no picture. */
export const longestBlank = ({ violations }) =>
  violations.filter(({ kind }) => kind === "blank").reduce((longest, { ms }) => Math.max(longest, ms), 0);

/** A diary for a person to read. */
export function written(people) {
  return Object.entries(people)
    .flatMap(([name, { state, diary, pageErrors }]) => [
      `${name} (${state})`,
      ...diary.map(({ at, source, type, ...more }) => `  ${at} ${source} ${type} ${brief(more)}`),
      ...pageErrors.map((error) => `  ! ${error.split("\n").slice(0, 3).join(" | ")}`),
    ])
    .join("\n");
}

function brief(more) {
  return JSON.stringify(more, (key, value) => (["phases", "tiles", "stream"].includes(key) ? undefined : value)).slice(
    0,
    400,
  );
}

/** Rows of texts as aligned columns. */
export function aligned(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows
    .map((row) =>
      row
        .map((text, column) => text.padEnd(widths[column]))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
