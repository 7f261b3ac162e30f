//! How much goes wrong, for how long, and what did.

use std::collections::BTreeMap;

/// How often each thing happened.
pub(super) type Tally = BTreeMap<String, u64>;

/// How ill the service is.
pub(super) struct Trouble {
    /// How many answers may still go wrong.
    pub(super) left: u32,
    /// One answer in so many goes wrong, as long as any may.
    pub(super) one_in: u64,
    /// Whether the service is well again.
    pub(super) over: bool,
    pub(super) tally: Tally,
}

impl Trouble {
    pub(super) fn note(&mut self, what: String) {
        *self.tally.entry(what).or_default() += 1;
    }
}
