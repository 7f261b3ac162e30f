// Callbacks as a busy application gets them, signed, and somebody who sends them.

import { createHash, randomUUID } from "node:crypto";
import { Agent, request } from "node:http";
import { once } from "node:events";
import { SignJWT } from "jose";

/** What happens in each session: most of it is none of the handler's business, one in six it keeps. */
const STORY = [
  (sessionId) => ({ sessionId, event: "connectionCreated", timestamp: Date.now(), connection: { id: randomUUID() } }),
  (sessionId) => ({ sessionId, event: "connectionCreated", timestamp: Date.now(), connection: { id: randomUUID() } }),
  (sessionId) => ({ sessionId, event: "streamCreated", timestamp: Date.now(), stream: { id: randomUUID() } }),
  (sessionId) => ({
    sessionId,
    event: "archive",
    status: "started",
    id: randomUUID(),
    name: "Meeting",
    createdAt: Date.now(),
    outputMode: "composed",
    hasAudio: true,
    hasVideo: true,
  }),
  (sessionId) => ({ sessionId, event: "streamCreated", timestamp: Date.now(), stream: { id: randomUUID() } }),
  (sessionId) => ({ sessionId, event: "streamDestroyed", timestamp: Date.now(), stream: { id: randomUUID() } }),
];

/** So many callbacks of sessions that nobody has heard of. */
export async function callbacks(count, { applicationId, secret }) {
  const key = new TextEncoder().encode(secret);
  const sessions = Array.from({ length: Math.ceil(count / STORY.length) }, () => randomUUID());
  const bodies = STORY.flatMap((tell) =>
    sessions.map((session) => JSON.stringify({ applicationId, ...tell(session) })),
  );
  return Promise.all(
    bodies.slice(0, count).map(async (body) => {
      const payload_hash = createHash("sha256").update(body).digest("hex");
      const jwt = new SignJWT({ application_id: applicationId, payload_hash, jti: randomUUID() });
      const token = await jwt.setProtectedHeader({ alg: "HS256", typ: "JWT" }).setIssuedAt().sign(key);
      return { body, authorization: `Bearer ${token}` };
    }),
  );
}

/**
 * Sends all of them, so many at a time.
 * @returns {Promise<number[]>} how long each took to be answered, in milliseconds
 */
export async function send(port, all, atATime) {
  const agent = new Agent({ keepAlive: true, maxSockets: atATime });
  const times = [];
  const left = all.values();
  const sender = async () => {
    for (const { body, authorization } of left) {
      const began = performance.now();
      const headers = { authorization, "content-type": "application/json", "content-length": Buffer.byteLength(body) };
      const call = request({ port, host: "127.0.0.1", method: "POST", agent, headers });
      call.end(body);
      const [answer] = await once(call, "response");
      answer.resume();
      await once(answer, "end");
      if (answer.statusCode !== 200) throw new Error(`a callback was answered with ${answer.statusCode}`);
      times.push(performance.now() - began);
    }
  };
  await Promise.all(Array.from({ length: atATime }, sender));
  agent.destroy();
  return times;
}
