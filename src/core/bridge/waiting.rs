//! What came over the new leg and waits for the old one.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use super::super::ids::{ConnectionId, LegId, SignalId};
use super::super::time::Time;
use super::{Delivery, Stamp};

/// Held signals of one sender at most. More than that within a hold time is a flood: the oldest then go out early,
/// which may cost their order, never a signal.
const HELD_PER_SENDER: usize = 512;

/// The signals held during one overlap.
#[derive(Debug)]
pub(super) struct Waiting {
    old: LegId,
    new: LegId,
    hold: Duration,
    /// Who may still send on the old leg, each with the highest number that has come from there.
    behind: BTreeMap<ConnectionId, u64>,
    /// By sender on the new leg, each in the order of arrival. No queue is empty.
    held: BTreeMap<ConnectionId, VecDeque<Held>>,
}

#[derive(Debug)]
struct Held {
    signal: SignalId,
    stamp: Option<Stamp>,
    until: Time,
}

impl Waiting {
    pub(super) fn new(
        old: LegId,
        new: LegId,
        hold: Duration,
        behind: BTreeMap<ConnectionId, u64>,
    ) -> Self {
        Self {
            old,
            new,
            hold,
            behind,
            held: BTreeMap::new(),
        }
    }

    pub(super) fn old(&self) -> LegId {
        self.old
    }

    pub(super) fn new_leg(&self) -> LegId {
        self.new
    }

    pub(super) fn is_empty(&self) -> bool {
        self.held.is_empty()
    }

    /// When the next held signal has waited long enough.
    pub(super) fn next_release(&self) -> Option<Time> {
        self.held
            .values()
            .filter_map(|queue| queue.front())
            .map(|head| head.until)
            .min()
    }

    /// Somebody may send on the old leg.
    pub(super) fn expect(&mut self, connection: ConnectionId) {
        self.behind.entry(connection).or_insert(0);
    }

    /// Somebody sends nothing more on the old leg.
    pub(super) fn expect_no_more(&mut self, connection: &ConnectionId) {
        self.behind.remove(connection);
    }

    /// Nothing more comes from the old leg.
    pub(super) fn expect_nobody(&mut self) {
        self.behind.clear();
    }

    /// A signal came over the old leg: it is in order, and so is what is held with a lower number.
    pub(super) fn handle_old(
        &mut self,
        from: &ConnectionId,
        stamp: Option<Stamp>,
        signal: SignalId,
        now: Time,
        delivery: &mut Delivery,
    ) {
        // Whoever settled and sends again on the old leg has come back to it.
        let passed = self.behind.entry(from.clone()).or_insert(0);
        let Some(stamp) = stamp else {
            delivery.pass(signal);
            return;
        };
        *passed = stamp.number.saturating_sub(1);
        self.release(now, delivery);
        delivery.once(self.old, from, Some(&stamp), signal, now);
        self.behind.insert(from.clone(), stamp.number);
    }

    /// A signal came over the new leg: it queues, be it only for a moment.
    pub(super) fn handle_new(
        &mut self,
        from: &ConnectionId,
        stamp: Option<Stamp>,
        signal: SignalId,
        now: Time,
        delivery: &mut Delivery,
    ) {
        let queue = self.held.entry(from.clone()).or_default();
        queue.push_back(Held {
            signal,
            stamp,
            until: now + self.hold,
        });
        if queue.len() > HELD_PER_SENDER
            && let Some(oldest) = queue.pop_front()
        {
            delivery.once(self.new, from, oldest.stamp.as_ref(), oldest.signal, now);
        }
    }

    /// Delivers, sender by sender, what need not wait (any longer), and discards what the old leg has brought.
    pub(super) fn release(&mut self, now: Time, delivery: &mut Delivery) {
        let Self {
            new, behind, held, ..
        } = self;
        held.retain(|from, queue| {
            while let Some(head) = queue.pop_front_if(|head| !head.must_wait(behind, now)) {
                delivery.once(*new, from, head.stamp.as_ref(), head.signal, now);
            }
            !queue.is_empty()
        });
    }
}

impl Held {
    /// Whether the old leg may still bring this signal, and is worth waiting for.
    fn must_wait(&self, behind: &BTreeMap<ConnectionId, u64>, now: Time) -> bool {
        let Some(stamp) = &self.stamp else {
            return false;
        };
        now < self.until
            && behind
                .get(&stamp.of)
                .is_some_and(|passed| *passed < stamp.number)
    }
}
