// What the app's own handlers saw: every documented SDK event, with the time and what it said.

const SESSION_EVENTS = [
  "sessionConnected",
  "sessionDisconnected",
  "sessionReconnecting",
  "sessionReconnected",
  "sessionDestroyed",
  "connectionCreated",
  "connectionDestroyed",
  "streamCreated",
  "streamDestroyed",
  "streamPropertyChanged",
];
const PUBLISHER_EVENTS = [
  "streamCreated",
  "streamDestroyed",
  "destroyed",
  "mediaStopped",
  "accessDialogOpened",
  "accessDenied",
  "videoElementCreated",
];
const SUBSCRIBER_EVENTS = [
  "connected",
  "disconnected",
  "destroyed",
  "videoDisabled",
  "videoEnabled",
  "videoElementCreated",
];
const MANAGER_EVENTS = [
  "statechange",
  "phasechange",
  "handoverstart",
  "tileswap",
  "handoverend",
  "renewfailed",
  "signalrejected",
  "failed",
];

export class Diary {
  entries = [];

  session(session) {
    this.#listen(session, "session", SESSION_EVENTS);
  }

  publisher(publisher) {
    this.#listen(publisher, "publisher", PUBLISHER_EVENTS);
  }

  subscriber(subscriber) {
    this.#listen(subscriber, "subscriber", SUBSCRIBER_EVENTS);
  }

  manager(manager) {
    for (const type of MANAGER_EVENTS) {
      manager.addEventListener(type, ({ detail }) => this.note("manager", type, plain(detail)));
    }
  }

  note(source, type, detail = {}) {
    this.entries.push({ at: Math.round(performance.now()), source, type, ...detail });
  }

  /** Entries of one source, or of all, since a moment of performance.now. */
  since(at, source) {
    return this.entries.filter((entry) => entry.at >= at && (!source || entry.source === source));
  }

  #listen(object, source, types) {
    for (const type of types) {
      object.on(type, (event) =>
        this.note(source, type, {
          reason: event?.reason,
          stream: event?.stream?.streamId,
          connection: event?.connection?.data ?? event?.stream?.connection?.data,
        }),
      );
    }
  }
}

/** A copy that can leave the page: errors become code and message. */
function plain(detail) {
  return JSON.parse(
    JSON.stringify({ detail }, (_, value) =>
      value instanceof Error
        ? { name: value.name, code: value.code, message: value.message, cause: String(value.cause ?? "") }
        : value,
    ),
  );
}
