//! Keeps Vonage Video API calls alive while servers rotate.
//!
//! `core` decides and is pure: it builds and is tested on any host. The rest is for browsers: `ot` binds the SDK's
//! objects, `dom` the page, and `shell` is the only place where the three meet.

pub mod core;

#[cfg(target_arch = "wasm32")]
pub mod dom;
#[cfg(target_arch = "wasm32")]
pub mod ot;
#[cfg(target_arch = "wasm32")]
mod property;
#[cfg(target_arch = "wasm32")]
pub mod shell;

#[cfg(target_arch = "wasm32")]
pub use shell::Manager;
