// `OT` with some of its members replaced: everything else is the SDK's own, at each moment.

/**
 * Whether something is the SDK's `OT`, complete: while its script runs it is already there, and empty.
 * @param {any} value
 */
export function isSdk(value) {
  return typeof value?.initSession === "function" && typeof value.initPublisher === "function";
}

/** Asks a cover what is under it: also one that another copy of this package made. */
const BARE = Symbol.for("opentok-handover/bare");

/**
 * The SDK's own `OT`, given that or a manager's.
 * @param {any} ot
 */
export function bareOf(ot) {
  return ot[BARE] ?? ot;
}

/**
 * `OT` with some of its members replaced.
 *
 * The target is an object of ours and not `ot` itself: a proxy may not show other members than a frozen target has.
 * @param {any} ot
 * @param {Record<string, unknown>} replaced
 */
export function namespace(ot, replaced) {
  const own = (/** @type {PropertyKey} */ name) => typeof name === "string" && Object.hasOwn(replaced, name);
  return new Proxy(replaced, {
    get: (_, name) => {
      if (name === BARE) return ot;
      return own(name) ? replaced[/** @type {string} */ (name)] : Reflect.get(ot, name);
    },
    set: (_, name, value) => Reflect.set(own(name) ? replaced : ot, name, value),
    has: (_, name) => name in ot,
    deleteProperty: (_, name) => Reflect.deleteProperty(ot, name),
    ownKeys: () => Reflect.ownKeys(ot),
    getPrototypeOf: () => Reflect.getPrototypeOf(ot),
    getOwnPropertyDescriptor: (_, name) => {
      const theirs = Reflect.getOwnPropertyDescriptor(ot, name);
      if (!theirs) return undefined;
      const { enumerable = false } = theirs;
      return {
        value: own(name) ? replaced[/** @type {string} */ (name)] : ot[name],
        enumerable,
        writable: true,
        configurable: true,
      };
    },
  });
}
