//! Options that an app gives: which there are, and what may be in them.

use std::fmt;

use super::super::announcement::check_session_id;
use super::nearest;

/// The longest text that is repeated in a message, in characters.
const QUOTED: usize = 40;

/// The longest signal type that the service takes, in characters.
const SIGNAL_TYPE: usize = 128;

/// 32 bytes as base64url, in characters.
const PUBLIC_KEY: usize = 43;

/// A value as the app gave it, as far as it matters here.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Given<'a> {
    /// `undefined`: as if not given.
    Missing,
    /// A number.
    Number(f64),
    /// A string.
    Text(&'a str),
    /// A boolean.
    Bool(bool),
    /// A function.
    Function,
    /// An object that isn't a function.
    Object,
    /// `null`.
    Null,
    /// Anything else, with the name of its type.
    Other(&'a str),
}

/// An option that there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    /// Its name.
    pub name: &'static str,
    /// What may be in it.
    pub kind: Kind,
}

/// What may be in an option.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A function.
    Function,
    /// An object.
    Object,
    /// A number of milliseconds, both bounds included.
    Millis {
        /// The least.
        min: u32,
        /// The most.
        max: u32,
    },
    /// A whole number, both bounds included.
    Count {
        /// The least.
        min: u32,
        /// The most.
        max: u32,
    },
    /// A function, or an object with options of its own.
    FunctionOrObject,
    /// One of these strings.
    OneOf(&'static [&'static str]),
    /// The type of a signal.
    SignalType,
    /// An Ed25519 public key.
    PublicKey,
    /// The ID of a session. Can't be left out.
    SessionId,
    /// A point in time: milliseconds since the epoch, or a string with a date.
    Deadline,
}

/// Bounds of what one step may take: less than 100 ms fails on any network, and more than 10 minutes is a mistake of
/// units.
const STEP: Kind = Kind::Millis { min: 100, max: 600_000 };

/// Bounds of what a whole handover or recovery may take: up to a day.
const WHOLE: Kind = Kind::Millis { min: 100, max: 86_400_000 };

/// The options of a manager.
pub const MANAGER_OPTIONS: &[Known] = &[
    known("renew", Kind::Function),
    known("newSessionSignal", Kind::SignalType),
    known("newSessionFrom", Kind::OneOf(&["server", "anyone"])),
    known("announcementKey", Kind::PublicKey),
    known("identify", Kind::Function),
    known("renewTimeout", STEP),
    known("connectTimeout", STEP),
    known("publishTimeout", STEP),
    known("handoverTimeout", WHOLE),
    known("spread", Kind::Millis { min: 0, max: 86_400_000 }),
    known("recoveryTimeout", WHOLE),
    known("settleTimeout", Kind::Millis { min: 0, max: 600_000 }),
    known("retry", Kind::FunctionOrObject),
    known("movesPerHour", Kind::Count { min: 1, max: 100_000 }),
];

/// The options in `retry`.
pub const RETRY_OPTIONS: &[Known] = &[
    known("retry.initialDelay", Kind::Millis { min: 0, max: 600_000 }),
    known("retry.maxDelay", Kind::Millis { min: 0, max: 600_000 }),
    known("retry.attempts", Kind::Count { min: 1, max: 1_000 }),
];

/// The options of `handover()`.
pub const HANDOVER_OPTIONS: &[Known] =
    &[known("sessionId", Kind::SessionId), known("deadline", Kind::Deadline), known("from", Kind::Object)];

/// What is wrong with an option. Displays as a sentence that names it, and what was expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OptionError {
    /// The option, or the argument that holds the options.
    pub option: String,
    /// What was expected; `None` if there is no such option.
    pub expected: Option<String>,
    /// What was given.
    pub got: String,
    /// The option that was perhaps meant.
    pub nearest: Option<&'static str>,
}

/// Checks that what is to hold the options is an object. `argument` is its name for messages.
///
/// # Errors
///
/// It is something else.
pub fn check_object(argument: &str, given: Given<'_>) -> Result<(), OptionError> {
    match given {
        Given::Missing | Given::Object => Ok(()),
        Given::Number(_) | Given::Text(_) | Given::Bool(_) | Given::Function | Given::Null | Given::Other(_) => {
            Err(OptionError {
                option: argument.to_owned(),
                expected: Some("an object".to_owned()),
                got: describe(given),
                nearest: None,
            })
        }
    }
}

/// Checks one property of an options object against the options that there are.
///
/// # Errors
///
/// There is no such option, or the value isn't one for it.
pub fn check_option(options: &'static [Known], name: &str, given: Given<'_>) -> Result<&'static Known, OptionError> {
    let Some(known) = options.iter().find(|known| known.name == name) else {
        return Err(OptionError {
            option: clip(name),
            expected: None,
            got: describe(given),
            nearest: nearest(name, options.iter().map(|known| known.name)),
        });
    };
    if known.kind.admits(given) {
        return Ok(known);
    }
    let nearest = match (known.kind, given) {
        (Kind::OneOf(choices), Given::Text(text)) => nearest(text, choices.iter().copied()),
        _ => None,
    };
    Err(OptionError { option: name.to_owned(), expected: Some(known.kind.describe()), got: describe(given), nearest })
}

const fn known(name: &'static str, kind: Kind) -> Known {
    Known { name, kind }
}

impl Kind {
    fn admits(self, given: Given<'_>) -> bool {
        match (self, given) {
            (Self::SessionId, Given::Missing) => false,
            (_, Given::Missing) | (Self::Function, Given::Function) | (Self::Object, Given::Object) => true,
            (Self::Millis { min, max }, Given::Number(millis)) => (f64::from(min)..=f64::from(max)).contains(&millis),
            (Self::OneOf(choices), Given::Text(text)) => choices.contains(&text),
            (Self::Count { min, max }, Given::Number(count)) => {
                count.fract() == 0.0 && (f64::from(min)..=f64::from(max)).contains(&count)
            }
            (Self::FunctionOrObject, Given::Function | Given::Object) => true,
            (Self::SignalType, Given::Text(text)) => is_signal_type(text),
            (Self::PublicKey, Given::Text(text)) => is_public_key(text),
            (Self::SessionId, Given::Text(text)) => check_session_id(Some(text)).is_ok(),
            (Self::Deadline, Given::Number(millis)) => millis.is_finite(),
            (Self::Deadline, Given::Text(text)) => !text.trim().is_empty(),
            _ => false,
        }
    }

    fn describe(self) -> String {
        match self {
            Self::Function => "a function".to_owned(),
            Self::Object => "an object".to_owned(),
            Self::Millis { min, max } => format!("a number of milliseconds from {min} to {max}"),
            Self::Count { min, max } => format!("a whole number from {min} to {max}"),
            Self::FunctionOrObject => "a function or an object".to_owned(),
            Self::OneOf(choices) => {
                let choices: Vec<_> = choices.iter().map(|choice| quote(choice)).collect();
                choices.join(" or ")
            }
            Self::SignalType => {
                format!("a signal type: 1 to {SIGNAL_TYPE} characters of letters, digits and -._~")
            }
            Self::PublicKey => "an Ed25519 public key: its 32 bytes as base64url".to_owned(),
            Self::SessionId => "a session ID: a string of letters, digits and -._~=".to_owned(),
            Self::Deadline => "milliseconds since the epoch, or a string with a date in ISO 8601".to_owned(),
        }
    }
}

fn is_signal_type(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    (1..=SIGNAL_TYPE).contains(&text.len()) && text.bytes().all(fits)
}

/// Whether it may be the `x` of a JWK: base64url, without padding.
fn is_public_key(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    text.len() == PUBLIC_KEY && text.bytes().all(fits)
}

fn describe(given: Given<'_>) -> String {
    match given {
        Given::Missing => "nothing".to_owned(),
        Given::Number(number) => describe_number(number),
        Given::Text(text) => quote(text),
        Given::Bool(value) => value.to_string(),
        Given::Function => "a function".to_owned(),
        Given::Object => "an object".to_owned(),
        Given::Null => "null".to_owned(),
        Given::Other(name) => format!("a {}", clip(name)),
    }
}

/// Writes a number by way of integers: the formatting of floats would be a sixth of the package.
fn describe_number(number: f64) -> String {
    const WHOLE_UP_TO: f64 = 1e15;
    if number.is_nan() {
        return "NaN".to_owned();
    }
    let sign = if number < 0.0 { "-" } else { "" };
    let size = number.abs();
    if size.is_infinite() {
        return format!("{sign}Infinity");
    }
    if size >= WHOLE_UP_TO {
        return format!("a number beyond {sign}10^15");
    }
    let whole = size as u64;
    let thousandths = ((size - whole as f64) * 1000.0) as u64;
    if thousandths == 0 {
        return format!("{sign}{whole}");
    }
    let digits = format!("{thousandths:03}");
    format!("{sign}{whole}.{}", digits.trim_end_matches('0'))
}

fn quote(text: &str) -> String {
    format!("\"{}\"", clip(text))
}

/// The beginning of a text: enough to recognise it.
fn clip(text: &str) -> String {
    // No slice of the text: the message of one that fails would come along, with half of Unicode.
    let mut clipped: String = text.chars().take(QUOTED).collect();
    if clipped.len() < text.len() {
        clipped.push_str("...");
    }
    clipped
}

impl fmt::Display for OptionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.expected {
            Some(expected) => write!(f, "{} must be {expected}, got {}", self.option, self.got)?,
            None => write!(f, "unknown option \"{}\"", self.option)?,
        }
        if let Some(nearest) = self.nearest {
            write!(f, ": did you mean \"{nearest}\"?")?;
        }
        Ok(())
    }
}

impl std::error::Error for OptionError {}
