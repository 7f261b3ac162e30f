//! Says who this client is to those who can't know: where it is now, and who it was.

use std::time::Duration;

use super::{Command, ConnectionId, Handover, LegId, Machine, Time, WireMessage};

/// How long a server may show a connection that is dead, and others take it for this client still. Servers give a lost
/// connection up after some 40 s (a guess of SDK-FACTS section 6). And who was cut off too may know the dead one only, as
/// long as a recovery may take.
const GHOST: Duration = Duration::from_secs(60);

/// A word to all comes back to who has said it within this time, or not at all.
const ECHO: Duration = Duration::from_secs(2);

/// What this client has said to all on a leg of who it was before it came there.
#[derive(Debug)]
pub(super) struct Word {
    leg: LegId,
    was: Vec<ConnectionId>,
    said: Time,
    /// Whether it has come back: who is told of after that has not heard it.
    heard: bool,
    /// Whether it is said of who comes back after a loss. That is more than an identity tells: which of two is a ghost.
    after_loss: bool,
    /// Until when newcomers are told too.
    until: Time,
}

impl Machine {
    /// Says to everybody on a new leg who this client was before: on the leg that it leaves or has lost, and in whichever
    /// attempts since. Some may know it from one of them only.
    pub(super) fn say_who_came(&mut self, leg: LegId, now: Time) {
        let Some(handover) = self.state.moving() else { return };
        let after_loss = handover.is_recovery();
        let until = if after_loss { now + GHOST.max(self.config.recovery_timeout) } else { handover.deadline };
        let was = self.roster.own_before(leg);
        self.order(Command::SendWire { leg, to: None, message: WireMessage::Was { connections: was.clone() } });
        self.word = Some(Word { leg, was, said: now, heard: false, after_loss, until });
    }

    /// This client's own word came back to it.
    pub(super) fn hear_own_word(&mut self, leg: LegId) {
        if let Some(word) = self.word.as_mut().filter(|word| word.leg == leg) {
            word.heard = true;
        }
    }

    /// Says on the new leg, which lives, that it is about to be given up for another one. Some may know this client from
    /// there only: everybody after a loss, and in a handover those who never were in the old session.
    pub(super) fn say_returning(&mut self) {
        if let Some(leg) = self.state.moving().and_then(Handover::connected_leg).map(|leg| leg.id) {
            self.order(Command::SendWire { leg, to: None, message: WireMessage::Returning });
        }
    }

    /// Tells a latecomer what it missed: who this client was, and where it is now.
    pub(super) fn introduce(&mut self, leg: LegId, to: &ConnectionId, now: Time) {
        if self.roster.own_at(leg) == Some(to) {
            return;
        }
        if let Some(word) = self.word.as_ref().filter(|word| word.leg == leg && now < word.until)
            && (word.heard || now >= word.said + ECHO)
            && (word.after_loss || !self.roster.is_known_by_identity())
        {
            let message = WireMessage::Was { connections: word.was.clone() };
            self.order(Command::SendWire { leg, to: Some(to.clone()), message });
        }
        let Some(handover) = self.state.moving().filter(|handover| handover.old_leg() == Some(leg)) else { return };
        let Some(new) = handover.connected_leg().cloned() else { return };
        let Some(connection) = self.roster.own_at(new.id).cloned() else { return };
        let message = WireMessage::Moved { to: new.session.clone(), connection };
        self.order(Command::SendWire { leg, to: Some(to.clone()), message });
        if self.has_settled() {
            let message = WireMessage::Settled { to: new.session };
            self.order(Command::SendWire { leg, to: Some(to.clone()), message });
        }
    }
}
