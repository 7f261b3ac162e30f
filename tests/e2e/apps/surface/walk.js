// Runs in the page: every member of an object of the SDK's, its own and those of its prototypes.

/**
 * @param {object} object
 * @returns {Record<string, "method" | "property">}
 */
export function walk(object) {
  const members = {};
  for (let level = object; level && level !== Object.prototype; level = Object.getPrototypeOf(level)) {
    for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(level))) {
      if (name !== "constructor") members[name] ??= typeof property.value === "function" ? "method" : "property";
    }
  }
  return members;
}

/** One of each class, of a call that this page is in. */
export function oneOfEach({ session, publisher, subscribers }) {
  const [subscriber] = subscribers.values();
  return {
    Session: session,
    Publisher: publisher,
    Subscriber: subscriber,
    Stream: subscriber.stream,
    Connection: session.connection,
  };
}
