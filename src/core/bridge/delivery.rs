//! What was delivered, and what is to be told.

use std::collections::VecDeque;

use super::super::ids::{ConnectionId, LegId, SignalId};
use super::super::time::Time;
use super::memory::Memory;
use super::{BridgeOutput, Stamp};

/// The way out of the bridge: each signal leaves through it once, one way or the other.
#[derive(Debug, Default)]
pub(super) struct Delivery {
    pub(super) memory: Memory,
    outputs: VecDeque<BridgeOutput>,
}

impl Delivery {
    /// Delivers what can have no other copy.
    pub(super) fn pass(&mut self, signal: SignalId) {
        self.outputs.push_back(BridgeOutput::Deliver(signal));
    }

    /// Delivers a signal, unless its other copy was.
    pub(super) fn once(&mut self, leg: LegId, from: &ConnectionId, stamp: Option<&Stamp>, signal: SignalId, now: Time) {
        let Some(stamp) = stamp else {
            self.pass(signal);
            return;
        };
        if self.memory.other_copy_delivered(leg, from, stamp) {
            self.outputs.push_back(BridgeOutput::Discard(signal));
        } else {
            self.memory.delivered(leg, from, stamp.number, now);
            self.pass(signal);
        }
    }

    pub(super) fn poll(&mut self) -> Option<BridgeOutput> {
        self.outputs.pop_front()
    }
}
