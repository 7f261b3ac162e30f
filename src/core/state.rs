//! The state of one durable session: one enum with data, and its public names.

use super::handover::Handover;
use super::ids::{LegId, RenewId, SessionId};
use super::time::Time;

/// What a durable session is doing.
#[derive(Debug)]
pub(super) enum State {
    /// Not connected yet.
    Idle,
    /// The app's own `connect()` is under way, with a token of a session that the call has left: `renew` has been asked.
    Asking { request: RenewId, until: Time },
    /// The app's own `connect()` is under way. `again` if the SDK has let a first attempt hang.
    Connecting { leg: Leg, until: Time, again: bool },
    /// One leg, nothing going on.
    Connected { leg: Leg },
    /// From one session to another: a handover while the old leg lives, a recovery after it has died.
    Moving(Box<Handover>),
    /// The app or the platform ended the call; the app may connect again.
    Disconnected,
    /// Recovery gave up; the app may connect again.
    Failed,
    /// The manager is closed.
    Closed,
}

/// One real session of the SDK.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Leg {
    /// Its name.
    pub(super) id: LegId,
    /// The session it is in.
    pub(super) session: SessionId,
}

/// The public name of a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// Not connected yet.
    Idle,
    /// The app's own `connect()` is under way.
    Connecting,
    /// In the call.
    Connected,
    /// In the call, moving to a successor while the old leg lives.
    Handover,
    /// Cut off, coming back.
    Recovering,
    /// Ended on purpose.
    Disconnected,
    /// Cut off for good.
    Failed,
    /// The manager is closed.
    Closed,
}

impl Status {
    /// Its name in JavaScript.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Connecting => "connecting",
            Self::Connected => "connected",
            Self::Handover => "handover",
            Self::Recovering => "recovering",
            Self::Disconnected => "disconnected",
            Self::Failed => "failed",
            Self::Closed => "closed",
        }
    }
}

/// The public name of a handover's or recovery's phase.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Asking for credentials, or waiting to ask again.
    Renewing,
    /// Connecting the successor.
    Connecting,
    /// Publishing and subscribing in the successor; tiles swap one by one.
    Overlapping,
    /// Everything of ours has moved; the others are waited for.
    Settling,
    /// The old leg is being left.
    Leaving,
}

impl Phase {
    /// Its name in JavaScript.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Renewing => "renewing",
            Self::Connecting => "connecting",
            Self::Overlapping => "overlapping",
            Self::Settling => "settling",
            Self::Leaving => "leaving",
        }
    }
}

impl State {
    /// The move that is under way.
    pub(super) fn moving(&self) -> Option<&Handover> {
        if let Self::Moving(handover) = self { Some(handover) } else { None }
    }

    /// The move that is under way, to be changed.
    pub(super) fn moving_mut(&mut self) -> Option<&mut Handover> {
        if let Self::Moving(handover) = self { Some(handover) } else { None }
    }

    pub(super) fn status(&self) -> Status {
        match self {
            Self::Idle => Status::Idle,
            Self::Asking { .. } | Self::Connecting { .. } => Status::Connecting,
            Self::Connected { .. } => Status::Connected,
            Self::Moving(handover) if handover.is_recovery() => Status::Recovering,
            Self::Moving(_) => Status::Handover,
            Self::Disconnected => Status::Disconnected,
            Self::Failed => Status::Failed,
            Self::Closed => Status::Closed,
        }
    }
}
