//! Decides. No browser, no clock, no randomness, no logging.

pub mod announcement;
pub mod backoff;
pub mod bridge;
pub mod config;
pub mod error;
mod handover;
pub mod ids;
pub mod machine;
pub mod muting;
pub mod protocol;
pub mod receipt;
mod roster;
pub mod spread;
pub mod state;
pub mod time;
mod views;
