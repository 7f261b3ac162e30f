// Objects that outlive what they stand for: proxies whose every property is that of the SDK's object of the moment.

/** Asks a durable object for the SDK's object that it stands for at this moment. */
const REAL = Symbol("real");

/** @type {WeakMap<object, object>} The durable object of each object of the SDK's. */
const durables = new WeakMap();

/**
 * Remembers that `durable` stands for `real`, for now or for ever.
 * @param {object} real
 * @param {object} durable
 */
export function remember(real, durable) {
  durables.set(real, durable);
}

/**
 * What the app may see of a value of the SDK's: durable objects in the place of its own.
 * @param {any} value
 * @returns {any}
 */
export function durableOf(value) {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map(durableOf);
  if (value instanceof Promise) return value.then(durableOf);
  return durables.get(value) ?? value;
}

/**
 * What the SDK may see of a value of the app's: its own objects in the place of durable ones.
 * @param {any} value
 * @returns {any}
 */
export function realOf(value) {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map(realOf);
  return value[REAL] ?? value;
}

/**
 * Makes a durable object.
 * @param {object} shape the prototype of the SDK's class, so that `instanceof` holds
 * @param {string[]} own the names of the methods that `call` answers itself
 * @param {() => any} real the SDK's object of the moment
 * @param {(name: string) => any} get a property of our own, or `undefined`
 * @param {(name: string, args: any[]) => any} call a method of our own
 * @param {(name: string, args: any[]) => void} called hears of every call that is passed on
 */
export function durable(shape, own, real, get, call, called) {
  const ours = new Set(own);
  const methods = new Map();
  const pass = (/** @type {string} */ name, /** @type {any} */ f, /** @type {any[]} */ args) => {
    called(name, args);
    return durableOf(Reflect.apply(f, real(), args.map(realOf)));
  };
  const method = (/** @type {string} */ name) => {
    if (!methods.has(name)) {
      const run = ours.has(name)
        ? (/** @type {any[]} */ ...args) => call(name, args)
        : (/** @type {any[]} */ ...args) => pass(name, real()[name], args);
      methods.set(name, Object.assign(run, { promise: ours.has(name) ? promised(run) : undefined }));
      if (!ours.has(name) && typeof real()[name].promise === "function") {
        methods.get(name).promise = (/** @type {any[]} */ ...args) => pass(name, real()[name].promise, args);
      }
    }
    return methods.get(name);
  };
  return new Proxy(Object.create(shape), {
    get(target, name, receiver) {
      if (name === REAL) return real();
      if (typeof name === "symbol" || Object.hasOwn(target, name)) return Reflect.get(target, name, receiver);
      if (ours.has(name)) return method(name);
      const value = get(name);
      if (value !== undefined) return value;
      const theirs = real()?.[name];
      return typeof theirs === "function" ? method(name) : durableOf(theirs);
    },
    has: (target, name) => name in target || (typeof name === "string" && ours.has(name)) || name in Object(real()),
    set(target, name, value) {
      const now = real();
      return now && name in now ? Reflect.set(now, name, realOf(value), now) : Reflect.set(target, name, value);
    },
  });
}

/**
 * The promise form of a method whose last argument is a callback, as the SDK has it.
 * @param {(...args: any[]) => any} run
 */
function promised(run) {
  return (/** @type {any[]} */ ...args) =>
    new Promise((resolve, reject) => {
      const result = run(...args, (/** @type {unknown} */ error) => (error ? reject(error) : resolve(result)));
    });
}

/**
 * An event of the SDK's as the app may see it.
 * @param {any} event
 * @param {object} target the durable object that dispatches it
 * @param {Record<string, unknown>} [over] what to show in the place of the event's own properties
 */
export function durableEvent(event, target, over = {}) {
  return new Proxy(event, {
    get(real, name) {
      if (name === "target") return target;
      if (typeof name === "string" && Object.hasOwn(over, name)) return over[name];
      const value = Reflect.get(real, name, real);
      return typeof value === "function" ? value.bind(real) : durableOf(value);
    },
  });
}

/**
 * An event in the SDK's form that the SDK itself did not dispatch.
 * @param {string} type
 * @param {object} target
 * @param {Record<string, unknown>} [properties]
 */
export function sdkEvent(type, target, properties = {}) {
  let prevented = false;
  return {
    type,
    target,
    cancelable: true,
    ...properties,
    preventDefault: () => {
      prevented = true;
    },
    isDefaultPrevented: () => prevented,
  };
}
