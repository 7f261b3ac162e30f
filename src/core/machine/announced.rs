//! A successor was announced: whether and when to move there.

use std::time::Duration;

use super::{Event, Machine, SessionId, State, Time};
use crate::core::announcement::{Announcement, Context, RawAnnouncement, Rejection};
use crate::core::error::{Code, Failure};
use crate::core::handover::{Handover, Loss, Step};
use crate::core::protocol::MoveKind;
use crate::core::receipt::{Outcome, Record};
use crate::core::spread::begin_after;
use crate::core::state::Leg;

impl Machine {
    /// A successor was announced, by signal or by the app's own call.
    pub(super) fn announced(&mut self, raw: RawAnnouncement, by_call: bool, now: Time) {
        let Some(current) = self.current_session() else {
            if !by_call {
                // There is no call to move any more.
                return;
            }
            let failure = Failure::new(Code::NotConnected, "there is no connected session to hand over");
            self.tell(Event::HandoverRefused(failure));
            return;
        };
        let pending = self.pending_session();
        let context = Context {
            current: &current,
            pending: pending.as_ref(),
            left: &self.left,
            highest_epoch: self.highest_epoch,
            trust: self.config.trust,
        };
        let announcement = match raw.check(&context) {
            Ok(announcement) => Announcement { prompt: by_call, ..announcement },
            Err(rejection) => {
                self.tell(Event::AnnouncementRejected { rejection, by_call });
                return;
            }
        };
        if self.pace.is_exhausted(self.config.moves_per_hour, now) {
            self.tell(Event::AnnouncementRejected { rejection: Rejection::TooMany, by_call });
            return;
        }
        self.highest_epoch = announcement.epoch.or(self.highest_epoch);
        self.accept(announcement, now);
    }

    /// Moves to an announced session: at once, or when the move that is under way is over.
    pub(super) fn accept(&mut self, announcement: Announcement, now: Time) {
        let old = match &mut self.state {
            State::Connected { leg } => leg.clone(),
            State::Moving(handover) if handover.is_committed() => {
                handover.next = Some((announcement, now));
                return;
            }
            State::Moving(handover) => {
                let old = handover.old.clone();
                self.abort_renew();
                self.give_back(now);
                let Some(old) = old else {
                    // Cut off already: the recovery goes on, with the better target.
                    self.update_move(|handover| handover.to = announcement.session_id, now);
                    self.ask(now);
                    return;
                };
                self.conclude(Outcome::Superseded, State::Connected { leg: old.clone() }, now);
                old
            }
            State::Idle
            | State::Asking { .. }
            | State::Connecting { .. }
            | State::Disconnected
            | State::Failed
            | State::Closed => return,
        };
        let wait = self.own_moment(&announcement);
        let deadline = now + announcement.deadline.unwrap_or(self.config.handover_timeout);
        self.hand_over(old, announcement.session_id, deadline, wait, now);
    }

    /// How long this client waits with a move that was announced in good time, so that not all come at once. Never so long
    /// that no time for a handover would be left.
    fn own_moment(&mut self, announcement: &Announcement) -> Duration {
        let left = announcement.deadline.unwrap_or_default().saturating_sub(self.config.handover_timeout);
        if announcement.prompt || left.is_zero() {
            return Duration::ZERO;
        }
        begin_after(self.config.spread.min(left), &announcement.session_id, self.random.next_f64())
    }

    /// Moves to a session that was announced a while ago.
    pub(super) fn take_up(&mut self, announcement: Announcement, announced_at: Time, now: Time) {
        let deadline = announcement.deadline.map(|deadline| (announced_at + deadline).saturating_since(now));
        self.accept(Announcement { deadline, ..announcement }, now);
    }

    /// Starts a planned move.
    fn hand_over(&mut self, old: Leg, to: SessionId, deadline: Time, wait: Duration, now: Time) {
        self.pace.note(self.config.moves_per_hour, now);
        let from = old.session.clone();
        self.set_state(State::Moving(Box::new(Handover {
            kind: MoveKind::Handover,
            old: Some(old),
            loss: None,
            from: from.clone(),
            to: to.clone(),
            deadline,
            attempt: 0,
            step: Step::Waiting { until: now + wait },
            patient: false,
            refused: None,
            record: Record::new(now),
            next: None,
        })));
        self.tell(Event::HandoverStart { from, to, deadline: deadline.saturating_since(now), wait });
        if wait.is_zero() {
            self.ask(now);
        }
    }

    /// Starts a move after a loss: to the same session, unless somebody names a better one.
    pub(super) fn recover(&mut self, session: SessionId, loss: Loss, now: Time) {
        self.set_state(State::Moving(Box::new(Handover {
            kind: MoveKind::Recovery,
            old: None,
            loss: Some(loss),
            from: session.clone(),
            to: session,
            deadline: now + self.config.recovery_timeout,
            attempt: 0,
            step: Step::Waiting { until: now },
            patient: false,
            refused: None,
            record: Record::new(now),
            next: None,
        })));
        self.cut_off();
        let stormy = self.pace.is_exhausted(self.config.moves_per_hour, now);
        self.pace.note(self.config.moves_per_hour, now);
        // In a storm the call must come back, but not at once; without a network, not yet.
        let wait = if stormy { self.config.backoff.max } else { Duration::ZERO };
        if stormy || self.offline {
            self.update_move(|handover| handover.step = Step::Waiting { until: now + wait }, now);
        } else {
            self.ask(now);
        }
    }

    /// The session that the call is in, or comes from if it is in none.
    fn current_session(&self) -> Option<SessionId> {
        match &self.state {
            State::Connected { leg } => Some(leg.session.clone()),
            State::Moving(handover) => {
                let arrived = handover.connected_leg().filter(|_| handover.is_committed());
                Some(arrived.map_or_else(|| handover.from.clone(), |leg| leg.session.clone()))
            }
            State::Idle
            | State::Asking { .. }
            | State::Connecting { .. }
            | State::Disconnected
            | State::Failed
            | State::Closed => None,
        }
    }

    /// The session that the call is to move to.
    fn pending_session(&self) -> Option<SessionId> {
        let handover = self.state.moving()?;
        if handover.is_committed() {
            return handover.next.as_ref().map(|(next, _)| next.session_id.clone());
        }
        Some(handover.to.clone()).filter(|to| *to != handover.from)
    }
}
