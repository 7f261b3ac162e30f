// What somebody's token lets them do, and the most that it may.

import { Refusal, RotationError } from "./errors.js";

/** @typedef {import("./index.js").Role} Role */

/** What each role may do. Neither of the first two is the lesser one. */
const MAY = /** @type {Record<Role, string[]>} */ ({
  subscriber: ["subscribe"],
  publisheronly: ["publish"],
  publisher: ["subscribe", "publish"],
  moderator: ["subscribe", "publish", "moderate"],
});

export const ROLES = /** @type {Role[]} */ (Object.keys(MAY));

/**
 * The role that is asked for, or the most that is allowed if that is less.
 * @param {Role} asked
 * @param {Role} most
 * @returns {Role}
 * @throws {Refusal} 403, if neither is the lesser one
 */
export function lesser(asked, most) {
  if (isWithin(asked, most)) return asked;
  if (isWithin(most, asked)) return most;
  throw new Refusal(403, "role_not_allowed", `the role ${asked} is not allowed: at most ${most}`);
}

/**
 * @param {string} name of what holds it
 * @param {unknown} value
 * @returns {Role}
 */
export function roleOf(name, value) {
  const role = ROLES.find((known) => known === value);
  if (role) return role;
  // An object could be anything: only its kind is told.
  const found = typeof value === "string" ? JSON.stringify(value) : typeof value;
  throw new RotationError("invalid_option", `${name}: expected one of ${ROLES.join(", ")}, found ${found}`);
}

/**
 * @param {Role} role
 * @param {Role} limit
 */
function isWithin(role, limit) {
  return MAY[role].every((ability) => MAY[limit].includes(ability));
}
