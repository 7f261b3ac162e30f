//! The only clock.

use std::time::{SystemTime, UNIX_EPOCH};

use tokio::time::Instant;

use crate::time::Time;

/// Tells the time: the wall's when it started, and as much more as has passed on the runtime's clock since.
///
/// So it never jumps, and stands still in tests that pause the runtime.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock {
    started: Time,
    instant: Instant,
}

impl Clock {
    /// Reads the wall's clock, once.
    #[expect(clippy::disallowed_methods, reason = "the edge, where time comes in")]
    pub(super) fn start() -> Self {
        let epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self { started: Time::from_millis(0) + epoch, instant: Instant::now() }
    }

    /// The time.
    pub(super) fn now(&self) -> Time {
        self.started + self.instant.elapsed()
    }

    /// When the runtime's clock will say so.
    pub(super) fn instant(&self, time: Time) -> Instant {
        self.instant + time.since(self.started)
    }
}
