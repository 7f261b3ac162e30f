//! Host tests of the core, in virtual time.
#![cfg(not(target_arch = "wasm32"))]

mod agenda;
mod announcement;
mod backoff;
mod bridge;
mod classes;
mod config;
mod dice;
mod error;
mod herd;
mod machine;
mod muting;
mod spread;
