//! Why a request was refused.

use serde_json::{Value, json};

use crate::lab::Missing;
use crate::services::Kind;

/// An answer that says no.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// Why.
    pub message: String,
}

impl Refusal {
    /// The request makes no sense.
    pub(super) fn bad(message: impl Into<String>) -> Self {
        Self { status: 400, message: message.into() }
    }

    /// Who asks isn't known.
    pub(super) fn unknown(message: impl Into<String>) -> Self {
        Self { status: 401, message: message.into() }
    }

    /// Who asks may not.
    pub(super) fn forbidden(message: impl Into<String>) -> Self {
        Self { status: 403, message: message.into() }
    }

    /// It isn't there.
    pub(super) fn not_found(message: impl Into<String>) -> Self {
        Self { status: 404, message: message.into() }
    }

    /// It would be wrong in the state that things are in.
    pub(super) fn conflict(message: impl Into<String>) -> Self {
        Self { status: 409, message: message.into() }
    }

    pub(super) fn no_such(kind: Kind, id: &str) -> Self {
        Self::not_found(format!("there is no {} {id:?}", kind.name()))
    }

    /// The JSON that says so.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({ "code": self.status, "message": self.message })
    }
}

impl From<Missing> for Refusal {
    fn from(missing: Missing) -> Self {
        Self::not_found(missing.to_string())
    }
}
