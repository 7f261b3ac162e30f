//! What one handover or recovery did, in numbers.

use std::time::Duration;

use super::error::Failure;
use super::ids::{PublisherId, SessionId, ViewId};
use super::protocol::MoveKind;
use super::state::Phase;
use super::time::Time;

/// How a handover or recovery ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The call is in the successor.
    Completed,
    /// The old leg died on the way; the call is in the successor all the same.
    Promoted,
    /// No successor proved itself in time: a handover leaves the call where it was, a recovery ends it.
    Abandoned,
    /// A newer announcement took over.
    Superseded,
    /// The app disconnected, or somebody ended the call.
    Cancelled,
}

impl Outcome {
    /// Its name in JavaScript.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::Promoted => "promoted",
            Self::Abandoned => "abandoned",
            Self::Superseded => "superseded",
            Self::Cancelled => "cancelled",
        }
    }
}

/// What swapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tile {
    /// A subscriber's.
    View(ViewId),
    /// The own preview of a publisher.
    Preview(PublisherId),
}

/// One record per handover or recovery. All durations count from its start.
#[derive(Clone, Debug, PartialEq)]
pub struct Receipt {
    /// Planned, or after a loss.
    pub kind: MoveKind,
    /// The session that was to be left.
    pub from: SessionId,
    /// The successor.
    pub to: SessionId,
    /// How it ended.
    pub outcome: Outcome,
    /// How long it took.
    pub duration: Duration,
    /// When each phase was entered; a phase comes again when an attempt is repeated.
    pub phases: Vec<(Phase, Duration)>,
    /// When each tile swapped.
    pub tiles: Vec<(Tile, Duration)>,
    /// How often credentials were asked for.
    pub attempts: u32,
    /// What went wrong on the way.
    pub failures: Vec<(Failure, Duration)>,
}

/// A receipt in the making.
#[derive(Debug)]
pub(super) struct Record {
    started: Time,
    phases: Vec<(Phase, Duration)>,
    tiles: Vec<(Tile, Duration)>,
    failures: Vec<(Failure, Duration)>,
    promoted: bool,
}

impl Record {
    pub(super) fn new(now: Time) -> Self {
        Self { started: now, phases: Vec::new(), tiles: Vec::new(), failures: Vec::new(), promoted: false }
    }

    /// Notes that a phase was entered and returns when, or `None` if it is the one already noted last.
    pub(super) fn phase(&mut self, phase: Phase, now: Time) -> Option<Duration> {
        if self.phases.last().is_some_and(|(last, _)| *last == phase) {
            return None;
        }
        let at = self.at(now);
        self.phases.push((phase, at));
        Some(at)
    }

    pub(super) fn tile(&mut self, tile: Tile, now: Time) {
        let at = self.at(now);
        self.tiles.push((tile, at));
    }

    pub(super) fn failure(&mut self, failure: Failure, now: Time) {
        let at = self.at(now);
        self.failures.push((failure, at));
    }

    pub(super) fn promote(&mut self) {
        self.promoted = true;
    }

    pub(super) fn finish(
        self,
        kind: MoveKind,
        from: SessionId,
        to: SessionId,
        attempts: u32,
        outcome: Outcome,
        now: Time,
    ) -> Receipt {
        Receipt {
            kind,
            from,
            to,
            outcome: if self.promoted && outcome == Outcome::Completed { Outcome::Promoted } else { outcome },
            duration: self.at(now),
            phases: self.phases,
            tiles: self.tiles,
            attempts,
            failures: self.failures,
        }
    }

    /// How long it has been going on.
    pub(super) fn at(&self, now: Time) -> Duration {
        now.saturating_since(self.started)
    }
}
