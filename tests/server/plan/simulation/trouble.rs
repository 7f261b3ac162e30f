//! What goes wrong, and how much of it.

use std::collections::BTreeMap;

use opentok_handover_server::plan::protocol::{Command, Trouble};
use opentok_handover_server::plan::trouble::Random;

use crate::platform::status;

/// How often what happened.
pub(super) type Tally = BTreeMap<&'static str, u64>;

/// What must have happened once in ten thousand schedules.
pub(super) const ALL: &[&str] = &[
    "a callback came twice",
    "a callback was lost with its instance",
    "a compare-and-set was lost",
    "an answer came too late",
    "an answer was lost after the deed",
    "an answer was lost before the deed",
    "an instance crashed",
    "a request came late",
    "a request was refused",
    "a second notice",
    "a notice of a successor",
    "servers went without notice",
    "a start was refused as running already",
    "a session was created that nobody was told of",
    "a person stopped a service",
    "the application did not listen",
];

/// Chance, the same for the same seed.
pub(super) struct Dice(Random);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(Random::new(seed))
    }

    /// From zero up to, not including, `limit`.
    pub(super) fn below(&mut self, limit: u64) -> u64 {
        self.0.next_u64() % limit.max(1)
    }

    /// From `least` up to `most`, both included.
    pub(super) fn between(&mut self, least: u64, most: u64) -> u64 {
        least + self.below(most - least + 1)
    }

    /// Happens once in so many times.
    pub(super) fn one_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }

    /// One of these; there must be one.
    pub(super) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len() as u64) as usize]
    }

    pub(super) fn number(&mut self) -> u64 {
        self.0.next_u64() >> 11
    }
}

/// What goes wrong with a command.
#[derive(Clone, Debug)]
pub(super) enum Fault {
    /// It isn't carried out, and that is said.
    Refused(Trouble),
    /// It isn't carried out, and nobody hears.
    LostBefore,
    /// It is carried out, and nobody hears.
    LostAfter,
    /// It is carried out, and the answer comes when nobody waits for it any more.
    LateAnswer,
    /// It is carried out when the instance is about to lose patience.
    LateRequest,
}

/// Draws what goes wrong with a command.
pub(super) fn fault(dice: &mut Dice, command: &Command) -> Fault {
    match dice.below(6) {
        0 => Fault::LostBefore,
        1 => Fault::LostAfter,
        2 => Fault::LateAnswer,
        3 => Fault::LateRequest,
        _ => {
            let mut trouble = status(dice.pick(match command {
                // What else would say something of what runs.
                Command::CreateSession { .. } => &[401, 403, 404, 409, 429, 500, 502, 503],
                _ => &[401, 403, 429, 500, 502, 503],
            }));
            if trouble.status == Some(429) {
                trouble.retry_after = Some(dice.between(100, 20_000));
            }
            Fault::Refused(trouble)
        }
    }
}
