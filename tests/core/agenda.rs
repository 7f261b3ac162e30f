//! What is going to happen in a simulated world, in its order.

use std::collections::BTreeMap;

/// Happenings by their time, ms. What is planned for one moment happens in the order in which it was planned.
pub(crate) struct Agenda<T> {
    planned: u64,
    happenings: BTreeMap<(u64, u64), T>,
}

impl<T> Default for Agenda<T> {
    fn default() -> Self {
        Self { planned: 0, happenings: BTreeMap::new() }
    }
}

impl<T> Agenda<T> {
    pub(crate) fn plan(&mut self, at: u64, what: T) {
        self.planned += 1;
        self.happenings.insert((at, self.planned), what);
    }

    /// What happens next, and when.
    pub(crate) fn next(&mut self) -> Option<(u64, T)> {
        self.happenings.pop_first().map(|((at, _), what)| (at, what))
    }
}
