//! What came over the new leg and waits for the old one.

use std::collections::VecDeque;
use std::time::Duration;

use litemap::LiteMap;

use super::super::ids::{ConnectionId, LegId, SignalId};
use super::super::time::Time;
use super::Stamp;
use super::delivery::Delivery;
use super::memory::Memory;

/// Held signals of one sender at most. More than that within a hold time is a flood: the oldest then go out early,
/// which may cost their order, never a signal.
const HELD_PER_SENDER: usize = 512;

/// How long somebody's first signal waits for the stamp after it. That was sent in the same breath, so it takes
/// milliseconds; and nobody minds if a stranger's first word is late by as much.
const STAMP_FOLLOWS_WITHIN: Duration = Duration::from_millis(500);

/// The signals held during one overlap.
#[derive(Debug)]
pub(super) struct Waiting {
    old: LegId,
    new: LegId,
    hold: Duration,
    /// Until then a stamp may have been sent to the new session right before we joined, its signal right after.
    fresh_until: Time,
    /// Who was heard on the new leg while it was fresh.
    met: LiteMap<ConnectionId, ()>,
    /// Who may still send on the old leg, each with the highest number that has come from there.
    behind: LiteMap<ConnectionId, u64>,
    /// By sender on the new leg, each in the order of arrival. No queue is empty.
    held: LiteMap<ConnectionId, VecDeque<Held>>,
}

#[derive(Debug)]
struct Held {
    leg: LegId,
    signal: SignalId,
    mark: Mark,
    until: Time,
}

#[derive(Debug)]
enum Mark {
    /// Sent once.
    Plain,
    /// Perhaps the stamp was sent before we joined: the one after it will tell.
    Unknown,
    /// Sent on both legs.
    Stamped(Stamp),
}

impl Waiting {
    pub(super) fn new(old: LegId, new: LegId, hold: Duration, behind: LiteMap<ConnectionId, u64>, now: Time) -> Self {
        Self { old, new, hold, fresh_until: now + hold, met: LiteMap::new(), behind, held: LiteMap::new() }
    }

    /// The same old leg, another new one.
    pub(super) fn again(self, new: LegId, behind: LiteMap<ConnectionId, u64>, now: Time) -> Self {
        Self { held: self.held, ..Self::new(self.old, new, self.hold, behind, now) }
    }

    pub(super) fn old(&self) -> LegId {
        self.old
    }

    pub(super) fn new_leg(&self) -> LegId {
        self.new
    }

    /// When a closed overlap may be over.
    pub(super) fn over_at(&self) -> Time {
        self.fresh_until
    }

    /// Whether a closed overlap is over.
    pub(super) fn is_over(&self, now: Time) -> bool {
        self.held.is_empty() && self.fresh_until <= now
    }

    /// When the next held signal has waited long enough.
    pub(super) fn next_release(&self) -> Option<Time> {
        self.held.values().filter_map(|queue| queue.front()).map(|head| head.until).min()
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
        let is_first = now < self.fresh_until && self.met.insert(from.clone(), ()).is_none();
        let (mark, wait) = match stamp {
            Some(stamp) => (Mark::Stamped(stamp), self.hold),
            None if is_first => (Mark::Unknown, STAMP_FOLLOWS_WITHIN.min(self.hold)),
            None => (Mark::Plain, Duration::ZERO),
        };
        let queue = self.held.entry(from.clone()).or_default();
        queue.push_back(Held { leg: self.new, signal, mark, until: now + wait });
        if queue.len() > HELD_PER_SENDER
            && let Some(oldest) = queue.pop_front()
        {
            oldest.let_go(from, now, delivery);
        }
    }

    /// The stamp after a signal came over the new leg: now an unknown one is known.
    pub(super) fn handle_stamped(&mut self, from: &ConnectionId, stamp: Stamp, now: Time, memory: &mut Memory) {
        if let Some(queue) = self.held.get_mut(from)
            && let [last] = queue.make_contiguous()
            && matches!(last.mark, Mark::Unknown)
            && let Some(stamp) = memory.accept(self.new, from, stamp, now)
        {
            last.mark = Mark::Stamped(stamp);
            last.until = now + self.hold;
        }
    }

    /// Delivers, sender by sender, what need not wait (any longer), and discards what the old leg has brought.
    pub(super) fn release(&mut self, now: Time, delivery: &mut Delivery) {
        let Self { behind, held, .. } = self;
        for (from, queue) in held.iter_mut() {
            while let Some(head) = queue.pop_front_if(|head| !head.must_wait(behind, now)) {
                head.let_go(from, now, delivery);
            }
        }
        held.retain(|_, queue| !queue.is_empty());
    }

    /// Delivers everything, whatever it waits for.
    pub(super) fn release_all(self, now: Time, delivery: &mut Delivery) {
        for (from, queue) in self.held {
            for held in queue {
                held.let_go(&from, now, delivery);
            }
        }
    }
}

impl Held {
    /// Whether something may still come that matters for this signal, and is worth waiting for.
    fn must_wait(&self, behind: &LiteMap<ConnectionId, u64>, now: Time) -> bool {
        let may_come = match &self.mark {
            Mark::Plain => false,
            Mark::Unknown => true,
            Mark::Stamped(stamp) => behind.get(&stamp.of).is_some_and(|passed| *passed < stamp.number),
        };
        may_come && now < self.until
    }

    fn let_go(&self, from: &ConnectionId, now: Time, delivery: &mut Delivery) {
        match &self.mark {
            Mark::Plain | Mark::Unknown => delivery.pass(self.signal),
            Mark::Stamped(stamp) => delivery.once(self.leg, from, Some(stamp), self.signal, now),
        }
    }
}
