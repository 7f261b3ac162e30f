//! Which stamped signals were delivered, so that their second copies are known.

use std::collections::VecDeque;
use std::time::Duration;

use litemap::LiteMap;

use super::super::ids::{ConnectionId, LegId};
use super::super::time::Time;
use super::Stamp;

/// How long after the last stamped signal, with one leg, everything is forgotten. A leg that is repaired by the SDK
/// brings what was queued up to 35 s late; after that it is lost for good.
const REMEMBERED_FOR: Duration = Duration::from_secs(60);

/// Senders remembered per leg. A session has fewer connections; whoever keeps reconnecting may make more.
const SENDERS_PER_LEG: usize = 4096;

/// Runs of consecutive numbers remembered per sender. Each number that doesn't arrive (it was sent to one other
/// person) ends a run; the oldest are forgotten first.
const RUNS_PER_SENDER: usize = 256;

/// Announced connections remembered per sender. Copies that were sent through earlier ones arrived long ago.
const ATTEMPTS_PER_SENDER: usize = 4;

/// What is known of everybody on every leg.
#[derive(Debug, Default)]
pub(super) struct Memory {
    legs: LiteMap<LegId, LiteMap<ConnectionId, Sender>>,
    /// The leg that another one succeeds.
    predecessors: LiteMap<LegId, LegId>,
    forget_at: Option<Time>,
}

/// What is known of one connection on one leg.
#[derive(Debug, Default)]
struct Sender {
    /// Belongs to the next app signal.
    stamp: Option<Stamp>,
    /// The highest number stamped.
    latest: u64,
    /// The numbers delivered from this leg.
    delivered: Numbers,
    /// The connection on the leg before that its stamps name.
    of: Option<ConnectionId>,
    /// Its connections on the next leg, as it announced them: the first attempt's, the second's...
    moved: VecDeque<ConnectionId>,
    settled: bool,
}

impl Memory {
    /// `new` succeeds `old`.
    pub(super) fn link(&mut self, old: LegId, new: LegId) {
        self.predecessors.insert(new, old);
    }

    pub(super) fn moved(&mut self, leg: LegId, from: &ConnectionId, to: ConnectionId, now: Time) {
        if let Some(sender) = self.sender(leg, from, now) {
            sender.moved.push_back(to);
            if sender.moved.len() > ATTEMPTS_PER_SENDER {
                sender.moved.pop_front();
            }
        }
    }

    pub(super) fn settled(&mut self, leg: LegId, from: &ConnectionId, now: Time) {
        if let Some(sender) = self.sender(leg, from, now) {
            sender.settled = true;
        }
    }

    pub(super) fn has_settled(&self, leg: LegId, from: &ConnectionId) -> bool {
        self.known(leg, from).is_some_and(|sender| sender.settled)
    }

    pub(super) fn stamp(&mut self, leg: LegId, from: &ConnectionId, stamp: Stamp, now: Time) {
        if let Some(sender) = self.sender(leg, from, now) {
            sender.stamp = Some(stamp);
        }
    }

    /// The signal that a stamp belongs to is past, whether it came or not.
    pub(super) fn pass_stamp(&mut self, leg: LegId, from: &ConnectionId, stamp: &Stamp) {
        let sender = self.legs.get_mut(&leg).and_then(|leg| leg.get_mut(from));
        if let Some(sender) = sender {
            sender.stamp.take_if(|before| before.number <= stamp.number);
        }
    }

    /// The stamp of the app signal that has just come, if it has one that makes sense.
    pub(super) fn take_stamp(&mut self, leg: LegId, from: &ConnectionId, now: Time) -> Option<Stamp> {
        let sender = self.legs.get_mut(&leg)?.get_mut(from)?;
        sender.settled = false;
        let stamp = sender.stamp.take()?;
        self.accept(leg, from, stamp, now)
    }

    /// Checks that a stamp makes sense: numbers rise, and whom a sender claims to be doesn't change.
    pub(super) fn accept(&mut self, leg: LegId, from: &ConnectionId, stamp: Stamp, now: Time) -> Option<Stamp> {
        let sender = self.sender(leg, from, now)?;
        if stamp.number <= sender.latest {
            return None;
        }
        if stamp.of != *from {
            if sender.of.as_ref().is_some_and(|of| *of != stamp.of) {
                return None;
            }
            sender.of = Some(stamp.of.clone());
        }
        sender.latest = stamp.number;
        Some(stamp)
    }

    /// The highest number that has come, 0 if none.
    pub(super) fn latest(&self, leg: LegId, from: &ConnectionId) -> u64 {
        self.known(leg, from).map_or(0, |sender| sender.latest)
    }

    pub(super) fn delivered(&mut self, leg: LegId, from: &ConnectionId, number: u64, now: Time) {
        if let Some(sender) = self.sender(leg, from, now) {
            sender.delivered.insert(number);
        }
    }

    /// Whether this signal was delivered from the leg before or after.
    pub(super) fn other_copy_delivered(&self, leg: LegId, from: &ConnectionId, stamp: &Stamp) -> bool {
        let before = || self.original(leg, stamp).is_some_and(|original| original.delivered.contains(stamp.number));
        let after = || {
            self.predecessors
                .iter()
                .filter(|(_, old)| **old == leg)
                .filter_map(|(new, _)| self.legs.get(new))
                .flatten()
                .filter(|(_, copy)| copy.of.as_ref() == Some(from))
                .filter(|(_, copy)| copy.delivered.contains(stamp.number))
                .any(|(connection, _)| self.may_be(connection, leg, from))
        };
        before() || after()
    }

    /// When [`forget`](Self::forget) is due.
    pub(super) fn forget_at(&self) -> Option<Time> {
        self.forget_at
    }

    /// Postpones forgetting: second copies may come for a while.
    pub(super) fn keep_until_after(&mut self, now: Time) {
        self.forget_at = Some(now + REMEMBERED_FOR);
    }

    /// Forgets everything, if it is time.
    pub(super) fn forget(&mut self, now: Time) {
        if self.forget_at.is_some_and(|at| at <= now) {
            *self = Self::default();
        }
    }

    /// Whether `connection`, on the next leg, belongs to `from`, as far as `from` has said.
    fn may_be(&self, connection: &ConnectionId, leg: LegId, from: &ConnectionId) -> bool {
        self.known(leg, from).is_none_or(|sender| sender.moved.is_empty() || sender.moved.contains(connection))
    }

    /// Whom a stamp names, on the leg before.
    fn original(&self, leg: LegId, stamp: &Stamp) -> Option<&Sender> {
        self.known(*self.predecessors.get(&leg)?, &stamp.of)
    }

    fn known(&self, leg: LegId, from: &ConnectionId) -> Option<&Sender> {
        self.legs.get(&leg)?.get(from)
    }

    /// The entry of a sender, made if there is room for it.
    fn sender(&mut self, leg: LegId, from: &ConnectionId, now: Time) -> Option<&mut Sender> {
        self.keep_until_after(now);
        let senders = self.legs.entry(leg).or_default();
        if senders.len() >= SENDERS_PER_LEG && !senders.contains_key(from) {
            return None;
        }
        Some(senders.entry(from.clone()).or_default())
    }
}

/// A set of numbers that are added in rising order, as runs from a first to a last.
#[derive(Debug, Default)]
struct Numbers(VecDeque<(u64, u64)>);

impl Numbers {
    fn insert(&mut self, number: u64) {
        match self.0.back_mut() {
            Some((_, last)) if last.checked_add(1) == Some(number) => *last = number,
            Some(_) | None => self.0.push_back((number, number)),
        }
        if self.0.len() > RUNS_PER_SENDER {
            self.0.pop_front();
        }
    }

    fn contains(&self, number: u64) -> bool {
        let after = self.0.partition_point(|(first, _)| *first <= number);
        after.checked_sub(1).and_then(|run| self.0.get(run)).is_some_and(|(_, last)| number <= *last)
    }
}
