// The options of `createRotationHandler`, checked before anything is done with them.

import { RotationError } from "./errors.js";
import { ROLES } from "./roles.js";

/** @typedef {import("./index.js").RotationOptions} RotationOptions */

const TIME = {
  expected: "a number of milliseconds, 0 or more",
  is: (/** @type {any} */ value) => value >= 0 && Number.isFinite(value),
};
const TEXT = {
  expected: "text that is not empty",
  is: (/** @type {any} */ value) => typeof value === "string" && value !== "",
};
const FUNCTION = { expected: "a function", is: (/** @type {any} */ value) => typeof value === "function" };
const FLAG = { expected: "true or false", is: (/** @type {any} */ value) => typeof value === "boolean" };
const COUNT = {
  expected: "a whole number, 0 or more",
  is: (/** @type {any} */ value) => Number.isInteger(value) && value >= 0,
};
const RATE = { expected: "a number above 0", is: (/** @type {any} */ value) => value > 0 && Number.isFinite(value) };
const SERVICES = ["archive", "broadcast", "captions", "composer"];

/** @param {string[]} words */
const oneOf = (...words) => ({
  expected: `one of ${words.map((word) => JSON.stringify(word)).join(", ")}`,
  is: (/** @type {any} */ value) => words.includes(value),
});

/** @param {string[]} names */
const has = (...names) => ({
  expected: `an object with ${names.join(", ")}`,
  is: (/** @type {any} */ value) => names.every((name) => typeof value?.[name] === "function"),
});

/** What the plan is told, by its own names. */
const PLAN = {
  strategy: oneOf("successor", "migrate"),
  when: oneOf("now", "quiet", "late"),
  session: { expected: "an object", is: (/** @type {any} */ value) => typeof value === "object" && value !== null },
  restart: {
    expected: `a list of some of ${SERVICES.join(", ")}`,
    is: (/** @type {any} */ value) => Array.isArray(value) && value.every((kind) => SERVICES.includes(kind)),
  },
  recordAgain: FLAG,
  notice: TIME,
  lead: TIME,
  quietStreams: COUNT,
  grace: TIME,
  patience: TIME,
  retryInitial: TIME,
  retryMax: TIME,
  announceEvery: TIME,
  serviceDelay: TIME,
  serviceTimeout: TIME,
  keep: TIME,
};

/** @type {Record<string, { expected: string, is(value: any): boolean }>} */
const OPTIONS = {
  ...PLAN,
  applicationId: TEXT,
  video: has("createSession", "sendSignal", "generateClientToken"),
  store: {
    expected: "a path, or an object with get, put, due",
    is: (value) => TEXT.is(value) || has("get", "put", "due").is(value),
  },
  secrets: {
    expected: "a signature secret, or a list of them",
    is: (value) => TEXT.is(value) || (Array.isArray(value) && value.length > 0 && value.every(TEXT.is)),
  },
  unsigned: oneOf("refuse", "accept"),
  announcementKey: {
    expected: "an Ed25519 private key (CryptoKey)",
    is: (value) => value?.algorithm?.name === "Ed25519" && value.type === "private",
  },
  newSessionSignal: TEXT,
  broadcastSignal: TEXT,
  tokenLife: TIME,
  role: {
    expected: `one of ${ROLES.join(", ")}, or a function that says which`,
    is: (value) => ROLES.includes(value) || FUNCTION.is(value),
  },
  plan: { expected: "a WebAssembly.Module", is: (value) => value instanceof WebAssembly.Module },
  requestsPerSecond: RATE,
  pollInterval: TIME,
  takeover: RATE,
  on: FUNCTION,
  log: FUNCTION,
  clock: FUNCTION,
};

export const DEFAULTS = {
  store: "opentok-handover.db",
  unsigned: "refuse",
  newSessionSignal: "newSession",
  broadcastSignal: "broadcastUrl",
  tokenLife: 24 * 60 * 60 * 1000,
  role: /** @type {NonNullable<RotationOptions["role"]>} */ ("publisher"),
  requestsPerSecond: 500,
  pollInterval: 1000,
  takeover: 10_000,
};

/**
 * @param {RotationOptions} options
 * @returns {RotationOptions & typeof DEFAULTS & { config: Record<string, unknown> }}
 * @throws {RotationError} `invalid_option`, naming the option and what was expected
 */
export function checked(options) {
  if (typeof options !== "object" || options === null) throw invalid("the options", "an object", options);
  for (const [name, value] of Object.entries(options)) {
    const option = OPTIONS[name];
    if (!option) throw invalid(name, `one of ${Object.keys(OPTIONS).join(", ")}`, undefined);
    if (value !== undefined && !option.is(value)) throw invalid(name, option.expected, value);
  }
  for (const name of /** @type {const} */ (["applicationId", "video"])) {
    if (options[name] === undefined) throw invalid(name, /** @type {any} */ (OPTIONS[name]).expected, undefined);
  }
  if (options.secrets === undefined && options.unsigned !== "accept") {
    throw invalid("secrets", `${OPTIONS["secrets"]?.expected}; or unsigned: "accept", if anybody may call`, undefined);
  }
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const config = Object.fromEntries(Object.entries(given).filter(([name]) => name in PLAN));
  return /** @type {any} */ ({ ...DEFAULTS, ...given, config: { ...config, applicationId: options.applicationId } });
}

/**
 * @param {string} name
 * @param {string} expected
 * @param {unknown} value
 */
function invalid(name, expected, value) {
  // What was given may be a secret: only its kind is told.
  const kind = value === null ? "null" : Array.isArray(value) ? "a list" : typeof value;
  const found = value === undefined ? "" : `, found ${kind}`;
  return new RotationError("invalid_option", `${name}: expected ${expected}${found}`);
}
