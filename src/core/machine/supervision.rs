//! Supervises the SDK's own migration, and its own repairs: believes evidence, not what the SDK says.
//!
//! A migration begins without an event, ends by a timer, and may leave a session that says it is connected and is not
//! (SDK-FACTS section 4). So from its beginning on, signals to oneself are sent every now and then: what comes back
//! went through the server. While nothing migrates, nothing is asked.

use std::time::Duration;

use super::{Command, Event, Handover, LegId, LossReason, Machine, Time};

/// Between two questions. A dead session answers at once, so a call that died is noticed within this.
const ASK_EVERY: Duration = Duration::from_secs(2);

/// How many questions in a row may have no answer, or a bad one: the SDK changes sockets meanwhile.
const PATIENCE: u32 = 2;

/// How many good answers prove that a session has migrated.
const PROOFS: u32 = 2;

/// How long a connect takes at most that works with the SDK's first try. Its second one comes after 3 s, and the first may
/// fail after that, and end what has been connected meanwhile, without a word.
const EASY: Duration = Duration::from_millis(2500);

/// How long a migration is watched: three tries for session info in 2.1 s, 20 s by the SDK's timer, and some more. A
/// migration that hangs longer has not begun in truth: the old servers go on, and end with a word.
const WATCH: Duration = Duration::from_secs(30);

/// A migration that is watched.
#[derive(Clone, Debug)]
pub(super) struct Supervision {
    leg: LegId,
    until: Time,
    /// When to ask next; `None` once there was a good answer late enough. What the SDK has begun may end all the same.
    next: Option<Time>,
    /// The latest question, as long as it is open.
    asked: Option<u32>,
    /// Questions before this one say nothing: who was asked were the old servers, perhaps.
    since: u32,
    /// Questions in a row without a good answer.
    missed: u32,
    /// Since the SDK says that it has migrated: how many good answers are still wanted. The second one is asked for a
    /// moment later, because a session that was sent back to where it came from says it has migrated, and then leaves.
    wanted: Option<u32>,
}

impl Machine {
    /// The SDK has begun to migrate a leg, or there is another reason not to believe it.
    pub(super) fn watch(&mut self, leg: LegId, now: Time) {
        // Who is about to leave doesn't mind.
        if self.leaving.is_some() || !self.legs().contains(&leg) {
            return;
        }
        self.stop_supervising(leg);
        self.supervision.push(Supervision {
            leg,
            until: now + WATCH,
            next: Some(now + ASK_EVERY),
            asked: None,
            since: self.next_probe,
            missed: 0,
            wanted: None,
        });
    }

    /// Closes a leg for good, connected or not.
    pub(super) fn close_leg(&mut self, leg: LegId, now: Time) {
        if !self.legs().contains(&leg) {
            self.expect_strays(now);
        }
        self.order(Command::CloseLeg(leg));
    }

    /// A leg is given up before it has proved itself. What it leaves behind in the SDK may end the next one without a word.
    pub(super) fn expect_strays(&mut self, now: Time) {
        self.strays_until = Some(now + WATCH);
    }

    /// A leg is connected after a while, perhaps soon after one that was given up, or not with the SDK's first try.
    pub(super) fn watch_for_strays(&mut self, leg: LegId, took: Duration, now: Time) {
        if self.strays_until.is_some_and(|until| now < until) || took > EASY {
            self.watch(leg, now);
        }
    }

    /// The SDK says that it has migrated a leg. It says so in any case.
    pub(super) fn migrated(&mut self, leg: LegId, now: Time) {
        let since = self.next_probe;
        if let Some(watched) = self.watched(leg) {
            watched.asked = None;
            watched.since = since;
            watched.wanted = Some(PROOFS);
            watched.missed = PATIENCE - 1;
            watched.next = Some(now);
        }
    }

    /// The SDK could not connect to the new servers: from now on the session is dead, whatever it says.
    pub(super) fn migration_failed(&mut self, leg: LegId, now: Time) {
        if self.is_supervised(leg) {
            self.leg_lost(leg, LossReason::ServerRotation, now);
        }
    }

    /// A signal to oneself has come back, or not.
    pub(super) fn probed(&mut self, leg: LegId, number: u32, alive: bool, now: Time) {
        let Some(watched) = self.watched(leg).filter(|watched| watched.since <= number) else { return };
        watched.asked.take_if(|asked| *asked == number);
        if !alive {
            self.missed(leg, now);
            return;
        }
        let proved = if let Some(wanted) = &mut watched.wanted {
            *wanted = wanted.saturating_sub(1);
            *wanted == 0
        } else {
            watched.missed = 0;
            watched.next = watched.next.filter(|_| now < watched.until);
            false
        };
        if proved {
            self.stop_supervising(leg);
        }
        // Of a socket that it has left, the SDK never says that it is back.
        self.repaired(leg);
    }

    /// A question had no good answer. Returns whether the leg counts as lost for that.
    fn missed(&mut self, leg: LegId, now: Time) -> bool {
        let Some(watched) = self.watched(leg) else { return false };
        watched.missed += 1;
        let lost = watched.missed >= PATIENCE;
        if lost {
            self.leg_lost(leg, LossReason::ServerRotation, now);
        }
        lost
    }

    /// When to ask next.
    pub(super) fn poll_supervision(&self) -> Option<Time> {
        self.supervision.iter().filter_map(|watched| watched.next).min()
    }

    /// Asks on each leg where it is time to.
    pub(super) fn supervise(&mut self, now: Time) {
        for leg in self.legs() {
            self.ask_on(leg, now);
        }
    }

    fn ask_on(&mut self, leg: LegId, now: Time) {
        let number = self.next_probe;
        let Some(watched) = self.watched(leg).filter(|watched| watched.next.is_some_and(|next| next <= now)) else {
            return;
        };
        watched.next = Some(now + ASK_EVERY);
        let unanswered = watched.asked.replace(number).is_some();
        if !(unanswered && self.missed(leg, now)) {
            self.next_probe += 1;
            self.order(Command::Probe { leg, number });
        }
    }

    fn watched(&mut self, leg: LegId) -> Option<&mut Supervision> {
        self.supervision.iter_mut().find(|watched| watched.leg == leg)
    }

    /// A leg is gone, and whatever was to be found out about it.
    pub(super) fn stop_supervising(&mut self, leg: LegId) {
        self.supervision.retain(|watched| watched.leg != leg);
    }

    /// Whether a leg is being migrated, or was a moment ago.
    pub(super) fn is_supervised(&self, leg: LegId) -> bool {
        self.supervision.iter().any(|watched| watched.leg == leg)
    }

    /// The SDK has lost the connection of a leg and tries to have it back.
    pub(super) fn repairing(&mut self, leg: LegId) {
        // What befalls an old leg that is needed no more doesn't matter.
        let needed = !(self.has_settled() && self.state.moving().and_then(Handover::old_leg) == Some(leg));
        if needed && self.legs().first() == Some(&leg) {
            self.cut_off();
        }
    }

    /// The SDK has the connection of a leg back.
    pub(super) fn repaired(&mut self, leg: LegId) {
        let comes_back = |handover: &Handover| handover.is_recovery() && !handover.is_live();
        if self.primary() == Some(leg) && !self.state.moving().is_some_and(comes_back) {
            self.restored();
        }
    }

    /// Tells the app that it is cut off, unless it knows.
    pub(super) fn cut_off(&mut self) {
        if !std::mem::replace(&mut self.interrupted, true) {
            self.tell(Event::Reconnecting);
        }
    }

    /// Tells the app that the call goes on, if it thinks otherwise.
    pub(super) fn restored(&mut self) {
        if std::mem::take(&mut self.interrupted) {
            self.tell(Event::Reconnected);
        }
    }
}
