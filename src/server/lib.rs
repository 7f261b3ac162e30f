//! The application server's half of the handover: from the platform's callback to everybody moved.
//!
//! `plan` decides and is pure: it builds and is tested on any host. `boundary` puts it into text, `wasm` into a module. What does
//! things (callbacks, REST, stores) is JavaScript, in `js/`.

pub mod boundary;
pub mod plan;

#[cfg(target_arch = "wasm32")]
pub mod wasm;
