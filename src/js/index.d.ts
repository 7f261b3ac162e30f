/// <reference types="@vonage/client-sdk-video" />

/**
 * Keeps Vonage Video API calls alive while servers rotate.
 *
 * All times are milliseconds. Session IDs, tokens and application IDs are the service's own strings.
 */

/** What `renew` answers: what admits this client to one session. */
export interface Credentials {
  /** The application ID (formerly API key). Default: the one in use. */
  applicationId?: string;
  /** The session that the token is for. For a handover it must not be the one in use. */
  sessionId: string;
  token: string;
}

/** What `renew` is asked. */
export interface RenewContext {
  /** The session wanted: the successor that was announced, or, after a loss, the session that was lost; on coming back, the one that was left. */
  sessionId: string;
  /** The session that is left; on coming back, the one that the token given to `connect()` is for. */
  previousSessionId: string;
  reason: "handover" | "recovery";
  /** Counts from 1 within one handover or recovery. */
  attempt: number;
  /** Aborted when the answer is no longer wanted. */
  signal: AbortSignal;
}

export interface ManagerOptions {
  /**
   * Gets this client's own credentials for a session, from the app's server. Without it there is no handover, and a
   * recovery can only try the token that it has.
   */
  renew?: (context: RenewContext) => Credentials | Promise<Credentials>;
  /** The type of the signal that announces a successor. Default `"newSession"`. */
  newSessionSignal?: string;
  /** Whose announcements are believed. Default `"server"`: only signals whose `from` is `null`. */
  newSessionFrom?: "server" | "anyone";
  /**
   * An Ed25519 public key: its 32 bytes as base64url, which is `x` of its JWK. With it only announcements that are signed
   * with the private one are believed (`announcementKey` of `opentok-handover/server`), whoever sends them; `handover()`
   * needs no signature. Where managers share a session, the first key counts. Default: none.
   */
  announcementKey?: string;
  /**
   * Who somebody is, the same in every session. Default: the connection data of the token. `null`: unknown.
   * `stream` is `null` when only the connection is known.
   */
  identify?: (stream: OT.Stream | null, connection: OT.Connection) => string | null;
  /** How long `renew` may take. Default 10 000; 100 to 600 000. */
  renewTimeout?: number;
  /**
   * How long connecting to a session may take; twice as long after a try that had no answer. Default 12 000; 100 to
   * 600 000.
   */
  connectTimeout?: number;
  /** How long publishing in a successor may take. Default 20 000; 100 to 600 000. */
  publishTimeout?: number;
  /** The deadline of a handover whose announcement names none. Default 120 000; 100 to 86 400 000. */
  handoverTimeout?: number;
  /**
   * Over how long the clients of all calls begin a handover that was announced in good time: each call at a moment of its own,
   * its people within two seconds of each other. Never longer than what is left before the deadline beyond `handoverTimeout`;
   * `handover()` and `retryNow()` begin at once. Default 60 000; 0 (at once) to 86 400 000.
   */
  spread?: number;
  /** How long a recovery may take. Default 120 000; 100 to 86 400 000. */
  recoveryTimeout?: number;
  /**
   * How long others are waited for that have arrived in the successor but don't say that they are done with the old
   * session. Default 10 000; 0 to 600 000.
   */
  settleTimeout?: number;
  /**
   * When a failed attempt at a handover or recovery is followed by another one. Default: after a random time of up to
   * 500 ms, doubling with each attempt up to 10 000; 30 attempts.
   */
  retry?: RetryOptions | RetryPolicy;
  /**
   * How many handovers and recoveries there may be in an hour. Beyond that announcements are rejected, and recoveries
   * wait for `retry.maxDelay` first. Default 60; 1 to 100 000.
   */
  movesPerHour?: number;
}

export interface RetryOptions {
  /** The longest delay after the first attempt. Default 500; 0 to 600 000. */
  initialDelay?: number;
  /** The longest delay of all. Default 10 000; 0 to 600 000. */
  maxDelay?: number;
  /** How many attempts a handover or recovery has. Default 30; 1 to 1000. */
  attempts?: number;
}

/**
 * Says how many milliseconds to wait for the next attempt, or `null` for none. One that throws means none. It is asked
 * as long as there are attempts and time left.
 */
export type RetryPolicy = (context: RetryContext) => number | null;

export interface RetryContext {
  sessionId: string;
  /** How often it has been tried again: 0 after the first attempt. */
  retryCount: number;
  elapsedMs: number;
  retryReason: HandoverError;
}

export type State =
  "idle" | "connecting" | "connected" | "handover" | "recovering" | "disconnected" | "failed" | "closed";

export type Phase = "renewing" | "connecting" | "overlapping" | "settling" | "leaving";

export type ErrorCode =
  | "announcement_current_session"
  | "announcement_duplicate"
  | "announcement_empty"
  | "announcement_from_participant"
  | "announcement_invalid"
  | "announcement_not_json"
  | "announcement_past_deadline"
  | "announcement_too_many"
  | "announcement_too_large"
  | "cancelled"
  | "closed"
  | "connect_failed"
  | "connect_timeout"
  | "deadline_passed"
  | "foreign_object"
  | "handover_abandoned"
  | "handover_cancelled"
  | "handover_superseded"
  | "invalid_option"
  | "load_failed"
  | "not_connected"
  | "too_many_waiting"
  | "not_created"
  | "publish_failed"
  | "publish_timeout"
  | "renew_invalid"
  | "renew_missing"
  | "renew_same_session"
  | "renew_threw"
  | "renew_timeout"
  | "subscribe_failed"
  | "successor_lost"
  | "superseded";

/** What goes wrong: see the table of errors in the README. */
export class HandoverError extends Error {
  constructor(code: ErrorCode, message: string, cause?: unknown);
  /** Stays the same from version to version. */
  readonly code: ErrorCode;
  /** What the SDK or the app threw, if anything. */
  readonly cause?: unknown;
  /** Of a handover that did not arrive. */
  readonly receipt?: Receipt;
}

/** What one handover or recovery did. Durations and `at` count from its start. */
export interface Receipt {
  /** The session as the app knows it: the ID that `initSession` was called with. */
  sessionId: string;
  kind: "handover" | "recovery";
  /** The session that was left. */
  from: string;
  /** The successor. */
  to: string;
  /**
   * `completed`; `promoted`: the old session died on the way, and the call arrived all the same; `abandoned`: no
   * successor proved itself in time; `superseded` by a newer announcement; `cancelled` by the end of the call.
   */
  outcome: "completed" | "promoted" | "abandoned" | "superseded" | "cancelled";
  /** Milliseconds since the epoch. */
  started: number;
  duration: number;
  phases: { name: Phase; at: number }[];
  /** `gap`: between the last frame of the old picture and the first of the new; `null` without pictures. */
  tiles: { streamId: string; own: boolean; swappedAt: number; gap: number | null }[];
  /** How often `renew` was asked. */
  attempts: number;
  errors: { code: ErrorCode; message: string; at: number }[];
}

export interface ManagerEventMap {
  /** `reason`: of the SDK's event behind it, or `null`. */
  statechange: CustomEvent<{ sessionId: string; from: State; to: State; reason: string | null }>;
  phasechange: CustomEvent<{ sessionId: string; phase: Phase; at: number }>;
  /** `deadline`: milliseconds from now; `startsIn`: after so many it begins (option `spread`). */
  handoverstart: CustomEvent<{ sessionId: string; from: string; to: string; deadline: number; startsIn: number }>;
  /** A tile shows the successor's picture, and sounds its sound. */
  tileswap: CustomEvent<{ sessionId: string; streamId: string; own: boolean; gap: number | null }>;
  /** A handover or a recovery ended, well or not. */
  handoverend: CustomEvent<Receipt>;
  /** `retryIn`: milliseconds, or `null` if there is no further attempt. */
  renewfailed: CustomEvent<{ sessionId: string; error: HandoverError; attempt: number; retryIn: number | null }>;
  /** Any attempt at a handover or recovery failed. `retryIn` as for `renewfailed`. */
  attemptfailed: CustomEvent<{ sessionId: string; error: HandoverError; attempt: number; retryIn: number | null }>;
  /**
   * An announcement was ignored; or, with the reason `unconfirmed`, what somebody said of who they were in the session
   * before, because nobody there says so too.
   */
  signalrejected: CustomEvent<{
    sessionId: string;
    reason:
      | "empty"
      | "too_large"
      | "not_json"
      | "invalid"
      | "from_participant"
      | "unsigned"
      | "forged"
      | "unverifiable"
      | "other_session"
      | "expired"
      | "duplicate"
      | "current_session"
      | "past_deadline"
      | "too_many"
      | "unconfirmed";
    message: string;
    type: string;
  }>;
  /** A recovery gave up. The app gets its `sessionDisconnected` too. */
  failed: CustomEvent<{ sessionId: string; error: HandoverError }>;
}

export interface HandoverOptions {
  /** The successor. */
  sessionId: string;
  /** When the old session ends: milliseconds since the epoch, or a date in ISO 8601. Default: `handoverTimeout`. */
  deadline?: number | string;
  /** The session to move. Needed only if the manager has several. */
  from?: OT.Session;
}

/** Keeps the calls of a page alive while servers rotate. */
export class ReconnectionManager extends EventTarget {
  private constructor();

  /**
   * Loads the WebAssembly and checks the options.
   *
   * Managers of one `OT` share their sessions: the same session ID gives the same session, whichever is asked, and the
   * call ends when the last of them that was asked for it is closed. The times of the first of them are in force, and the
   * functions (`renew`, `identify`, `retry`) of the one that was asked last.
   *
   * @param ot The SDK's `OT`, or a manager's.
   * @throws {HandoverError} `invalid_option`, `load_failed`
   */
  static create(ot: typeof OT, options?: ManagerOptions): Promise<ReconnectionManager>;

  /**
   * The same `OT`, with `initSession` and `initPublisher` replaced by this manager's. Everything else is the SDK's own, so
   * that what the SDK lists undocumented (`OT.sessions`, `OT.publishers`) are its own objects.
   */
  readonly OT: typeof OT;

  /** Of several sessions that this manager was asked for, the state that matters most. */
  readonly state: State;

  /** In the place of `OT.initSession`; `sessionMigration` is `true` unless the options say otherwise. */
  initSession(applicationId: string, sessionId: string, options?: Parameters<typeof OT.initSession>[2]): OT.Session;

  /** In the place of `OT.initPublisher`. */
  initPublisher: typeof OT.initPublisher;

  /**
   * Moves a session to a successor. Resolves when the call is there.
   *
   * @throws {HandoverError} `invalid_option`, `not_connected`, `announcement_*`, `handover_*`
   */
  handover(options: HandoverOptions): Promise<Receipt>;

  /**
   * Begins the next attempt of a handover or recovery at once, if one is waited for.
   *
   * @throws {HandoverError} `closed`
   */
  retryNow(): void;

  /**
   * Leaves every session that no other manager was asked for, silently, and destroys this manager's publishers, which ends their tracks, the app's own too, as the
   * SDK's `destroy()` does. Resolves when all is closed.
   */
  close(): Promise<void>;

  addEventListener<K extends keyof ManagerEventMap>(
    type: K,
    listener: ((this: ReconnectionManager, event: ManagerEventMap[K]) => void) | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
  removeEventListener<K extends keyof ManagerEventMap>(
    type: K,
    listener: ((this: ReconnectionManager, event: ManagerEventMap[K]) => void) | null,
    options?: boolean | EventListenerOptions,
  ): void;
  removeEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | EventListenerOptions,
  ): void;
}
