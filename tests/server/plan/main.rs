//! Host tests of the application server's plan, in virtual time.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::wildcard_enum_match_arm, reason = "a test names what it looks at")]
#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod boundary;
mod callbacks;
mod desk;
mod late;
mod platform;
mod rotations;
mod services;
mod simulation;
mod troubles;
