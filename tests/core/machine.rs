//! The machine of a durable session, in stories and at random.
#![allow(clippy::wildcard_enum_match_arm, reason = "a test names what it looks at")]

mod absences;
mod attempts;
mod beacons;
mod chance;
mod desk;
mod ledger;
mod losses;
mod migrations;
mod phases;
mod rejoining;
mod rooms;
mod signed;
mod simulation;
mod spread;
mod tiles;
mod together;
mod turns;
mod waking;
mod world;
