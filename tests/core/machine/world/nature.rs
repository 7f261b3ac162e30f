//! What may happen in a world.

use crate::dice::Dice;

/// What may go wrong, and who there is.
#[derive(Clone, Copy, Debug, Default)]
pub(in super::super) struct Nature {
    /// Attempts to renew, connect or publish fail now and then.
    pub(in super::super) clumsy: bool,
    /// Session "one" ends for everybody at some time around the announcement.
    pub(in super::super) forced: bool,
    /// Some lose their connection to session "one".
    pub(in super::super) flaky: bool,
    /// There are up to fifty people, most often a few, and not up to four.
    pub(in super::super) crowded: bool,
    /// They hear of the successor within twenty seconds, and not within one and a half.
    pub(in super::super) apart: bool,
    /// Some come while the others move.
    pub(in super::super) coming: bool,
    /// Some leave the call meanwhile.
    pub(in super::super) going: bool,
    /// Some never hear of the successor.
    pub(in super::super) deaf: bool,
    /// There are strangers.
    pub(in super::super) strange: bool,
    /// Some have machines on which pictures take up to twenty seconds.
    pub(in super::super) slow: bool,
}

impl Nature {
    /// One of all that there are.
    pub(in super::super) fn drawn(seed: u64) -> Self {
        let mut dice = Dice::new(!seed);
        Self {
            clumsy: dice.one_in(3),
            forced: dice.one_in(8),
            flaky: dice.one_in(8),
            crowded: true,
            apart: dice.one_in(2),
            coming: dice.one_in(2),
            going: dice.one_in(2),
            deaf: dice.one_in(8),
            strange: dice.one_in(3),
            slow: dice.one_in(4),
        }
    }

    /// Whether somebody may lose a connection.
    pub(in super::super) fn is_lossy(self) -> bool {
        self.forced || self.flaky
    }

    /// Whether nobody waits for anybody but by their own pace.
    pub(super) fn is_prompt(self) -> bool {
        !self.is_lossy() && !self.clumsy && !self.deaf && !self.strange
    }

    /// How many run this package.
    pub(super) fn people(self, dice: &mut Dice) -> usize {
        let most = if self.crowded { 2 + dice.below(49).pow(3) / 48_u64.pow(2) } else { 4 };
        dice.between(2, most) as usize
    }
}
