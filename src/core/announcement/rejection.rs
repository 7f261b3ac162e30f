//! Why an announcement is ignored.

use std::fmt;

/// Why an announcement is ignored. Displays as a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rejection {
    /// No data.
    Empty,
    /// More data than [`MAX_SIZE`](super::MAX_SIZE).
    TooLarge,
    /// JSON that can't be parsed.
    NotJson,
    /// No session ID, or none that could be one, or a deadline that isn't one.
    Invalid(Flaw),
    /// Not from a server, and only those are believed.
    FromParticipant,
    /// Not signed, where only what is signed is believed.
    Unsigned,
    /// Signed with another key, for another application, or altered.
    Forged,
    /// The browser can't check signatures.
    Unverifiable,
    /// Of a session that the call is not in and never was.
    OtherSession,
    /// Signed too long ago.
    Expired,
    /// Already on the way there, or older than one that was accepted.
    Duplicate,
    /// The call is in that session.
    CurrentSession,
    /// Too late.
    PastDeadline,
    /// There were too many moves already.
    TooMany,
}

/// What makes an announcement invalid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Flaw {
    /// There is no session ID.
    NoSessionId,
    /// It is longer than [`MAX_SESSION_ID`](super::MAX_SESSION_ID).
    LongSessionId,
    /// It has characters that no session ID has.
    OddSessionId,
    /// The deadline can't be read.
    UnreadableDeadline,
}

impl Rejection {
    /// Its name in JavaScript.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::TooLarge => "too_large",
            Self::NotJson => "not_json",
            Self::Invalid(_) => "invalid",
            Self::FromParticipant => "from_participant",
            Self::Unsigned => "unsigned",
            Self::Forged => "forged",
            Self::Unverifiable => "unverifiable",
            Self::OtherSession => "other_session",
            Self::Expired => "expired",
            Self::Duplicate => "duplicate",
            Self::CurrentSession => "current_session",
            Self::PastDeadline => "past_deadline",
            Self::TooMany => "too_many",
        }
    }

    /// What is wrong, in a sentence.
    #[must_use]
    pub fn message(self) -> &'static str {
        match self {
            Self::Empty => "The announcement has no data: expected a session ID, or JSON with one.",
            Self::TooLarge => "The announcement is larger than 8 KB.",
            Self::NotJson => "The announcement begins like a JSON object, but can't be parsed.",
            Self::Invalid(flaw) => flaw.message(),
            Self::FromParticipant => {
                "The announcement comes from a participant, not from a server; the option newSessionFrom says who is believed."
            }
            Self::Unsigned => "The announcement isn't signed, as the option announcementKey asks.",
            Self::Forged => "The announcement is altered, or signed by or for somebody else.",
            Self::Unverifiable => "The announcement can't be verified: WebCrypto has no Ed25519 here.",
            Self::OtherSession => "The announcement is for another call.",
            Self::Expired => "The announcement has expired.",
            Self::Duplicate => "The announcement repeats one that was accepted, or is older than that.",
            Self::CurrentSession => "The announcement names the session that the call is in.",
            Self::PastDeadline => "The announcement's deadline has passed.",
            Self::TooMany => "The announcement comes after as many moves in an hour as the option movesPerHour allows.",
        }
    }
}

impl Flaw {
    /// What is wrong, in a sentence.
    #[must_use]
    pub fn message(self) -> &'static str {
        match self {
            Self::NoSessionId => "The announcement names no session: sessionId is missing.",
            Self::LongSessionId => "The announcement's session ID is longer than 255 characters, as none is.",
            Self::OddSessionId => {
                "The announcement's session ID has characters other than letters, digits and -._~=, as none has."
            }
            Self::UnreadableDeadline => {
                "The announcement's deadline is neither milliseconds since the epoch nor a date in ISO 8601."
            }
        }
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message())
    }
}

impl std::error::Error for Rejection {}
