//! What a plan remembers between two steps: one value, kept as JSON in a store.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::config::Settings;
use super::protocol::{Cause, Command, Kind};

/// The version of the stored form.
pub const VERSION: u32 = 1;

/// All that is known of one call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Plan {
    /// [`VERSION`] of whoever stored it.
    pub version: u32,
    /// The key: the first session's ID.
    pub call: String,
    /// What is special about this call.
    pub settings: Settings,
    /// In the order in which they succeed each other. The last one is current. Never empty.
    pub sessions: Vec<Session>,
    /// What runs beside the sessions.
    pub services: Vec<Service>,
    /// What has been commanded, or is going to be, and has no result yet.
    pub pending: Vec<Pending>,
    /// How many commands there have been.
    pub commands: u64,
    /// The highest epoch of an announcement.
    pub epoch: u64,
    /// What everybody said about recording again.
    pub consent: Option<bool>,
    /// By which callbacks are recognised that were acted upon already: the latest ones.
    pub seen: Vec<String>,
    /// Archives, broadcasts and so on that have ended without being known: the latest ones.
    pub ended: Vec<String>,
    /// When the application ended the call.
    pub over: Option<u64>,
    /// When the plan was last changed.
    pub touched: u64,
    /// Since when nobody is there, if so.
    pub idle: Option<u64>,
}

/// One session of the call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Session {
    /// Its ID.
    pub id: String,
    /// What becomes of it.
    pub stage: Stage,
    /// The timestamp of the latest notice.
    pub noticed: u64,
    /// The timestamp of its latest beginning, as far as told.
    pub created: u64,
    /// The timestamp of its latest end.
    pub destroyed: u64,
    /// Streams in it; nothing as long as none has been told of.
    pub streams: Option<Vec<String>>,
    /// Streams that have ended: the latest ones, whose beginning may yet be told.
    pub ended_streams: Vec<String>,
}

/// What becomes of a session.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Stage {
    /// Nothing.
    Current,
    /// Its servers will go.
    Noticed {
        /// When.
        deadline: u64,
        /// When it is left at the latest; nothing if the platform moves it.
        move_at: Option<u64>,
    },
    /// A successor is being created.
    Creating {
        /// When its servers go.
        deadline: u64,
        /// Why.
        cause: Cause,
    },
    /// The successor is being made known to those who take callbacks.
    Binding {
        /// When its servers go.
        deadline: u64,
        /// Why.
        cause: Cause,
        /// The successor.
        to: String,
    },
    /// Whoever is still in it is told to leave.
    Left {
        /// When its servers go.
        deadline: u64,
        /// When that is said again.
        announce_at: Option<u64>,
    },
    /// The platform has moved it, and services are started again.
    Moved {
        /// Until when a service that ends is taken for ended by that.
        until: u64,
    },
    /// It is not used any more.
    Gone,
}

/// Something that runs beside the call, from session to session.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Service {
    /// Which of the call's, from 1.
    pub number: u32,
    /// What.
    pub kind: Kind,
    /// What it is started with.
    pub options: Value,
    /// Whether it should run.
    pub wanted: bool,
    /// What it was and is.
    pub runs: Vec<Run>,
    /// What is being done about it.
    pub work: Work,
    /// The latest start that was ordered.
    pub tried: Option<Tried>,
    /// In which session the application was asked for consent.
    pub asked: Option<String>,
}

/// A start that was ordered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Tried {
    /// Where.
    pub session: String,
    /// When.
    pub at: u64,
}

/// What is being done to have a service running in a session.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Work {
    /// Nothing.
    None,
    /// It is waited for the next try.
    Waiting {
        /// Where.
        to: String,
        /// Until when.
        at: u64,
        /// How often it was tried.
        tries: u32,
        /// When it is given up, once it has been tried.
        until: Option<u64>,
    },
    /// It is looked whether it runs there already.
    Looking {
        /// Where.
        to: String,
        /// How often it was tried.
        tries: u32,
        /// When it is given up.
        until: u64,
    },
    /// It is being started.
    Starting {
        /// Where.
        to: String,
        /// How often it was tried.
        tries: u32,
        /// When it is given up.
        until: u64,
    },
    /// It is looked whether it runs there more than once.
    Checking {
        /// Where.
        to: String,
    },
    /// It was given up.
    GivenUp {
        /// Where.
        to: String,
    },
}

/// A service in one session.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Run {
    /// The platform's ID; nothing of captions that were found running.
    pub id: Option<String>,
    /// Where.
    pub session: String,
    /// When it began.
    pub started: u64,
    /// When it ended.
    pub ended: Option<u64>,
    /// Whether the platform ended it, rather than this plan or the application.
    pub cut: bool,
    /// When this plan asked for its stop.
    pub asked: Option<u64>,
    /// Whether it runs.
    pub state: RunState,
}

/// Whether something runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum RunState {
    /// Yes.
    Up,
    /// It did, before the servers went.
    Doubtful,
    /// It is being stopped.
    Stopping,
    /// No.
    Down,
}

impl Service {
    /// When it is tried next to start it, if that is waited for.
    #[must_use]
    pub fn due(&self) -> Option<u64> {
        if let Work::Waiting { at, .. } = self.work { Some(at) } else { None }
    }
}

impl Session {
    /// When its servers go, if it is being left for a successor.
    #[must_use]
    pub fn left_until(&self) -> Option<u64> {
        if let Stage::Left { deadline, .. } = self.stage { Some(deadline) } else { None }
    }
}

impl Run {
    /// Whether it may have to be stopped.
    #[must_use]
    pub fn may_run(&self) -> bool {
        matches!(self.state, RunState::Up | RunState::Doubtful)
    }
}

/// A command without a result.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Pending {
    /// Its name.
    pub id: String,
    /// What to do.
    pub command: Command,
    /// What for.
    pub purpose: Purpose,
    /// How often it was commanded.
    pub attempt: u32,
    /// When it is given up.
    pub until: u64,
    /// Whether somebody is at it.
    pub phase: Phase,
}

/// Whether somebody is at a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum Phase {
    /// Not before this time.
    Waiting {
        /// When.
        at: u64,
    },
    /// Since this time.
    Issued {
        /// When.
        at: u64,
    },
}

/// What a command is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Purpose {
    /// The successor of this session.
    Create {
        /// The session.
        from: String,
    },
    /// Making the successor of this session known.
    Bind {
        /// The session.
        from: String,
    },
    /// Telling those in this session to leave.
    Announce {
        /// The session.
        session: String,
    },
    /// Telling clients a broadcast's address.
    Address,
    /// Learning what runs in this session.
    Survey {
        /// The session.
        session: String,
    },
    /// Learning whether this service runs where it should.
    Look {
        /// Its number.
        service: u32,
    },
    /// Starting this service.
    Start {
        /// Its number.
        service: u32,
    },
    /// Stopping this service.
    Stop {
        /// Its number.
        service: u32,
        /// Which of its runs.
        run: String,
    },
    /// The application.
    Tell,
}
