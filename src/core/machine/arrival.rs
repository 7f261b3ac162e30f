//! The successor lives: everything moves there, and the old leg is left.

use std::mem;
use std::time::Duration;

use super::{Command, Event, LegId, Machine, State, Time, WireMessage};
use crate::core::error::{Code, Failure};
use crate::core::handover::{Handover, Step};
use crate::core::receipt::Outcome;
use crate::core::state::Leg;

/// How long an old leg may take to close before it is left to itself. The SDK answers a disconnect within a
/// moment or not at all (SDK-FACTS section 7).
const CLOSE_TIMEOUT: Duration = Duration::from_secs(5);

/// So many times as long as for the silent it is waited for those who speak: a slow machine may take half a minute, and where
/// somebody's camera has died there is a picture that never comes, to anybody.
const SPEAKERS: u32 = 3;

impl Machine {
    /// Looks whether the move can go on. Called after every input.
    pub(super) fn advance(&mut self, now: Time) {
        self.take_turns(now);
        let Some(handover) = self.state.moving() else { return };
        let old = handover.old_leg();
        match &handover.step {
            Step::Overlapping { new, publish_until, .. } if self.views.all_live(new.id) => {
                let new = new.clone();
                if publish_until.is_some() {
                    self.all_live(now);
                }
                if self.moved_all(old, new.id) {
                    self.settle(old, new, now);
                    self.advance(now);
                }
            }
            Step::Settling { new, silent_until, .. } => {
                let silent_too = silent_until.is_some();
                let done = match old {
                    Some(old) => {
                        self.roster.all_settled(old, &new.session, silent_too) && self.moved_all(Some(old), new.id)
                    }
                    None => !self.roster.has_orphans(),
                };
                if done && self.views.all_live(new.id) {
                    let new = new.clone();
                    self.leave(old, new, now);
                }
            }
            Step::Renewing { .. }
            | Step::Waiting { .. }
            | Step::Connecting { .. }
            | Step::Overlapping { .. }
            | Step::Leaving { .. } => {}
        }
    }

    /// Every publisher is live on the successor: publishing can't be overdue any more, and a call that was cut off
    /// goes on.
    fn all_live(&mut self, now: Time) {
        self.update_move(
            |handover| {
                if let Step::Overlapping { publish_until, .. } = &mut handover.step {
                    *publish_until = None;
                }
            },
            now,
        );
        if self.state.moving().is_some_and(Handover::is_recovery) {
            self.restored();
        }
    }

    /// Whether everything of this client's has moved. After a loss there is nothing to compare with.
    fn moved_all(&self, old: Option<LegId>, new: LegId) -> bool {
        let Some(old) = old else { return true };
        // Looked at after every input: what costs least comes first.
        self.roster.all_arrived(old, new)
            && self.views.all_previews(new)
            && self.views.all().into_iter().all(|view| {
                let on_old = self.views.stream(view).is_some_and(|key| self.roster.stream_on(old, key).is_some());
                !on_old || self.views.settled(view, new)
            })
    }

    /// Says on the old leg that this client needs it no more, and waits for the others to say so. If it was cut off there,
    /// it is so no more.
    pub(super) fn settle(&mut self, old: Option<LegId>, new: Leg, now: Time) {
        self.restored();
        if let Some(leg) = old {
            let message = WireMessage::Settled { to: new.session.clone() };
            self.order(Command::SendWire { leg, to: None, message });
            self.bridge.settle(now);
        }
        let patience = now + self.config.settle_timeout;
        let longest = now + self.config.settle_timeout * SPEAKERS;
        self.update_move(
            |handover| {
                let deadline = handover.deadline.max(now);
                // After a loss nobody says a word: there is only the time that the others may take to come back.
                let until = if old.is_some() { deadline.min(longest) } else { patience.min(deadline) };
                handover.step = Step::Settling { new, silent_until: Some(patience.min(until)), until };
            },
            now,
        );
    }

    /// Waits no more for those who don't say a word, but for those who do.
    pub(super) fn wait_for_speakers(&mut self, now: Time) {
        self.update_move(
            |handover| {
                if let Step::Settling { silent_until, .. } = &mut handover.step {
                    *silent_until = None;
                }
            },
            now,
        );
    }

    /// Leaves the old leg.
    pub(super) fn leave(&mut self, old: Option<LegId>, new: Leg, now: Time) {
        if let Some(old) = old {
            self.publish_anew(new.id, now);
            self.end_turns(new.id);
            self.show_without(old, now);
            self.order(Command::CloseLeg(old));
            self.roster.drop_leg(old);
            self.stop_supervising(old);
        }
        self.roster.arrived(&new.session);
        self.bridge.old_leg_gone(now);
        let until = now + CLOSE_TIMEOUT;
        let (closing, arrived) = (old.unwrap_or(new.id), new.id);
        self.update_move(
            |handover| {
                handover.old = None;
                handover.step = Step::Leaving { new, old: closing, until };
            },
            now,
        );
        let changes = self.roster.bury(now);
        self.apply(changes);
        for view in self.views.hopeless(arrived) {
            let message = "the successor let nobody subscribe";
            self.unfeed(arrived, view, Failure::new(Code::SubscribeFailed, message));
        }
        if old.is_none() {
            self.conclude_arrived(now);
        }
    }

    /// What was published late and is live on the old leg alone would be gone with it: tries again until it is live.
    pub(super) fn publish_anew(&mut self, leg: LegId, now: Time) {
        let lagging = self.views.lagging(leg);
        self.lagging_until = (!lagging.is_empty()).then(|| now + self.config.publish_timeout);
        for publisher in lagging {
            self.views.drop_publication(publisher, leg);
            self.order(Command::Unpublish { leg, publisher });
        }
        self.publish_all(leg);
    }

    pub(super) fn leg_closed(&mut self, leg: LegId, now: Time) {
        let step = self.state.moving().map(|handover| &handover.step);
        if matches!(step, Some(Step::Leaving { old, .. }) if *old == leg) {
            self.conclude_arrived(now);
        }
    }

    /// The call is in the successor. What was announced meanwhile is taken up.
    pub(super) fn conclude_arrived(&mut self, now: Time) {
        let Some(handover) = self.state.moving_mut() else { return };
        let next = handover.next.take();
        let Step::Leaving { new, .. } = &handover.step else { return };
        let leg = new.clone();
        self.conclude(Outcome::Completed, State::Connected { leg }, now);
        self.send_waiting(now);
        if let Some((announcement, at)) = next {
            self.take_up(announcement, at, now);
        }
    }

    /// Ends the move: the receipt is told after the state that follows.
    pub(super) fn conclude(&mut self, outcome: Outcome, next: State, now: Time) {
        let from = self.state.status();
        let State::Moving(handover) = mem::replace(&mut self.state, next) else { return };
        let to = handover.connected_leg().map_or(handover.to.clone(), |new| new.session.clone());
        let Handover { kind, from: left, attempt, record, .. } = *handover;
        self.note_status(from);
        let receipt = record.finish(kind, left, to, attempt, outcome, now);
        self.tell(Event::HandoverEnd(receipt));
    }

    /// Ends the move because the call ends, or because the app leaves it.
    pub(super) fn cancel(&mut self, next: State, now: Time) {
        match self.state.moving().map(Handover::is_leaving) {
            Some(true) => self.conclude(Outcome::Completed, next, now),
            Some(false) => self.conclude(Outcome::Cancelled, next, now),
            None => self.set_state(next),
        }
    }
}
