// The whole way of a rotation on the application's server: the lab calls back, signed; the handler makes a successor,
// announces it, restarts what doesn't move by itself, and says who is to join where.

import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, request } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, test } from "node:test";
import { createRotationHandler, nodeListener } from "../../dist/server/index.js";
import { connectVideo, startLab } from "./support/lab.mjs";

const timeout = 120_000;
const SECRET = "only the platform and the app know it";

/** A lab that calls back a handler with a plan in SQLite, and what the handler has told. */
async function service(/** @type {import("node:test").TestContext} */ context, options = {}) {
  const { url, control } = await startLab(context);
  const { video, applicationId } = await connectVideo(url);
  const folder = await mkdtemp(path.join(tmpdir(), "handover-rotation-"));
  context.after(() => rm(folder, { recursive: true }));
  /** @type {any[]} */
  const told = [];
  /** @type {Set<() => void>} */
  const waiting = new Set();
  const handler = createRotationHandler({
    applicationId,
    video,
    secrets: SECRET,
    store: path.join(folder, "plans.db"),
    serviceDelay: 0,
    pollInterval: 20,
    on: (event) => {
      told.push(event);
      for (const look of waiting) look();
    },
    ...options,
  });
  context.after(() => handler.close());
  const server = createServer(nodeListener(handler));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  context.after(() => server.close());
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  const address = `http://127.0.0.1:${port}/callbacks`;
  await control("callbacks", { all: address, secret: SECRET });
  /** @type {(type: string, passes?: (event: any) => boolean) => Promise<any>} */
  const tells = (type, passes = () => true) =>
    new Promise((resolve) => {
      const look = () => {
        const found = told.find((event) => event.type === type && passes(event));
        if (!found) return;
        waiting.delete(look);
        resolve(found);
      };
      waiting.add(look);
      look();
    });
  return { url, control, video, handler, told, tells, address };
}

describe("a handler with its plans in SQLite", { timeout }, () => {
  test("takes a call from the notice to the successor, its recording and its broadcast with it", async (context) => {
    const { url, control, video, handler, told, tells } = await service(context, {
      recordAgain: true,
      restart: ["archive", "broadcast"],
    });
    const { sessionId } = await video.createSession();
    await control("join", { session: sessionId, data: "Ann", publish: "camera" });
    const archive = await video.startArchive(sessionId, { name: "Meeting" });
    const broadcast = await video.startBroadcast(sessionId, /** @type {any} */ ({ outputs: { hls: {} } }));
    // The servers go in an hour, which is ten minutes here.
    await control("schedule", { session: sessionId, in: 3_600_000, speed: 1 });

    const moved = await tells("successor");
    assert.equal(moved.from, sessionId);
    assert.notEqual(moved.to, sessionId);
    await control("join", { session: moved.to, data: "Ann", publish: "camera" });
    const again = await tells("serviceRestarted", ({ kind }) => kind === "archive");
    assert.equal(again.sessionId, moved.to);
    assert.equal(again.previousId, archive.id);
    const onAir = await tells("serviceRestarted", ({ kind }) => kind === "broadcast");
    assert.equal(onAir.previousId, broadcast.id);
    assert.equal(onAir.urls.hls, (await video.getBroadcast(onAir.id)).broadcastUrls?.hls);

    const { items } = await video.searchArchives({});
    const running = items.filter(({ status }) => status === "started");
    assert.deepEqual(
      running.map(({ id, sessionId: where, name }) => [id, where, name]),
      [[again.id, moved.to, "Meeting"]],
    );
    const [recording] = await handler.manifest(sessionId);
    assert.deepEqual(
      recording.pieces.map(({ archiveId }) => archiveId),
      [archive.id, again.id],
    );

    // Whoever comes now, with the old session or with the new one, goes to the new one.
    for (const known of [sessionId, moved.to]) {
      const credentials = await handler.credentials({ sessionId: known, user: "Ben" });
      assert.equal(credentials.sessionId, moved.to);
      assert.ok(credentials.token);
    }
    const log = /** @type {any[]} */ (await (await fetch(`${url}/control/log`)).json());
    const announced = log.filter(({ kind, type }) => kind === "appSignal" && type === "newSession");
    assert.ok(announced.length >= 1, JSON.stringify(log.filter(({ kind }) => kind === "appSignal")));
    assert.equal(told.filter(({ type }) => type === "successor").length, 1);
  });

  test("makes one successor of one notice that comes fifty times at once", async (context) => {
    const { url, control, video, tells } = await service(context);
    const { sessionId } = await video.createSession();
    await control("join", { session: sessionId, data: "Ann" });
    await control("callbacks", { copies: 50 });
    await control("schedule", { session: sessionId, in: 3_600_000, speed: 1 });
    await tells("successor");
    const log = /** @type {any[]} */ (await (await fetch(`${url}/control/log`)).json());
    const created = log.filter(({ kind, operation }) => kind === "rest" && operation === "createSession");
    assert.equal(created.length, 2, "the app's own, and one successor");
  });

  test("believes nobody who doesn't know the secret", async (context) => {
    const { address, told } = await service(context);
    const body = JSON.stringify({ sessionId: "s", event: "sessionNotification", reason: "serverRotation" });
    const unsigned = await fetch(address, { method: "POST", body });
    assert.equal(unsigned.status, 401);
    assert.equal(/** @type {any} */ (await unsigned.json()).error.code, "signature_missing");
    const forged = await fetch(address, { method: "POST", body, headers: { authorization: "Bearer a.b.c" } });
    assert.equal(forged.status, 401);
    assert.deepEqual(told, []);
  });
});

describe("a handler that believes everybody", { timeout }, () => {
  const post = (/** @type {string} */ address, /** @type {BodyInit} */ body) =>
    fetch(address, { method: "POST", body });

  test("says what is wrong with a callback, and goes on", async (context) => {
    const { address } = await service(context, { unsigned: "accept" });
    for (const body of ["", "not JSON", "[]", "7", "{}", '{"event":7,"sessionId":"s"}', new Uint8Array([0xff])]) {
      assert.equal((await post(address, body)).status, 400, String(body));
    }
    assert.equal((await post(address, "x".repeat(1_000_001))).status, 413);
    assert.equal((await fetch(address)).status, 405);
    const unknown = await post(address, '{"event":"connectionCreated","sessionId":"s","timestamp":1}');
    assert.equal(unknown.status, 200);
  });

  test("asks whoever calls too often to come back later", async (context) => {
    const { address } = await service(context, { unsigned: "accept", requestsPerSecond: 2 });
    const answers = await Promise.all(Array.from({ length: 30 }, () => post(address, "{}")));
    const refused = answers.filter(({ status }) => status === 429);
    assert.ok(refused.length > 0);
    assert.equal(refused[0]?.headers.get("retry-after"), "1");
  });
});

describe("a listener for node:http", { timeout: 20_000 }, () => {
  test("is not brought down by somebody who hangs up", async (context) => {
    const listener = nodeListener(async () => new Response());
    /** @type {Promise<void>[]} */
    const outcomes = [];
    const server = createServer((incoming, outgoing) => {
      // A listener that rejects ends its process.
      outcomes.push(listener(incoming, outgoing));
      incoming.destroy();
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    context.after(() => server.close());
    const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
    const [error] = await once(request({ port, host: "127.0.0.1", method: "POST" }).end("{}"), "error");
    assert.equal(error.code, "ECONNRESET");
    assert.equal(outcomes.length, 1);
    await assert.doesNotReject(Promise.all(outcomes));
  });
});
