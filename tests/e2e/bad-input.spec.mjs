// What can be wrong from outside is told once, by name, and the call goes on.
import { expect, test } from "./support/fixtures.mjs";

const entries = (participant, since, type) =>
  participant.evaluate(
    ([at, wanted]) =>
      app.diary
        .since(at, "manager")
        .filter((entry) => entry.type === wanted)
        .map(({ detail }) => detail),
    [since, type],
  );

/** The call is as it was: same session, everybody seen and heard, nothing told to the app. */
async function expectUndisturbed(call, marks) {
  for (const [name, { violations, sound, diary, pageErrors }] of Object.entries(await call.seen(marks))) {
    expect(violations, name).toEqual([]);
    expect(
      sound.filter(({ ms }) => ms > 60),
      name,
    ).toEqual([]);
    expect(
      diary.filter(({ source, type }) => source !== "manager" && /Destroyed|Disconnected|exception/.test(type)),
      name,
    ).toEqual([]);
    expect(pageErrors, name).toEqual([]);
  }
}

test.describe("a renew that is no good", () => {
  const cases = [
    { how: "throwing", code: "renew_threw" },
    { how: "hanging", code: "renew_timeout" },
    { how: "tokenless", code: "renew_invalid" },
    { how: "same", code: "renew_same_session" },
  ];

  test("is told by its code, the call goes on, and the handover is completed once it answers", async ({
    startCall,
  }) => {
    test.setTimeout(180_000);
    const call = await startCall({ options: JSON.stringify({ renewTimeout: 500 }) });
    const ann = call.who("ann");
    for (const { how, code } of cases) {
      const marks = await call.marks();
      await ann.evaluate((renewal) => app.renewWith(renewal), how);
      const successor = await call.announceTogether();
      await ann.until(
        ([at, wanted]) =>
          app.diary
            .since(at, "manager")
            .some(({ type, detail }) => type === "renewfailed" && detail.error.code === wanted),
        [marks.ann, code],
        `renewfailed ${code}`,
      );
      const [{ error, attempt, retryIn }] = await entries(ann, marks.ann, "renewfailed");
      // A random time, which may be no time at all.
      expect({ code: error.code, attempt, retried: retryIn !== null }, how).toEqual({
        code,
        attempt: 1,
        retried: true,
      });
      await expectUndisturbed(call, marks);
      expect(await ann.evaluate(() => app.manager.state), how).toBe("handover");
      await ann.evaluate(() => app.renewWith("good"));
      await call.arrived(successor);
      const receipt = await ann.evaluate(() => app.receipts().at(-1));
      expect(receipt.outcome, how).toBe("completed");
      expect(receipt.errors[0].code, how).toBe(code);
      await expectUndisturbed(call, marks);
    }
  });

  test("is named when it is missing, and the call goes on", async ({ startCall }) => {
    const call = await startCall({ renew: "missing" });
    const ann = call.who("ann");
    const marks = await call.marks();
    await call.announceTogether();
    await ann.until(
      (at) =>
        app.diary
          .since(at, "manager")
          .some(
            ({ type, detail }) => ["renewfailed", "failed"].includes(type) && detail.error.code === "renew_missing",
          ),
      marks.ann,
      "renew_missing",
    );
    await expectUndisturbed(call, marks);
  });
});

test("an announcement that can't be believed is told with its reason, once, and nothing else happens", async ({
  startCall,
  lab,
}) => {
  test.setTimeout(120_000);
  const call = await startCall({});
  const ann = call.who("ann");
  const server = (data) => () => lab.signal(call.session, "newSession", data);
  const cases = [
    { reason: "empty", send: server("") },
    { reason: "too_large", send: server("x".repeat(8193)) },
    { reason: "not_json", send: server('{"sessionId": "2_succ') },
    { reason: "invalid", send: server('{"sessionId": 7}') },
    { reason: "current_session", send: server(call.session) },
    {
      reason: "past_deadline",
      send: server(JSON.stringify({ sessionId: "2_successor", deadline: Date.now() - 1000 })),
    },
    {
      reason: "from_participant",
      send: () => call.who("ben").evaluate(() => app.session.signal({ type: "newSession", data: "2_successor" })),
    },
  ];
  for (const { reason, send } of cases) {
    const marks = await call.marks();
    await send();
    await ann.until(
      (at) => app.diary.since(at, "manager").some(({ type }) => type === "signalrejected"),
      marks.ann,
      `signalrejected ${reason}`,
    );
    const rejections = await entries(ann, marks.ann, "signalrejected");
    expect(
      rejections.map((detail) => detail.reason),
      reason,
    ).toEqual([reason]);
    expect(rejections[0].message, reason).toMatch(/\w/);
    expect(rejections[0].type, reason).toBe("newSession");
    expect(await entries(ann, marks.ann, "handoverstart"), reason).toEqual([]);
    expect(await ann.evaluate(() => app.manager.state), reason).toBe("connected");
    await expectUndisturbed(call, marks);
  }
});

test("the same announcement twice starts one handover and is told as a duplicate", async ({ startCall, lab }) => {
  const call = await startCall({});
  const ann = call.who("ann");
  const marks = await call.marks();
  const { successor } = await lab.announce(call.session);
  await lab.announce(call.session, { successor });
  await call.arrived(successor);
  expect((await entries(ann, marks.ann, "handoverstart")).length).toBe(1);
  expect((await entries(ann, marks.ann, "signalrejected")).map(({ reason }) => reason)).toEqual(["duplicate"]);
  await expectUndisturbed(call, marks);
});

test("an unknown or mistyped option throws at create and names what was meant", async ({ startCall }) => {
  const call = await startCall({ people: ["ann"] });
  const failure = (options) =>
    call.who("ann").evaluate(async (given) => {
      const { ReconnectionManager } = await import("/dist/index.js");
      return ReconnectionManager.create(OT, given).then(
        () => null,
        ({ name, code, message }) => ({ name, code, message }),
      );
    }, options);
  expect(await failure({ renewTimeuot: 5 })).toMatchObject({ message: expect.stringContaining("renewTimeout") });
  expect(await failure({ connectTimeout: "soon" })).toMatchObject({
    message: expect.stringContaining("connectTimeout"),
  });
  expect(await failure({ newSessionFrom: "everyone" })).toMatchObject({
    message: expect.stringMatching(/server.*anyone/),
  });
});

test("calls after close are refused with an error that says so", async ({ startCall }) => {
  const call = await startCall({ people: ["ann"] });
  const refusals = await call.who("ann").evaluate(async () => {
    await app.manager.close();
    const outcome = async (work) => {
      try {
        await work();
        return null;
      } catch (error) {
        return { isError: error instanceof Error, code: error.code, message: error.message };
      }
    };
    return {
      handover: await outcome(() => app.manager.handover({ sessionId: "2_successor" })),
      initSession: await outcome(() => app.manager.initSession("100", "2_another")),
      initPublisher: await outcome(() => app.manager.initPublisher()),
    };
  });
  for (const [name, refusal] of Object.entries(refusals))
    expect(refusal, name).toMatchObject({ isError: true, message: expect.stringMatching(/close/i) });
  expect(await call.who("ann").evaluate(() => app.manager.state)).toBe("closed");
});

test("a manager that was not made by create says how to make one", async ({ startCall }) => {
  const call = await startCall({ people: ["ann"] });
  const message = await call.who("ann").evaluate(async () => {
    const { ReconnectionManager } = await import("/dist/index.js");
    try {
      new ReconnectionManager(OT);
      return null;
    } catch (error) {
      return error.message;
    }
  });
  expect(message).toContain("ReconnectionManager.create");
});
