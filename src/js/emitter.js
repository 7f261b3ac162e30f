// The app's listeners on a durable object: in all the SDK's forms, and by its rules.

import { durableEvent, durableOf } from "./durable.js";

/** @typedef {{ handler: Function, context: any, once: boolean, fired: boolean }} Listener */

/** Keeps listeners and calls them. */
export class Emitter {
  /**
   * What listens to each event that was ever listened to. A list is replaced and never changed: an event goes to those
   * who listened when it came.
   * @type {Map<string, readonly Listener[]>}
   */
  #listeners = new Map();

  /**
   * `on(names, handler, context?)` and `on(map, context?)`; `names` may be several, with a space between. As in the SDK,
   * what is no function throws, and what came before it listens.
   * @param {any[]} args
   * @param {boolean} once
   * @param {(name: string) => void} fresh hears of each name that has never been listened to before
   */
  on(args, once, fresh) {
    for (const [name, handler, context] of listened(args)) {
      if (typeof handler !== "function") {
        throw new TypeError(
          `the listener to "${name}" must be a function, not ${handler === null ? null : typeof handler}`,
        );
      }
      const before = this.#listeners.get(name);
      this.#listeners.set(name, [...(before ?? []), { handler, context, once, fired: false }]);
      if (!before) fresh(name);
    }
  }

  /**
   * `off()`, `off(names)`, `off(names, handler, context?)` and `off(map, context?)`. As in the SDK, each call takes away
   * one of several equal listeners, the latest.
   * @param {any[]} args
   */
  off(args) {
    const [first, handler] = args;
    if (!first) {
      for (const name of this.#listeners.keys()) this.#listeners.set(name, []);
    } else if ((typeof first === "string" || Array.isArray(first)) && typeof handler !== "function") {
      for (const name of names(first)) if (this.#listeners.has(name)) this.#listeners.set(name, []);
    } else {
      for (const [name, wanted, context] of listened(args)) {
        if (typeof wanted !== "function") throw new TypeError(`off(): the listener to "${name}" must be a function`);
        this.#remove(name, (other) => other.handler === wanted && other.context === context);
      }
    }
  }

  /**
   * Calls the listeners of an event. One that throws is reported to the page, as if it had thrown in a listener of the
   * page's own, and the others are called all the same.
   * @param {string} name
   * @param {any[]} args
   */
  emit(name, ...args) {
    for (const listener of this.#listeners.get(name) ?? []) {
      if (listener.once) {
        if (listener.fired) continue;
        listener.fired = true;
        this.#remove(name, (other) => other === listener);
      }
      try {
        listener.handler.apply(listener.context, args);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }

  /**
   * How many listen to an event.
   * @param {string} name
   */
  count(name) {
    return this.#listeners.get(name)?.length ?? 0;
  }

  /** The events that somebody has ever listened to. */
  names() {
    return [...this.#listeners.keys()];
  }

  /**
   * @param {string} name
   * @param {(listener: Listener) => boolean} is
   */
  #remove(name, is) {
    const listeners = this.#listeners.get(name) ?? [];
    const index = listeners.findLastIndex(is);
    if (index >= 0)
      this.#listeners.set(
        name,
        listeners.filter((_, at) => at !== index),
      );
  }
}

/**
 * Makes what passes on an event of the SDK's to those who listen to it on a durable object. Whatever else the SDK says
 * with it is passed on, too.
 * @param {string} name
 * @param {Emitter} emitter
 * @param {() => object | undefined} target the durable object, if the event is the app's to hear at this moment
 */
export function relay(name, emitter, target) {
  return (/** @type {any[]} */ ...args) => {
    const durable = emitter.count(name) > 0 && target();
    if (durable) emitter.emit(name, ...args.map((arg) => (isEvent(arg) ? durableEvent(arg, durable) : durableOf(arg))));
  };
}

/**
 * @param {any[]} args
 * @returns {[string, any, any][]} names, handlers and contexts
 */
function listened([first, second, third]) {
  if (Array.isArray(first) || (typeof first === "string" && second)) {
    return names(first).map((name) => [name, second, third]);
  }
  return Object.keys(first).map((name) => [name, first[name], second]);
}

/** @param {string | string[]} given */
function names(given) {
  return (typeof given === "string" ? given.split(" ") : given).filter(Boolean);
}

/** @param {any} value */
function isEvent(value) {
  return typeof value?.preventDefault === "function";
}
