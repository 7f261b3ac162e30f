//! What crosses the boundary as text: the same on the host, where it is tested, and in wasm.

use serde::Serialize;
use serde_json::json;

use crate::plan;
use crate::plan::callback::{self, MAX_BODY};
use crate::plan::protocol::Request;

/// The longest request that is read, bytes: a plan and a body.
const MAX_REQUEST: usize = 20 * MAX_BODY;

/// Takes one step: a [`Request`] as JSON in, an [`Outcome`](plan::protocol::Outcome) or `{ error }` as JSON out.
#[must_use]
pub fn step(text: &str) -> String {
    if text.len() > MAX_REQUEST {
        return failure(413, "too_large", "A request has at most 20,000,000 bytes.");
    }
    match serde_json::from_str::<Request>(text) {
        Ok(request) => written(&plan::step(request)),
        Err(error) if error.is_syntax() || error.is_eof() => failure(400, "not_json", &error.to_string()),
        Err(error) => failure(400, "invalid_request", &error.to_string()),
    }
}

/// Reads a callback's raw body: `{ sessionId, event, key, applicationId }` or `{ error }` as JSON out.
#[must_use]
pub fn classify(body: &str) -> String {
    match callback::read(body) {
        Ok(callback) => json!({
            "sessionId": callback.session,
            "event": callback.event,
            "key": callback.key,
            "applicationId": callback.application,
        })
        .to_string(),
        Err(why) => {
            let (status, code, message) = why.words();
            failure(status, code, message)
        }
    }
}

fn written(outcome: &impl Serialize) -> String {
    serde_json::to_string(outcome).unwrap_or_else(|error| failure(500, "unknown_state", &error.to_string()))
}

fn failure(status: u16, code: &str, message: &str) -> String {
    json!({ "error": { "status": status, "code": code, "message": message } }).to_string()
}
