// Whether a callback comes from the platform: "Secure callbacks" in the vendor's documentation. The request carries a JWT
// in `Authorization`, signed with the secret of that kind of callback, whose claim `payload_hash` is the SHA-256 of the
// body.

import { errors, jwtVerify } from "jose";
import { Refusal } from "./errors.js";

/** The one algorithm that is documented. Whoever could choose another one could choose none. */
const ALGORITHMS = ["HS256"];

/** How far the platform's clock and ours may be apart, in seconds. */
export const CLOCK_SKEW = 120;

/**
 * How old a callback may be, in seconds: it is repeated for a day until it is answered, and its documentation doesn't say
 * whether it is signed anew for that.
 */
export const MAX_AGE = 24 * 60 * 60;

const JWT_CODES = /** @type {Record<string, [code: string, message: string]>} */ ({
  ERR_JWT_EXPIRED: ["signature_expired", "its JWT has expired"],
  ERR_JWS_SIGNATURE_VERIFICATION_FAILED: ["signature_invalid", "its JWT is signed with another secret"],
  ERR_JOSE_ALG_NOT_ALLOWED: ["signature_invalid", `its JWT is not signed with ${ALGORITHMS[0]}`],
});

/**
 * Checks that a callback is the platform's and not somebody else's, altered, old, or of the future.
 * @param {string | null} authorization the header of that name
 * @param {Uint8Array<ArrayBuffer>} body as it came, byte by byte
 * @param {{ secrets: string[], now: number, applicationId?: string }} trust `secrets`: any of them may have signed it, so
 * that one can be replaced by another; `now` in milliseconds since the epoch; `applicationId`: it must be of this one, if it says of which it is
 * @returns {Promise<{ id: string | undefined }>} the JWT's own ID, by which a replay could be told
 * @throws {Refusal} 401
 */
export async function verifyCallback(authorization, body, { secrets, now, applicationId }) {
  const token = /^Bearer (\S+)$/i.exec(authorization ?? "")?.[1];
  if (!token) throw refusal("signature_missing", "it is not signed: expected Authorization: Bearer and a JWT");
  const claims = await claimsOf(token, secrets, now);
  const { payload_hash: hash, application_id: application, jti } = claims;
  if (typeof hash !== "string" || !equal(hash.toLowerCase(), await sha256(body))) {
    throw refusal("payload_mismatch", "its JWT was made for another body");
  }
  if (applicationId !== undefined && application !== undefined && application !== applicationId) {
    throw refusal("other_application", "its JWT was made for another application");
  }
  return { id: typeof jti === "string" ? jti : undefined };
}

/**
 * @param {string} token
 * @param {string[]} secrets
 * @param {number} now
 */
async function claimsOf(token, secrets, now) {
  /** @type {unknown} */
  let failure;
  for (const secret of secrets) {
    try {
      const options = {
        algorithms: ALGORITHMS,
        clockTolerance: CLOCK_SKEW,
        currentDate: new Date(now),
        maxTokenAge: MAX_AGE,
      };
      return (await jwtVerify(token, new TextEncoder().encode(secret), options)).payload;
    } catch (error) {
      failure = error;
      // Signed with another one of the secrets, perhaps. Whatever else is wrong with it, stays wrong.
      if (!(error instanceof errors.JWSSignatureVerificationFailed)) break;
    }
  }
  if (failure instanceof errors.JWTClaimValidationFailed) {
    const when = failure.claim === "iat" || failure.claim === "nbf";
    throw refusal(
      when && failure.reason === "check_failed" ? "signature_future" : "signature_invalid",
      `the claim ${failure.claim} of its JWT is not acceptable`,
      failure,
    );
  }
  const [code, message] = (failure instanceof errors.JOSEError && JWT_CODES[failure.code]) || [
    "signature_invalid",
    "its Authorization holds no JWT that can be read",
  ];
  throw refusal(code, message, failure);
}

/**
 * @param {string} code
 * @param {string} message
 * @param {unknown} [cause]
 */
function refusal(code, message, cause) {
  return new Refusal(401, code, `the callback is refused: ${message}`, { cause });
}

/** @param {Uint8Array<ArrayBuffer>} bytes */
async function sha256(bytes) {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * Compares in the same time wherever the first difference is.
 * @param {string} one
 * @param {string} other
 */
function equal(one, other) {
  let difference = one.length ^ other.length;
  for (let index = 0; index < other.length; index += 1) difference |= one.charCodeAt(index) ^ other.charCodeAt(index);
  return difference === 0;
}
