//! The page's clock.

use std::cell::Cell;

use js_sys::Date;

use crate::core::time::Time;

/// How far the two clocks of a page may drift apart while it is awake, ms: they are set right now and then.
const DRIFT: f64 = 2_000.0;

/// A clock that never goes back, as `performance.now()`, but goes on while the machine sleeps, as the wall clock.
/// Browsers differ in whether the first does that.
pub(super) struct Clock {
    /// By how much the wall clock is ahead of the page's.
    ahead: Cell<f64>,
    /// How long the page's has stood still.
    slept: Cell<f64>,
}

impl Default for Clock {
    fn default() -> Self {
        Self { ahead: Cell::new(Date::now() - monotonic()), slept: Cell::new(0.0) }
    }
}

impl Clock {
    pub(super) fn now(&self) -> Time {
        let (wall, awake) = (Date::now(), monotonic());
        let ahead = wall - awake;
        let jump = ahead - self.ahead.replace(ahead);
        if jump > DRIFT {
            self.slept.set(self.slept.get() + jump);
        }
        Time::from_millis((awake + self.slept.get()) as u64)
    }
}

/// `performance.now()`.
fn monotonic() -> f64 {
    web_sys::window().and_then(|window| window.performance()).map_or_else(Date::now, |clock| clock.now())
}
