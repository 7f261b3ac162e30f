// What crosses the boundary of the plan (src/server/plan/protocol.rs), as JSON.

export type Plan = Record<string, unknown>;

export type Classified = { sessionId: string; event: string; key: string; applicationId: string | null };

export type Ms = number; // points in time: milliseconds since the epoch
export type Kind = "archive" | "broadcast" | "captions" | "composer";

export interface Request {
  state?: Plan | null; // opaque: what was stored
  config?: Config;
  input: Input;
  now: Ms;
  seed?: number; // a whole number >= 0 (Math.floor(Math.random() * 2 ** 53)), another one in each step
}

// Unknown fields are refused (`invalid_request`, the message names them).
export type Input =
  | { type: "callback"; body: string }
  | { type: "result"; command: string; attempt: number; value?: unknown; error?: Trouble } // exactly one of value/error
  | { type: "tick" }
  | { type: "resume" }
  | { type: "open"; sessionId: string; settings?: Settings }
  | { type: "rotate"; sessionId: string; successor?: string; deadline?: Ms }
  | { type: "credentials"; sessionId: string }
  | { type: "joined"; sessionId: string; connectionId: string }
  | { type: "quiet" }
  | { type: "serviceStarted"; kind: Kind; sessionId: string; id: string; options?: object }
  | { type: "serviceStopped"; kind: Kind; id: string }
  | { type: "consent"; sessionId?: string; given: boolean }
  | { type: "manifest" }
  | { type: "end" };

export interface Trouble {
  status?: number /* of the HTTP answer; none: timeout, network, lost answer */;
  retryAfter?: number /* ms */;
  message?: string;
}

export interface Outcome {
  state: Plan | null;
  changed: boolean;
  commands: Issued[];
  events: Event[]; // for logs and counters; at most once
  wakeAt: Ms | null;
  underWay: boolean; // somebody is at a command, here or elsewhere
  answer: Answer;
  unbind: string[];
}

export interface Issued {
  id: string;
  attempt: number;
  patience: Ms;
  command: Command;
}

export type Command =
  | { type: "createSession"; properties: object } // -> { sessionId }
  | { type: "bind"; sessionId: string; call: string /* the plan's key */ } // -> {}
  | { type: "signal"; sessionId: string; connectionId: string | null; message: Message } // -> {}
  | { type: "list"; kind: "archive" | "broadcast" | "composer"; sessionId: string } // -> { items: [...] } or [...], the platform's objects, all pages
  | { type: "start"; kind: Kind; sessionId: string; options: object } // -> the platform's answer ({ id | captionsId, createdAt, broadcastUrls, ... })
  | { type: "stop"; kind: Kind; sessionId: string; id: string } // -> the platform's answer, or {}
  | { type: "tell"; event: Event }; // -> {} when the app's listener returned; at least once

export type Message =
  | { type: "announcement"; from: string; sessionId: string; epoch: number; deadline: Ms } // JavaScript picks the signal's type, signs
  | { type: "broadcastUrl"; broadcastId: string; urls: object };

export type Event =
  | { type: "noticed"; sessionId: string; deadline: Ms; moveAt: Ms | null }
  | { type: "rotationStarted"; from: string; deadline: Ms; cause: "notice" | "lost" | "asked" }
  | { type: "announced"; sessionId: string; to: string; epoch: number; connectionId: string | null }
  | { type: "serviceEnded"; kind: Kind; sessionId: string; id: string | null; reason: string }
  | {
      type: "attemptFailed";
      command: string;
      what: Command["type"];
      attempt: number;
      error: Trouble;
      retryAt: Ms | null;
    }
  | { type: "ignored"; reason: Ignored }
  | { type: "callEnded" }
  // these come as `tell` commands (acknowledged, at least once, with the command's id to know repetitions by):
  | { type: "successor"; from: string; to: string; epoch: number; deadline: Ms }
  | { type: "rotationEnded"; from: string; to: string | null; outcome: "moved" | "migrated" | "empty" | "failed" }
  | {
      type: "serviceRestarted";
      kind: Kind;
      from: string;
      sessionId: string;
      previousId: string | null;
      id: string | null;
      urls: object | null;
    }
  | { type: "consentNeeded"; sessionId: string; archiveId: string | null }
  | { type: "recording"; recording: Recording }
  | { type: "gaveUp"; what: Command["type"]; sessionId: string | null; kind: Kind | null; error: Trouble };

export type Ignored =
  "repeated" | "outdated" | "unknownSession" | "uninteresting" | "otherApplication" | "notAwaited" | "notCurrent";

export type Answer =
  | { type: "ok" }
  | { type: "ignored"; reason: Ignored }
  | { type: "credentials"; sessionId: string; epoch: number; deadline: Ms | null }
  | { type: "wait"; retryAfter: number } // the successor is being made: 503 + Retry-After
  | { type: "manifest"; recordings: Recording[] }
  | { type: "refused"; status: number; code: string; message: string };

export interface Recording {
  number: number;
  name: string;
  running: boolean;
  pieces: Piece[];
}
export interface Piece {
  archiveId: string | null;
  sessionId: string;
  startedAt: Ms;
  endedAt: Ms | null;
  gap: number | null; /* ms; negative = overlap */
}

// Everything has a default (in brackets); all of it milliseconds where it is a time.
export interface Config extends Required<Settings> {
  applicationId: string | null;
  strategy: "successor" | "migrate"; // ["successor"]
  when: "now" | "quiet" | "late"; // ["now"]
  session: object; // [{}] properties of created sessions, in the words of @vonage/video
  restart: Kind[]; // [["broadcast", "captions", "composer"]]
  recordAgain: boolean; // [false]
  notice: number; // [3_600_000] after a notice the servers go in so long
  lead: number; // [600_000] everybody is sent off so long before the deadline at the latest
  quietStreams: number; // [0]
  grace: number; // [600_000]
  patience: number; // [30_000] per command
  retryInitial: number;
  retryMax: number; // [500, 30_000]
  announceEvery: number; // [300_000] 0: never again
  serviceDelay: number; // [10_000]
  serviceTimeout: number; // [600_000]
  keep: number; // [90_000_000]
}
export interface Settings {
  strategy?;
  when?;
  session?;
  restart?;
  recordAgain?;
} // of one call: `open`
