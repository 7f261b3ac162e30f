// opentok-handover/server: the application server's half of a rotation.

import type { Video } from "@vonage/video";
import type { Answer, Event, Kind, Recording, Settings } from "./protocol.js";
import type { Store } from "./stores/store.js";

export type { Event, Kind, Piece, Recording, Settings } from "./protocol.js";
export type { Kept, Store } from "./stores/store.js";

/** What a token lets somebody do: the first two have nothing in common, each later one includes all before it. */
export type Role = "subscriber" | "publisheronly" | "publisher" | "moderator";

export interface RotationOptions {
  /** The application whose sessions these are. Callbacks of others are refused. */
  applicationId: string;
  /** The vendor's own library: `new Video(auth)` of `@vonage/video`. */
  video: Video;
  /**
   * The signature secrets of the callbacks ("Secure callbacks" in the vendor's documentation); any of them may have signed
   * one. Needed unless `unsigned` is `"accept"`.
   */
  secrets?: string | string[];
  /** What becomes of callbacks that nobody has signed: `"refuse"` (default) answers 401; `"accept"` believes anybody. */
  unsigned?: "refuse" | "accept";
  /** Where plans are kept: the path of an SQLite file (default `opentok-handover.db`; needs `better-sqlite3`), or a store. */
  store?: string | Store;
  /**
   * `"successor"` (default): a new session is made and announced when a notice comes. `"migrate"`: the platform moves the
   * session, and what doesn't move by itself is restarted.
   */
  strategy?: "successor" | "migrate";
  /** When to move after a notice: at once (default), when the room is quiet, or `lead` before the deadline. */
  when?: "now" | "quiet" | "late";
  /** Properties of the sessions that are made, as `video.createSession` takes them. Default: the library's. */
  session?: Record<string, unknown>;
  /** What is restarted after a move. Default `["broadcast", "captions", "composer"]`. */
  restart?: Kind[];
  /** Whether recordings are started again without asking: whether people agree is the application's to know. Default `false`. */
  recordAgain?: boolean;
  /** How long after a notice that names no time the servers go, in milliseconds. Default one hour. */
  notice?: number;
  /** How long before the deadline everybody is sent off at the latest, in milliseconds. Default 10 minutes. */
  lead?: number;
  /** How many streams a quiet room has at most. Default 0. */
  quietStreams?: number;
  /** How long the old session lives in a rotation that nobody has given a deadline, in milliseconds. Default 10 minutes. */
  grace?: number;
  /** How long the platform may take for an answer, in milliseconds. Default 30 seconds. */
  patience?: number;
  /** After how many milliseconds a failed request is tried again at first. Default 500; doubled up to `retryMax`. */
  retryInitial?: number;
  /** The longest time between two tries, in milliseconds. Default 30 seconds. */
  retryMax?: number;
  /** How often an announcement is repeated while people are in the old session, in milliseconds. Default 5 minutes; 0: never. */
  announceEvery?: number;
  /** How long after the announcement services are moved, in milliseconds. Default 10 seconds. */
  serviceDelay?: number;
  /** How long it is tried to restart a service, in milliseconds. Default 10 minutes. */
  serviceTimeout?: number;
  /** How long a call that has ended is remembered, in milliseconds. Default 25 hours: callbacks are repeated for a day. */
  keep?: number;
  /** An Ed25519 private key. With it announcements are signed, and clients that know the public one believe no others. */
  announcementKey?: CryptoKey;
  /** The type of the signal that announces a successor. Default `newSession`, as the client's option of that name. */
  newSessionSignal?: string;
  /**
   * The type of the signal with a broadcast's new addresses: `{ broadcastId, broadcastUrls }` as JSON. It goes to each session that
   * people may still be in, so whoever is in two hears it twice. Default `broadcastUrl`.
   */
  broadcastSignal?: string;
  /** How long the tokens of `credentials()` live, in milliseconds. Default 24 hours. */
  tokenLife?: number;
  /**
   * The most that the tokens of `credentials()` let somebody do, or who may do what: then whatever a client asks for can be
   * handed on. Default `"publisher"`: nobody becomes a moderator unless you say so.
   */
  role?: Role | ((who: { sessionId: string; user: string | undefined }) => Role | Promise<Role>);
  /** How many callbacks a second are answered; the others get 429. Default 500. */
  requestsPerSecond?: number;
  /**
   * How often the store is asked for plans whose time has come, in milliseconds. Default 1000. 0: only when `settle()` is called,
   * where nothing runs between requests (workers).
   */
  pollInterval?: number;
  /**
   * What decides, compiled: `import plan from "opentok-handover/server/plan.wasm"`, where a runtime lets nobody compile
   * (workers). Default: read from the package.
   */
  plan?: WebAssembly.Module;
  /**
   * After how long without a word from whoever was at it another process takes over what is under way, in milliseconds.
   * Default 10 seconds. Whoever only seemed dead does it twice at worst, which is the same as once.
   */
  takeover?: number;
  /**
   * What happens, at least once each: an event is told again (with the same `eventId`) when this throws or rejects, or the process
   * ends before it is done.
   */
  on?(event: Event & { eventId: string; call: string }): unknown;
  /** What is noted, for logs and counters. It holds no tokens, keys or bodies. */
  log?(entry: { type: string; [fact: string]: unknown }): void;
  /** The time, in milliseconds since the epoch. Default `Date.now`. */
  clock?(): number;
}

export interface CredentialsRequest {
  /** The session that the client knows, current or not. */
  sessionId: string;
  /** Who it is; becomes the token's connection data unless `data` says otherwise. */
  user?: string;
  /** What they want to do. Default `"publisher"`; it becomes less, and is noted, if the option `role` allows no more. */
  role?: Role;
  /** The token's connection data. */
  data?: string;
}

export interface Credentials {
  applicationId: string;
  /** The session that the call is in now. */
  sessionId: string;
  /** A new token for it. */
  token: string;
}

/** Answers the platform's callbacks: for session monitoring, archives, broadcasts, captions and Experience Composer alike. */
export interface RotationHandler {
  (request: Request): Promise<Response>;
  /**
   * What a client needs to join, in the session that is current now: what its `renew` asks your server for.
   * @throws {Refusal} 503 with `retryAfter` (seconds) while a successor is being made; 403 `role_not_allowed` if somebody
   * who may only subscribe wants to publish only, or the other way round
   */
  credentials(request: CredentialsRequest): Promise<Credentials>;
  /** Moves a call now, whatever the platform says; to `successor`, if you have made one. */
  rotate(how: { sessionId: string; successor?: string; deadline?: number }): Promise<Answer>;
  /** Says of a session that you have made what is special about its call. */
  open(sessionId: string, settings?: Settings): Promise<Answer>;
  /** You have started a service. Archives and broadcasts are known without, from callbacks; captions are not. */
  serviceStarted(started: { kind: Kind; sessionId: string; id: string; options?: object }): Promise<Answer>;
  /** You have stopped it. */
  serviceStopped(stopped: { kind: Kind; sessionId: string; id: string }): Promise<Answer>;
  /** Whether people agree to be recorded again (`consentNeeded`). */
  consent(sessionId: string, given: boolean): Promise<Answer>;
  /** Now is a good moment to move. */
  quiet(sessionId: string): Promise<Answer>;
  /** The call is over. */
  end(sessionId: string): Promise<Answer>;
  /** The recordings of a call: each one's pieces in order, with the gaps between them. */
  manifest(sessionId: string): Promise<Recording[]>;
  /**
   * Does what is due, and resolves when nothing is under way here any more. Where nothing runs between requests, it is waited
   * for after each request (`context.waitUntil(rotation.settle())`), and called once a minute or so by the runtime's own clock.
   */
  settle(): Promise<void>;
  /** Ends it. What is under way is waited for; what remains to be done is taken up by the next process. */
  close(): Promise<void>;
}

/** @throws {RotationError} `invalid_option`: the message names the option and what was expected */
export function createRotationHandler(options: RotationOptions): RotationHandler;

/** What goes wrong, with a stable `code` and, where there is one, the `cause`. */
export class RotationError extends Error {
  constructor(code: string, message: string, cause?: unknown);
  readonly code: string;
}

/** A request that is not acted on, and the HTTP status that says so. */
export class Refusal extends RotationError {
  readonly status: number;
  /** Seconds. */
  readonly retryAfter?: number;
}

/** Keeps plans as long as the process lives. */
export class MemoryStore implements Store {
  constructor(options?: { clock?: () => number });
  get: Store["get"];
  put: Store["put"];
  remove: Store["remove"];
  due: Store["due"];
  lease: Store["lease"];
  release: Store["release"];
  close: Store["close"];
}

/** Makes a listener for `node:http`, and middleware for Express (before any body parser), of a handler. */
export function nodeListener(
  handler: (request: Request) => Promise<Response>,
): (request: import("node:http").IncomingMessage, response: import("node:http").ServerResponse) => Promise<void>;
