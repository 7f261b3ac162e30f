//! When the machine wants to be woken, and what it does then.

use std::time::Duration;

use super::{Command, Input, Machine, RenewId, State, Time};
use crate::core::error::{Code, Failure};
use crate::core::handover::{Handover, Step};
use crate::core::state::Status;

/// How late an attempt's timer is if the machine has slept. That of a page which is only hidden is up to a minute late.
const ASLEEP: Duration = Duration::from_secs(90);

/// Why the machine wants to be woken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeoutReason {
    /// The app's own `connect()` is overdue.
    Connect,
    /// A step of a handover or recovery is overdue, or its next attempt is due.
    Move,
    /// Somebody held back becomes a newcomer.
    Newcomer,
    /// A signal held back is due, to be delivered or to be sent.
    Signal,
    /// The SDK has not said that it has left.
    Leaving,
    /// A migration of the SDK's is to be looked after.
    Migration,
    /// What was published anew may not be live.
    Publish,
    /// Somebody's turn has come to be subscribed to on the successor.
    Turn,
}

impl Machine {
    /// When to hand in [`Input::Timeout`], and what for. Called by the driver once the outputs
    /// are drained.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<(Time, TimeoutReason)> {
        if self.status() == Status::Closed {
            return None;
        }
        let step = match &self.state {
            State::Asking { until, .. } | State::Connecting { until, .. } => Some((*until, TimeoutReason::Connect)),
            State::Moving(handover) if !self.holds(handover) => Some((handover.timeout(), TimeoutReason::Move)),
            State::Idle
            | State::Connected { .. }
            | State::Moving(_)
            | State::Disconnected
            | State::Failed
            | State::Closed => None,
        };
        let newcomer = self.roster.poll_timeout().map(|at| (at, TimeoutReason::Newcomer));
        let signal = self.bridge.poll_timeout().map(|at| (at, TimeoutReason::Signal));
        let unsent = self.resend_at.map(|at| (at, TimeoutReason::Signal));
        let migration = self.poll_supervision().map(|at| (at, TimeoutReason::Migration));
        let leaving = self.leaving.map(|at| (at, TimeoutReason::Leaving));
        let publish = self.lagging_until.map(|at| (at, TimeoutReason::Publish));
        let turn = self.second_leg().and_then(|_| self.turns.poll_timeout()).map(|at| (at, TimeoutReason::Turn));
        let all = [step, newcomer, signal, unsent, migration, leaving, publish, turn];
        all.into_iter().flatten().min_by_key(|(at, _)| *at)
    }

    /// Whether the next attempt has to wait for the network.
    fn holds(&self, handover: &Handover) -> bool {
        self.offline && matches!(handover.step, Step::Waiting { .. })
    }

    /// The network has gone or come back. While it is gone no attempt is begun, and no time for recovery runs out.
    pub(super) fn online(&mut self, online: bool, now: Time) {
        if std::mem::replace(&mut self.offline, !online) && online {
            let deadline = now + self.config.recovery_timeout;
            if let Some(handover) = self.state.moving_mut().filter(|handover| handover.is_recovery()) {
                handover.deadline = handover.deadline.max(deadline);
            }
            self.retry_now(now);
        }
    }

    /// If the machine has slept in the middle of a recovery, that begins anew: what was under way is worth nothing, and no
    /// time for coming back has run out. Called before every input that is heard, because any may be the
    /// first after waking up.
    pub(super) fn wake(&mut self, input: &Input, now: Time) {
        let asleep = |handover: &&Handover| handover.is_trying() && now.saturating_since(handover.timeout()) >= ASLEEP;
        if self.state.moving().filter(asleep).is_none_or(|handover| self.holds(handover)) {
            return;
        }
        let deadline = now + self.config.recovery_timeout;
        // An answer that comes too late is dropped, but there is nothing left to abort.
        let answers = |request: &RenewId| self.open_request() == Some(*request);
        if !matches!(input, Input::Renewed { request, .. } | Input::RenewFailed { request, .. } if answers(request)) {
            self.abort_renew();
        }
        self.give_back(now);
        self.update_move(
            |handover| {
                handover.deadline = handover.deadline.max(deadline);
                handover.step = Step::Waiting { until: now };
            },
            now,
        );
        if !self.offline {
            self.ask(now);
        }
    }

    /// Begins the next attempt at once, if one is waited for.
    pub(super) fn retry_now(&mut self, now: Time) {
        if self.state.moving().is_some_and(|handover| matches!(handover.step, Step::Waiting { .. })) {
            self.ask(now);
        }
    }

    /// The moment that [`Machine::poll_timeout`] named has come.
    pub(super) fn timeout(&mut self, now: Time) {
        let changes = self.roster.handle_timeout(now);
        self.apply(changes);
        self.bridge.handle_timeout(now);
        if self.leaving.is_some_and(|until| until <= now) {
            self.left_in_silence(now);
            return;
        }
        self.supervise(now);
        self.resend(now);
        if self.lagging_until.is_some_and(|until| until <= now) {
            self.lagging_until = None;
            if let Some(leg) = self.primary() {
                self.publish_anew(leg, now);
            }
        }
        if matches!(self.state, State::Connecting { until, .. } if until <= now) {
            self.connect_timed_out(now);
        }
        if matches!(self.state, State::Asking { until, .. } if until <= now) {
            self.abort_renew();
            self.renew_failed(renew_timed_out(), now);
        }
        let due = |handover: &&Handover| handover.timeout() <= now && !self.holds(handover);
        let Some(handover) = self.state.moving().filter(due) else { return };
        let old = handover.old_leg();
        match &handover.step {
            Step::Renewing { request, .. } => {
                let request = *request;
                self.order(Command::AbortRenew(request));
                self.renew_failed(renew_timed_out(), now);
            }
            Step::Waiting { .. } => self.ask(now),
            Step::Connecting { .. } => {
                let message = "the successor did not connect in time (option connectTimeout)";
                self.update_move(|handover| handover.patient = true, now);
                self.retry(Failure::new(Code::ConnectTimeout, message), now);
            }
            Step::Overlapping { publish_until: Some(_), .. } => {
                let message = "publishing in the successor took too long (option publishTimeout)";
                self.say_returning();
                self.retry(Failure::new(Code::PublishTimeout, message), now);
            }
            Step::Overlapping { new, publish_until: None, .. } => {
                let new = new.clone();
                self.settle(old, new.clone(), now);
                self.leave(old, new, now);
            }
            Step::Settling { new, silent_until: Some(_), .. }
                if old.is_some_and(|old| !self.roster.all_settled(old, &new.session, false)) =>
            {
                self.wait_for_speakers(now);
            }
            Step::Settling { new, .. } => {
                let new = new.clone();
                self.leave(old, new, now);
            }
            Step::Leaving { .. } => self.conclude_arrived(now),
        }
    }
}

fn renew_timed_out() -> Failure {
    Failure::new(Code::RenewTimeout, "renew did not answer in time (option renewTimeout)")
}
