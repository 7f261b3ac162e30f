/**
 * Makes a listener for `node:http`, and middleware for Express, of a handler in the Fetch standard's terms. In Express it
 * stands before any body parser: the signature is over the body as it came.
 * @param {(request: Request) => Promise<Response>} handler
 * @returns {(request: import("node:http").IncomingMessage, response: import("node:http").ServerResponse) => Promise<void>}
 */
export function nodeListener(handler) {
  return async (incoming, outgoing) => {
    // Workers, which have no such module, load this file, too.
    const { Readable } = await import("node:stream");
    // Whoever has hung up meanwhile wants no answer, and what they had to say can't be read any more.
    if (!incoming.readable && !incoming.readableEnded) return;
    const answer = incoming.readableEnded ? consumed() : await handler(requestOf(incoming, Readable));
    outgoing.writeHead(answer.status, Object.fromEntries(answer.headers));
    outgoing.end(new Uint8Array(await answer.arrayBuffer()));
  };
}

/**
 * @param {import("node:http").IncomingMessage} incoming
 * @param {typeof import("node:stream").Readable} Readable
 */
function requestOf(incoming, Readable) {
  const { method = "GET", url = "/", headers } = incoming;
  const bodiless = method === "GET" || method === "HEAD";
  const init = { method, headers: new Headers(), duplex: "half", body: bodiless ? null : Readable.toWeb(incoming) };
  for (const [name, value] of Object.entries(headers)) {
    for (const one of [value].flat()) if (one !== undefined) init.headers.append(name, one);
  }
  return new Request(new URL(url, "http://localhost"), /** @type {RequestInit} */ (/** @type {unknown} */ (init)));
}

function consumed() {
  const message = "the body was read already: put the handler before express.json() and other body parsers";
  return Response.json({ error: { code: "body_consumed", message } }, { status: 500 });
}
