//! Signals while two legs live: each is delivered once, none is lost, and each sender's stay in order.
//!
//! # On the wire
//!
//! While a client has two legs it sends every app signal on *both*, so that it reaches those who are in one session
//! only. A leg keeps the order of one sender's messages, so each copy travels between two messages of ours that name
//! it: a [`Stamp`] right before ("my next signal here is") and the same stamp right after ("my last signal here was").
//! The stamp has a running number and the sender's connection in the session that it leaves. The one after is for those
//! who have joined in between, and for stamps whose signal could not be sent.
//!
//! When a client sees everybody in the new session it says on the old leg that it has *settled*, and sends on the new
//! leg only. It goes on stamping for one hold time: what it sent on the old leg before may still be on its way to
//! somebody who is in both, and only a stamp tells that it came first.
//!
//! # At the receiver
//!
//! The old leg sets the order, because it alone carries what was sent before the overlap. A copy from it is delivered
//! at once, unless the other copy had to be delivered without waiting. A copy from the new leg is *held* until
//!
//! * the old leg's copy comes: that one is delivered, the held one discarded;
//! * the old leg can bring it no more: its sender has settled, has gone, has sent a later number there, or the leg
//!   itself is gone;
//! * the hold time has passed.
//!
//! What the same sender sends on the new leg meanwhile queues behind it. People who aren't in the old leg are heard at
//! once; only their first signal, within a hold time of our joining, waits a moment for the stamp after it. The server
//! is always heard at once.
//!
//! # What is promised
//!
//! Of each stamped signal at least one copy of which arrives, exactly one copy is delivered. Per sender the order is
//! that of sending, as long as the old leg isn't slower than the new one by more than the hold time, and nobody who
//! has settled goes back to the old leg. A signal is lost only if no copy arrives: one that was sent on a single leg is
//! lost with that leg; one that was sent on both is lost to whoever leaves the old leg before it has arrived there and
//! had not joined the new one when it was sent there.
//!
//! # Forged stamps
//!
//! Anybody in the new session can claim to be somebody else's second connection. What they send is shown as theirs all
//! the same, and a held copy never suppresses the old leg's. A copy that was delivered does, if the person claimed has
//! announced that connection ([`Bridge::handle_moved`]), or none at all: the announcement and what follows it on the
//! old leg keep their order, so whoever announces is safe. Against somebody who doesn't, a claim that was delivered
//! (after the hold time, or because they had settled) makes the old leg's copy of that number be discarded; the genuine
//! copy on the new leg is delivered instead, perhaps out of order. Lost is only what has no copy there.

mod delivery;
mod memory;
mod outgoing;
mod waiting;

use std::time::Duration;

use litemap::LiteMap;

use self::delivery::Delivery;
use self::outgoing::Outgoing;
use self::waiting::Waiting;
use super::ids::{ConnectionId, LegId, SignalId};
use super::time::Time;

/// Goes before an app signal on the same leg, from the same sender.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// Rises with each signal of a client, and never starts again.
    pub number: u64,
    /// The sender's connection in the old session, on whichever leg the stamp travels.
    pub of: ConnectionId,
}

/// What is to become of a signal that was handed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BridgeOutput {
    /// Dispatch it to the app.
    Deliver(SignalId),
    /// Drop it: the app has had the other copy, or gets it.
    Discard(SignalId),
}

/// Joins the signals of two legs into one stream of signals.
///
/// Lives as long as the durable session, across all its legs. After each call of a method that takes `now`, drain
/// [`poll`](Self::poll), then re-arm the timer from [`poll_timeout`](Self::poll_timeout).
#[derive(Debug)]
pub struct Bridge {
    hold: Duration,
    outgoing: Outgoing,
    receiving: Receiving,
    delivery: Delivery,
}

/// Where signals come from.
#[derive(Debug)]
enum Receiving {
    /// One leg.
    Plain,
    /// Two legs.
    Overlap(Waiting),
    /// One leg again, whichever, and what the overlap has left behind.
    Closing(Waiting),
}

impl Bridge {
    /// Makes a bridge for one leg: everything passes. `hold` is how long a copy from the new leg waits for the old
    /// leg's.
    #[must_use]
    pub fn new(hold: Duration) -> Self {
        Self { hold, outgoing: Outgoing::default(), receiving: Receiving::Plain, delivery: Delivery::default() }
    }

    /// The overlap begins. The machine calls it when the successor is connected, before it handles anything else from
    /// there. `me` is this client's connection on the old leg, `members` are all connections there.
    ///
    /// An overlap that is still on ends: whichever of its legs isn't named here counts as gone. What a new leg that was
    /// given up has left behind goes on waiting for the old leg.
    ///
    /// When the old leg was lost before the successor was connected, the machine calls this and then
    /// [`old_leg_gone`](Self::old_leg_gone): second copies of what the old leg brought may come all the same.
    pub fn open(&mut self, old: LegId, new: LegId, me: ConnectionId, members: Vec<ConnectionId>, now: Time) {
        let left_over = match std::mem::replace(&mut self.receiving, Receiving::Plain) {
            Receiving::Plain => None,
            Receiving::Overlap(before) | Receiving::Closing(before) if before.old() == old => Some(before),
            Receiving::Overlap(before) | Receiving::Closing(before) => {
                before.release_all(now, &mut self.delivery);
                None
            }
        };
        let memory = &mut self.delivery.memory;
        memory.link(old, new);
        let mut behind = LiteMap::new();
        for member in members.into_iter().chain([me.clone()]) {
            if !memory.has_settled(old, &member) {
                let passed = memory.latest(old, &member);
                behind.insert(member, passed);
            }
        }
        let waiting = match left_over {
            None => Waiting::new(old, new, self.hold, behind, now),
            Some(before) => before.again(new, behind, now),
        };
        self.receiving = Receiving::Overlap(waiting);
        self.outgoing.open(me);
    }

    /// Somebody connected to a leg. The machine calls it for every leg; only the old one matters.
    pub fn member_joined(&mut self, leg: LegId, connection: ConnectionId) {
        if let Some(waiting) = self.waiting_on(leg) {
            waiting.expect(connection);
        }
    }

    /// Somebody's connection to a leg ended. The machine calls it for every leg; only the old one matters.
    pub fn member_gone(&mut self, leg: LegId, connection: &ConnectionId, now: Time) {
        if let Some(waiting) = self.waiting_on(leg) {
            waiting.expect_no_more(connection);
        }
        self.release(now);
    }

    /// Somebody said on a leg which connection is theirs in the successor. The machine calls it for every leg,
    /// overlapping or not.
    pub fn handle_moved(&mut self, leg: LegId, from: &ConnectionId, to: ConnectionId, now: Time) {
        self.delivery.memory.moved(leg, from, to, now);
    }

    /// Somebody said on a leg that they have settled. The machine calls it for every leg, overlapping or not, for this
    /// client's own message too when it comes back.
    pub fn handle_settled(&mut self, leg: LegId, from: &ConnectionId, now: Time) {
        self.delivery.memory.settled(leg, from, now);
        if let Some(waiting) = self.waiting_on(leg) {
            waiting.expect_no_more(from);
        }
        self.release(now);
    }

    /// The stamp before a signal arrived. The machine calls it for every leg, overlapping or not: who has one leg may
    /// soon have two.
    pub fn handle_stamp(&mut self, leg: LegId, from: &ConnectionId, stamp: Stamp, now: Time) {
        self.delivery.memory.stamp(leg, from, stamp, now);
    }

    /// The stamp after a signal arrived. The machine calls it for every leg, overlapping or not.
    pub fn handle_stamped(&mut self, leg: LegId, from: &ConnectionId, stamp: Stamp, now: Time) {
        let memory = &mut self.delivery.memory;
        memory.pass_stamp(leg, from, &stamp);
        match &mut self.receiving {
            Receiving::Overlap(waiting) | Receiving::Closing(waiting) if waiting.new_leg() == leg => {
                waiting.handle_stamped(from, stamp, now, memory);
            }
            Receiving::Plain | Receiving::Overlap(_) | Receiving::Closing(_) => {}
        }
        self.release(now);
    }

    /// An app signal arrived. The machine calls it for every leg, overlapping or not; `from` is `None` for the server.
    pub fn handle_signal(&mut self, leg: LegId, from: Option<&ConnectionId>, signal: SignalId, now: Time) {
        let Some(from) = from else {
            self.delivery.pass(signal);
            return;
        };
        let stamp = self.delivery.memory.take_stamp(leg, from, now);
        match &mut self.receiving {
            Receiving::Overlap(waiting) | Receiving::Closing(waiting) if waiting.old() == leg => {
                waiting.handle_old(from, stamp, signal, now, &mut self.delivery);
            }
            Receiving::Overlap(waiting) | Receiving::Closing(waiting) if waiting.new_leg() == leg => {
                waiting.handle_new(from, stamp, signal, now, &mut self.delivery);
            }
            Receiving::Plain | Receiving::Overlap(_) | Receiving::Closing(_) => {
                self.delivery.once(leg, from, stamp.as_ref(), signal, now);
            }
        }
        self.release(now);
    }

    /// This client has settled. The machine calls it when it has sent that message on the old leg; from then on it
    /// sends on the new leg only.
    pub fn settle(&mut self, now: Time) {
        self.outgoing.settle(now + self.hold);
    }

    /// The old leg was left or lost. The machine calls it when the successor is the only leg; what was held is
    /// delivered.
    pub fn old_leg_gone(&mut self, now: Time) {
        self.settle(now);
        self.close(now, Waiting::expect_nobody);
    }

    /// The new leg was given up or lost. The machine calls it when the old leg is the only one again. What is held
    /// keeps waiting for the old leg's copy, at most the hold time.
    pub fn new_leg_gone(&mut self, now: Time) {
        self.outgoing.roll_back();
        self.close(now, |_| {});
    }

    /// The stamp for this client's next app signal, whichever legs it goes out on. The machine calls it once for each
    /// signal of the app's, and puts the stamp before and after every copy, for the same recipients. `None`: no stamp
    /// is due.
    #[must_use]
    pub fn next_stamp(&mut self, now: Time) -> Option<Stamp> {
        self.outgoing.next_stamp(now)
    }

    /// What is to become of a signal, or `None` when all is said. Every signal handed in comes out once.
    #[must_use]
    pub fn poll(&mut self) -> Option<BridgeOutput> {
        self.delivery.poll()
    }

    /// When [`handle_timeout`](Self::handle_timeout) is due, if ever.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Time> {
        match &self.receiving {
            Receiving::Plain => self.delivery.memory.forget_at(),
            Receiving::Overlap(waiting) => waiting.next_release(),
            Receiving::Closing(waiting) => Some(waiting.next_release().unwrap_or(waiting.over_at())),
        }
    }

    /// Time has passed. The machine calls it at [`poll_timeout`](Self::poll_timeout); sooner or later does no harm.
    pub fn handle_timeout(&mut self, now: Time) {
        self.release(now);
        if matches!(self.receiving, Receiving::Plain) {
            self.delivery.memory.forget(now);
        }
    }

    /// What is held for the old leg, if `leg` is that.
    fn waiting_on(&mut self, leg: LegId) -> Option<&mut Waiting> {
        match &mut self.receiving {
            Receiving::Overlap(waiting) | Receiving::Closing(waiting) => {
                Some(waiting).filter(|waiting| waiting.old() == leg)
            }
            Receiving::Plain => None,
        }
    }

    /// Lets go of what need not be held any more.
    fn release(&mut self, now: Time) {
        match &mut self.receiving {
            Receiving::Plain => {}
            Receiving::Overlap(waiting) => waiting.release(now, &mut self.delivery),
            Receiving::Closing(waiting) => {
                waiting.release(now, &mut self.delivery);
                if waiting.is_over(now) {
                    self.receiving = Receiving::Plain;
                    self.delivery.memory.keep_until_after(now);
                }
            }
        }
    }

    /// One of the legs is gone.
    fn close(&mut self, now: Time, prepare: impl FnOnce(&mut Waiting)) {
        self.receiving = match std::mem::replace(&mut self.receiving, Receiving::Plain) {
            Receiving::Plain => Receiving::Plain,
            Receiving::Overlap(mut waiting) | Receiving::Closing(mut waiting) => {
                prepare(&mut waiting);
                Receiving::Closing(waiting)
            }
        };
        self.release(now);
    }
}
