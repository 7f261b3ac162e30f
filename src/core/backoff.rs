//! How long to wait before trying again, and the dice for it.

use std::time::Duration;

/// Exponential growth up to a limit, with full jitter: each delay is drawn from zero up to the limit of its attempt,
/// so that the clients of a session that was cut off don't come back all at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    /// The longest delay after the first attempt.
    pub initial: Duration,
    /// By how much that grows from attempt to attempt.
    pub factor: u32,
    /// The longest delay of all.
    pub max: Duration,
}

impl Backoff {
    /// The delay after attempt number `attempt` (from 1) has failed, in whole milliseconds. `random` is from 0 up to,
    /// not including, 1; anything beyond is taken for the nearest of the two.
    #[must_use]
    pub fn delay(&self, attempt: u32, random: f64) -> Duration {
        let grown = self.factor.saturating_pow(attempt.saturating_sub(1));
        let limit = self.initial.saturating_mul(grown).min(self.max);
        let limit = u64::try_from(limit.as_millis()).unwrap_or(u64::MAX);
        // Casts from float to integer saturate, and turn NaN into 0.
        Duration::from_millis((limit as f64 * random.clamp(0.0, 1.0)) as u64)
    }
}

/// A source of random numbers, good enough for jitter and the same for the same seed: splitmix64.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// Starts at `seed`.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number.
    pub const fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// The next number from 0 up to, not including, 1.
    pub fn next_f64(&mut self) -> f64 {
        // 53 bits are what a float holds exactly.
        (self.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }
}
