//! What can be wrong with a call, said so that it can be put right.

use std::fmt;

use serde_json::{Value, json};

use super::{CALLS, Call};
use crate::lab::Missing;

/// Why a call was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ControlError {
    /// No such call.
    UnknownCall {
        /// What was asked for.
        name: String,
        /// The call whose name is most like it.
        nearest: Option<&'static str>,
    },
    /// The call takes no such argument.
    UnknownArgument {
        /// The call.
        call: &'static str,
        /// The argument that was given.
        name: String,
        /// The argument whose name is most like it.
        nearest: Option<&'static str>,
        /// All that it takes.
        known: Vec<&'static str>,
    },
    /// An argument is required and wasn't given.
    MissingArgument {
        /// The call.
        call: &'static str,
        /// The argument.
        name: &'static str,
    },
    /// An argument is not what was expected.
    WrongArgument {
        /// The argument.
        name: &'static str,
        /// What was expected.
        expected: String,
        /// What was given.
        given: String,
    },
    /// The request is no JSON object.
    Body(String),
    /// Something named isn't there.
    Missing(Missing),
    /// It would be wrong in the state that things are in.
    Conflict(String),
}

impl ControlError {
    /// The HTTP status that says so.
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self {
            Self::UnknownCall { .. } | Self::Missing(_) => 404,
            Self::UnknownArgument { .. }
            | Self::MissingArgument { .. }
            | Self::WrongArgument { .. }
            | Self::Body(_) => 400,
            Self::Conflict(_) => 409,
        }
    }

    /// The JSON that says so.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut answer = json!({ "error": self.to_string() });
        match self {
            Self::UnknownArgument { name, nearest, .. } => {
                answer["argument"] = json!(name);
                answer["nearest"] = json!(nearest);
            }
            Self::UnknownCall { nearest, .. } => answer["nearest"] = json!(nearest),
            Self::MissingArgument { name, .. } | Self::WrongArgument { name, .. } => answer["argument"] = json!(name),
            Self::Body(_) | Self::Missing(_) | Self::Conflict(_) => {}
        }
        answer
    }

    pub(super) fn unknown_call(name: &str) -> Self {
        Self::UnknownCall { name: name.to_owned(), nearest: nearest(name, CALLS.iter().map(|call| call.name)) }
    }

    pub(super) fn unknown_argument(call: &Call, name: &str) -> Self {
        let known: Vec<_> = call.arguments.iter().map(|argument| argument.name).collect();
        let nearest = nearest(name, known.iter().copied());
        Self::UnknownArgument { call: call.name, name: name.to_owned(), nearest, known }
    }
}

impl From<Missing> for ControlError {
    fn from(missing: Missing) -> Self {
        Self::Missing(missing)
    }
}

impl fmt::Display for ControlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownCall { name, nearest } => {
                write!(f, "there is no call {name:?}{}; GET /control lists them all", Meant(*nearest))
            }
            Self::UnknownArgument { call, name, nearest, known } => {
                write!(f, "{call} takes no argument {name:?}{}", Meant(*nearest))?;
                match known.as_slice() {
                    [] => f.write_str("; it takes none"),
                    known => write!(f, "; it takes {}", known.join(", ")),
                }
            }
            Self::MissingArgument { call, name } => write!(f, "{call} needs the argument {name:?}"),
            Self::WrongArgument { name, expected, given } => {
                write!(f, "the argument {name:?} must be {expected}, not {given}")
            }
            Self::Body(message) => write!(f, "the body must be a JSON object: {message}"),
            Self::Missing(missing) => missing.fmt(f),
            Self::Conflict(message) => f.write_str(message),
        }
    }
}

impl std::error::Error for ControlError {}

struct Meant(Option<&'static str>);

impl fmt::Display for Meant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |name| write!(f, " (did you mean {name:?}?)"))
    }
}

fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let name = name.to_lowercase();
    known
        .map(|known| (strsim::normalized_damerau_levenshtein(&name, &known.to_lowercase()), known))
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, known)| known)
}
