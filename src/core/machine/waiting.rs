//! Signals that the app sends while there is nobody to send them to: they wait until the call is there, or back.
//!
//! After a loss they wait for the others too, as long as those may come back: what was sent before would be lost to them.
//! While the SDK migrates it is between two sockets for a moment, and refuses whatever is sent then. That is tried again.

use std::time::Duration;

use super::{Command, ConnectionId, Event, Machine, State, Time};
use crate::core::error::{Code, Failure};
use crate::core::handover::Handover;
use crate::core::ids::OutgoingId;
use crate::core::protocol::SignalCopy;

/// How many signals may wait.
const LIMIT: usize = 200;

/// Between two tries to send what the SDK has refused between two sockets: that takes it some 20 to 200 ms.
const RESEND_EVERY: Duration = Duration::from_millis(100);

/// A signal that waits.
#[derive(Debug)]
pub(super) struct Waiting {
    outgoing: OutgoingId,
    to: Option<ConnectionId>,
}

impl Machine {
    /// The app sends a signal, which may wait or not.
    pub(super) fn send(&mut self, outgoing: OutgoingId, to: Option<ConnectionId>, wait: bool, now: Time) {
        if !self.must_wait() {
            self.send_now(outgoing, to.as_ref(), now);
        } else if !wait {
            let message = "signal(): the call is cut off, and the signal was not to wait (retryAfterReconnect)";
            self.refuse_signal(outgoing, Code::NotConnected, message);
        } else {
            self.hold(outgoing, to);
        }
    }

    fn hold(&mut self, outgoing: OutgoingId, to: Option<ConnectionId>) {
        if self.waiting.len() >= LIMIT {
            let message = "signal(): the call is cut off, and 200 signals wait already";
            self.refuse_signal(outgoing, Code::TooManyWaiting, message);
        } else {
            self.waiting.push(Waiting { outgoing, to });
        }
    }

    /// Whether what the SDK can't send at the moment is worth another try: it changes servers, or the call is coming back.
    #[must_use]
    pub fn may_send_later(&self) -> bool {
        self.must_wait() || self.primary().is_some_and(|leg| self.is_supervised(leg))
    }

    /// The SDK has refused a signal. It refuses at once, so they come back in the order in which they were sent.
    pub(super) fn unsent(&mut self, outgoing: OutgoingId, to: Option<ConnectionId>, now: Time) {
        self.hold(outgoing, to);
        self.resend_at.get_or_insert(now + RESEND_EVERY);
    }

    /// Sends what the SDK has refused, if it is time.
    pub(super) fn resend(&mut self, now: Time) {
        if self.resend_at.take_if(|at| *at <= now).is_some() && !self.must_wait() {
            self.send_waiting(now);
        }
    }

    /// The call is there, or back: sends what has waited, in its order.
    pub(super) fn send_waiting(&mut self, now: Time) {
        self.resend_at = None;
        for Waiting { outgoing, to } in std::mem::take(&mut self.waiting) {
            self.send_now(outgoing, to.as_ref(), now);
        }
    }

    /// There is no call any more.
    pub(super) fn refuse_waiting(&mut self) {
        self.resend_at = None;
        for Waiting { outgoing, .. } in std::mem::take(&mut self.waiting) {
            self.refuse_signal(outgoing, Code::NotConnected, "signal(): the call ended before it could be sent");
        }
    }

    fn must_wait(&self) -> bool {
        self.resend_at.is_some()
            || matches!(self.state, State::Asking { .. } | State::Connecting { .. })
            || self.state.moving().is_some_and(Handover::is_recovery)
    }

    /// Sends a signal wherever those are whom it is for.
    fn send_now(&mut self, outgoing: OutgoingId, to: Option<&ConnectionId>, now: Time) {
        let stamp = self.bridge.next_stamp(now);
        let mut copies = Vec::new();
        for leg in self.sending_legs(to) {
            let there = to.map(|person| self.roster.connection_on(leg, person).cloned());
            if there != Some(None) {
                copies.push(SignalCopy { leg, to: there.flatten(), stamp: stamp.clone() });
            }
        }
        if copies.is_empty() {
            self.refuse_signal(outgoing, Code::NotConnected, "signal(): nobody of that name is connected");
        } else {
            self.order(Command::SendSignal { outgoing, copies });
        }
    }

    fn refuse_signal(&mut self, outgoing: OutgoingId, code: Code, message: &str) {
        self.tell(Event::SignalFailed { outgoing, failure: Failure::new(code, message) });
    }
}
