//! How many moves there may be: a server that flaps, or somebody who announces without end, must not make a storm.

use std::collections::VecDeque;
use std::time::Duration;

use super::Time;

/// What is looked back on.
const WINDOW: Duration = Duration::from_secs(3600);

/// The moves of the past hour.
#[derive(Debug, Default)]
pub(super) struct Pace(VecDeque<Time>);

impl Pace {
    /// A move begins. Costs no more memory than moves are allowed.
    pub(super) fn note(&mut self, allowed: u32, now: Time) {
        self.0.push_back(now);
        while self.0.len() > allowed as usize {
            self.0.pop_front();
        }
    }

    /// Whether there were as many moves in the past hour as are allowed.
    pub(super) fn is_exhausted(&self, allowed: u32, now: Time) -> bool {
        let recent = self.0.iter().filter(|at| now.saturating_since(**at) < WINDOW);
        recent.count() >= allowed as usize
    }
}
