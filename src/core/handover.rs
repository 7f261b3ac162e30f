//! One make-before-break, and the recovery that it becomes when the old leg dies first.

use super::announcement::Announcement;
use super::ids::{LegId, RenewId, SessionId};
use super::protocol::MoveKind;
use super::receipt::Record;
use super::state::{Leg, Phase};
use super::time::Time;

/// A move from one session to another. While `old` lives it is a handover, after that a recovery.
#[derive(Debug)]
pub(super) struct Handover {
    /// What it was when it began.
    pub(super) kind: MoveKind,
    /// The leg that goes on until the successor has proved itself.
    pub(super) old: Option<Leg>,
    /// The session that is left.
    pub(super) from: SessionId,
    /// The session that is wanted; `renew` may name another.
    pub(super) to: SessionId,
    /// No attempt starts after this.
    pub(super) deadline: Time,
    /// How often credentials have been asked for.
    pub(super) attempt: u32,
    /// How far it is.
    pub(super) step: Step,
    /// For the receipt.
    pub(super) record: Record,
    /// Whether the app has been told that it is cut off.
    pub(super) interrupted: bool,
}

/// How far a handover is. What belongs to one step exists in it alone.
#[derive(Debug)]
pub(super) enum Step {
    /// `renew` has been asked.
    Renewing { request: RenewId, until: Time },
    /// An attempt failed; the next one starts then.
    Waiting { until: Time },
    /// The successor is connecting.
    Connecting { new: Leg, until: Time },
    /// Publishing and subscribing on the successor.
    /// `publish_until` is `None` once every publisher is live.
    Overlapping { new: Leg, publish_until: Option<Time> },
    /// All of ours has moved; others are waited for.
    Settling { new: Leg, until: Time },
    /// The old leg is closing.
    Leaving { new: Leg, old: LegId, until: Time, next: Option<(Announcement, Time)> },
}

impl Handover {
    pub(super) fn is_recovery(&self) -> bool {
        self.old.is_none() && !matches!(self.step, Step::Leaving { .. })
    }

    /// What it is now: a handover whose old leg has died is a recovery.
    pub(super) fn kind_now(&self) -> MoveKind {
        if self.is_recovery() { MoveKind::Recovery } else { MoveKind::Handover }
    }

    pub(super) fn is_leaving(&self) -> bool {
        matches!(self.step, Step::Leaving { .. })
    }

    pub(super) fn phase(&self) -> Phase {
        match self.step {
            Step::Renewing { .. } | Step::Waiting { .. } => Phase::Renewing,
            Step::Connecting { .. } => Phase::Connecting,
            Step::Overlapping { .. } => Phase::Overlapping,
            Step::Settling { .. } => Phase::Settling,
            Step::Leaving { .. } => Phase::Leaving,
        }
    }

    /// The successor, connected or about to be.
    pub(super) fn new_leg(&self) -> Option<&Leg> {
        match &self.step {
            Step::Renewing { .. } | Step::Waiting { .. } => None,
            Step::Connecting { new, .. }
            | Step::Overlapping { new, .. }
            | Step::Settling { new, .. }
            | Step::Leaving { new, .. } => Some(new),
        }
    }

    /// The successor, once it is connected.
    pub(super) fn connected_leg(&self) -> Option<&Leg> {
        match &self.step {
            Step::Connecting { .. } => None,
            _ => self.new_leg(),
        }
    }

    /// The moment at which something is overdue.
    pub(super) fn timeout(&self) -> Time {
        match self.step {
            Step::Renewing { until, .. } | Step::Waiting { until } | Step::Connecting { until, .. } => until,
            Step::Overlapping { publish_until, .. } => {
                publish_until.map_or(self.deadline, |until| until.min(self.deadline))
            }
            Step::Settling { until, .. } => until.min(self.deadline),
            Step::Leaving { until, .. } => until,
        }
    }
}
