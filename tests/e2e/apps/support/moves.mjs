// What can become of a call's servers: each moves a call of everybody and ends when all are together again.

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
  "a forced rotation": async (call) => {
    const marks = await call.marks();
    await call.lab.rotate(call.session);
    await Promise.all(call.people.map((person) => person.until(isBack, marks[person.name], "the return")));
  },
  "a migration": async (call) => {
    const marks = await call.marks();
    await call.lab.notify(call.session);
    await Promise.all(call.people.map((person) => person.until(hasMigrated, marks[person.name], "the migration")));
  },
};
