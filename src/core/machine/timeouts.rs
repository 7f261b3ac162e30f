//! When the machine wants to be woken, and what it does then.

use super::{Command, Machine, Time};
use crate::core::error::{Code, Failure};
use crate::core::handover::Step;
use crate::core::state::Status;

/// Why the machine wants to be woken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeoutReason {
    /// A step of a handover or recovery is overdue, or its next attempt is due.
    Move,
    /// Somebody held back becomes a newcomer.
    Newcomer,
    /// A signal held back is due.
    Signal,
    /// The SDK has not said that it has left.
    Leaving,
    /// A migration of the SDK's is to be looked after.
    Migration,
}

impl Machine {
    /// When to hand in [`Input::Timeout`](super::Input::Timeout), and what for. Called by the driver once the outputs
    /// are drained.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<(Time, TimeoutReason)> {
        if self.status() == Status::Closed {
            return None;
        }
        let step = self.state.moving().map(|handover| (handover.timeout(), TimeoutReason::Move));
        let newcomer = self.roster.poll_timeout().map(|at| (at, TimeoutReason::Newcomer));
        let signal = self.bridge.poll_timeout().map(|at| (at, TimeoutReason::Signal));
        let migration = self.poll_supervision().map(|at| (at, TimeoutReason::Migration));
        let leaving = self.leaving.map(|at| (at, TimeoutReason::Leaving));
        [step, newcomer, signal, migration, leaving].into_iter().flatten().min_by_key(|(at, _)| *at)
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
        let Some(handover) = self.state.moving().filter(|handover| handover.timeout() <= now) else { return };
        let old = handover.old_leg();
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
                self.retry(Failure::new(Code::ConnectTimeout, message), now);
            }
            Step::Overlapping { publish_until: Some(_), .. } => {
                let message = "publishing in the successor took too long (option publishTimeout)";
                self.retry(Failure::new(Code::PublishTimeout, message), now);
            }
            Step::Overlapping { new, publish_until: None, .. } => {
                let new = new.clone();
                self.settle(old, new.clone(), now);
                self.leave(old, new, now);
            }
            Step::Settling { new, .. } => {
                let new = new.clone();
                self.leave(old, new, now);
            }
            Step::Leaving { .. } => self.conclude_arrived(now),
        }
    }
}
