// Runs in the page: notes what the sessions and subscribers that come next are told, by whoever makes them.

/** Every call of a method of `object` from now on, beside its doing. */
function noted(object, calls, except) {
  for (const [name, method] of Object.entries(object)) {
    if (typeof method !== "function" || except.includes(name)) continue;
    const wrapped = (...args) => {
      calls.push([name, ...args.filter((arg) => typeof arg !== "function")]);
      return method.apply(object, args);
    };
    object[name] = Object.assign(wrapped, method);
  }
}

/** Gives what is noted: `{ sessions: [{ options }], subscribers: [{ options, calls }] }`. */
export function note() {
  const seen = { sessions: [], subscribers: [] };
  const initSession = OT.initSession;
  OT.initSession = (application, id, options) => {
    const session = initSession(application, id, options);
    seen.sessions.push({ id, options: { ...options } });
    const subscribe = session.subscribe;
    session.subscribe = (stream, target, properties, done) => {
      const subscriber = subscribe.call(session, stream, target, properties, done);
      const calls = [];
      noted(subscriber, calls, ["on", "off", "once", "_destroy"]);
      seen.subscribers.push({ options: { ...properties }, calls });
      return subscriber;
    };
    return session;
  };
  return seen;
}
