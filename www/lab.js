/** The lab's HTTP interface, as far as the demo needs it: credentials, and the rotation of servers on demand. */

/** Something the demo needs is not there; the message says what to do. */
export class SetupError extends Error {
  name = "SetupError";
}

const HOUR = 3_600_000; // ms

/** Where participants get their own credentials for a session of the lab. */
export const CREDENTIALS_URL = "/credentials";

/** Checks that everything the demo loads is being served. @throws {SetupError} */
export async function checkSetup() {
  const needs = [
    ["/dist/index.js", "The package has not been built. Run npm run build and reload this page."],
    ["/sdk/opentok.min.js", "The Video SDK is missing. Run npm install and reload this page."],
  ];
  for (const [path, advice] of needs) {
    const response = await reach(path, { method: "HEAD" });
    if (!response.ok) throw new SetupError(advice);
  }
}

/** Creates a session in `mode` ("relayed" or "routed") and returns its ID. */
export async function createSession(mode) {
  const { session } = await control("create", { mode });
  return session;
}

/** Credentials for `name` in `session`, as `url` gives them: `{ applicationId, sessionId, token }`. */
export async function credentials(url, session, name) {
  const response = await reach(`${url}?${new URLSearchParams({ session, data: name })}`);
  if (!response.ok) throw new SetupError(`There were no credentials (${url} answered ${response.status}).`);
  return response.json();
}

/** Gives the app server notice that the servers of `session` will rotate: in an hour, as far as the platform knows. */
export async function scheduleNotice(session) {
  await control("schedule", { session, in: HOUR, speed: 1 });
}

/** Where the lab sends the callbacks of sessions, or null. */
export async function callbackAddress() {
  const { urls } = await control("callbacks", {});
  return urls.session ?? null;
}

/** Creates a successor of `session`, tells everybody by a server-sent signal, and returns the successor's ID. */
export async function announce(session, deadline) {
  const { successor } = await control("announce", { session, json: true, deadline });
  return successor;
}

/**
 * Takes the servers of `session` away. With `migrate`, clients with the SDK's own migration get a notice instead.
 * Returns how many people it hit: `{ disconnected, migrated }`.
 */
export function rotate(session, { migrate = false } = {}) {
  return control("rotate", { session, migrate });
}

async function control(name, body) {
  const response = await reach(`/control/${name}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const answer = await response.json().catch(() => ({}));
  if (!response.ok)
    throw new SetupError(`The lab could not do “${name}”: ${answer.error ?? `it answered ${response.status}`}.`);
  return answer;
}

/** Fetches; where nobody answers, the error says what to do. @throws {SetupError} */
export async function reach(path, options) {
  try {
    return await fetch(path, options);
  } catch (cause) {
    throw new SetupError("The lab does not answer. Start it with npm run demo and reload this page.", { cause });
  }
}
