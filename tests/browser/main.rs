//! The web half, one unit at a time, in a headless browser.

#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, reason = "what fails here fails the test")]

mod changes;
mod cover;
mod durable;
mod emitter;
mod frames;
mod js;
mod manager;
mod options;
mod page;
mod screen;
mod second;
mod slot;
mod tracks;
mod versions;
mod window;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
