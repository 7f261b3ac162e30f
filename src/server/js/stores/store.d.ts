/**
 * Where plans are kept, so that they outlive a process and can be shared by several. All values are text. Two stores of one
 * place are as one: what one has written the other reads.
 */
export interface Store {
  /** What is kept under a key. */
  get(key: string): Promise<Kept | undefined>;
  /**
   * Writes, if nobody else has since: `version` is the one that was read, 0 if nothing was there. `wakeAt`, in
   * milliseconds since the epoch, is when `due` is to name it; without it, never.
   * @returns whether it was written
   */
  put(key: string, value: string, version: number, wakeAt?: number | null): Promise<boolean>;
  /**
   * Forgets a key, if nobody has written since.
   * @returns whether it was there, in that version
   */
  remove(key: string, version: number): Promise<boolean>;
  /** Keys whose time has come at `now`, the longest overdue first, `limit` at most. */
  due(now: number, limit: number): Promise<string[]>;
  /**
   * Takes or prolongs the sole right to work on a key, for `ms` milliseconds.
   * @returns whether `owner` has it now
   */
  lease(key: string, owner: string, ms: number): Promise<boolean>;
  /** Gives it back, if `owner` has it. */
  release(key: string, owner: string): Promise<void>;
  /** Gives back what the store holds. What is kept stays. */
  close(): Promise<void>;
}

export interface Kept {
  value: string;
  /** Rises by one with each write, from 1. */
  version: number;
}
