//! What goes wrong, with codes that stay.

/// A stable name of what went wrong. The same strings stand in `errors.js` and in the README's table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Code {
    /// The app gave no `renew`.
    RenewMissing,
    /// `renew` threw or its promise was rejected.
    RenewThrew,
    /// `renew` did not answer in time.
    RenewTimeout,
    /// `renew` answered without a session ID or a token.
    RenewInvalid,
    /// `renew` answered with the session that is to be left.
    RenewSameSession,
    /// A leg could not connect.
    ConnectFailed,
    /// A leg did not connect in time.
    ConnectTimeout,
    /// A publisher could not be published.
    PublishFailed,
    /// A publisher was not live in time.
    PublishTimeout,
    /// A subscriber could not subscribe.
    SubscribeFailed,
    /// The successor was lost before it had proved itself.
    SuccessorLost,
    /// The deadline passed.
    DeadlinePassed,
    /// The app disconnected or the manager closed.
    Cancelled,
    /// A newer announcement took over.
    Superseded,
    /// Nothing is connected that could be handed over, or nobody to send to.
    NotConnected,
    /// More signals wait for the call to come back than may wait.
    TooManyWaiting,
}

impl Code {
    /// All codes.
    pub const ALL: [Self; 16] = [
        Self::RenewMissing,
        Self::RenewThrew,
        Self::RenewTimeout,
        Self::RenewInvalid,
        Self::RenewSameSession,
        Self::ConnectFailed,
        Self::ConnectTimeout,
        Self::PublishFailed,
        Self::PublishTimeout,
        Self::SubscribeFailed,
        Self::SuccessorLost,
        Self::DeadlinePassed,
        Self::Cancelled,
        Self::Superseded,
        Self::NotConnected,
        Self::TooManyWaiting,
    ];

    /// Its name in JavaScript.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RenewMissing => "renew_missing",
            Self::RenewThrew => "renew_threw",
            Self::RenewTimeout => "renew_timeout",
            Self::RenewInvalid => "renew_invalid",
            Self::RenewSameSession => "renew_same_session",
            Self::ConnectFailed => "connect_failed",
            Self::ConnectTimeout => "connect_timeout",
            Self::PublishFailed => "publish_failed",
            Self::PublishTimeout => "publish_timeout",
            Self::SubscribeFailed => "subscribe_failed",
            Self::SuccessorLost => "successor_lost",
            Self::DeadlinePassed => "deadline_passed",
            Self::Cancelled => "cancelled",
            Self::Superseded => "superseded",
            Self::NotConnected => "not_connected",
            Self::TooManyWaiting => "too_many_waiting",
        }
    }
}

/// What can be done about a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// It may go away by itself: try again later.
    Transient,
    /// What admits to the session is not good, or not good any more: ask for other credentials.
    Credentials,
    /// No attempt can succeed.
    Fatal,
}

impl Class {
    /// Classifies an error of the SDK's by its name; of HTTP errors only the message tells the status. `None` if this
    /// version doesn't know the name.
    #[must_use]
    pub fn of_sdk(name: &str, message: &str) -> Option<Self> {
        Some(match name {
            "OT_AUTHENTICATION_ERROR" | "OT_INVALID_SESSION_ID" | "OT_PERMISSION_DENIED" => Self::Credentials,
            "OT_TERMS_OF_SERVICE_FAILURE" | "OT_UNSUPPORTED_BROWSER" | "OT_INVALID_ENCRYPTION_SECRET" => Self::Fatal,
            "OT_INVALID_HTTP_STATUS" => match status_in(message) {
                // Both say "later".
                Some(408 | 429) => Self::Transient,
                Some(400..500) => Self::Credentials,
                Some(_) | None => Self::Transient,
            },
            "OT_CONNECT_FAILED"
            | "OT_CONNECTION_LIMIT_EXCEEDED"
            | "OT_DISCONNECTED"
            | "OT_EMPTY_RESPONSE_BODY"
            | "OT_NOT_CONNECTED"
            | "OT_SOCKET_CLOSE_FALLBACK_CODE"
            | "OT_SOCKET_CLOSE_TIMEOUT"
            | "OT_STREAM_CREATE_FAILED"
            | "OT_TIMEOUT"
            | "OT_UNEXPECTED_SERVER_RESPONSE"
            | "OT_XDOMAIN_OR_PARSING_ERROR" => Self::Transient,
            _ => return None,
        })
    }
}

/// The first number of three digits in a text.
fn status_in(message: &str) -> Option<u16> {
    let mut words = message.split(|letter: char| !letter.is_ascii_digit());
    words.find(|word| word.len() == 3).and_then(|word| word.parse().ok())
}

/// What went wrong, once, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Its stable name.
    pub code: Code,
    /// What can be done about it.
    pub class: Class,
    /// For a person to read.
    pub message: String,
}

impl Failure {
    /// Makes a failure that may go away by itself.
    #[must_use]
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, class: Class::Transient, message: message.into() }
    }

    /// Makes a failure of an error of the SDK's. One of an unknown name counts as transient, and says so.
    #[must_use]
    pub fn of_sdk(code: Code, name: &str, message: &str) -> Self {
        match Class::of_sdk(name, message) {
            Some(class) => Self { code, class, message: message.to_owned() },
            None => {
                Self::new(code, [message, " (", name, " is unknown to this version: taken for transient)"].concat())
            }
        }
    }
}
