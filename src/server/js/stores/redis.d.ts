import type { RedisClientType } from "redis";
import type { Store } from "./store.js";

/** Keeps plans in Redis, for several instances of the app's server. */
export class RedisStore implements Store {
  /**
   * `client` is a connected client of the package `redis`. It stays the app's: closing the store leaves it open. `prefix`
   * of all keys: `opentok-handover:` if it isn't said; on a cluster it needs a hash tag (`{opentok-handover}:`).
   */
  constructor(client: RedisClientType<any, any, any, any, any>, options?: { prefix?: string });
  get: Store["get"];
  put: Store["put"];
  remove: Store["remove"];
  due: Store["due"];
  lease: Store["lease"];
  release: Store["release"];
  close: Store["close"];
}
