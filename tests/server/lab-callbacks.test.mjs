// The lab's callbacks as an application's server gets them: what is in them, when they come, how they are signed.

import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import { describe, test } from "node:test";
import { connectVideo, listen, startLab } from "./support/lab.mjs";

const timeout = 60_000;
const SECRET = "a secret of the session's own";

/** A lab that calls back. */
async function calledBack(
  /** @type {import("node:test").TestContext} */ context,
  options = {},
  answer = (/** @type {number} */ _count) => 200,
) {
  const lab = await startLab(context);
  const server = await listen(context, answer);
  await lab.control("callbacks", { all: `${server.url}/all`, ...options });
  return { ...lab, ...server, lab: lab.url };
}

describe("callbacks", { timeout }, () => {
  test("a call is told from its first client to its end", async (context) => {
    const { control, heard, next } = await calledBack(context);
    const { connection, stream } = await control("join", { session: "s", data: "Ann", publish: "camera" });
    await control("join", { session: "s", data: "Ben" });
    await control("kick", { session: "s", conn: connection, reason: "clientDisconnected" });
    await control("kick", { session: "s" });
    await next(({ body }) => body.event === "sessionDestroyed");
    await next(() => heard.length === 8);
    const told = (/** @type {string} */ event) => heard.map(({ body }) => body).filter((body) => body.event === event);
    const [created] = told("connectionCreated").filter((body) => body.connection.id === connection);
    const { connection: ann, timestamp } = created;
    const about = { sessionId: "s", projectId: "100", applicationId: "100" };
    assert.deepEqual(created, { ...about, event: "connectionCreated", timestamp, connection: ann });
    assert.deepEqual(ann, { id: connection, createdAt: timestamp, data: "Ann" });
    const [published] = told("streamCreated");
    const camera = { id: stream, connection: ann, createdAt: timestamp, name: "camera", videoType: "camera" };
    assert.deepEqual(published.stream, camera);
    assert.deepEqual(
      told("streamDestroyed").map((body) => [body.reason, body.stream]),
      [["clientDisconnected", camera]],
    );
    assert.deepEqual(
      told("connectionDestroyed")
        .map((body) => [body.reason, body.connection.data])
        .toSorted(),
      [
        ["clientDisconnected", "Ann"],
        ["forceDisconnected", "Ben"],
      ],
    );
    assert.deepEqual([told("sessionCreated").length, told("sessionDestroyed")[0].reason], [1, "forceDisconnected"]);
  });

  test("a scheduled rotation is told twice before it comes, and ends the archive", async (context) => {
    const { control, lab, heard, next } = await calledBack(context);
    const { video } = await connectVideo(lab);
    const { sessionId } = await video.createSession();
    await control("join", { session: sessionId });
    const { id } = await video.startArchive(sessionId, { name: "Meeting" });
    // An hour is a tenth of a second.
    const { notices } = await control("schedule", { session: sessionId, in: 500, speed: 36_000 });
    assert.deepEqual(notices, [100, 400]);
    const { body: destroyed } = await next(({ body }) => body.event === "sessionDestroyed");
    await next(({ body }) => body.id === id && body.status === "available");
    const notified = heard.filter(({ body }) => body.event === "sessionNotification");
    assert.deepEqual(
      notified.map(({ body }) => [body.sessionId, body.reason]),
      [
        [sessionId, "serverRotation"],
        [sessionId, "serverRotation"],
      ],
    );
    // What comes first is not what happened first.
    assert.ok(notified.every(({ body }) => body.timestamp <= destroyed.timestamp));
    assert.equal(destroyed.reason, "serverRotation");
    const archive = heard.map(({ body }) => body).filter((body) => body.event === "archive");
    archive.sort((one, other) => one.updatedAt - other.updatedAt);
    assert.deepEqual(
      archive.map(({ status, reason, name, id }) => [status, reason, name, id]),
      [
        ["started", "", "Meeting", id],
        ["stopped", "session ended", "Meeting", id],
        ["available", "session ended", "Meeting", id],
      ],
    );
  });

  test("each is signed with the secret of its kind, over its very bytes", async (context) => {
    const { control, next, lab } = await calledBack(context, { secret: "another", sessionSecret: SECRET });
    const { video } = await connectVideo(lab);
    const { sessionId } = await video.createSession();
    await control("join", { session: sessionId, data: "Zoë" });
    await video.startArchive(sessionId);
    const session = await next(({ body }) => body.event === "connectionCreated");
    const archive = await next(({ body }) => body.event === "archive");
    const read = (/** @type {string | undefined} */ authorization) =>
      (authorization ?? "").replace("Bearer ", "").split(".");
    const isSigned = (/** @type {string | undefined} */ authorization, /** @type {string} */ secret) => {
      const [head, claims, signature] = read(authorization);
      return createHmac("sha256", secret).update(`${head}.${claims}`).digest("base64url") === signature;
    };
    assert.ok(isSigned(session.authorization, SECRET));
    assert.ok(!isSigned(session.authorization, "another"));
    assert.ok(isSigned(archive.authorization, "another"));
    const [head, claims] = read(session.authorization)
      .slice(0, 2)
      .map((part) => JSON.parse(Buffer.from(part, "base64url").toString()));
    assert.equal(head.alg, "HS256");
    assert.equal(claims.payload_hash, createHash("sha256").update(session.raw).digest("hex"));
    assert.equal(claims.application_id, "100");
    assert.ok(Math.abs(claims.iat - Date.now() / 1000) < 60 && claims.exp > claims.iat && claims.jti);
  });

  test("what isn't taken comes again until it is", async (context) => {
    const { control, heard, next } = await calledBack(context, { retry: 5 }, (count) => (count < 6 ? 503 : 204));
    await control("join", { session: "s" });
    await next(() => heard.length === 7);
    // The last answer is on its way to the lab still.
    while ((await control("callbacks")).waiting > 0);
    const log = await control("log");
    const tries = log.filter((/** @type {any} */ line) => line.kind === "callback");
    assert.equal(tries.filter((/** @type {any} */ line) => line.status === 204).length, 2);
    assert.equal(tries.filter((/** @type {any} */ line) => line.status === 503).length, 5);
  });

  test("copies come in any order", async (context) => {
    const { control, heard, next } = await calledBack(context, { copies: 10, shuffle: 200 });
    await control("join", { session: "s", publish: "camera" });
    await next(() => heard.length === 30);
    const events = heard.map(({ body }) => body.event);
    assert.equal(events.filter((event) => event === "streamCreated").length, 10);
    assert.notDeepEqual(events.slice(0, 10), new Array(10).fill("sessionCreated"));
    assert.equal(new Set(heard.map(({ raw }) => raw)).size, 3, "copies are the same to the byte");
  });
});
