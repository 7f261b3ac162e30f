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
    /// Nothing is connected that could be handed over.
    NotConnected,
}

impl Code {
    /// All codes.
    pub const ALL: [Self; 15] = [
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
        }
    }
}

/// What went wrong, once, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Its stable name.
    pub code: Code,
    /// For a person to read.
    pub message: String,
}

impl Failure {
    /// Makes a failure.
    #[must_use]
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}
