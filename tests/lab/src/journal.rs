//! The journal: what the lab did, in order.

use std::collections::VecDeque;

use serde::Serialize;
use serde_json::Value;

use crate::fault::Point;
use crate::id::{ConnectionId, SessionId, StreamId};
use crate::services::{Kind, Status};
use crate::time::Time;

/// How many entries are kept; older ones are dropped.
const CAPACITY: usize = 20_000;

/// Something that happened.
#[expect(missing_docs, reason = "the fields are plain names and numbers")]
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Entry {
    /// A session came into being.
    SessionCreated { session: SessionId, mode: &'static str },
    /// The project's configuration was asked for.
    Config,
    /// Session info was asked for; `refused` says why it wasn't given.
    Info {
        session: SessionId,
        #[serde(skip_serializing_if = "Option::is_none")]
        refused: Option<String>,
    },
    /// A fault struck.
    Fault {
        point: Point,
        #[serde(skip_serializing_if = "Option::is_none")]
        session: Option<SessionId>,
    },
    /// A client opened a socket.
    SocketOpened { session: SessionId, generation: u32 },
    /// A client came back on a new socket.
    SocketReopened { session: SessionId, connection: Option<ConnectionId> },
    /// A client wanted to come back that isn't known (any more).
    SocketUnknown { session: SessionId },
    /// A socket ended.
    SocketClosed { session: SessionId, connection: Option<ConnectionId>, generation: u32 },
    /// A client asked for something.
    Request {
        session: SessionId,
        connection: ConnectionId,
        generation: u32,
        request: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        refused: Option<String>,
    },
    /// A frame or message that made no sense was ignored.
    Nonsense { session: SessionId, message: String },
    /// A client joined, or arrived on the server it migrated to.
    Connected {
        session: SessionId,
        connection: ConnectionId,
        generation: u32,
        migrated: bool,
        capabilities: Vec<String>,
    },
    /// A client is gone.
    Disconnected { session: SessionId, connection: ConnectionId, reason: String },
    /// A stream began.
    StreamCreated { session: SessionId, stream: StreamId, connection: ConnectionId, generation: u32 },
    /// A stream ended.
    StreamDeleted { session: SessionId, stream: StreamId, reason: String },
    /// A service began, or its status changed.
    Service { session: SessionId, service: Kind, id: String, status: Status },
    /// The application's server signalled, to one client or to all.
    AppSignal {
        session: SessionId,
        #[serde(skip_serializing_if = "Option::is_none")]
        connection: Option<ConnectionId>,
        #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
        kind: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        data: Option<Value>,
        sent: usize,
    },
    /// The notice of a rotation to come was sent.
    Notice { session: SessionId },
    /// The application's server asked for something.
    Rest {
        operation: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        session: Option<SessionId>,
        status: u16,
    },
    /// The application's server was told something, and answered with this status, if it did.
    Callback { event: String, attempt: u32, status: Option<u16> },
    /// A callback was given up.
    CallbackLost { event: String },
    /// A control call was answered.
    Control { call: String, arguments: Value },
}

/// An entry and its moment.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Line {
    /// Milliseconds since the lab started.
    pub t: u64,
    /// What happened.
    #[serde(flatten)]
    pub entry: Entry,
}

/// The journal.
#[derive(Debug)]
pub struct Journal {
    started: Time,
    lines: VecDeque<Line>,
    unread: usize,
}

impl Journal {
    /// An empty journal, begun now.
    #[must_use]
    pub const fn new(now: Time) -> Self {
        Self { started: now, lines: VecDeque::new(), unread: 0 }
    }

    /// Milliseconds since the lab started.
    #[must_use]
    pub fn clock(&self, now: Time) -> u64 {
        u64::try_from(now.since(self.started).as_millis()).unwrap_or(u64::MAX)
    }

    /// Writes an entry.
    pub fn write(&mut self, entry: Entry, now: Time) {
        if self.lines.len() == CAPACITY {
            self.lines.pop_front();
        }
        self.lines.push_back(Line { t: self.clock(now), entry });
        self.unread = (self.unread + 1).min(CAPACITY);
    }

    /// The entries from this millisecond on.
    pub fn since(&self, t: u64) -> impl Iterator<Item = &Line> {
        self.lines.iter().filter(move |line| line.t >= t)
    }

    /// The entries written since this was last asked.
    #[must_use]
    pub fn take_unread(&mut self) -> Vec<Line> {
        let unread = std::mem::take(&mut self.unread);
        self.lines.range(self.lines.len() - unread..).cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn an_entry_is_a_flat_object_with_its_time_and_kind() {
        let started = Time::from_millis(100);
        let mut journal = Journal::new(started);
        let entry = Entry::SocketOpened { session: "s".into(), generation: 2 };
        journal.write(entry, started + Duration::from_millis(7));
        let line = serde_json::to_value(journal.since(0).next()).expect("JSON");
        let expected = serde_json::json!({ "t": 7, "kind": "socketOpened", "session": "s", "generation": 2 });
        assert_eq!(line, expected);
        assert_eq!(journal.since(8).count(), 0);
    }

    #[test]
    fn unread_entries_are_given_out_once_even_when_old_ones_are_dropped() {
        let now = Time::from_millis(0);
        let mut journal = Journal::new(now);
        (0..CAPACITY + 5).for_each(|_| journal.write(Entry::Config, now));
        assert_eq!(journal.take_unread().len(), CAPACITY);
        assert!(journal.take_unread().is_empty());
    }
}
