//! Sessions in which a moderator has muted everybody, those who publish later, too.
//!
//! The service keeps that with the session, so a successor knows nothing of it: whoever may, says it there again. What a
//! leg tells of that is an echo of the move and not for the app.

use super::ids::LegId;

/// What is known of it.
#[derive(Clone, Debug, Default)]
pub struct Muting {
    active: bool,
    /// Legs whose session is known to be muted.
    legs: Vec<LegId>,
}

impl Muting {
    /// A leg has told that everybody is muted, or no longer. Returns whether that is news to the app; what the leg that is
    /// not the app's tells never is.
    #[must_use]
    pub fn told(&mut self, leg: LegId, active: bool, is_primary: bool) -> bool {
        let echo = active && self.active && !self.legs.contains(&leg);
        self.legs.retain(|other| *other != leg);
        if active {
            self.legs.push(leg);
        }
        if is_primary {
            self.active = active;
        }
        is_primary && !echo
    }

    /// Whether everybody is muted, and the session of this leg does not know.
    #[must_use]
    pub fn lacks(&self, leg: LegId) -> bool {
        self.active && !self.legs.contains(&leg)
    }
}
