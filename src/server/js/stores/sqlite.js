import { RotationError } from "../errors.js";

/** @import { Store } from "./store.js" */

const Database = await installed();

const TABLES = `
  CREATE TABLE IF NOT EXISTS plans (key TEXT PRIMARY KEY, value TEXT NOT NULL, version INTEGER NOT NULL, wake_at REAL) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS plans_by_wake_at ON plans (wake_at) WHERE wake_at IS NOT NULL;
  CREATE TABLE IF NOT EXISTS leases (key TEXT PRIMARY KEY, owner TEXT NOT NULL, until REAL NOT NULL) WITHOUT ROWID;
`;

/** How long one process waits for another one that writes, in milliseconds. */
const BUSY_TIMEOUT = 5000;

/**
 * Keeps plans in a file, which several processes of one machine may share.
 * @implements {Store}
 */
export class SqliteStore {
  #database;
  #statements;
  #clock;

  /**
   * @param {string} file its path; it is made if it isn't there
   * @param {{ clock?: () => number }} [options]
   */
  constructor(file, { clock = Date.now } = {}) {
    this.#clock = clock;
    this.#database = new Database(file, { timeout: BUSY_TIMEOUT });
    // Readers don't wait for the writer, and what was written outlives a killed process.
    this.#database.pragma("journal_mode = WAL");
    this.#database.exec(TABLES);
    const prepare = (/** @type {string} */ sql) => this.#database.prepare(sql);
    this.#statements = {
      get: prepare("SELECT value, version FROM plans WHERE key = ?"),
      insert: prepare("INSERT INTO plans (key, value, version, wake_at) VALUES (?, ?, 1, ?) ON CONFLICT DO NOTHING"),
      update: prepare("UPDATE plans SET value = ?, version = version + 1, wake_at = ? WHERE key = ? AND version = ?"),
      remove: prepare("DELETE FROM plans WHERE key = ? AND version = ?"),
      due: prepare("SELECT key FROM plans WHERE wake_at <= ? ORDER BY wake_at LIMIT ?").pluck(),
      lease: prepare(
        `INSERT INTO leases (key, owner, until) VALUES (@key, @owner, @until)
         ON CONFLICT DO UPDATE SET owner = @owner, until = @until WHERE owner = @owner OR until <= @now`,
      ),
      release: prepare("DELETE FROM leases WHERE key = ? AND owner = ?"),
    };
  }

  /** @param {string} key */
  async get(key) {
    return /** @type {import("./store.js").Kept | undefined} */ (this.#statements.get.get(key));
  }

  /**
   * @param {string} key
   * @param {string} value
   * @param {number} version
   * @param {number | null} [wakeAt]
   */
  async put(key, value, version, wakeAt = null) {
    const { insert, update } = this.#statements;
    const { changes } = version === 0 ? insert.run(key, value, wakeAt) : update.run(value, wakeAt, key, version);
    return changes === 1;
  }

  /**
   * @param {string} key
   * @param {number} version
   */
  async remove(key, version) {
    return this.#statements.remove.run(key, version).changes === 1;
  }

  /**
   * @param {number} now
   * @param {number} limit
   */
  async due(now, limit) {
    return /** @type {string[]} */ (this.#statements.due.all(now, limit));
  }

  /**
   * @param {string} key
   * @param {string} owner
   * @param {number} ms
   */
  async lease(key, owner, ms) {
    const now = this.#clock();
    return this.#statements.lease.run({ key, owner, until: now + ms, now }).changes === 1;
  }

  /**
   * @param {string} key
   * @param {string} owner
   */
  async release(key, owner) {
    this.#statements.release.run(key, owner);
  }

  async close() {
    this.#database.close();
  }
}

/** Who keeps plans in a file has to have the package: it is not needed otherwise, nor by bundlers. */
async function installed() {
  try {
    return (await import("better-sqlite3")).default;
  } catch (cause) {
    const message =
      "store: a file needs the package better-sqlite3 (npm install better-sqlite3); or give another store";
    throw new RotationError("store_missing", message, cause);
  }
}
