//! The boundary: text in, text out, all of it JSON. Nothing that comes in makes it panic.

use wasm_bindgen::prelude::wasm_bindgen;

use crate::boundary;

/// Takes one step of a plan: a [`Request`](crate::plan::protocol::Request) in, an
/// [`Outcome`](crate::plan::protocol::Outcome) out, or what is wrong with the request.
#[must_use]
#[wasm_bindgen]
pub fn step(text: &str) -> String {
    boundary::step(text)
}

/// Reads a callback's raw body, so that its plan can be found: whose it is out, or what is wrong with it.
#[must_use]
#[wasm_bindgen]
pub fn classify(text: &str) -> String {
    boundary::classify(text)
}
