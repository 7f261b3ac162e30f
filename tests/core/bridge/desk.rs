//! One bridge, worked by hand.

use std::time::Duration;

use opentok_handover::core::bridge::{Bridge, BridgeOutput, Stamp};
use opentok_handover::core::ids::{ConnectionId, LegId, SignalId};
use opentok_handover::core::time::Time;

pub(super) const OLD: LegId = LegId(1);
pub(super) const NEW: LegId = LegId(2);
pub(super) const HOLD: Duration = Duration::from_secs(2);

/// A bridge at somebody's desk, with Ann and Bob in the old session.
pub(super) struct Desk {
    pub(super) bridge: Bridge,
    pub(super) now: Time,
}

impl Desk {
    pub(super) fn with_one_leg() -> Self {
        Self { bridge: Bridge::new(HOLD), now: Time::from_millis(1000) }
    }

    pub(super) fn overlapping() -> Self {
        let mut desk = Self::with_one_leg();
        desk.open(OLD, NEW);
        desk
    }

    pub(super) fn open(&mut self, old: LegId, new: LegId) {
        let (me, suffix) = if old == OLD { ("me", "") } else { ("me2", "2") };
        let members = ["ann", "bob"].map(|name| id(&format!("{name}{suffix}"))).to_vec();
        self.bridge.open(old, new, id(me), members, self.now);
    }

    pub(super) fn copy(&mut self, leg: LegId, from: &str, of: &str, number: u64, signal: u32) {
        self.stamped(leg, from, stamp(of, number), signal);
    }

    pub(super) fn stamped(&mut self, leg: LegId, from: &str, stamp: Stamp, signal: u32) {
        self.bridge.handle_stamp(leg, &id(from), stamp.clone(), self.now);
        self.signal(leg, from, signal);
        self.bridge.handle_stamped(leg, &id(from), stamp, self.now);
    }

    pub(super) fn signal(&mut self, leg: LegId, from: &str, signal: u32) {
        self.bridge.handle_signal(leg, Some(&id(from)), SignalId(signal), self.now);
    }

    pub(super) fn signal_from_server(&mut self, leg: LegId, signal: u32) {
        self.bridge.handle_signal(leg, None, SignalId(signal), self.now);
    }

    pub(super) fn wait(&mut self, millis: u64) {
        self.now = self.now + Duration::from_millis(millis);
        self.bridge.handle_timeout(self.now);
    }

    pub(super) fn next_number(&mut self) -> Option<u64> {
        self.bridge.next_stamp(self.now).map(|stamp| stamp.number)
    }

    pub(super) fn outputs(&mut self) -> Vec<BridgeOutput> {
        std::iter::from_fn(|| self.bridge.poll()).collect()
    }
}

pub(super) fn id(name: &str) -> ConnectionId {
    ConnectionId::new(name)
}

pub(super) fn stamp(of: &str, number: u64) -> Stamp {
    Stamp { number, of: id(of) }
}

pub(super) fn deliver(signal: u32) -> BridgeOutput {
    BridgeOutput::Deliver(SignalId(signal))
}

pub(super) fn discard(signal: u32) -> BridgeOutput {
    BridgeOutput::Discard(SignalId(signal))
}
