//! What must hold at every step, beyond what the ledger objects to.

use std::collections::{BTreeMap, BTreeSet};

use opentok_handover::core::error::{Class, Code, Failure};
use opentok_handover::core::ids::{LegId, OutgoingId, SignalId, ViewId};
use opentok_handover::core::protocol::{Command, Event, Input, LossReason, MoveKind, Output, SignalCopy};
use opentok_handover::core::state::Status;

use super::super::ledger::Ledger;
use super::schedule::Schedule;

#[derive(Default)]
pub(super) struct Law {
    /// What the app would hear of a signal. Two copies of one say the same.
    words: BTreeMap<SignalId, u64>,
    /// What has reached the machine over a leg that it holds.
    arrived: BTreeSet<u64>,
    heard: BTreeSet<u64>,
    /// What the app has sent, and was neither passed on nor refused.
    waiting: BTreeSet<OutgoingId>,
    /// Whether the app has asked to disconnect.
    leaving: bool,
    /// Handovers that were told to have begun, and not to have ended.
    open_handovers: u32,
}

/// What the machine has just been told.
pub(super) struct Told {
    /// It comes from a leg or a question that is gone.
    stale: bool,
    /// Somebody wants the call to end.
    ends: bool,
    by_itself: Option<LegId>,
}

impl Law {
    /// What the app would hear of a signal.
    pub(super) fn means(&mut self, signal: SignalId, word: u64) {
        self.words.insert(signal, word);
    }

    /// Notes what the machine is about to be told.
    pub(super) fn before(&mut self, input: &Input, ledger: &Ledger) -> Told {
        let stale = match input {
            Input::Renewed { request, .. } | Input::RenewFailed { request, .. } => !ledger.awaits(*request),
            other => other.leg().is_some_and(|leg| !ledger.holds(leg)),
        };
        if let (Input::Signal { signal, .. }, false) = (input, stale) {
            self.arrived.extend(self.words.get(signal));
        }
        self.leaving |= *input == Input::Disconnect;
        let by_itself = match input {
            Input::LegLost { leg, reason: LossReason::ClientDisconnected } => Some(*leg),
            _ => None,
        };
        let ends = self.leaving || matches!(input, Input::LegLost { reason: LossReason::Final, .. });
        if let Input::Send { outgoing, .. } = input {
            self.waiting.insert(*outgoing);
        }
        Told { stale, ends, by_itself }
    }

    /// What arrived and was never heard.
    pub(super) fn unheard(&self) -> Vec<u64> {
        self.arrived.difference(&self.heard).copied().collect()
    }

    /// The first of those that wait goes on its way.
    fn pass_on(&mut self, outgoing: OutgoingId) {
        assert_eq!(self.waiting.pop_first(), Some(outgoing), "each signal is sent once, in its order");
    }

    fn refuse(&mut self, outgoing: OutgoingId) {
        assert!(self.waiting.remove(&outgoing), "a signal is refused that has been sent: {outgoing:?}");
    }

    fn hear(&mut self, signal: SignalId) {
        if let Some(word) = self.words.get(&signal) {
            assert!(self.heard.insert(*word), "the app hears a signal twice: {signal:?}");
        }
    }
}

impl Schedule {
    /// Objects to what the machine has put out, if it may not.
    pub(super) fn law_of_outputs(&mut self, told: Told, outputs: &[Output]) {
        let gone = |output: &Output| matches!(output, Output::Event(Event::SignalDiscarded(_)));
        assert!(!told.stale || outputs.iter().all(gone), "nothing comes of what is gone: {outputs:?}");
        let mut failed = false;
        for output in outputs {
            match output {
                Output::Command(Command::SendSignal { outgoing, copies }) => {
                    self.law.pass_on(*outgoing);
                    law_of_copies(copies);
                }
                Output::Event(Event::SignalFailed { outgoing, .. }) => self.law.refuse(*outgoing),
                Output::Event(Event::Signal { signal }) => self.law.hear(*signal),
                Output::Event(Event::Failed(failure)) => {
                    failed = true;
                    self.law_of_giving_up(failure);
                }
                Output::Event(Event::Disconnected(_)) => {
                    let migrating = told.by_itself.is_some_and(|leg| self.legs[&leg].migrating);
                    let wanted = told.ends || (told.by_itself.is_some() && !migrating);
                    assert!(wanted || failed, "the call ends, and nobody wanted that");
                    self.law.leaving = false;
                }
                Output::Event(Event::ConnectFailed(_)) => self.law.leaving = false,
                Output::Event(Event::HandoverStart { .. }) => self.law.open_handovers += 1,
                Output::Event(Event::HandoverEnd(receipt)) if receipt.kind == MoveKind::Handover => {
                    self.law.open_handovers -= 1;
                }
                _ => {}
            }
        }
    }

    /// A recovery is given up when its time or its attempts have run out, or when somebody says so.
    fn law_of_giving_up(&self, failure: &Failure) {
        let Some(receipt) = self.ledger.receipts.last() else { panic!("given up without a receipt") };
        let patience = self.config.recovery_timeout.saturating_sub(self.config.backoff.max);
        let may = failure.class == Class::Fatal
            || (failure.code == Code::Cancelled && self.app.may_stop())
            || !self.app.renews
            || receipt.attempts >= self.config.attempts
            || receipt.duration >= patience;
        assert!(may, "given up after {:?} and {} attempts: {failure:?}", receipt.duration, receipt.attempts);
    }

    /// A picture that could be on screen is.
    pub(super) fn law_of_pictures(&self) {
        for view in self.app.views.keys() {
            let shown = self.machine.shown(*view);
            assert!(
                shown.is_some_and(|leg| self.has_picture(leg, *view))
                    || !self.legs.keys().any(|leg| self.has_picture(*leg, *view)),
                "{view:?} shows {shown:?}, where there is no picture, and elsewhere there is one"
            );
        }
    }

    fn has_picture(&self, leg: LegId, view: ViewId) -> bool {
        let picture = self.legs[&leg].subscribers.get(&view).is_some_and(|it| it.presented);
        picture && self.ledger.holds(leg)
    }

    /// When all is said and done, the call is there with all that belongs to it, or it has ended and nothing is left.
    pub(super) fn law_of_the_end(&self) {
        assert_eq!(self.machine.poll_timeout(), None, "the machine still wants something");
        assert_eq!(self.law.open_handovers, 0, "a handover was never told to be over");
        assert!(!self.app.connecting, "connect() was never answered");
        assert!(self.law.waiting.is_empty(), "signals wait for ever: {:?}", self.law.waiting);
        match self.machine.status() {
            Status::Connected => self.law_of_the_call(),
            Status::Idle | Status::Disconnected | Status::Failed | Status::Closed => self.law_of_nothing_left(),
            status @ (Status::Connecting | Status::Handover | Status::Recovering) => panic!("it hangs: {status:?}"),
        }
        if self.machine.status() != Status::Closed {
            assert_eq!(self.law.unheard(), [0; 0], "signals that arrived were never heard");
            assert_eq!(self.ledger.held_signals(), 0, "signals are held back for ever");
        }
    }

    fn law_of_nothing_left(&self) {
        assert!(!self.app.in_call, "the app was not told that the call has ended");
        let left: Vec<_> = self.legs.iter().filter(|(_, leg)| leg.is_alive()).map(|(id, _)| *id).collect();
        assert_eq!((left, self.ledger.open_legs()), (vec![], vec![]), "legs are left");
    }
}

/// Copies of one signal are known to be that.
fn law_of_copies(copies: &[SignalCopy]) {
    if let [one, other] = copies {
        assert!(one.leg != other.leg && one.stamp == other.stamp && one.stamp.is_some(), "two signals: {copies:?}");
    }
}
