//! A leg died, or somebody ended the call.

use super::{Command, Event, LegId, LossReason, Machine, State, Time};
use crate::core::error::{Code, Failure};
use crate::core::handover::{Handover, Loss};

impl Machine {
    pub(super) fn leg_lost(&mut self, leg: LegId, mut reason: LossReason, now: Time) {
        if reason == LossReason::ClientDisconnected {
            // A migration that is sent to the servers it comes from ends in the SDK's leaving by itself.
            reason = if self.is_supervised(leg) { LossReason::ServerRotation } else { LossReason::Final };
        }
        if self.leaving.is_some() {
            reason = LossReason::Final;
        }
        match &self.state {
            State::Connecting { .. } => {
                let message = "the connection was lost before it was established";
                self.connect_failed(leg, Failure::new(Code::ConnectFailed, message), now);
            }
            State::Connected { .. } | State::Moving(_) if reason == LossReason::Final => self.ended(leg, now),
            State::Connected { leg: only } => {
                let session = only.session.clone();
                let loss = self.drop_leg(leg, reason, now);
                self.recover(session, loss, now);
            }
            State::Moving(handover) if handover.old_leg() == Some(leg) => self.promote(leg, reason, now),
            State::Moving(handover) if handover.is_leaving() => {
                // The move itself is done; what was lost is the leg after it.
                self.conclude_arrived(now);
                self.leg_lost(leg, reason, now);
            }
            State::Moving(_) => {
                let message = "the successor was lost before it had proved itself";
                self.retry(Failure::new(Code::SuccessorLost, message), now);
            }
            State::Idle | State::Asking { .. } | State::Disconnected | State::Failed | State::Closed => {}
        }
    }

    /// The app's own `connect()` failed.
    pub(super) fn connect_failed(&mut self, leg: LegId, failure: Failure, now: Time) {
        self.close_leg(leg, now);
        self.not_connected(failure);
    }

    pub(super) fn not_connected(&mut self, failure: Failure) {
        for publisher in self.views.publishers() {
            self.tell(Event::PublishFailed { publisher, failure: failure.clone() });
        }
        self.views.clear();
        self.roster.clear();
        self.set_state(State::Disconnected);
        self.tell(Event::ConnectFailed(failure));
        self.refuse_waiting();
    }

    /// Somebody ended the call on purpose, on whichever leg it was said.
    fn ended(&mut self, leg: LegId, now: Time) {
        for other in self.open_legs() {
            if other != leg {
                self.close_leg(other, now);
            }
        }
        self.over(LossReason::Final, now);
    }

    /// The old leg died on the way: what is under way goes on as a recovery.
    fn promote(&mut self, old: LegId, reason: LossReason, now: Time) {
        if let Some(new) = self.second_leg() {
            self.end_turns(new);
        }
        let loss = self.drop_leg(old, reason, now);
        if self.state.moving().and_then(Handover::connected_leg).is_some() {
            self.bridge.old_leg_gone(now);
        }
        let deadline = now + self.config.recovery_timeout;
        // Where everything of ours is live already, the call goes on.
        let mut goes_on = false;
        let mut bides = false;
        self.update_move(
            |handover| {
                goes_on = handover.is_live();
                bides = handover.is_biding();
                handover.old = None;
                handover.loss = Some(loss);
                handover.record.promote();
                handover.deadline = handover.deadline.max(deadline);
            },
            now,
        );
        if goes_on {
            self.restored();
        } else {
            self.cut_off();
        }
        if bides && !self.offline {
            self.ask(now);
        }
    }

    /// A leg is dead: forgets it, keeping people and publishers for the next one.
    fn drop_leg(&mut self, leg: LegId, reason: LossReason, now: Time) -> Loss {
        self.stop_supervising(leg);
        let me = self.roster.own_at(leg).cloned();
        let members = self.roster.others_at(leg).cloned().collect();
        self.show_without(leg, now);
        self.roster.drop_leg(leg);
        self.order(Command::DropLeg(leg));
        Loss { reason, leg, me, members }
    }
}
