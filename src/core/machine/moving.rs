//! From one session to another: planned, or after a loss.

use std::mem;

use super::{Command, ConnectionId, Credentials, Event, LegId, LossReason, Machine, RenewId, State, Time};
use crate::core::announcement::{Announcement, Context, RawAnnouncement};
use crate::core::error::{Code, Failure};
use crate::core::handover::{Handover, Step};
use crate::core::ids::SessionId;
use crate::core::protocol::{MoveKind, WireMessage};
use crate::core::receipt::{Outcome, Record};
use crate::core::state::{Leg, Status};

/// How long an old leg may take to close before it is left to itself. The SDK answers a disconnect within a
/// moment or not at all (SDK-FACTS section 7).
const CLOSE_TIMEOUT: std::time::Duration = std::time::Duration::from_secs(5);

impl Machine {
    /// A successor was announced, by signal or by the app's own call.
    pub(super) fn announced(&mut self, raw: RawAnnouncement, by_call: bool, now: Time) {
        let Some(current) = self.current_session() else {
            let failure = Failure::new(Code::NotConnected, "there is no connected session to hand over");
            self.tell(Event::HandoverRefused(failure));
            return;
        };
        let pending = self.pending_session();
        let context = Context {
            current: &current,
            pending: pending.as_ref(),
            highest_epoch: self.highest_epoch,
            trust: self.config.trust,
        };
        let announcement = match raw.check(&context) {
            Ok(announcement) => announcement,
            Err(rejection) => {
                self.tell(Event::AnnouncementRejected { rejection, by_call });
                return;
            }
        };
        self.highest_epoch = announcement.epoch.or(self.highest_epoch);
        self.accept(announcement, now);
    }

    fn accept(&mut self, announcement: Announcement, now: Time) {
        if let State::Moving(handover) = &mut self.state
            && let Step::Leaving { next, .. } = &mut handover.step
        {
            *next = Some((announcement, now));
            return;
        }
        let to = announcement.session_id;
        let deadline = now + announcement.deadline.unwrap_or(self.config.handover_timeout);
        let old = match &self.state {
            State::Connected { leg } => leg.clone(),
            State::Moving(handover) => {
                let old = handover.old.clone();
                self.give_back(now);
                self.abort_renew();
                let Some(old) = old else {
                    // Cut off already: the recovery goes on, with the better target.
                    self.update_move(|handover| handover.to = to, now);
                    self.ask(now);
                    return;
                };
                self.roster.expect_nobody();
                self.conclude(Outcome::Superseded, State::Connected { leg: old.clone() }, now);
                old
            }
            State::Idle | State::Connecting { .. } | State::Disconnected | State::Failed | State::Closed => return,
        };
        let from = old.session.clone();
        self.begin(Some(old), from, to, deadline, now);
    }

    /// Starts a move. Without an old leg it is a recovery.
    fn begin(&mut self, old: Option<Leg>, from: SessionId, to: SessionId, deadline: Time, now: Time) {
        let kind = if old.is_some() { MoveKind::Handover } else { MoveKind::Recovery };
        self.set_state(State::Moving(Box::new(Handover {
            kind,
            old,
            from: from.clone(),
            to: to.clone(),
            deadline,
            attempt: 0,
            step: Step::Waiting { until: now },
            record: Record::new(now),
            interrupted: kind == MoveKind::Recovery,
        })));
        if kind == MoveKind::Handover {
            let deadline = deadline.saturating_since(now);
            self.tell(Event::HandoverStart { from, to, deadline });
        }
        self.ask(now);
    }

    /// Asks for credentials: the first step of each attempt.
    fn ask(&mut self, now: Time) {
        self.next_renew += 1;
        let request = RenewId(self.next_renew);
        let until = now + self.config.renew_timeout;
        self.update_move(
            |handover| {
                handover.attempt += 1;
                handover.step = Step::Renewing { request, until };
            },
            now,
        );
        let State::Moving(handover) = &self.state else { return };
        self.outputs.push_back(
            Command::Renew {
                request,
                wanted: handover.to.clone(),
                previous: handover.from.clone(),
                kind: handover.kind_now(),
                attempt: handover.attempt,
            }
            .into(),
        );
    }

    pub(super) fn renewed(&mut self, credentials: Credentials, now: Time) {
        let State::Moving(handover) = &self.state else { return };
        if handover.old.as_ref().is_some_and(|old| old.session == credentials.session) {
            let message = "renew answered with the session that is to be left: it must name the successor";
            self.renew_failed(Failure::new(Code::RenewSameSession, message), now);
            return;
        }
        let new = Leg { id: self.new_leg_id(), session: credentials.session.clone() };
        self.credentials = Some(credentials.clone());
        let until = now + self.config.connect_timeout;
        self.roster.expect(new.id);
        self.order(Command::OpenLeg { leg: new.id, credentials });
        self.update_move(|handover| handover.step = Step::Connecting { new, until }, now);
    }

    pub(super) fn renew_failed(&mut self, failure: Failure, now: Time) {
        let State::Moving(handover) = &self.state else { return };
        let attempt = handover.attempt;
        if failure.code == Code::RenewMissing {
            self.tell(Event::RenewFailed { failure: failure.clone(), attempt, retry_in: None });
            // The token in use may still do for the session in use, once its old connection is dead.
            match self.credentials.clone() {
                Some(credentials) if self.status() == Status::Recovering => self.renewed(credentials, now),
                _ => self.give_up(failure, now),
            }
            return;
        }
        let retry_in = self.retry(failure.clone(), now);
        self.tell(Event::RenewFailed { failure, attempt, retry_in });
    }

    /// Gives the successor back and schedules the next attempt, or gives up if there is no time for one.
    fn retry(&mut self, failure: Failure, now: Time) -> Option<std::time::Duration> {
        self.give_back(now);
        let State::Moving(handover) = &mut self.state else { return None };
        handover.record.failure(failure.clone(), now);
        let delay = self.config.backoff.delay(handover.attempt, self.random.next_f64());
        if now + delay >= handover.deadline {
            self.give_up(failure, now);
            return None;
        }
        self.update_move(|handover| handover.step = Step::Waiting { until: now + delay }, now);
        Some(delay)
    }

    /// No successor proved itself in time.
    fn give_up(&mut self, failure: Failure, now: Time) {
        self.give_back(now);
        self.abort_renew();
        let State::Moving(handover) = &mut self.state else { return };
        handover.record.failure(failure.clone(), now);
        if let Some(old) = handover.old.clone() {
            self.conclude(Outcome::Abandoned, State::Connected { leg: old }, now);
            return;
        }
        self.views.clear();
        self.conclude(Outcome::Abandoned, State::Failed, now);
        let changes = self.roster.bury();
        self.apply(changes);
        self.roster.clear();
        self.tell(Event::Failed(failure));
        self.tell(Event::Disconnected(LossReason::ServerRotation));
    }

    /// Gives the successor back: what it showed goes back to the old leg, and it is closed.
    pub(super) fn give_back(&mut self, now: Time) {
        let State::Moving(handover) = &self.state else { return };
        let Some(new) = handover.new_leg().map(|new| new.id) else { return };
        self.show_without(new);
        self.bridge.new_leg_gone(now);
        self.roster.drop_leg(new);
        self.roster.unexpect();
        let State::Moving(handover) = &self.state else { return };
        if handover.old.is_some() {
            self.order(Command::CloseLeg(new));
            let changes = self.roster.bury();
            self.apply(changes);
        } else {
            self.order(Command::DropLeg(new));
        }
    }

    /// Puts on screen from other legs what this leg shows.
    fn show_without(&mut self, leg: LegId) {
        let (views, previews) = self.views.drop_leg(leg);
        for (view, leg) in views {
            self.order(Command::Swap { leg, view });
        }
        for (publisher, leg) in previews {
            self.order(Command::SwapPreview { leg, publisher });
        }
    }

    pub(super) fn leg_connected(&mut self, leg: LegId, own: &ConnectionId, now: Time) {
        let changes = self.roster.set_own(leg, own);
        self.apply(changes);
        match &self.state {
            State::Connecting { leg: only } => {
                let only = only.clone();
                self.set_state(State::Connected { leg: only });
                self.tell(Event::Connected);
            }
            State::Moving(handover) => {
                let Step::Connecting { new, .. } = &handover.step else { return };
                let new = new.clone();
                let publish_until = Some(now + self.config.publish_timeout);
                if let Some(old) = handover.old.as_ref().map(|old| old.id) {
                    if let Some(me) = self.roster.own_at(old).cloned() {
                        self.bridge.open(old, leg, me, self.roster.others_at(old).cloned(), now);
                    }
                    let message = WireMessage::Moved { to: new.session.clone(), connection: own.clone() };
                    self.order(Command::SendWire { leg: old, to: None, message });
                }
                self.update_move(|handover| handover.step = Step::Overlapping { new, publish_until }, now);
                for publisher in self.views.publishers() {
                    if self.views.publish(publisher, leg) {
                        self.order(Command::Publish { leg, publisher });
                    }
                }
                for view in self.views.all() {
                    self.feed(view, leg);
                }
            }
            _ => {}
        }
    }

    pub(super) fn leg_failed(&mut self, leg: LegId, failure: Failure, now: Time) {
        match &self.state {
            State::Connecting { .. } => {
                self.order(Command::CloseLeg(leg));
                self.set_state(State::Disconnected);
                self.tell(Event::ConnectFailed(failure));
            }
            State::Moving(handover) if handover.new_leg().is_some_and(|new| new.id == leg) => {
                let _ = self.retry(failure, now);
            }
            _ => {}
        }
    }

    pub(super) fn leg_lost(&mut self, leg: LegId, reason: LossReason, now: Time) {
        if reason == LossReason::Final {
            self.ended(leg, now);
            return;
        }
        match &self.state {
            State::Connecting { .. } => {
                self.set_state(State::Disconnected);
                self.tell(Event::Disconnected(reason));
            }
            State::Connected { leg: only } => {
                let session = only.session.clone();
                self.drop_leg(leg);
                self.roster.expect_nobody();
                let deadline = now + self.config.recovery_timeout;
                self.begin(None, session.clone(), session, deadline, now);
                self.tell(Event::Reconnecting);
            }
            State::Moving(handover) if handover.old.as_ref().is_some_and(|old| old.id == leg) => {
                self.promote(leg, now);
            }
            State::Moving(handover) => {
                let settled = handover.is_leaving();
                if settled {
                    // The move itself is done; what was lost is the leg after it.
                    self.conclude_arrived(now);
                    self.leg_lost(leg, reason, now);
                    return;
                }
                let message = "the successor was lost before it had proved itself";
                let _ = self.retry(Failure::new(Code::SuccessorLost, message), now);
            }
            _ => {}
        }
    }

    /// Somebody ended the call on purpose, on whichever leg it was said.
    fn ended(&mut self, leg: LegId, now: Time) {
        let other = match &self.state {
            State::Moving(handover) => {
                let old = handover.old.as_ref().map(|old| old.id);
                old.into_iter().chain(handover.new_leg().map(|new| new.id)).find(|id| *id != leg)
            }
            _ => None,
        };
        if let Some(other) = other {
            self.order(Command::CloseLeg(other));
        }
        self.over(LossReason::Final, now);
    }

    /// The old leg died on the way: what is under way goes on as a recovery.
    fn promote(&mut self, old: LegId, now: Time) {
        let deadline = now + self.config.recovery_timeout;
        let mut told = false;
        self.update_move(
            |handover| {
                handover.old = None;
                handover.record.promote();
                handover.deadline = handover.deadline.max(deadline);
                if !matches!(handover.step, Step::Settling { .. }) {
                    told = !mem::replace(&mut handover.interrupted, true);
                }
            },
            now,
        );
        self.drop_leg(old);
        if told {
            self.tell(Event::Reconnecting);
        }
    }

    /// What an attempt needs failed: tries again while there is time.
    pub(super) fn attempt_failed(&mut self, failure: Failure, now: Time) {
        let _ = self.retry(failure, now);
    }

    /// A leg is dead: forgets it, keeping people and publishers for the next one.
    fn drop_leg(&mut self, leg: LegId) {
        self.show_without(leg);
        self.roster.drop_leg(leg);
        self.order(Command::DropLeg(leg));
    }

    pub(super) fn leg_closed(&mut self, leg: LegId, now: Time) {
        if let State::Moving(handover) = &self.state
            && matches!(handover.step, Step::Leaving { old, .. } if old == leg)
        {
            self.conclude_arrived(now);
        }
    }

    /// Looks whether the move can go on. Called after every input.
    pub(super) fn advance(&mut self, now: Time) {
        let State::Moving(handover) = &self.state else { return };
        let old = handover.old.as_ref().map(|old| old.id);
        match &handover.step {
            Step::Overlapping { new, publish_until } => {
                let new = new.clone();
                if publish_until.is_some() && self.views.all_live(new.id) {
                    self.all_live(now);
                }
                if self.views.all_live(new.id) && self.moved_all(old, new.id) {
                    self.settle(old, new, now);
                    self.advance(now);
                }
            }
            Step::Settling { new, .. } => {
                let done = match old {
                    Some(old) => self.roster.all_settled(old, &new.session),
                    None => !self.roster.has_orphans(),
                };
                if done {
                    let new = new.clone();
                    self.leave(old, new, now);
                }
            }
            Step::Renewing { .. } | Step::Waiting { .. } | Step::Connecting { .. } | Step::Leaving { .. } => {}
        }
    }

    /// Every publisher is live on the successor: publishing can't be overdue any more, and a call that was cut off
    /// goes on.
    fn all_live(&mut self, now: Time) {
        let mut reconnected = false;
        self.update_move(
            |handover| {
                if let Step::Overlapping { publish_until, .. } = &mut handover.step {
                    *publish_until = None;
                }
                reconnected = mem::take(&mut handover.interrupted);
            },
            now,
        );
        if reconnected {
            self.tell(Event::Reconnected);
        }
    }

    /// Whether everything of this client's has moved. After a loss there is nothing to compare with.
    fn moved_all(&self, old: Option<LegId>, new: LegId) -> bool {
        let Some(old) = old else { return true };
        let views = self.views.all().into_iter().all(|view| {
            let on_old = self.views.stream(view).is_some_and(|key| self.roster.stream_on(old, key).is_some());
            !on_old || self.views.settled(view, new)
        });
        views && self.views.all_previews(new) && self.roster.all_arrived(old, new)
    }

    /// Says on the old leg that this client needs it no more, and waits for the others to say so.
    fn settle(&mut self, old: Option<LegId>, new: Leg, now: Time) {
        if let Some(leg) = old {
            let message = WireMessage::Settled { to: new.session.clone() };
            self.order(Command::SendWire { leg, to: None, message });
            self.bridge.settle(now);
        }
        let until = now + self.config.settle_timeout;
        self.update_move(|handover| handover.step = Step::Settling { new, until }, now);
    }

    /// Leaves the old leg.
    fn leave(&mut self, old: Option<LegId>, new: Leg, now: Time) {
        if let Some(old) = old {
            self.show_without(old);
            self.order(Command::CloseLeg(old));
            self.roster.drop_leg(old);
        }
        self.roster.expect_nobody();
        self.bridge.old_leg_gone(now);
        let until = now + CLOSE_TIMEOUT;
        let was = old.unwrap_or(new.id);
        self.update_move(
            |handover| {
                handover.old = None;
                handover.step = Step::Leaving { new, old: was, until, next: None };
            },
            now,
        );
        let changes = self.roster.bury();
        self.apply(changes);
        if old.is_none() {
            self.conclude_arrived(now);
        }
    }

    /// The call is in the successor.
    fn conclude_arrived(&mut self, now: Time) {
        let State::Moving(handover) = &mut self.state else { return };
        let Step::Leaving { new, next, .. } = &mut handover.step else { return };
        let (new, next) = (new.clone(), next.take());
        self.conclude(Outcome::Completed, State::Connected { leg: new }, now);
        if let Some((announcement, at)) = next {
            let left = announcement.deadline.map(|deadline| (at + deadline).saturating_since(now));
            self.accept(Announcement { deadline: left, ..announcement }, now);
        }
    }

    /// Ends the move: the receipt is told after the state that follows.
    pub(super) fn conclude(&mut self, outcome: Outcome, next: State, now: Time) {
        let from = self.state.status();
        let State::Moving(handover) = mem::replace(&mut self.state, next) else { return };
        let to = handover.connected_leg().map_or(handover.to.clone(), |new| new.session.clone());
        let Handover { kind, from: left, attempt, record, .. } = *handover;
        self.note_status(from);
        let receipt = record.finish(kind, left, to, attempt, outcome, now);
        self.tell(Event::HandoverEnd(receipt));
    }

    pub(super) fn abort_renew(&mut self) {
        if let Some(request) = self.open_request() {
            self.order(Command::AbortRenew(request));
        }
    }

    /// The moment that [`Machine::poll_timeout`] named has come.
    pub(super) fn timeout(&mut self, now: Time) {
        let changes = self.roster.handle_timeout(now);
        self.apply(changes);
        self.bridge.handle_timeout(now);
        let State::Moving(handover) = &self.state else { return };
        if now < handover.timeout() {
            return;
        }
        let old = handover.old.as_ref().map(|old| old.id);
        let late = now >= handover.deadline;
        match &handover.step {
            Step::Renewing { request, .. } => {
                let request = *request;
                self.order(Command::AbortRenew(request));
                let message = "renew did not answer in time (option renewTimeout)";
                self.renew_failed(Failure::new(Code::RenewTimeout, message), now);
            }
            Step::Waiting { .. } => self.ask(now),
            Step::Connecting { .. } => {
                let message = "the successor did not connect in time (option connectTimeout)";
                let _ = self.retry(Failure::new(Code::ConnectTimeout, message), now);
            }
            Step::Overlapping { new, .. } => {
                let new = new.clone();
                if !self.views.all_live(new.id) {
                    let message = "publishing in the successor took too long (option publishTimeout)";
                    let _ = self.retry(Failure::new(Code::PublishTimeout, message), now);
                } else if late {
                    self.settle(old, new.clone(), now);
                    self.leave(old, new, now);
                }
            }
            Step::Settling { new, .. } => {
                let new = new.clone();
                self.leave(old, new, now);
            }
            Step::Leaving { .. } => self.conclude_arrived(now),
        }
    }

    fn current_session(&self) -> Option<SessionId> {
        match &self.state {
            State::Connected { leg } => Some(leg.session.clone()),
            State::Moving(handover) => Some(match &handover.step {
                Step::Leaving { new, .. } => new.session.clone(),
                _ => handover.from.clone(),
            }),
            _ => None,
        }
    }

    fn pending_session(&self) -> Option<SessionId> {
        match &self.state {
            State::Moving(handover) => match &handover.step {
                Step::Leaving { next, .. } => next.as_ref().map(|(next, _)| next.session_id.clone()),
                _ if handover.to == handover.from => None,
                _ => Some(handover.to.clone()),
            },
            _ => None,
        }
    }
}
