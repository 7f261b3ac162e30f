// Show 1: every member of the SDK's classes, as the real SDK has them in the browser, and what a durable object does with
// it. A version with a member that the table doesn't name fails here, so that somebody looks; the member works anyway.
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "../support/fixtures.mjs";
import { ROOT } from "../support/lab.mjs";
import { EACH, SDKS } from "../support/sdk.mjs";

/** `UPDATE=yes` writes it anew. */
const PRINTED = path.join(ROOT, "docs/surface.md");

const TABLE = JSON.parse(readFileSync(path.join(import.meta.dirname, "surface/table.json"), "utf8"));

const VERSIONS = SDKS.filter(({ sdk }) => sdk !== "opentok").map(({ sdk }) => sdk);

const found = {};

/** The members of one of each class, in a call of two. */
function walkAll(participant) {
  return participant.evaluate(async () => {
    const { oneOfEach, walk } = await import("/apps/surface/walk.js");
    return Object.fromEntries(Object.entries(oneOfEach(app)).map(([name, object]) => [name, walk(object)]));
  });
}

for (const { sdk, version } of EACH) {
  test(`every member of SDK ${sdk} has its place in the table, and is there on a durable object`, async ({
    startCall,
  }) => {
    const quiet = { sdk, picture: "no", sound: "no", settle: false };
    const call = await startCall({ ...quiet, each: { ann: { kind: "plain" } } });
    // Some members appear with the sound and the pictures.
    const plays = () => [...app.subscribers.values()].some((subscriber) => subscriber.loudness !== undefined);
    for (const participant of call.people) await participant.until(plays, undefined, "somebody to be heard");
    expect(await call.who("ann").evaluate(() => OT.version)).toBe(version);
    const bare = await walkAll(call.who("ann"));
    const unlisted = Object.entries(bare).flatMap(([kind, members]) =>
      Object.keys(members)
        .filter((name) => !(name in TABLE[kind]))
        .map((name) => `${kind}.${name}`),
    );
    expect(unlisted, "new members: decide what a durable object does with them").toEqual([]);
    const absent = await call.who("ben").evaluate(async (wanted) => {
      const objects = (await import("/apps/surface/walk.js")).oneOfEach(app);
      return Object.entries(wanted).flatMap(([kind, members]) =>
        Object.entries(members)
          .filter(([name, what]) => {
            const object = objects[kind];
            return !(name in object) || (typeof object[name] === "function") !== (what === "method");
          })
          .map(([name]) => `${kind}.${name}`),
      );
    }, bare);
    expect(absent).toEqual([]);
    found[sdk] = bare;
  });
}

test("the table names nothing that no version has, and docs/surface.md shows it", async () => {
  test.skip(EACH !== SDKS, "it takes every version to say what none has");
  expect(Object.keys(found)).toEqual(expect.arrayContaining(VERSIONS));
  const strangers = Object.entries(TABLE).flatMap(([kind, members]) =>
    Object.keys(members)
      .filter((name) => !VERSIONS.some((sdk) => name in found[sdk][kind]))
      .map((name) => `${kind}.${name}`),
  );
  expect(strangers).toEqual([]);
  const printed = print();
  console.log(printed);
  if (process.env.UPDATE) writeFileSync(PRINTED, printed);
  expect(readFileSync(PRINTED, "utf8"), "UPDATE=yes writes it anew").toBe(printed);
});

function print() {
  const classes = Object.entries(TABLE).map(([kind, members]) => {
    const rows = Object.entries(members).map(([name, way]) => {
      const versions = VERSIONS.filter((sdk) => name in found[sdk][kind]);
      const what = found[versions.at(-1)][kind][name] === "method" ? `\`${name}()\`` : `\`${name}\``;
      return `| ${what} | ${way} | ${versions.length === VERSIONS.length ? "" : versions.join(", ")} |`;
    });
    return `## ${kind}\n\n| member | | only in |\n|---|---|---|\n${rows.join("\n")}\n`;
  });
  return `# What becomes of each member of the SDK's objects

Written by \`tests/e2e/apps/surface.spec.mjs\`, which walks the objects of SDK ${VERSIONS.join(", ")} in a browser.

- **forwarded**: the SDK's object of the moment answers; arguments and results are translated between its objects and
  durable ones. So is whatever a later version brings.
- **replayed**: forwarded, and said again to the object that comes next.
- **translated**: what it takes or gives is found again in the session of the moment, by what it was called first.
- **ours**: the durable object answers itself.

What begins with \`_\`, and much of the rest, is in no documentation of the SDK's.

${classes.join("\n")}`;
}
