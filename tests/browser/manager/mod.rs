//! The manager over a stand-in for the SDK: only what no service does on demand.

mod callbacks;
mod close;
mod page;
mod publishers;
mod renew;
pub(crate) mod rig;
mod sharing;
mod signals;
mod signed;
mod versions;
mod waking;
