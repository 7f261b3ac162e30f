// One classic script, for apps that nobody can build: from the next script on, `OT` is the manager's.

import { initSync } from "./wasm/opentok_handover.js";
import { frequent, text } from "packed-wasm";
import { optionsOf } from "./auto/configuration.js";
import { unpack } from "./auto/unpack.js";
import { KEY, Manager } from "./manager.js";
import { isSdk } from "./namespace.js";

const NAME = "opentok-handover/auto";
const AS_IT_WAS = "OT is left as it was, and calls are not kept alive.";

/** @type {any} */
const page = window;

try {
  start();
} catch (error) {
  refuse(error);
}

function start() {
  const given = page.opentokHandover;
  if (given !== undefined && (given === null || typeof given !== "object")) {
    throw new Error("window.opentokHandover must be an object: { renew, ... }.");
  }
  if (given && "manager" in given) {
    console.warn(`${NAME}: it is in this page already, and does nothing the second time.`);
    return;
  }
  const attributes = document.currentScript instanceof HTMLScriptElement ? document.currentScript.dataset : {};
  const options = optionsOf({ ...attributes }, given, (message) => console.warn(`${NAME}: ${message}.`));
  if (options.renew === undefined) {
    throw new Error(
      "it doesn't know where your server gives out credentials. Say so in its tag, " +
        '<script src="..." data-renew="/credentials?session={sessionId}"></script>, ' +
        "or in a script before it, window.opentokHandover = { renew: ({ sessionId }) => ... }.",
    );
  }
  const replace = replaceable();
  load();
  const handle = given && Object.isExtensible(given) ? given : { ...given };
  handle.manager = null;
  page.opentokHandover = handle;
  replace((ot) => {
    const manager = new Manager(KEY, ot, options);
    handle.manager = manager;
    return manager.OT;
  });
}

/**
 * A way to put something in the place of `window.OT`, also when the SDK comes later: its script sets it more than once,
 * and first of all an object that is empty still.
 * @returns {(cover: (ot: any) => any) => void}
 */
function replaceable() {
  const there = Object.getOwnPropertyDescriptor(page, "OT");
  if (there && !there.configurable) {
    if (!there.writable) throw new Error("window.OT can't be replaced: it has been made read-only.");
    if (!isSdk(page.OT))
      throw new Error("window.OT was declared before the SDK was there: put this script after the SDK's.");
    return (cover) => {
      page.OT = cover(page.OT);
    };
  }
  return (cover) => {
    let bare = page.OT;
    let shown = bare;
    const look = () => {
      if (shown !== bare || !isSdk(bare)) return;
      try {
        shown = cover(bare);
      } catch (error) {
        refuse(error);
        Object.defineProperty(page, "OT", { value: bare, configurable: true, enumerable: true, writable: true });
      }
    };
    Object.defineProperty(page, "OT", {
      configurable: true,
      enumerable: true,
      get() {
        look();
        return shown;
      },
      set(value) {
        if (value !== shown) bare = shown = value;
        look();
      },
    });
    look();
  };
}

/** Compiles the WebAssembly at once: the next script is not to find the bare SDK. */
function load() {
  try {
    initSync({ module: new WebAssembly.Module(unpack(text, frequent)) });
  } catch (error) {
    throw new Error(
      "this page can't compile WebAssembly. If it has a Content-Security-Policy, its script-src needs " +
        "'wasm-unsafe-eval'. A browser that compiles only in the background needs the package's other entry: " +
        "await ReconnectionManager.create(OT, options).",
      { cause: error },
    );
  }
}

/** @param {any} error */
function refuse(error) {
  console.error(`${NAME}: ${error?.message ?? error} ${AS_IT_WAS}`, ...(error?.cause ? [error.cause] : []));
}
