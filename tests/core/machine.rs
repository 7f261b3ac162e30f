//! The machine of a durable session, in stories and at random.

mod chance;
mod desk;
mod ledger;
mod losses;
mod phases;
mod rooms;
mod world;
