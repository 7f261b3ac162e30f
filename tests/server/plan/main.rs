//! Host tests of the application server's plan, in virtual time.
#![cfg(not(target_arch = "wasm32"))]
