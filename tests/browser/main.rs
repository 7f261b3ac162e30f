//! Units of the shell in a headless browser.

#![cfg(target_arch = "wasm32")]
