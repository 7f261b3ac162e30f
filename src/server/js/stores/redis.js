/** @import { Store } from "./store.js" */
/** @import { RedisClientType } from "redis" */

// Each is one step for Redis: nobody else is served meanwhile.
const PUT = `
  if (redis.call('HGET', KEYS[1], 'version') or '0') ~= ARGV[1] then return 0 end
  redis.call('HSET', KEYS[1], 'value', ARGV[2], 'version', ARGV[1] + 1)
  if ARGV[3] == '' then redis.call('ZREM', KEYS[2], ARGV[4]) else redis.call('ZADD', KEYS[2], ARGV[3], ARGV[4]) end
  return 1
`;
const REMOVE = `
  if redis.call('HGET', KEYS[1], 'version') ~= ARGV[1] then return 0 end
  redis.call('DEL', KEYS[1])
  redis.call('ZREM', KEYS[2], ARGV[2])
  return 1
`;
const LEASE = `
  local owner = redis.call('GET', KEYS[1])
  if owner and owner ~= ARGV[1] then return 0 end
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
  return 1
`;
const RELEASE = `
  if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
  return 1
`;

/**
 * Keeps plans in Redis, for several instances of the app's server.
 * @implements {Store}
 */
export class RedisStore {
  #client;
  #prefix;

  /**
   * @param {RedisClientType<any, any, any, any, any>} client a client of the package `redis`, connected. It stays the app's: closing the store
   * leaves it open
   * @param {{ prefix?: string }} [options] `prefix` of all keys, default `opentok-handover:`. On a cluster it needs a hash
   * tag (`{opentok-handover}:`)
   */
  constructor(client, { prefix = "opentok-handover:" } = {}) {
    this.#client = client;
    this.#prefix = prefix;
  }

  /** @param {string} key */
  async get(key) {
    const [value, version] = await this.#client.hmGet(this.#plan(key), ["value", "version"]);
    return value == null ? undefined : { value: String(value), version: Number(version) };
  }

  /**
   * @param {string} key
   * @param {string} value
   * @param {number} version
   * @param {number | null} [wakeAt]
   */
  put(key, value, version, wakeAt) {
    const keys = [this.#plan(key), this.#wakes];
    return this.#run(PUT, keys, [String(version), value, wakeAt == null ? "" : String(wakeAt), key]);
  }

  /**
   * @param {string} key
   * @param {number} version
   */
  remove(key, version) {
    return this.#run(REMOVE, [this.#plan(key), this.#wakes], [String(version), key]);
  }

  /**
   * @param {number} now
   * @param {number} limit
   */
  async due(now, limit) {
    const options = { BY: /** @type {const} */ ("SCORE"), LIMIT: { offset: 0, count: limit } };
    return (await this.#client.zRange(this.#wakes, "-inf", now, options)).map(String);
  }

  /**
   * @param {string} key
   * @param {string} owner
   * @param {number} ms
   */
  lease(key, owner, ms) {
    return this.#run(LEASE, [this.#lease(key)], [owner, String(ms)]);
  }

  /**
   * @param {string} key
   * @param {string} owner
   */
  async release(key, owner) {
    await this.#run(RELEASE, [this.#lease(key)], [owner]);
  }

  async close() {}

  /**
   * @param {string} script
   * @param {string[]} keys
   * @param {string[]} args
   */
  async #run(script, keys, args) {
    return (await this.#client.eval(script, { keys, arguments: args })) === 1;
  }

  get #wakes() {
    return `${this.#prefix}wakes`;
  }

  /** @param {string} key */
  #plan(key) {
    return `${this.#prefix}plan:${key}`;
  }

  /** @param {string} key */
  #lease(key) {
    return `${this.#prefix}lease:${key}`;
  }
}
