//! Arguments: what a call takes, and what it was given.

use std::net::IpAddr;
use std::time::Duration;

use axum::http::Uri;
use serde_json::{Map, Value};

use super::{Call, ControlError};
use crate::id::SessionId;

/// What an argument must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text that isn't empty.
    Text,
    /// Text that may be empty.
    AnyText,
    /// Milliseconds.
    Millis,
    /// A whole number from the first to the second.
    Number(u64, u64),
    /// Seconds; negative ones are in the past.
    Seconds,
    /// `true` or `false`.
    Flag,
    /// One of these words.
    Word(&'static [&'static str]),
    /// An address on this machine, of HTTP.
    Url,
    /// Any JSON.
    Json,
}

impl Kind {
    /// The kind in words, as error messages and lists have it.
    #[must_use]
    pub fn describe(self) -> String {
        match self {
            Self::Text => "text that isn't empty".to_owned(),
            Self::AnyText => "text".to_owned(),
            Self::Millis => "a whole number of milliseconds".to_owned(),
            Self::Number(least, most) => format!("a whole number from {least} to {most}"),
            Self::Seconds => "a whole number of seconds".to_owned(),
            Self::Flag => "true or false".to_owned(),
            Self::Word(words) => format!("one of {}", words.join(", ")),
            Self::Url => "an address on this machine, as http://127.0.0.1:3000/path".to_owned(),
            Self::Json => "text, or any JSON".to_owned(),
        }
    }

    /// The value as it is meant, or nothing. Query strings have only text: `"7"` is a number, too.
    fn read(self, value: &Value) -> Option<Value> {
        match (self, value) {
            (Self::Text, Value::String(text)) => (!text.is_empty()).then(|| value.clone()),
            (Self::AnyText, Value::String(_)) | (Self::Json, _) | (Self::Flag, Value::Bool(_)) => Some(value.clone()),
            (Self::Word(words), Value::String(text)) => words.contains(&text.as_str()).then(|| value.clone()),
            (Self::Flag, Value::String(text)) => match text.as_str() {
                "true" | "1" | "" => Some(Value::Bool(true)),
                "false" | "0" => Some(Value::Bool(false)),
                _ => None,
            },
            (Self::Millis, value) => whole(value).filter(|number| *number <= MAX_MILLIS).map(Value::from),
            (Self::Number(least, most), value) => {
                whole(value).filter(|number| (least..=most).contains(number)).map(Value::from)
            }
            (Self::Seconds, Value::String(text)) => text.parse::<i64>().ok().map(Value::from),
            (Self::Seconds, value) => value.as_i64().map(Value::from),
            (Self::Url, Value::String(text)) => is_here(text).then(|| value.clone()),
            (Self::Text | Self::AnyText | Self::Flag | Self::Word(_) | Self::Url, _) => None,
        }
    }
}

/// A year and a bit.
const MAX_MILLIS: u64 = 400 * 24 * 60 * 60 * 1000;

/// An argument of a call.
#[derive(Clone, Copy, Debug)]
pub struct Argument {
    /// Its name.
    pub name: &'static str,
    /// What it must be.
    pub kind: Kind,
    /// Whether it must be there.
    pub required: bool,
    /// What it means.
    pub about: &'static str,
}

/// What a call was given, found good.
#[derive(Debug)]
pub struct Arguments(Map<String, Value>);

impl Arguments {
    /// Checks what was given against what the call takes. `null` is the same as nothing.
    ///
    /// # Errors
    ///
    /// An argument is unknown, missing, or of the wrong kind.
    pub fn check(call: &Call, given: Map<String, Value>) -> Result<Self, ControlError> {
        let mut good = Map::new();
        for (name, value) in given.into_iter().filter(|(_, value)| !value.is_null()) {
            let argument = call.arguments.iter().find(|argument| argument.name == name);
            let argument = argument.ok_or_else(|| ControlError::unknown_argument(call, &name))?;
            let read = argument.kind.read(&value).ok_or_else(|| ControlError::WrongArgument {
                name: argument.name,
                expected: argument.kind.describe(),
                given: value.to_string(),
            })?;
            good.insert(name, read);
        }
        match call.arguments.iter().find(|argument| argument.required && !good.contains_key(argument.name)) {
            Some(missing) => Err(ControlError::MissingArgument { call: call.name, name: missing.name }),
            None => Ok(Self(good)),
        }
    }

    /// Whether it was given.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// A text, if it was given.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_str()
    }

    /// The session; every call that asks for it requires it.
    #[must_use]
    pub fn session(&self) -> SessionId {
        self.text("session").unwrap_or_default().into()
    }

    /// Any JSON, if it was given.
    #[must_use]
    pub fn json(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// Whether a flag was given and is on.
    #[must_use]
    pub fn flag(&self, name: &str) -> bool {
        self.0.get(name).and_then(Value::as_bool).unwrap_or_default()
    }

    /// A number, if it was given.
    #[must_use]
    pub fn number<T: TryFrom<u64>>(&self, name: &str) -> Option<T> {
        self.0.get(name)?.as_u64()?.try_into().ok()
    }

    /// Seconds, if they were given.
    #[must_use]
    pub fn seconds(&self, name: &str) -> Option<i64> {
        self.0.get(name)?.as_i64()
    }

    /// A duration that was given in milliseconds.
    #[must_use]
    pub fn duration(&self, name: &str) -> Option<Duration> {
        self.number(name).map(Duration::from_millis)
    }
}

/// Whether something is an HTTP address of this machine: what the lab says stays at home.
fn is_here(url: &str) -> bool {
    let Ok(uri) = url.parse::<Uri>() else { return false };
    let host = uri.host().unwrap_or_default();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    uri.scheme_str() == Some("http") && (host == "localhost" || bare.parse().is_ok_and(|ip: IpAddr| ip.is_loopback()))
}

fn whole(value: &Value) -> Option<u64> {
    value.as_str().map_or_else(|| value.as_u64(), |text| text.parse().ok())
}
