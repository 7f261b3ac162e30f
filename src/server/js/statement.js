// What is signed of an announcement. The server's half signs it and the client's checks it, both by this file, which so
// imports nothing.

/** What is signed says so, and in which form: a signature of the same key over something else is none over this. */
const FORM = "opentok-handover announcement 1";

/**
 * The facts as UTF-8 JSON, in this order and without spaces: there is one way to write them, and no two facts read alike.
 * @param {{ applicationId: string, from: string, sessionId: string, epoch: number, deadline: number, expires: number }} facts
 * times in milliseconds since the epoch
 */
export function statement({ applicationId, from, sessionId, epoch, deadline, expires }) {
  return new TextEncoder().encode(JSON.stringify([FORM, applicationId, from, sessionId, epoch, deadline, expires]));
}
