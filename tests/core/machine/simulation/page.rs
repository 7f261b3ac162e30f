//! What befalls the page, and the SDK's own migration.

use opentok_handover::core::ids::LegId;
use opentok_handover::core::protocol::{Input, LossReason};

use super::fault::Mishap;
use super::happening::Happening;
use super::schedule::Schedule;

/// The SDK's migration ends by this timer, whatever has happened (SDK-FACTS section 4).
const MIGRATION: u64 = 20_000;

/// How long the SDK tries to have a connection back.
const REPAIR: u64 = 30_700;

impl Schedule {
    /// The SDK migrates a leg, and what becomes of that.
    pub(super) fn migrate(&mut self, leg: LegId, how: Mishap) -> bool {
        let Some(line) = self.legs.get_mut(&leg).filter(|line| !line.migrating) else { return false };
        line.migrating = true;
        self.plan(0, Happening::FromLeg(leg, Input::Migrating(leg)));
        let within = self.dice.below(MIGRATION);
        let mut ends = true;
        match how {
            Mishap::MigrationHangs => {
                ends = false;
                if self.dice.one_in(2) {
                    let after = self.dice.between(30_000, 600_000);
                    self.allow_until(after);
                    self.plan(after, Happening::LegIsCut(leg, LossReason::ServerRotation));
                }
            }
            Mishap::MigrationIsRefused => {
                self.plan(50, Happening::LegDies(leg));
                self.plan(50 + within / 70, Happening::FromLeg(leg, Input::MigrationFailed(leg)));
            }
            Mishap::MigrationDiesSilently => self.plan(within, Happening::LegDies(leg)),
            Mishap::MigrationComesBackToWhereItWas => {
                ends = false;
                self.plan(MIGRATION + 100, Happening::LegIsCut(leg, LossReason::ClientDisconnected));
            }
            Mishap::MigrationLosesTheOldSocket => self.plan(within, Happening::FromLeg(leg, Input::Repairing(leg))),
            Mishap::MigrationGivesASubscriberUp => {
                self.give_subscriber_up(leg, MIGRATION + 300);
            }
            _ => {}
        }
        if ends {
            self.plan(MIGRATION, Happening::FromLeg(leg, Input::Migrated(leg)));
        }
        true
    }

    pub(super) fn befall_page(&mut self, mishap: Mishap) -> bool {
        if self.offline {
            return false;
        }
        let after = self.dice.pick(&[500, 5000, 40_000, 300_000]);
        match mishap {
            Mishap::NetworkGoes => self.lose_network(after),
            Mishap::PageIsStored => self.store_page(after),
            _ => self.sleep(),
        }
        true
    }

    fn lose_network(&mut self, after: u64) {
        self.go_offline(after);
        for leg in self.living_legs(None) {
            self.soon(Input::Repairing(leg));
            if let Some(line) = self.legs.get_mut(&leg) {
                line.repairing = true;
            }
            if after < REPAIR {
                self.plan(after + 500, Happening::FromLeg(leg, Input::Repaired(leg)));
            } else {
                self.plan(REPAIR, Happening::LegIsCut(leg, LossReason::NetworkDisconnected));
            }
        }
    }

    /// No page is kept that holds connections: as the shell does it.
    fn store_page(&mut self, after: u64) {
        self.go_offline(after);
        self.drain();
        for leg in self.machine.legs() {
            self.die(leg);
            self.soon(Input::LegLost { leg, reason: LossReason::NetworkDisconnected });
        }
    }

    fn go_offline(&mut self, after: u64) {
        self.offline = true;
        self.soon(Input::Online(false));
        self.plan(after, Happening::NetworkIsBack);
    }

    pub(super) fn network_is_back(&mut self) {
        if std::mem::take(&mut self.offline) {
            self.feed(Input::Online(true));
        }
    }

    /// Nothing runs for hours. What the service did meanwhile comes out afterwards.
    fn sleep(&mut self) {
        let after = self.dice.between(600_000, 8 * 3_600_000);
        self.asleep_until = self.now + after;
        self.end += after;
        self.allow_until(after);
        for leg in self.living_legs(None) {
            if !self.dice.one_in(4) {
                let within = self.dice.below(2000);
                self.plan(after + within, Happening::LegIsCut(leg, LossReason::NetworkDisconnected));
            }
        }
        self.plan(after, Happening::Told(Input::Timeout));
    }
}
