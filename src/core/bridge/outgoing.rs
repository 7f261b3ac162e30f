//! The stamps of this client's own signals.

use super::super::ids::ConnectionId;
use super::super::time::Time;
use super::Stamp;

/// Numbers signals, as long as they need numbers.
#[derive(Debug, Default)]
pub(super) struct Outgoing {
    sent: u64,
    state: State,
}

#[derive(Debug, Default)]
enum State {
    /// One leg: no stamps.
    #[default]
    Plain,
    /// Copies go out on both legs.
    Both { of: ConnectionId },
    /// On the new leg only, where signals must not overtake the last ones of the old leg.
    Trailing { of: ConnectionId, until: Time },
}

impl Outgoing {
    /// Signals go out on both legs from now on.
    pub(super) fn open(&mut self, of: ConnectionId) {
        self.state = State::Both { of };
    }

    /// Signals go out on the new leg only from now on.
    pub(super) fn settle(&mut self, until: Time) {
        self.state = match std::mem::take(&mut self.state) {
            State::Both { of } => State::Trailing { of, until },
            other @ (State::Plain | State::Trailing { .. }) => other,
        };
    }

    /// Signals go out on the old leg only from now on.
    pub(super) fn roll_back(&mut self) {
        self.state = State::Plain;
    }

    pub(super) fn next_stamp(&mut self, now: Time) -> Option<Stamp> {
        let of = match &self.state {
            State::Both { of } => of.clone(),
            State::Trailing { of, until } if now < *until => of.clone(),
            State::Plain | State::Trailing { .. } => {
                self.state = State::Plain;
                return None;
            }
        };
        self.sent += 1;
        Some(Stamp { number: self.sent, of })
    }
}
