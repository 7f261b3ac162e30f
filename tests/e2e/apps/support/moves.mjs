// What can become of a call's servers: each moves a call of everybody and ends when all are together again.
import { expect } from "@playwright/test";
import { MIGRATION, SDK } from "../../support/sdk.mjs";

/** Runs in the page. Whether the call goes on again since a moment, with pictures that move. */
function isBack(since) {
  const told = app.diary.since(since, "session").find(({ type }) => type === "sessionReconnected");
  const moving = told && Object.values(app.picture.frames(told.at)).every((frames) => frames >= 2);
  return moving && app.manager.state === "connected";
}

/** Runs in the page. Whether everybody's pictures have come by the new servers since a moment, and the old are left. */
function hasMigrated(since) {
  const told = app.diary.since(since, "subscriber").filter(({ type }) => type === "connected");
  const moving = told.length > 0 && Object.values(app.picture.frames(told[0].at)).every((frames) => frames >= 2);
  return moving && app.session.currentState === "connected";
}

export const MOVES = {
  "a planned handover": (call) => call.handover(),
  "a forced rotation": (call) => thrownOut(call),
  [MIGRATION]: SDK.migrates ? migrated : (call) => thrownOut(call, { migrate: true }),
};

/** Everybody loses the call, but whoever can migrate if that is wanted; here nobody can. `back`: when one is back. */
export async function thrownOut(call, how, back = isBack) {
  const marks = await call.marks();
  const { disconnected } = await call.lab.rotate(call.session, how);
  expect(disconnected).toBe(call.people.length);
  await Promise.all(call.people.map((person) => person.until(back, marks[person.name], "the return")));
}

async function migrated(call) {
  const marks = await call.marks();
  await call.lab.notify(call.session);
  await Promise.all(call.people.map((person) => person.until(hasMigrated, marks[person.name], "the migration")));
}
