// Callbacks that are forged, altered, replayed or no callbacks at all, sent to a running handler: what each is answered, and
// whether it was acted on: each is about a session that nobody has heard of, so a plan begins or doesn't, and without one
// nothing is asked of the platform. trust.test.mjs has the rules one by one; the table is shown in the test run.

import assert from "node:assert/strict";
import { generateKeyPairSync, sign } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { MemoryStore, createRotationHandler, nodeListener } from "../../dist/server/index.js";
import { APPLICATION, SECRET, claimsOf, flips, notice, signed, spliced, tokenOf } from "./support/forger.mjs";
import { tellTable } from "./support/telling.mjs";

/** @typedef {import("./support/forger.mjs").Callback} Callback */

const DAY = 24 * 60 * 60;
const seconds = () => Math.floor(Date.now() / 1000);
const withHeader = (header) => ({ ...signed(), headers: header });
const withToken = (token) => ({ ...signed(), token });

function asymmetric(alg, kind, options) {
  const { privateKey } = generateKeyPairSync(kind, options);
  const { body } = signed();
  const [header, claims] = tokenOf(claimsOf(body), { alg }).split(".");
  const signature = sign("sha256", Buffer.from(`${header}.${claims}`), privateKey).toString("base64url");
  return { body, token: `${header}.${claims}.${signature}` };
}

function withoutSignature(alg) {
  const { body } = signed();
  const [header, claims] = tokenOf(claimsOf(body), { alg }).split(".");
  return { body, token: `${header}.${claims}.` };
}

function withFlippedSignature() {
  const { body, token } = signed();
  const signature = Buffer.from(token.split(".")[2], "base64url");
  return flips(signature).map((bytes) => ({ body, token: spliced(token, { signature: bytes.toString("base64url") }) }));
}

function withFlippedBody() {
  const { body, token } = signed();
  return flips(body).map((altered) => ({ body: altered, token }));
}

/** A callback of the platform's with a body that says the same in other bytes. */
function reworded() {
  const told = notice();
  const { token } = signed(told);
  const text = JSON.stringify(told);
  const others = [` ${text}`, `${text}\n`, `\ufeff${text}`, JSON.stringify(told, null, 1), text.replace(":", ": "), ""];
  return others.map((other) => ({ body: Buffer.from(other), token }));
}

/** What comes, how it is answered, and how many of them are acted on: none, unless it says `acts`. */
const KINDS = [
  // Whose is it?
  ["as the platform sends it", () => [signed()], 200, "ok", { acts: 1 }],
  ["not signed", () => [undefined, ""].map(withToken), 401, "signature_missing"],
  [
    "signed elsewhere: another scheme, the query, the body",
    () => [
      { ...signed(), token: undefined, headers: { authorization: `Basic ${Buffer.from(SECRET).toString("base64")}` } },
      { ...signed(), token: undefined, headers: { "x-authorization": `Bearer ${signed().token}` } },
      { ...signed(notice({ token: signed().token })), token: undefined },
    ],
    401,
    "signature_missing",
  ],
  ["something that is no JWT", () => ["x", "a.b.c", "..", "e30.e30.e30"].map(withToken), 401, "signature_invalid"],
  [
    "another secret",
    () => ["somebody else's", "", `${SECRET} `, SECRET.toUpperCase()].map((secret) => signed(notice(), { secret })),
    401,
    "signature_invalid",
  ],
  ["algorithm none", () => ["none", "None", "NONE", "nOnE", ""].map(withoutSignature), 401, "signature_invalid"],
  [
    "HS384, HS512 with the right secret",
    () => ["HS384", "HS512"].map((alg) => signed(notice(), { header: { alg } })),
    401,
    "signature_invalid",
  ],
  [
    "RS256, ES256 with a key of their own",
    () => [asymmetric("RS256", "rsa", { modulusLength: 2048 }), asymmetric("ES256", "ec", { namedCurve: "P-256" })],
    401,
    "signature_invalid",
  ],
  [
    "a header that must be understood and isn't",
    () => [signed(notice(), { header: { crit: ["x"], x: 1 } })],
    401,
    "signature_invalid",
  ],
  ["one bit of the signature is another", withFlippedSignature, 401, "signature_invalid"],
  [
    "claims or header put in after signing",
    () => {
      const { body, token } = signed();
      const claims = { ...claimsOf(body), exp: seconds() + DAY };
      return [{ claims }, { header: { alg: "HS256", typ: "JWT", kid: "1" } }].map((parts) => ({
        body,
        token: spliced(token, parts),
      }));
    },
    401,
    "signature_invalid",
  ],
  // When was it made?
  [
    "doesn't say when",
    () => [undefined, "noon", null].map((iat) => signed(notice(), { claims: { iat } })),
    401,
    "signature_invalid",
  ],
  [
    "of the future",
    () =>
      [{ iat: seconds() + 200 }, { iat: seconds() + DAY }, { nbf: seconds() + 200 }].map((claims) =>
        signed(notice(), { claims: { exp: seconds() + 2 * DAY, ...claims } }),
      ),
    401,
    "signature_future",
  ],
  [
    "expired, or older than a day",
    () => [{ exp: seconds() - 200 }, { iat: seconds() - DAY - 200 }].map((claims) => signed(notice(), { claims })),
    401,
    "signature_expired",
  ],
  [
    "clocks two minutes apart",
    () => [-100, 100].map((off) => signed(notice(), { claims: { iat: seconds() + off } })),
    200,
    "ok",
    { acts: 2 },
  ],
  // Of what?
  [
    "the hash of another body, or none",
    () =>
      [claimsOf(Buffer.from("{}")).payload_hash, undefined, "", 7, null].map((payload_hash) =>
        signed(notice(), { claims: { payload_hash } }),
      ),
    401,
    "payload_mismatch",
  ],
  ["one bit of the body is another", withFlippedBody, 401, "payload_mismatch"],
  ["the same in other bytes, or nothing", reworded, 401, "payload_mismatch"],
  [
    "the body of one callback with the token of another",
    () => [{ body: signed().body, token: signed().token }],
    401,
    "payload_mismatch",
  ],
  [
    "made for another application",
    () => [signed(notice(), { claims: { application_id: "another" } })],
    401,
    "other_application",
  ],
  ["tells of another application's session", () => [signed(notice({ applicationId: "another" }))], 200, "ignored"],
  // Again, and in which order?
  ["the same ten times at once", () => Array(10).fill(signed()), 200, undefined, { acts: 1 }],
  [
    "the same again, signed anew",
    () => {
      const told = notice();
      return [signed(told), signed(told), signed(told)];
    },
    200,
    undefined,
    { acts: 1 },
  ],
  [
    "the end before the notice of it",
    () => {
      const told = notice();
      return [signed({ ...told, event: "sessionDestroyed", timestamp: told.timestamp + 1_000 }), signed(told)];
    },
    200,
    undefined,
    { acts: 1, inOrder: true },
  ],
  [
    "a notice whose servers have long gone",
    () => [signed(notice({ timestamp: Date.now() - DAY * 1000 }))],
    200,
    "ignored",
  ],
  // Is it a callback?
  [
    "another content type, rightly signed",
    () => ["text/plain", "application/x-www-form-urlencoded"].map((type) => withHeader({ "content-type": type })),
    200,
    "ok",
    { acts: 2 },
  ],
  [
    "not JSON, or no object",
    () => ["", "x", "{", '{"a":1}{', "[]", "7", "null", '"text"'].map((text) => signed(text)),
    400,
    "not_json",
  ],
  ["not UTF-8", () => [signed(Buffer.from([0xff, 0xfe]))], 400, "not_json"],
  [
    "JSON that is no callback",
    () => ["{}", '{"event":7,"sessionId":"s"}', '{"event":"sessionNotification"}'].map((text) => signed(text)),
    400,
    "invalid_callback",
  ],
  ["an event that nobody knows", () => [signed(notice({ event: "sessionPainted" }))], 200, "ignored"],
  ["more than 1 MB", () => [signed(notice({ reason: "x".repeat(1_000_000) }))], 413, "too_large"],
  ["another method", () => ["PUT", "DELETE", "PATCH"].map((method) => ({ ...signed(), method })), 405, "method"],
];

/** @type {string} */
let url;
/** @type {() => number} how many plans have begun until now */
let deeds;
/** @type {(string | number)[][]} */
const rows = [["what comes", "sent", "answer", "", "acted on"]];
/** @type {() => Promise<void>} */
let end;

before(async () => {
  let [stored, asked] = [0, 0];
  const store = new MemoryStore();
  const put = store.put.bind(store);
  store.put = async (key, ...rest) => {
    const written = await put(key, ...rest);
    if (written && rest[1] === 0) stored += 1;
    return written;
  };
  // It is refused for good, so that nothing of it goes on.
  const ask = async () => {
    asked += 1;
    throw Object.assign(new Error("no"), { response: { status: 400 } });
  };
  const video = {
    createSession: ask,
    sendSignal: ask,
    generateClientToken: () => "a token",
    searchArchives: ask,
    searchBroadcasts: ask,
    listExperienceComposerRenders: ask,
  };
  deeds = () => stored;
  const handler = createRotationHandler({ applicationId: APPLICATION, video, secrets: SECRET, store });
  const server = createServer(nodeListener(handler));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  url = `http://127.0.0.1:${server.address().port}/callbacks`;
  end = async () => {
    server.closeAllConnections();
    server.close();
    await handler.close();
    assert.ok(asked > 0, "what is believed is acted on");
  };
});

after(async () => {
  tellTable(rows);
  await end();
});

for (const [what, make, status, answer, { acts = 0, inOrder = false } = {}] of KINDS) {
  test(`${what}: ${status}`, async () => {
    const before = deeds();
    const callbacks = make();
    const answers = inOrder ? [] : await Promise.all(callbacks.map(post));
    if (inOrder) for (const callback of callbacks) answers.push(await post(callback));
    const done = deeds() - before;
    for (const { status: found, says } of answers) {
      assert.equal(found, status, says);
      if (answer) assert.equal(says, answer);
    }
    assert.equal(done, acts, "acted on");
    rows.push([
      what,
      answers.length,
      String(status),
      answer ?? [...new Set(answers.map(({ says }) => says))].join(", "),
      done,
    ]);
  });
}

async function post(/** @type {Callback} */ { body, token, headers = {}, method = "POST" }) {
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const response = await fetch(url, {
    method,
    body,
    headers: { "content-type": "application/json", ...authorization, ...headers },
  });
  const answer = await response.json();
  return { status: response.status, says: answer.error?.code ?? answer.status };
}
