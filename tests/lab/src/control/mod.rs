//! The control API: what can be done to the lab while it runs, as JSON over HTTP.
//!
//! One [table](CALLS) names every call and every argument. Requests are dispatched by it, checked against it, and listed
//! from it at `GET /control`.

mod actions;
mod argument;
mod calls;
mod error;
mod platform;

use serde_json::{Map, Value, json};

pub use argument::{Argument, Arguments, Kind};
pub use calls::CALLS;
pub use error::ControlError;

use crate::journal::Entry;
use crate::lab::Lab;
use crate::time::Time;

/// A call.
#[derive(Debug)]
pub struct Call {
    /// Its name: `POST /control/<name>`.
    pub name: &'static str,
    /// What it does.
    pub about: &'static str,
    /// What it takes.
    pub arguments: &'static [Argument],
    /// What it answers.
    pub answer: &'static str,
    run: fn(&mut Lab, &Arguments, Time) -> Result<Value, ControlError>,
}

/// Carries out a call.
///
/// # Errors
///
/// No such call, no such argument, an argument that is missing or can't be understood, or something named that isn't there.
/// Nothing has been done then.
pub fn call(lab: &mut Lab, name: &str, given: Map<String, Value>, now: Time) -> Result<Value, ControlError> {
    let call = CALLS.iter().find(|call| call.name == name).ok_or_else(|| ControlError::unknown_call(name))?;
    let logged = call.without_secrets(given.clone());
    let arguments = Arguments::check(call, given)?;
    let answer = (call.run)(lab, &arguments, now)?;
    if !call.only_looks() {
        lab.note(Entry::Control { call: name.to_owned(), arguments: logged }, now);
    }
    Ok(answer)
}

/// The list of all calls, for `GET /control`.
#[must_use]
pub fn list() -> Value {
    let argument = |argument: &Argument| {
        json!({
            "name": argument.name,
            "kind": argument.kind.describe(),
            "required": argument.required,
            "about": argument.about,
        })
    };
    let call = |call: &Call| {
        json!({
            "call": call.name,
            "about": call.about,
            "arguments": call.arguments.iter().map(argument).collect::<Vec<_>>(),
            "answer": call.answer,
        })
    };
    json!({
        "usage": "POST /control/<call> with a JSON object, or GET /control/<call>?argument=value",
        "calls": CALLS.iter().map(call).collect::<Vec<_>>(),
    })
}

impl Call {
    /// What may be written down of the arguments.
    fn without_secrets(&self, given: Map<String, Value>) -> Value {
        given.into_iter().filter(|(name, _)| !name.to_lowercase().ends_with("secret")).collect()
    }

    /// Whether the call changes nothing, and so is not worth a line in the journal.
    fn only_looks(&self) -> bool {
        ["session", "sessions", "services", "log", "now"].contains(&self.name)
    }
}
