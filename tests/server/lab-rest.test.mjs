// The vendor's own library for servers, unmodified, against the lab: what it asks for, and how it is refused.

import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { describe, test } from "node:test";
import { Auth } from "@vonage/auth";
import { ArchiveMode, MediaMode } from "@vonage/video";
import { connectVideo, listen, refused, startLab } from "./support/lab.mjs";

/** Long enough for anything on a loaded machine; a lab that lets a test wait has failed it. */
const timeout = 60_000;

/** A lab, the library, and a routed session with somebody in it. */
async function room(/** @type {import("node:test").TestContext} */ context) {
  const lab = await startLab(context);
  const vonage = await connectVideo(lab.url);
  const { sessionId } = await vonage.video.createSession();
  const ann = await lab.control("join", { session: sessionId, data: "Ann", publish: "Ann's camera" });
  return { ...lab, ...vonage, sessionId, ann };
}

describe("sessions", { timeout }, () => {
  test("a session is created with its properties", async (context) => {
    const { url, control } = await startLab(context);
    const { video } = await connectVideo(url);
    const { sessionId } = await video.createSession({ mediaMode: MediaMode.RELAYED, location: "10.1.200.30" });
    const session = await control("session", { session: sessionId });
    assert.deepEqual(session.properties, { archiveMode: "manual", location: "10.1.200.30", e2ee: false });
    assert.equal(session.mode, "relayed");
    const routed = await video.createSession({ archiveMode: ArchiveMode.ALWAYS });
    const { mode, properties } = await control("session", { session: routed.sessionId });
    assert.deepEqual([mode, properties.archiveMode, properties.location], ["routed", "always", null]);
  });

  test("a session that is always archived has an archive as soon as somebody is there", async (context) => {
    const { url, control } = await startLab(context);
    const { video } = await connectVideo(url);
    const { sessionId } = await video.createSession({ archiveMode: ArchiveMode.ALWAYS });
    assert.equal((await video.searchArchives({ sessionId })).count, 0);
    await control("join", { session: sessionId });
    assert.equal((await video.searchArchives({ sessionId })).items[0]?.status, "started");
  });

  test("streams are listed, and found by name", async (context) => {
    const { video, sessionId, ann } = await room(context);
    const stream = { id: ann.stream, videoType: "camera", name: "Ann's camera", layoutClassList: [] };
    assert.deepEqual(await video.getStreamInfo(sessionId), { count: 1, items: [stream] });
    assert.deepEqual(await video.getStreamInfo(sessionId, ann.stream), stream);
    assert.equal(await refused(video.getStreamInfo(sessionId, "another")), 404);
    assert.equal(await refused(video.getStreamInfo("nowhere")), 404);
  });

  test("signals go to all or to one", async (context) => {
    const { video, control, sessionId, ann } = await room(context);
    await control("join", { session: sessionId });
    await video.sendSignal({ type: "chat", data: "all" }, sessionId);
    await video.sendSignal({ type: "chat", data: "one" }, sessionId, ann.connection);
    const log = await control("log");
    const signals = log.filter((/** @type {any} */ line) => line.kind === "appSignal");
    assert.deepEqual(
      signals.map((/** @type {any} */ { connection, type, data, sent }) => [connection, type, data, sent]),
      [
        [undefined, "chat", "all", 2],
        [ann.connection, "chat", "one", 1],
      ],
    );
    assert.equal(await refused(video.sendSignal({ type: "chat", data: "x" }, sessionId, "nobody")), 404);
    assert.equal(await refused(video.sendSignal({ type: "a b", data: "x" }, sessionId)), 400);
    assert.equal(await refused(video.sendSignal({ type: "a", data: "x".repeat(8193) }, sessionId)), 413);
  });

  test("clients are muted and disconnected", async (context) => {
    const { video, control, sessionId, applicationId, ann } = await room(context);
    assert.equal((await video.muteStream(sessionId, ann.stream)).id, applicationId);
    assert.equal((await video.forceMuteAll(sessionId)).id, applicationId);
    assert.equal((await video.disableForceMute(sessionId)).id, applicationId);
    assert.equal(await refused(video.muteStream(sessionId, "another")), 404);
    await video.disconnectClient(sessionId, ann.connection);
    assert.deepEqual((await control("session", { session: sessionId })).connections, []);
    assert.equal(await refused(video.disconnectClient(sessionId, ann.connection)), 404);
  });
});

describe("services", { timeout }, () => {
  test("an archive is started, listed, changed, stopped and deleted", async (context) => {
    const { video, control, sessionId, ann } = await room(context);
    const { url, next } = await listen(context);
    await control("callbacks", { archive: url });
    const options = { name: "Meeting", outputMode: "composed", streamMode: "manual", resolution: "1280x720" };
    const archive = await video.startArchive(sessionId, /** @type {any} */ (options));
    assert.deepEqual([archive.status, archive.name, archive.sessionId], ["started", "Meeting", sessionId]);
    assert.equal(await refused(video.startArchive(sessionId, /** @type {any} */ (options))), 409);
    const tagged = await video.startArchive(sessionId, /** @type {any} */ ({ multiArchiveTag: "second" }));
    await video.addArchiveStream(archive.id, ann.stream);
    const { streams } = await video.getArchive(archive.id);
    assert.deepEqual(streams, [{ streamId: ann.stream, hasAudio: true, hasVideo: true }]);
    await video.removeArchiveStream(archive.id, ann.stream);
    assert.equal(await refused(video.addArchiveStream(tagged.id, ann.stream)), 405);
    await video.updateArchiveLayout(archive.id, { type: /** @type {any} */ ("bestFit") });
    const { count, items } = await video.searchArchives({ sessionId, count: 1 });
    assert.deepEqual([count, items.map(({ id }) => id)], [2, [tagged.id]]);
    assert.equal((await video.searchArchives({ sessionId: "another" })).count, 0);
    const stopped = await video.stopArchive(archive.id);
    assert.deepEqual([stopped.status, stopped.reason], ["stopped", "user initiated"]);
    assert.equal(await refused(video.stopArchive(archive.id)), 409);
    assert.equal(await refused(video.deleteArchive(tagged.id)), 409);
    await next(({ body }) => body.id === archive.id && body.status === "available");
    await video.deleteArchive(archive.id);
    assert.equal(await refused(video.getArchive(archive.id)), 404);
  });

  test("what can't be archived is refused as documented", async (context) => {
    const { url, control } = await startLab(context);
    const { video } = await connectVideo(url);
    const [{ sessionId }, relayed] = [
      await video.createSession(),
      await video.createSession({ mediaMode: MediaMode.RELAYED }),
    ];
    assert.equal(await refused(video.startArchive(sessionId)), 404, "nobody is there");
    assert.equal(await refused(video.startArchive("nowhere")), 404);
    await control("join", { session: relayed.sessionId });
    assert.equal(await refused(video.startArchive(relayed.sessionId)), 409, "relayed");
    await control("join", { session: sessionId });
    const silent = { hasAudio: false, hasVideo: false };
    assert.equal(await refused(video.startArchive(sessionId, /** @type {any} */ (silent))), 400);
  });

  test("a broadcast has an address, and is listed until it is over", async (context) => {
    const { video, sessionId } = await room(context);
    const outputs = { hls: {}, rtmp: [{ id: "foo", serverUrl: "rtmp://127.0.0.1/x", streamName: "s" }] };
    const start = () => video.startBroadcast(sessionId, /** @type {any} */ ({ outputs, maxDuration: 600 }));
    const broadcast = await start();
    assert.equal(await refused(start()), 409);
    assert.equal(/** @type {any} */ (broadcast).broadcastUrls.rtmp[0].status, "live");
    const playlist = async () => (await fetch(broadcast.broadcastUrls.hls ?? "")).text();
    assert.match(await playlist(), /^#EXTM3U/);
    assert.doesNotMatch(await playlist(), /ENDLIST/);
    assert.deepEqual(
      (await video.searchBroadcasts(/** @type {any} */ ({ sessionId }))).items.map(({ id }) => id),
      [broadcast.id],
    );
    assert.equal(/** @type {any} */ (await video.stopBroadcast(broadcast.id)).status, "stopped");
    assert.match(await playlist(), /ENDLIST/);
    assert.equal((await video.searchBroadcasts(/** @type {any} */ ({ sessionId }))).count, 0);
    assert.equal(/** @type {any} */ (await video.getBroadcast(broadcast.id)).status, "stopped");
    assert.equal(await refused(video.startBroadcast(sessionId, /** @type {any} */ ({}))), 400);
  });

  test("captions are started once", async (context) => {
    const { video, sessionId } = await room(context);
    const token = video.generateClientToken(sessionId, { role: "moderator" });
    const { captionsId } = await video.enableCaptions(sessionId, token, /** @type {any} */ ({ languageCode: "fr-FR" }));
    assert.equal(await refused(video.enableCaptions(sessionId, token)), 409);
    const { status, languageCode } = await video.getCaptionStatus(captionsId);
    assert.deepEqual([status, languageCode], ["started", "fr-FR"]);
    await video.disableCaptions(captionsId);
    assert.equal(await refused(video.disableCaptions(captionsId)), 404);
    assert.equal(await refused(video.enableCaptions(sessionId, "nonsense")), 400);
  });

  test("an Experience Composer starts after a while", async (context) => {
    const { video, control, sessionId } = await room(context);
    const { url, next } = await listen(context);
    await control("callbacks", { render: url });
    const token = video.generateClientToken(sessionId);
    const config = /** @type {any} */ ({
      url: "https://example.com/",
      resolution: "1280x720",
      properties: { name: "x" },
    });
    const { id, status } = await video.startExperienceComposerRender(sessionId, token, config);
    assert.equal(status, "starting");
    await next(({ body }) => body.id === id && body.status === "started");
    assert.equal(/** @type {any} */ (await video.listExperienceComposerRenders({})).count, 1);
    await video.stopExperienceComposerRender(id);
    assert.equal((await video.getExperienceComposerRender(id)).status, "stopped");
  });

  for (const [name, how] of [
    ["a rotation", {}],
    ["a migration", { migrate: true }],
  ]) {
    test(`${name} ends all services of the session, and of no other`, async (context) => {
      const { video, control, sessionId } = await room(context);
      const token = video.generateClientToken(sessionId);
      const archive = await video.startArchive(sessionId);
      const broadcast = await video.startBroadcast(sessionId, /** @type {any} */ ({ outputs: { hls: {} } }));
      const { captionsId } = await video.enableCaptions(sessionId, token);
      const other = await video.createSession();
      await control("join", { session: other.sessionId });
      const elsewhere = await video.startArchive(other.sessionId);
      await control("join", { session: sessionId, migrate: true });
      await control("rotate", { session: sessionId, .../** @type {any} */ (how) });
      const { status, reason } = await video.getArchive(archive.id);
      assert.deepEqual([status === "started", reason], [false, "session ended"]);
      assert.equal(/** @type {any} */ (await video.getBroadcast(broadcast.id)).status, "stopped");
      assert.equal((await video.getCaptionStatus(captionsId)).status, "stopped");
      assert.equal((await video.getArchive(elsewhere.id)).status, "started");
    });
  }
});

describe("trust", { timeout }, () => {
  test("only the application may ask", async (context) => {
    const { url, sessionId, privateKey, applicationId } = await room(context);
    const other = generateKeyPairSync("rsa", {
      modulusLength: 2048,
      privateKeyEncoding: { type: "pkcs8", format: "pem" },
      publicKeyEncoding: { type: "spki", format: "pem" },
    });
    const ask = async (/** @type {string | undefined} */ authorization, application = applicationId) => {
      const path = `/v2/project/${application}/session/${sessionId}/stream`;
      return (await fetch(url + path, { headers: authorization ? { authorization } : undefined })).status;
    };
    const bearer = (/** @type {ConstructorParameters<typeof Auth>[0]} */ given) =>
      new Auth({ applicationId, privateKey, ...given }).createBearerHeader();
    const good = await bearer({});
    assert.equal(await ask(good), 200);
    assert.equal(await ask(undefined), 401);
    assert.equal(await ask("Bearer nonsense"), 401);
    assert.equal(await ask(await bearer({ privateKey: other.privateKey })), 401);
    assert.equal(await ask(await bearer({ applicationId: "another" })), 401);
    assert.equal(await ask(good, "another"), 403);
  });

  test("a client's token opens its session, as what it says and for as long", async (context) => {
    const { url, video, sessionId } = await room(context);
    const info = async (/** @type {string} */ token, session = sessionId) => {
      const response = await fetch(`${url}/session/${session}`, { headers: { "x-opentok-auth": token } });
      const [answer] = /** @type {any} */ (await response.json());
      return answer.error?.errorMessage.message ?? answer.session_id;
    };
    const token = video.generateClientToken(sessionId, { role: "moderator", data: "Ann" });
    assert.equal(await info(token), sessionId);
    assert.match(await info(token, "another"), /does not belong/);
    const [head, , signature] = token.split(".");
    assert.match(await info(`${head}.${Buffer.from("{}").toString("base64url")}.${signature}`), /signature/);
  });
});

describe("faults", { timeout }, () => {
  test("an operation fails as it was told to, and no other does", async (context) => {
    const { video, control, sessionId } = await room(context);
    await control("refuse", { point: "rest", operation: "startArchive", status: 429, retryAfter: 7, times: 1 });
    assert.equal((await video.searchArchives({ sessionId })).count, 0);
    const error = await video.startArchive(sessionId).catch((/** @type {any} */ failure) => failure);
    assert.deepEqual([error.response.status, error.response.headers.get("retry-after")], [429, "7"]);
    assert.equal((await video.startArchive(sessionId)).status, "started");
  });

  test("an answer is lost after all was done", async (context) => {
    const { video, control, sessionId } = await room(context);
    await control("refuse", { point: "rest", operation: "startArchive", lose: true, times: 1 });
    assert.match(String(await refused(video.startArchive(sessionId))), /socket hang up|ECONNRESET/);
    assert.equal((await video.searchArchives({ sessionId })).count, 1);
  });

  test("a request hangs, and is late", async (context) => {
    const { url, control } = await startLab(context);
    const [{ video }, impatient] = [await connectVideo(url), await connectVideo(url, { timeout: 300 })];
    await control("refuse", { point: "rest", operation: "createSession", hang: true, times: 1 });
    assert.match(String(await refused(impatient.video.createSession())), /abort/i);
    await control("refuse", { point: "rest", delay: 20, times: 1 });
    assert.ok((await video.createSession()).sessionId);
  });
});
