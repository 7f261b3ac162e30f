//! What a failure means, and how long to wait before trying again.

use super::config::Config;
use super::protocol::Trouble;
use super::state::Purpose;

/// The longest delay that is believed, ms: a day. Whatever is tried has been given up by then.
const LONGEST: u64 = 24 * 3_600_000;

/// What follows from a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// What was wanted is so already.
    Done,
    /// It may go better another time.
    Again,
    /// It will never do.
    Never,
}

impl Trouble {
    /// No answer came.
    #[must_use]
    pub fn lost(message: &str) -> Self {
        Self { status: None, retry_after: None, message: message.to_owned() }
    }
}

/// Judges a failure by the answer's status, as the REST reference describes it for each request.
#[must_use]
pub fn judge(purpose: &Purpose, trouble: &Trouble) -> Verdict {
    match (purpose, trouble.status) {
        // 404: nobody is connected there.
        (Purpose::Announce { .. } | Purpose::Address, Some(404)) => Verdict::Done,
        // 404: no such archive; 409: it isn't running.
        (Purpose::Stop { .. }, Some(404 | 409 | 410)) => Verdict::Done,
        // Nobody answers for the application but the application.
        (Purpose::Tell | Purpose::Bind { .. }, _) => Verdict::Again,
        // The request itself is wrong, and will be the next time.
        (_, Some(400 | 405 | 406 | 411 | 413..=417 | 422)) => Verdict::Never,
        // 401 and 403 go away when clocks and keys are put right, 404 and 409 when somebody has joined or something has
        // ended, 408, 429 and 5xx by themselves.
        _ => Verdict::Again,
    }
}

/// How long to wait after attempt number `attempt` (from 1): exponential growth with full jitter, but not before the answer
/// says, and unhurriedly where somebody has to put something right. `random` is from 0 up to, not including, 1.
#[must_use]
pub fn delay(config: &Config, attempt: u32, trouble: &Trouble, random: f64) -> u64 {
    let refused = matches!(trouble.status, Some(401 | 403));
    let grown = config.retry_initial.saturating_mul(2_u64.saturating_pow(attempt.saturating_sub(1)));
    let limit = if refused { config.retry_max } else { grown.min(config.retry_max) };
    let drawn = (limit as f64 * random.clamp(0.0, 1.0)) as u64;
    drawn.max(trouble.retry_after.unwrap_or(0)).clamp(1, LONGEST)
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
