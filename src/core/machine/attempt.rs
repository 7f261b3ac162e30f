//! One attempt at a successor: asking for credentials, opening it, giving it back, trying again.

use std::time::Duration;

use super::{Command, ConnectionId, Credentials, Event, LegId, Machine, RenewId, State, Time, Turns, WireMessage};
use crate::core::error::{Class, Code, Failure};
use crate::core::handover::{Handover, Step};
use crate::core::protocol::LossReason;
use crate::core::receipt::{Outcome, Tile};
use crate::core::state::{Leg, Status};

impl Machine {
    /// Asks for credentials: the first step of each attempt.
    pub(super) fn ask(&mut self, now: Time) {
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
        let Some(handover) = self.state.moving() else { return };
        let command = Command::Renew {
            request,
            wanted: handover.to.clone(),
            previous: handover.from.clone(),
            kind: handover.kind_now(),
            attempt: handover.attempt,
        };
        self.order(command);
    }

    pub(super) fn abort_renew(&mut self) {
        if let Some(request) = self.open_request() {
            self.order(Command::AbortRenew(request));
        }
    }

    pub(super) fn renewed(&mut self, credentials: Credentials, now: Time) {
        if let State::Asking { .. } = self.state {
            self.open_first(credentials, false, now);
            return;
        }
        let Some(handover) = self.state.moving() else { return };
        if handover.old.as_ref().is_some_and(|old| old.session == credentials.session) {
            let message = "renew answered with the session that is to be left: it must name the successor";
            self.renew_failed(Failure::new(Code::RenewSameSession, message), now);
            return;
        }
        self.open(credentials, now);
    }

    pub(super) fn renew_failed(&mut self, failure: Failure, now: Time) {
        if let State::Asking { .. } = self.state {
            self.tell(Event::RenewFailed { failure: failure.clone(), attempt: 1, retry_in: None });
            self.not_connected(failure);
            return;
        }
        let Some(handover) = self.state.moving() else { return };
        let attempt = handover.attempt;
        if failure.code == Code::RenewMissing {
            self.tell(Event::RenewFailed { failure: failure.clone(), attempt, retry_in: None });
            self.note_failure(&failure, now);
            // The token in use may still do for the session in use, once its old connection is dead.
            let refused = self.state.moving_mut().and_then(|handover| handover.refused.take());
            match (self.credentials.clone(), refused) {
                (Some(credentials), None) if self.status() == Status::Recovering => self.open(credentials, now),
                (_, refused) => self.give_up(refused.unwrap_or(failure), now),
            }
            return;
        }
        let retry_in = self.next_delay(&failure, now);
        self.tell(Event::RenewFailed { failure: failure.clone(), attempt, retry_in });
        self.try_again(retry_in, failure, now);
    }

    /// Opens the successor.
    fn open(&mut self, credentials: Credentials, now: Time) {
        let new = Leg { id: self.new_leg_id(), session: credentials.session.clone() };
        let patient = self.state.moving().is_some_and(|handover| handover.patient);
        let until = now + self.connect_timeout(patient);
        self.credentials = Some(credentials.clone());
        self.roster.expect(new.id);
        self.order(Command::OpenLeg { leg: new.id, credentials });
        self.update_move(|handover| handover.step = Step::Connecting { new, until }, now);
    }

    pub(super) fn leg_connected(&mut self, leg: LegId, own: &ConnectionId, now: Time) {
        let changes = self.roster.set_own(leg, own);
        self.apply(changes);
        let took = self.connect_took(now);
        if let State::Connecting { leg: only, .. } = &self.state {
            let only = only.clone();
            self.set_state(State::Connected { leg: only });
            self.watch_for_strays(leg, took, now);
            self.tell(Event::Connected);
            self.publish_all(leg);
            self.send_waiting(now);
        } else if let Some(Step::Connecting { new, .. }) = self.state.moving().map(|handover| &handover.step)
            && new.id == leg
        {
            let new = new.clone();
            self.overlap(new, own, now);
            self.watch_for_strays(leg, took, now);
        }
    }

    /// How long a connect may take. What has had no answer once has twice the time: a browser holds a request back for 20 s
    /// if one for the same address is unanswered, and session info has the same address each time.
    pub(super) fn connect_timeout(&self, patient: bool) -> Duration {
        self.config.connect_timeout * if patient { 2 } else { 1 }
    }

    /// How long the leg that is being connected has taken.
    fn connect_took(&self, now: Time) -> Duration {
        let (until, patient) = if let State::Connecting { until, again, .. } = &self.state {
            (*until, *again)
        } else if let Some(handover) = self.state.moving()
            && let Step::Connecting { until, .. } = &handover.step
        {
            (*until, handover.patient)
        } else {
            return Duration::ZERO;
        };
        self.connect_timeout(patient).saturating_sub(until.saturating_since(now))
    }

    /// The successor is connected: says so on the old leg, publishes and subscribes.
    fn overlap(&mut self, new: Leg, own: &ConnectionId, now: Time) {
        let leg = new.id;
        self.begin_turns();
        let Some(handover) = self.state.moving() else { return };
        if let Some(old) = handover.old_leg() {
            let me = self.roster.own_at(old).cloned();
            let message = WireMessage::Moved { to: new.session.clone(), connection: own.clone() };
            self.order(Command::SendWire { leg: old, to: None, message });
            if let Some(me) = me {
                self.bridge.open(old, leg, me, self.roster.others_at(old).cloned().collect(), now);
            }
            self.say_who_came(leg, now);
        } else if let Some(loss) = &handover.loss
            && let Some(me) = loss.me.clone()
        {
            self.bridge.open(loss.leg, leg, me, loss.members.clone(), now);
            self.bridge.old_leg_gone(now);
            self.say_who_came(leg, now);
        }
        let publish_until = now + self.config.publish_timeout;
        self.update_move(
            |handover| {
                // An attempt that began in time has the time it needs.
                let until = handover.deadline.max(publish_until);
                handover.step = Step::Overlapping { new, publish_until: Some(publish_until), until };
            },
            now,
        );
        self.publish_all(leg);
        for view in self.views.all() {
            self.feed(view, leg);
        }
    }

    pub(super) fn publish_all(&mut self, leg: LegId) {
        for publisher in self.views.publishers() {
            if self.views.publish(publisher, leg) {
                self.order(Command::Publish { leg, publisher });
            }
        }
    }

    pub(super) fn leg_failed(&mut self, leg: LegId, failure: Failure, now: Time) {
        if matches!(self.state, State::Connecting { .. }) {
            self.connect_failed(leg, failure, now);
        } else if let Some(Step::Connecting { new, .. }) = self.state.moving().map(|handover| &handover.step)
            && new.id == leg
        {
            self.retry(failure, now);
        }
    }

    /// Gives the successor back and schedules the next attempt, or gives up if there is no time for one.
    pub(super) fn retry(&mut self, failure: Failure, now: Time) {
        let delay = self.next_delay(&failure, now);
        self.give_back(now);
        let Some(handover) = self.state.moving_mut() else { return };
        if failure.class == Class::Credentials {
            handover.refused = Some(failure.clone());
        }
        match (handover.next.take(), handover.old.clone()) {
            (Some((announcement, at)), Some(old)) => {
                self.note_failure(&failure, now);
                self.conclude(Outcome::Superseded, State::Connected { leg: old }, now);
                self.take_up(announcement, at, now);
                return;
            }
            (Some((announcement, _)), None) => handover.to = announcement.session_id,
            (None, _) => {}
        }
        self.try_again(delay, failure, now);
    }

    /// How long to wait before the next attempt, if there is time for one and it makes sense.
    fn next_delay(&mut self, failure: &Failure, now: Time) -> Option<Duration> {
        let goes_on = |handover: &&Handover| failure.class != Class::Fatal && handover.attempt < self.config.attempts;
        let handover = self.state.moving().filter(goes_on)?;
        let delay = self.config.backoff.delay(handover.attempt, self.random.next_f64());
        Some(delay).filter(|delay| now + *delay < handover.deadline)
    }

    fn try_again(&mut self, delay: Option<Duration>, failure: Failure, now: Time) {
        self.note_failure(&failure, now);
        let Some(handover) = self.state.moving() else { return };
        let (attempt, elapsed) = (handover.attempt, handover.record.at(now));
        self.tell(Event::AttemptFailed { failure: failure.clone(), attempt, elapsed, retry_in: delay });
        match delay {
            Some(delay) => self.update_move(|handover| handover.step = Step::Waiting { until: now + delay }, now),
            None => self.give_up(failure, now),
        }
    }

    /// The app's own policy: how long to wait for the attempt that is waited for, or not to make it.
    pub(super) fn retry_in(&mut self, delay: Option<Duration>, now: Time) {
        let Some(Step::Waiting { .. }) = self.state.moving().map(|handover| &handover.step) else { return };
        match delay {
            Some(delay) => self.update_move(|handover| handover.step = Step::Waiting { until: now + delay }, now),
            None => self.give_up(Failure::new(Code::Cancelled, "the option retry ended it"), now),
        }
    }

    fn note_failure(&mut self, failure: &Failure, now: Time) {
        if let Some(handover) = self.state.moving_mut() {
            handover.record.failure(failure.clone(), now);
        }
    }

    /// No successor proved itself in time.
    fn give_up(&mut self, failure: Failure, now: Time) {
        let Some(handover) = self.state.moving() else { return };
        if let Some(old) = handover.old.clone() {
            self.conclude(Outcome::Abandoned, State::Connected { leg: old }, now);
            return;
        }
        let reason = handover.loss.as_ref().map_or(LossReason::NetworkDisconnected, |loss| loss.reason);
        self.conclude(Outcome::Abandoned, State::Failed, now);
        let changes = self.roster.bury(now);
        self.apply(changes);
        self.forget_call(now);
        self.tell(Event::Failed(failure));
        self.tell(Event::Disconnected(reason));
    }

    /// Gives the successor back: what it showed goes back to the old leg, and it is closed.
    pub(super) fn give_back(&mut self, now: Time) {
        let Some(handover) = self.state.moving() else { return };
        let Some(new) = handover.new_leg().map(|new| new.id) else { return };
        let old = handover.old_leg();
        self.turns = Turns::default();
        self.show_without(new, now);
        self.bridge.new_leg_gone(now);
        self.roster.drop_leg(new);
        self.stop_supervising(new);
        self.expect_strays(now);
        self.roster.unexpect();
        if let Some(old) = old {
            self.order(Command::CloseLeg(new));
            self.views.all().into_iter().for_each(|view| self.feed(view, old));
            let changes = self.roster.bury(now);
            self.apply(changes);
        } else {
            self.order(Command::DropLeg(new));
            self.cut_off();
        }
    }

    /// Puts on screen from other legs what this leg shows.
    pub(super) fn show_without(&mut self, leg: LegId, now: Time) {
        for (tile, leg) in self.views.drop_leg(leg) {
            match tile {
                Tile::View(view) => self.order(Command::Swap { leg, view }),
                Tile::Preview(publisher) => self.order(Command::SwapPreview { leg, publisher }),
            }
            self.note_tile(tile, now);
        }
    }
}
