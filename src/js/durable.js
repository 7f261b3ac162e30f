// Objects that outlive what they stand for: proxies whose every property is that of the SDK's object of the moment.

/** @typedef {import("./emitter.js").Emitter} Emitter */

/** Asks a durable object for the SDK's object that it stands for at this moment. */
const REAL = Symbol("real");

/** Calls of whose kind the SDK answers with a promise; with others it answers with the object itself. */
const PROMISING = /Captions|Preferred|Connector/;

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
  const durable = durables.get(value);
  if (durable) return durable;
  if (Array.isArray(value)) return value.map(durableOf);
  if (typeof value.then === "function") return value.then(durableOf);
  return typeof value.where === "function" ? collection(value) : value;
}

/**
 * One of the SDK's collections, such as `session.streams`, with durable objects in it, found by what they are to the app.
 * @param {any} real
 */
function collection(real) {
  const items = () => /** @type {any[]} */ (real.where(() => true)).map(durableOf);
  const where = (/** @type {any} */ wanted, /** @type {any} */ context = undefined) =>
    items().filter(
      typeof wanted === "function"
        ? (item) => wanted.call(context, item)
        : (item) => Object.entries(wanted ?? {}).every(([name, value]) => item[name] === value),
    );
  /** @type {Record<string | symbol, any>} */
  const own = {
    where,
    find: (/** @type {any} */ wanted, /** @type {any} */ context) => where(wanted, context)[0] ?? null,
    get: (/** @type {string} */ id) => where({ id })[0],
    has: (/** @type {string} */ id) => where({ id }).length > 0,
    map: (/** @type {any} */ run) => items().map(run),
    forEach: (/** @type {any} */ run, /** @type {any} */ context) => items().forEach(run, context),
  };
  const durable = new Proxy(real, { get: (_, name) => own[name] ?? Reflect.get(real, name) });
  durables.set(real, durable);
  return durable;
}

/**
 * What the SDK may see of a value of the app's: its own objects in the place of durable ones, in lists and options too.
 * @param {any} value
 * @returns {any}
 */
export function realOf(value) {
  if (value === null || typeof value !== "object") return value;
  const real = value[REAL];
  if (real) return real;
  if (Array.isArray(value)) return value.map(realOf);
  return isPlain(value) && Object.values(value).some((item) => item?.[REAL])
    ? Object.fromEntries(Object.entries(value).map(([name, item]) => [name, item?.[REAL] ?? item]))
    : value;
}

/** @param {object} value */
function isPlain(value) {
  return Object.getPrototypeOf(value) === Object.prototype;
}

/**
 * What is behind a durable object.
 * @typedef {object} Behind
 * @property {string[]} methods the names of those that `call` answers
 * @property {string[]} properties the names of those that `get` knows
 * @property {string[]} states the names of the calls that `called` is to hear of
 * @property {Emitter} [emitter] the app's listeners; without it the SDK's object keeps them
 * @property {() => any} real the SDK's object of the moment
 * @property {(name: string) => any} get a property of our own; `undefined` leaves it to the SDK's object
 * @property {(name: string, args: any[]) => any} call answers a method of our own
 * @property {(name: string, args: any[]) => boolean} called hears of a call; says whether it is to be passed on
 * @property {(name: string) => void} listen an event is listened to for the first time
 */

/**
 * Makes a durable object.
 * @param {object} shape the prototype of the SDK's class, so that `instanceof` holds
 * @param {Behind} behind
 */
export function durable(shape, behind) {
  const { real, get, call, called } = behind;
  const properties = new Set(behind.properties);
  const states = new Set(behind.states);
  /** @type {Map<string | symbol, Function>} What it answers itself. */
  const own = new Map();
  /** @type {Map<string | symbol, Function>} What it passes on. */
  const passing = new Map();

  const pass = (/** @type {string} */ name, /** @type {any[]} */ args, /** @type {boolean} */ promise = false) => {
    if (states.has(name) && !called(name, args)) {
      // There is nobody to call: it is remembered, and that is all that can be done.
      return promise || PROMISING.test(name) ? Promise.resolve() : it;
    }
    const now = real();
    return durableOf(Reflect.apply(promise ? now[name].promise : now[name], now, args.map(realOf)));
  };
  const passed = (/** @type {string} */ name, /** @type {Function & { promise?: unknown }} */ theirs) => {
    let method = passing.get(name);
    if (!method) {
      method = (/** @type {any[]} */ ...args) => pass(name, args);
      if (typeof theirs.promise === "function") {
        Object.assign(method, { promise: (/** @type {any[]} */ ...args) => pass(name, args, true) });
      }
      passing.set(name, method);
    }
    return method;
  };
  for (const name of behind.methods) {
    const run = (/** @type {any[]} */ ...args) => call(name, args);
    own.set(name, Object.assign(run, { promise: promised(run) }));
  }
  for (const [name, method] of listening(behind, () => it)) own.set(name, method);

  /** @type {any} */
  const it = new Proxy(Object.create(shape), {
    get(target, name) {
      if (name === REAL) return real();
      if (typeof name === "symbol" || Object.hasOwn(target, name)) return target[name];
      const ours = own.get(name) ?? (properties.has(name) ? get(name) : undefined);
      if (ours !== undefined) return ours;
      const theirs = real()?.[name];
      return typeof theirs === "function" ? passed(name, theirs) : durableOf(theirs);
    },
    has: (target, name) => name in target || own.has(name) || name in Object(real()),
    set(target, name, value) {
      const now = real();
      // A method that the app replaces, it replaces for good.
      const theirs = now && name in now && !own.has(name) && typeof now[name] !== "function";
      return theirs ? Reflect.set(now, name, realOf(value), now) : Reflect.set(target, name, value);
    },
    ownKeys: (target) => [...new Set([...Reflect.ownKeys(target), ...Object.keys(Object(real()))])],
    getOwnPropertyDescriptor(target, name) {
      const theirs = Reflect.getOwnPropertyDescriptor(Object(real()), name);
      if (Object.hasOwn(target, name) || !theirs) return Reflect.getOwnPropertyDescriptor(target, name);
      return { configurable: true, enumerable: Boolean(theirs.enumerable), writable: true, value: it[name] };
    },
  });
  return it;
}

/**
 * The methods of the SDK's that have to do with listeners.
 * @param {Behind} behind
 * @param {() => object} it
 * @returns {[string, Function][]}
 */
function listening({ emitter, listen }, it) {
  if (!emitter) return [];
  const on = (/** @type {boolean} */ once) => {
    return (/** @type {any[]} */ ...args) => {
      emitter.on(args, once, listen);
      return it();
    };
  };
  const off = (/** @type {any[]} */ ...args) => {
    emitter.off(args);
    return it();
  };
  const emit = (/** @type {string} */ name, /** @type {any[]} */ ...args) => {
    emitter.emit(name, ...args);
    return it();
  };
  const dispatchEvent = (/** @type {any} */ event) => {
    event.target ??= it();
    return emit(event.type, event);
  };
  return Object.entries({
    on: on(false),
    once: on(true),
    off,
    addEventListener: on(false),
    removeEventListener: off,
    listenerCount: (/** @type {string} */ name) => emitter.count(name),
    trigger: emit,
    emit,
    dispatchEvent,
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
