import init from "./wasm/opentok_handover.js";
import { HandoverError } from "./errors.js";
import { KEY, Manager } from "./manager.js";
import { isSdk } from "./namespace.js";

export { HandoverError };

/** @type {Promise<unknown> | undefined} */
let loading;

/** Loads the WebAssembly once; a failed load is tried again by the next call. */
function load() {
  loading ??= init().catch((error) => {
    loading = undefined;
    throw new HandoverError("load_failed", "the WebAssembly module could not be loaded", error);
  });
  return loading;
}

/** Keeps the calls of a page alive while servers rotate. */
export class ReconnectionManager extends Manager {
  /**
   * @param {any} ot the SDK's `OT`
   * @param {object} [options]
   */
  static async create(ot, options = {}) {
    if (!isSdk(ot)) {
      throw new HandoverError(
        "invalid_option",
        "ReconnectionManager.create(OT, options): the first argument must be the SDK's OT",
      );
    }
    await load();
    return new ReconnectionManager(KEY, ot, options);
  }
}
