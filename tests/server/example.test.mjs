// The example server of the documentation, as somebody starts it.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { statement } from "../../dist/server/statement.js";
import { connectVideo, startLab } from "./support/lab.mjs";

const ROOT = path.resolve(import.meta.dirname, "../..");
const EXAMPLE = path.join(ROOT, "docs/examples/server.mjs");
const SECRET = "only the platform and the app know it";

/** Starts the example in a folder of its own; `says(type)` gives the first event of a type that it prints. */
async function startExample(/** @type {import("node:test").TestContext} */ context, /** @type {any} */ given) {
  const folder = await mkdtemp(path.join(tmpdir(), "handover-example-"));
  const file = path.join(folder, "private.key");
  await writeFile(file, given.privateKey);
  const env = {
    ...process.env,
    APPLICATION_ID: given.applicationId,
    PRIVATE_KEY_FILE: file,
    CALLBACK_SECRET: SECRET,
    ANNOUNCEMENT_KEY: JSON.stringify(given.announcementKey),
    STORE: path.join(folder, "rotations.db"),
    VIDEO_HOST: given.url,
    PORT: "0",
  };
  const child = spawn(process.execPath, [EXAMPLE], { cwd: ROOT, env, stdio: ["ignore", "pipe", "pipe"] });
  const ended = once(child, "exit");
  context.after(async () => {
    child.kill();
    await ended;
    await rm(folder, { recursive: true });
  });
  let trouble = "";
  child.stderr.setEncoding("utf8").on("data", (text) => (trouble += text));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return async (/** @type {string} */ type) => {
    for (;;) {
      const { value, done } = await lines.next();
      if (done) throw new Error(`it ended before it said "${type}": ${trouble}`);
      const event = JSON.parse(value);
      if (event.type === type) return event;
    }
  };
}

test("the example has fewer than 60 lines", async () => {
  assert.ok((await readFile(EXAMPLE, "utf8")).split("\n").length <= 60);
});

test(
  "the example makes one successor of a callback, announces it signed, and lets clients in",
  { timeout: 120_000 },
  async (context) => {
    const { url, control } = await startLab(context);
    const { video, applicationId, privateKey } = await connectVideo(url);
    const { privateKey: key, publicKey } = /** @type {CryptoKeyPair} */ (
      await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"])
    );
    const announcementKey = await crypto.subtle.exportKey("jwk", key);
    const says = await startExample(context, { url, applicationId, privateKey, announcementKey });
    const { port } = await says("listening");
    const address = `http://127.0.0.1:${port}`;
    await control("callbacks", { all: `${address}/callbacks`, secret: SECRET });

    const { sessionId } = await video.createSession();
    await control("join", { session: sessionId, data: "Ann" });
    await control("schedule", { session: sessionId, in: 3_600_000, speed: 1 });
    const moved = await says("successor");
    assert.equal(moved.from, sessionId);

    const answer = await fetch(`${address}/credentials?session=${sessionId}`);
    const credentials = /** @type {any} */ (await answer.json());
    assert.deepEqual([answer.status, credentials.sessionId, typeof credentials.token], [200, moved.to, "string"]);
    let log;
    do log = /** @type {any[]} */ (await (await fetch(`${url}/control/log`)).json());
    while (!log.some(({ kind, type }) => kind === "appSignal" && type === "newSession"));
    assert.equal(log.filter(({ kind, operation }) => kind === "rest" && operation === "createSession").length, 2);
    const { data } = log.find(({ kind, type }) => kind === "appSignal" && type === "newSession");
    const { signature, ...facts } = JSON.parse(data);
    assert.deepEqual([facts.from, facts.sessionId], [sessionId, moved.to]);
    const said = statement({ applicationId, ...facts });
    assert.ok(await crypto.subtle.verify("Ed25519", publicKey, Buffer.from(signature, "base64url"), said));

    assert.equal((await fetch(`${address}/elsewhere`)).status, 404);
    const unsigned = await fetch(`${address}/callbacks`, { method: "POST", body: "{}" });
    assert.equal(unsigned.status, 401);
  },
);
