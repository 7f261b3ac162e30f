//! One make-before-break, and the recovery that it becomes when the old leg dies first.

use super::announcement::Announcement;
use super::error::Failure;
use super::ids::{ConnectionId, LegId, RenewId, SessionId};
use super::protocol::{LossReason, MoveKind};
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
    /// The leg that has died.
    pub(super) loss: Option<Loss>,
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
    /// Whether a connect has had no answer: the next one has twice the time.
    pub(super) patient: bool,
    /// Why the credentials in use were not good, if they were not.
    pub(super) refused: Option<Failure>,
    /// For the receipt.
    pub(super) record: Record,
    /// What was announced when this move was too far to be given back, and when.
    pub(super) next: Option<(Announcement, Time)>,
}

/// How far a handover is. What belongs to one step exists in it alone.
#[derive(Debug)]
pub(super) enum Step {
    /// `renew` has been asked.
    Renewing { request: RenewId, until: Time },
    /// The next attempt starts then: after one that failed, or, before the first, at a moment of this client's own.
    Waiting { until: Time },
    /// The successor is connecting.
    Connecting { new: Leg, until: Time },
    /// Publishing and subscribing on the successor, until everybody is there or the old leg has to be left.
    /// `publish_until` is `None` once every publisher is live.
    Overlapping { new: Leg, publish_until: Option<Time>, until: Time },
    /// All of ours has moved; others are waited for. `silent_until` is `None` once those are not any more who have come but
    /// don't say a word.
    Settling { new: Leg, silent_until: Option<Time>, until: Time },
    /// The old leg is closing.
    Leaving { new: Leg, old: LegId, until: Time },
}

/// A leg that was lost, as it was.
#[derive(Debug)]
pub(super) struct Loss {
    pub(super) reason: LossReason,
    pub(super) leg: LegId,
    /// This client's connection there.
    pub(super) me: Option<ConnectionId>,
    /// The others' connections there.
    pub(super) members: Vec<ConnectionId>,
}

impl Handover {
    pub(super) fn is_recovery(&self) -> bool {
        self.old.is_none() && !self.is_leaving()
    }

    /// What it is now: a handover whose old leg has died is a recovery.
    pub(super) fn kind_now(&self) -> MoveKind {
        if self.is_recovery() { MoveKind::Recovery } else { MoveKind::Handover }
    }

    pub(super) fn is_leaving(&self) -> bool {
        matches!(self.step, Step::Leaving { .. })
    }

    /// Whether it waits for a moment of its own to begin.
    pub(super) fn is_biding(&self) -> bool {
        self.attempt == 0 && matches!(self.step, Step::Waiting { .. })
    }

    /// Whether everything of this client's is live in the successor.
    pub(super) fn is_live(&self) -> bool {
        matches!(
            self.step,
            Step::Overlapping { publish_until: None, .. } | Step::Settling { .. } | Step::Leaving { .. }
        )
    }

    /// Whether the successor has proved itself, or is all there is: it is not given back for a better one.
    pub(super) fn is_committed(&self) -> bool {
        match self.step {
            Step::Renewing { .. } | Step::Waiting { .. } | Step::Connecting { .. } => false,
            Step::Overlapping { .. } => self.is_recovery(),
            Step::Settling { .. } | Step::Leaving { .. } => true,
        }
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

    /// Whether it is cut off and tries to come back.
    pub(super) fn is_trying(&self) -> bool {
        let trying = match self.step {
            Step::Renewing { .. } | Step::Waiting { .. } | Step::Connecting { .. } => true,
            Step::Overlapping { publish_until, .. } => publish_until.is_some(),
            Step::Settling { .. } | Step::Leaving { .. } => false,
        };
        trying && self.is_recovery()
    }

    /// The question to `renew` that is open.
    pub(super) fn request(&self) -> Option<RenewId> {
        if let Step::Renewing { request, .. } = self.step { Some(request) } else { None }
    }

    /// The leg that goes on until the successor has proved itself.
    pub(super) fn old_leg(&self) -> Option<LegId> {
        self.old.as_ref().map(|old| old.id)
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
        if matches!(self.step, Step::Connecting { .. }) { None } else { self.new_leg() }
    }

    /// The legs that it holds, the old one first.
    pub(super) fn legs(&self) -> impl Iterator<Item = LegId> {
        self.old.iter().chain(self.new_leg()).map(|leg| leg.id)
    }

    /// The moment at which something is overdue.
    pub(super) fn timeout(&self) -> Time {
        match self.step {
            Step::Renewing { until, .. }
            | Step::Waiting { until }
            | Step::Connecting { until, .. }
            | Step::Leaving { until, .. } => until,
            Step::Settling { silent_until, until, .. } => silent_until.unwrap_or(until),
            Step::Overlapping { publish_until, until, .. } => publish_until.unwrap_or(until),
        }
    }
}
