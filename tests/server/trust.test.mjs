// Which callbacks are believed.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { SignJWT, UnsecuredJWT, generateKeyPair } from "jose";
import { CLOCK_SKEW, MAX_AGE, verifyCallback } from "../../src/server/js/trust.js";

const SECRET = "the platform and we know it";
const NOW = Date.UTC(2026, 10, 24, 12);
const SECONDS = NOW / 1000;
const BODY = bytes('{"sessionId":"1_MX4","event":"sessionNotification"}');
const TRUST = { secrets: [SECRET], now: NOW, applicationId: "an-application" };

function bytes(text) {
  return new TextEncoder().encode(text);
}

function claims(over = {}) {
  return {
    iss: "Vonage",
    iat: SECONDS,
    jti: "an-id",
    application_id: "an-application",
    payload_hash: createHash("sha256").update(BODY).digest("hex"),
    ...over,
  };
}

async function signed(over, { secret = SECRET, alg = "HS256" } = {}) {
  return `Bearer ${await new SignJWT(claims(over)).setProtectedHeader({ alg, typ: "JWT" }).sign(bytes(secret))}`;
}

async function refused(authorization, code, { body = BODY, trust = TRUST } = {}) {
  await assert.rejects(verifyCallback(authorization, body, trust), (error) => {
    assert.equal(error.name, "Refusal");
    assert.equal(error.status, 401);
    assert.equal(error.code, code, error.message);
    assert.ok(!error.message.includes(SECRET));
    return true;
  });
}

test("a callback that is signed as documented is believed", async () => {
  assert.deepEqual(await verifyCallback(await signed(), BODY, TRUST), { id: "an-id" });
});

test("the scheme may be in any case, the hash too, and the application unsaid", async () => {
  const shouted = claims().payload_hash.toUpperCase();
  const authorization = await signed({ payload_hash: shouted, application_id: undefined, jti: undefined });
  assert.deepEqual(await verifyCallback(authorization.replace("Bearer", "bearer"), BODY, TRUST), { id: undefined });
});

test("any of several secrets may have signed it", async () => {
  const trust = { ...TRUST, secrets: ["the old one", SECRET] };
  assert.deepEqual(await verifyCallback(await signed(), BODY, trust), { id: "an-id" });
});

test("what is not signed is refused", async () => {
  for (const authorization of [null, "", "Bearer", "Bearer ", "Basic YTpi", "Bearer one two"]) {
    await refused(authorization, "signature_missing");
  }
});

test("what is no JWT is refused", async () => {
  const [header, payload] = (await signed()).split(".");
  for (const token of ["x", "a.b.c", `${header}.${payload}.`, `${header}.${payload}`, "..", "é.é.é"]) {
    await refused(token.startsWith("Bearer") ? token : `Bearer ${token}`, "signature_invalid");
  }
});

test("a signature with another secret, or with an empty one, is refused", async () => {
  await refused(await signed({}, { secret: "somebody else's" }), "signature_invalid");
  await refused(await signed(), "signature_invalid", { trust: { ...TRUST, secrets: [] } });
});

test("no other algorithm is accepted, be it stronger, or none at all", async () => {
  await refused(await signed({}, { alg: "HS512" }), "signature_invalid");
  await refused(`Bearer ${new UnsecuredJWT(claims()).encode()}`, "signature_invalid");
  const { privateKey } = await generateKeyPair("ES256");
  const asymmetric = await new SignJWT(claims()).setProtectedHeader({ alg: "ES256" }).sign(privateKey);
  await refused(`Bearer ${asymmetric}`, "signature_invalid");
});

test("a body of which one byte was changed is refused, and one without a hash", async () => {
  const altered = BODY.slice();
  altered[3] ^= 1;
  await refused(await signed(), "payload_mismatch", { body: altered });
  await refused(await signed(), "payload_mismatch", { body: bytes("") });
  for (const payload_hash of [undefined, "", 7, claims().payload_hash.slice(1), `${claims().payload_hash}0`]) {
    await refused(await signed({ payload_hash }), "payload_mismatch");
  }
});

test("claims that were changed after they were signed are refused", async () => {
  const [header, , signature] = (await signed()).split(".");
  const payload = Buffer.from(JSON.stringify(claims({ application_id: "another" }))).toString("base64url");
  await refused(`${header}.${payload}.${signature}`, "signature_invalid");
});

test("another application's callback is refused", async () => {
  await refused(await signed({ application_id: "another" }), "other_application");
});

test("clocks may be two minutes apart and no more", async () => {
  const from = async (seconds) => signed({ iat: SECONDS + seconds });
  await verifyCallback(await from(CLOCK_SKEW), BODY, TRUST);
  await refused(await from(CLOCK_SKEW + 1), "signature_future");
  await verifyCallback(await signed({ nbf: SECONDS + CLOCK_SKEW }), BODY, TRUST);
  await refused(await signed({ nbf: SECONDS + CLOCK_SKEW + 1 }), "signature_future");
});

test("a callback may be repeated for a day, and expires before if it says so", async () => {
  await verifyCallback(await signed({ iat: SECONDS - MAX_AGE }), BODY, TRUST);
  await refused(await signed({ iat: SECONDS - MAX_AGE - CLOCK_SKEW - 1 }), "signature_expired");
  await verifyCallback(await signed({ exp: SECONDS - CLOCK_SKEW + 1 }), BODY, TRUST);
  await refused(await signed({ exp: SECONDS - CLOCK_SKEW - 1 }), "signature_expired");
});

test("a JWT that doesn't say when it was made is refused", async () => {
  await refused(await signed({ iat: undefined }), "signature_invalid");
  await refused(await signed({ iat: "noon" }), "signature_invalid");
});
