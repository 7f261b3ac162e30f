//! Says who this client is to those who can't know: where it is now, and who it was.

use std::time::Duration;

use super::{Command, ConnectionId, LegId, Machine, Time, WireMessage};

/// How long a server may show a connection that is dead, and others take it for this client still. Servers give a lost
/// connection up after some 40 s (a guess of SDK-FACTS section 6).
const GHOST: Duration = Duration::from_secs(60);

/// Who this client was before it came back.
#[derive(Debug)]
pub(super) struct CameBack {
    /// The leg that it came back on.
    leg: LegId,
    /// Its connection on the leg that was lost.
    was: ConnectionId,
    /// Until when it tells newcomers.
    until: Time,
}

impl Machine {
    /// After a loss: says to everybody on the new leg who this client was.
    pub(super) fn say_who_came_back(&mut self, leg: LegId, was: ConnectionId, now: Time) {
        self.order(Command::SendWire { leg, to: None, message: WireMessage::Was { connection: was.clone() } });
        self.came_back = Some(CameBack { leg, was, until: now + GHOST });
    }

    /// After a loss: says on the new leg, which lives, that it is about to be given up for another one.
    pub(super) fn say_returning(&mut self) {
        let Some(handover) = self.state.moving().filter(|handover| handover.is_recovery()) else { return };
        if let Some(leg) = handover.connected_leg().map(|leg| leg.id) {
            self.order(Command::SendWire { leg, to: None, message: WireMessage::Returning });
        }
    }

    /// Tells a latecomer what it missed: who this client was, and where it is now.
    pub(super) fn introduce(&mut self, leg: LegId, to: &ConnectionId, now: Time) {
        if self.roster.own_at(leg) == Some(to) {
            return;
        }
        if let Some(back) = self.came_back.as_ref().filter(|back| back.leg == leg && now < back.until) {
            let message = WireMessage::Was { connection: back.was.clone() };
            self.order(Command::SendWire { leg, to: Some(to.clone()), message });
        }
        let Some(handover) = self.state.moving() else { return };
        let (Some(old), Some(new)) = (handover.old_leg(), handover.connected_leg().cloned()) else { return };
        if leg == new.id && !self.roster.is_known_by_identity() {
            let Some(connection) = self.roster.own_at(old).cloned() else { return };
            self.order(Command::SendWire { leg, to: Some(to.clone()), message: WireMessage::Was { connection } });
        }
        if leg != old {
            return;
        }
        let Some(connection) = self.roster.own_at(new.id).cloned() else { return };
        let message = WireMessage::Moved { to: new.session.clone(), connection };
        self.order(Command::SendWire { leg, to: Some(to.clone()), message });
        if self.has_settled() {
            let message = WireMessage::Settled { to: new.session };
            self.order(Command::SendWire { leg, to: Some(to.clone()), message });
        }
    }
}
