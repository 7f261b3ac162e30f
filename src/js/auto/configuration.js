// What the page says about itself: `data-` attributes of the script, and `window.opentokHandover`.

/** The options that an attribute can say; what they may be is checked with the others. */
const ATTRIBUTES = [
  "renew",
  "newSessionSignal",
  "newSessionFrom",
  "announcementKey",
  "renewTimeout",
  "connectTimeout",
  "publishTimeout",
  "handoverTimeout",
  "spread",
  "recoveryTimeout",
  "settleTimeout",
  "retry",
  "movesPerHour",
];

/**
 * The manager's options; those of the object count before those of the attributes.
 * @param {Record<string, string | undefined>} attributes
 * @param {any} object
 * @param {(message: string) => void} warn
 * @returns {Record<string, unknown>}
 */
export function optionsOf(attributes, object, warn) {
  /** @type {Record<string, unknown>} */
  const options = {};
  for (const [name, text = ""] of Object.entries(attributes)) {
    if (ATTRIBUTES.includes(name)) options[name] = name === "renew" ? fetching(text) : valueOf(text);
    else
      warn(
        `data-${dashed(name)} is none of its attributes, which are ${ATTRIBUTES.map((one) => `data-${dashed(one)}`).join(", ")}`,
      );
  }
  return { ...options, ...object };
}

/**
 * A `renew` that gets its answer from an address.
 * @param {string} template
 */
function fetching(template) {
  return async (/** @type {import("../index.d.ts").RenewContext} */ { signal, ...context }) => {
    const address = addressOf(template, context);
    const answer = await fetch(address, { signal, credentials: "same-origin" });
    if (!answer.ok) throw new Error(`${address} answered HTTP ${answer.status}`);
    return answer.json();
  };
}

/**
 * The template with `{sessionId}` and the like filled in; one without them gets them as its query.
 * @param {string} template
 * @param {Record<string, unknown>} context
 */
export function addressOf(template, context) {
  const filled = template.replace(/\{(\w+)\}/g, (all, name) =>
    Object.hasOwn(context, name) ? encodeURIComponent(String(context[name])) : all,
  );
  if (filled !== template) return filled;
  const address = new URL(template, document.baseURI);
  for (const [name, value] of Object.entries(context)) address.searchParams.set(name, String(value));
  return address.href;
}

/**
 * Numbers and objects as JSON, and text as it is.
 * @param {string} text
 */
function valueOf(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** @param {string} name */
function dashed(name) {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
