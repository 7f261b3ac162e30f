//! The whole vocabulary of the plan on a page: what goes in, what comes out. All of it crosses the boundary as JSON.
//!
//! One plan belongs to one call: a line of sessions of which each is the successor of the one before. Its key is the ID
//! of the first. Whoever drives a plan
//!
//! 1. loads its state (or none), takes one [`Input`] and calls [`step`](super::step);
//! 2. stores [`Outcome::state`], *before anything else*, by compare and set: if somebody was faster, back to 1;
//! 3. carries [`Outcome::commands`] out and hands in each result as [`Input::Result`];
//! 4. comes back with [`Input::Tick`] at [`Outcome::wake_at`].
//!
//! After a crash (or with a fresh lease on the plan) it begins with [`Input::Resume`]: whatever has no result yet is
//! commanded again, under the same ID. Every command may be carried out twice: who starts something looks first, what is
//! stopped stays stopped, a signal carries the epoch by which clients know a repetition, and of two sessions that are
//! created the plan takes the one whose answer came first and tells nobody of the other.
//!
//! All times are milliseconds, points in time since the epoch.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::config::{Config, Settings};
use super::state::Plan;

/// The argument of [`step`](super::step), as it crosses the boundary.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Request {
    /// The plan as it was last stored; nothing if there is none.
    #[serde(default)]
    pub state: Option<Plan>,
    /// What the application wants.
    #[serde(default)]
    pub config: Config,
    /// What happened.
    pub input: Input,
    /// Now.
    pub now: u64,
    /// Any number, another one in each step: what the jitter of retries is drawn from.
    #[serde(default)]
    pub seed: u64,
}

/// What runs beside a session and doesn't move with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Kind {
    /// A recording.
    Archive,
    /// A live streaming broadcast.
    Broadcast,
    /// Live captions.
    Captions,
    /// An Experience Composer.
    Composer,
}

/// What can happen to a plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase", deny_unknown_fields)]
pub enum Input {
    /// The platform called back. The body is untouched; its trust has been checked.
    Callback {
        /// The raw body.
        body: String,
    },
    /// A command was carried out, or wasn't: exactly one of `value` and `error`.
    Result {
        /// Its ID.
        command: String,
        /// Which attempt ended.
        attempt: u32,
        /// What the platform answered ([`Command`] says what is looked at); `{}` if it says nothing.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        value: Option<Value>,
        /// Why it failed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        error: Option<Trouble>,
    },
    /// The time that was asked for has come. Harmless at any other time.
    Tick,
    /// Whoever carried out commands before does so no longer: command all anew that has no result.
    Resume,
    /// The application made this session and says what is special about its call.
    Open {
        /// The session.
        session_id: String,
        /// What differs from the configuration.
        #[serde(default)]
        settings: Settings,
    },
    /// The application wants everybody to move now, whatever the platform says.
    Rotate {
        /// The session to leave: the current one, or nothing happens.
        session_id: String,
        /// A successor that the application has made already.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        successor: Option<String>,
        /// Until when the old session is to live; [`Config::grace`] from now if it isn't said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        deadline: Option<u64>,
    },
    /// Somebody asks which session to join.
    Credentials {
        /// The session that they know.
        session_id: String,
    },
    /// Somebody joined a session: as the callback `connectionCreated`, for applications without these.
    Joined {
        /// The session.
        session_id: String,
        /// Their connection there.
        connection_id: String,
    },
    /// The application knows that now is a good moment to move.
    Quiet,
    /// The application started a service. Without this, archives and broadcasts are known by callbacks and lists, with the
    /// options that those show; captions not at all.
    ServiceStarted {
        /// What.
        kind: Kind,
        /// Where.
        session_id: String,
        /// Which.
        id: String,
        /// What it was started with, in the words of `@vonage/video`: what it is to be started with again.
        #[serde(default)]
        options: Value,
    },
    /// The application stopped a service: it is not to be started again.
    ServiceStopped {
        /// What.
        kind: Kind,
        /// Which.
        id: String,
    },
    /// The application's word on recording again in this call.
    Consent {
        /// The session, so that it counts also when nothing is known of the call yet.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        session_id: Option<String>,
        /// Whether everybody agrees.
        given: bool,
    },
    /// Nothing: an answer with the recordings of the call.
    Manifest,
    /// The call is over: stop what still runs on its account, then forget it.
    End,
}

/// Why a command failed, as whoever carried it out saw it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Trouble {
    /// The HTTP status of the answer; nothing if none came (timeout, network): then nobody knows whether it was done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// What the answer's Retry-After says, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u64>,
    /// For people. Nothing secret.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub message: String,
}

/// What comes of a step.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Outcome {
    /// What to store. Nothing: there is no plan (any more), delete what is stored.
    pub state: Option<Plan>,
    /// Whether the state differs from the one handed in: if not, there is nothing to store.
    pub changed: bool,
    /// What to do now, in any order, also all at once. All of it is in the state, too.
    pub commands: Vec<Issued>,
    /// What happened, for logs and counters. What an application must not miss comes as [`Command::Tell`] instead.
    pub events: Vec<Event>,
    /// When to come back with [`Input::Tick`] at the latest.
    pub wake_at: Option<u64>,
    /// Whether commands are under way, here or elsewhere: if whoever is at them dies, somebody has to take over.
    pub under_way: bool,
    /// What to say to whoever handed in the input.
    pub answer: Answer,
    /// Sessions whose [`Command::Bind`] may be forgotten: the call is over.
    pub unbind: Vec<String>,
}

/// A command with its name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Issued {
    /// The same in every attempt; unique within the plan.
    pub id: String,
    /// Counts from 1. To be named in the result.
    pub attempt: u32,
    /// When to give up waiting for an answer: the same command may come again from then on.
    pub patience: u64,
    /// What to do.
    pub command: Command,
}

/// Work for whoever drives the plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Command {
    /// Create a session. Result: `{ sessionId }`.
    CreateSession {
        /// With what, in the words of `@vonage/video`.
        properties: Value,
    },
    /// Store that this session belongs to that plan, so that its callbacks find it. Result: `{}`.
    Bind {
        /// The session.
        session_id: String,
        /// The plan's key.
        call: String,
    },
    /// Send a signal, as the server. Result: `{}`.
    Signal {
        /// To which session.
        session_id: String,
        /// To one connection, or to all.
        connection_id: Option<String>,
        /// What it says. The type of an announcement's signal, and its signature, are the driver's.
        message: Message,
    },
    /// List what runs. Result: `{ items }` or the items alone, as the platform has them (`id`, `sessionId`, `status`,
    /// `createdAt`, `name`, `multiArchiveTag`, `url`, ...). All pages of it.
    List {
        /// What.
        kind: Kind,
        /// Where.
        session_id: String,
    },
    /// Start a service. Result: what the platform answers (`id` or `captionsId`, `createdAt`, `broadcastUrls`).
    Start {
        /// What.
        kind: Kind,
        /// Where.
        session_id: String,
        /// With what. Tokens that a service needs are the driver's.
        options: Value,
    },
    /// Stop a service. Result: what the platform answers.
    Stop {
        /// What.
        kind: Kind,
        /// Where.
        session_id: String,
        /// Which.
        id: String,
    },
    /// Tell the application. Result: `{}` when its listener has returned. At least once.
    Tell {
        /// What.
        event: Event,
    },
}

/// What the server says to clients.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Message {
    /// This session has a successor.
    Announcement {
        /// The session that is left.
        from: String,
        /// The successor.
        session_id: String,
        /// Rises from announcement to announcement of a call, and stays the same when one is repeated.
        epoch: u64,
        /// When the old session ends.
        deadline: u64,
    },
    /// The broadcast of this call has another address.
    BroadcastUrl {
        /// The broadcast.
        broadcast_id: String,
        /// Its addresses: `broadcastUrls` as the platform has them.
        urls: Value,
    },
}

/// What the application or its operators may hear of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Event {
    /// The platform gave notice of a rotation.
    Noticed {
        /// Of which session.
        session_id: String,
        /// When its servers go.
        deadline: u64,
        /// When it is left at the latest; nothing if the platform moves it.
        move_at: Option<u64>,
    },
    /// A session is being left.
    RotationStarted {
        /// Which.
        from: String,
        /// When its servers go.
        deadline: u64,
        /// Why.
        cause: Cause,
    },
    /// A session has its one successor, and whoever asks is sent there from now on. Told.
    Successor {
        /// The session that is left.
        from: String,
        /// The successor.
        to: String,
        /// The announcement's.
        epoch: u64,
        /// When the old session ends.
        deadline: u64,
    },
    /// The announcement has reached the platform, or there is nobody to hear it.
    Announced {
        /// Where.
        session_id: String,
        /// The successor.
        to: String,
        /// The announcement's.
        epoch: u64,
        /// To whom, if not to all.
        connection_id: Option<String>,
    },
    /// A rotation is over. Told.
    RotationEnded {
        /// The session that was left, or moved.
        from: String,
        /// The successor, if it came to one; the same session if the platform moved it.
        to: Option<String>,
        /// How it went.
        outcome: RotationOutcome,
    },
    /// A service runs again. Told.
    ServiceRestarted {
        /// What.
        kind: Kind,
        /// Where it ran.
        from: String,
        /// Where it runs.
        session_id: String,
        /// What it was.
        previous_id: Option<String>,
        /// What it is now; captions that were found running have no ID.
        id: Option<String>,
        /// The addresses of a broadcast.
        urls: Option<Value>,
    },
    /// A recording could go on in this session, if everybody agrees: [`Input::Consent`]. Told, once a session.
    ConsentNeeded {
        /// Where.
        session_id: String,
        /// Which archive it would go on from.
        archive_id: Option<String>,
    },
    /// The pieces of a recording have changed. Told.
    Recording {
        /// As it is now.
        recording: Recording,
    },
    /// A service ended and isn't started again.
    ServiceEnded {
        /// What.
        kind: Kind,
        /// Where.
        session_id: String,
        /// Which.
        id: Option<String>,
        /// Why, in the platform's words.
        reason: String,
    },
    /// A command failed.
    AttemptFailed {
        /// Which.
        command: String,
        /// What it was: the command's type.
        what: String,
        /// Which attempt.
        attempt: u32,
        /// Why.
        error: Trouble,
        /// When it is tried again, if it is.
        retry_at: Option<u64>,
    },
    /// A command is given up. Told.
    GaveUp {
        /// What it was: the command's type.
        what: String,
        /// For which session.
        session_id: Option<String>,
        /// What kind of service, if one.
        kind: Option<Kind>,
        /// The last failure.
        error: Trouble,
    },
    /// An input changed nothing, for this reason.
    Ignored {
        /// Why.
        reason: Ignored,
    },
    /// The call is over, and the plan with it.
    CallEnded,
}

/// Why a session is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Cause {
    /// The platform gave notice.
    Notice,
    /// Its servers went without one, or before it had a successor.
    Lost,
    /// The application asked.
    Asked,
}

/// How a rotation went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum RotationOutcome {
    /// Everybody who heard it moved to the successor.
    Moved,
    /// The platform moved the session.
    Migrated,
    /// There was nobody to move.
    Empty,
    /// There is no successor: what failed was given up.
    Failed,
}

/// Why an input changed nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Ignored {
    /// It was handed in before.
    Repeated,
    /// What it tells of was settled by something later.
    Outdated,
    /// Nothing is known of this session, and nothing needs to be.
    UnknownSession,
    /// It is a callback that says nothing about rotations.
    Uninteresting,
    /// It is of another application.
    OtherApplication,
    /// It names a command that is not waited for.
    NotAwaited,
    /// The session has been left already, or is just being left.
    NotCurrent,
}

/// What to say to whoever handed in the input.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Answer {
    /// Done, or being done.
    Ok,
    /// Rightly nothing was done.
    Ignored {
        /// Why.
        reason: Ignored,
    },
    /// The session to join now.
    Credentials {
        /// Which.
        session_id: String,
        /// Of the announcement that led there; 0 before the first.
        epoch: u64,
        /// When this session ends, as far as is known: a token should outlive it, and the move.
        deadline: Option<u64>,
    },
    /// The session to join is being made: ask again.
    Wait {
        /// After so long.
        retry_after: u64,
    },
    /// The recordings of the call.
    Manifest {
        /// One each.
        recordings: Vec<Recording>,
    },
    /// The input is not acceptable.
    Refused {
        /// The HTTP status for whoever sent it.
        status: u16,
        /// Stays the same from version to version.
        code: String,
        /// What was expected.
        message: String,
    },
}

/// One recording, piece by piece.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Recording {
    /// Which of the call's, from 1.
    pub number: u32,
    /// The archive's name, as the application gave it.
    pub name: String,
    /// Whether its last piece runs.
    pub running: bool,
    /// In their order.
    pub pieces: Vec<Piece>,
}

/// One archive of a recording.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Piece {
    /// The platform's ID.
    pub archive_id: Option<String>,
    /// Where it was recorded.
    pub session_id: String,
    /// When it began.
    pub started_at: u64,
    /// When it ended, if it has.
    pub ended_at: Option<u64>,
    /// How long nothing was recorded before it: negative if it began before the one before it ended; nothing for the first,
    /// and as long as the end of the one before is not known.
    pub gap: Option<i64>,
}
