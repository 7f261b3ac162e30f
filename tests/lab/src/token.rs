//! Tokens: who may join which session, as what, until when.
//!
//! The lab's own look like the service's old ones (`T1==` and base64), but nothing in them is signed: the lab checks what
//! they say, not who wrote it. Those that an application makes with its private key are checked for that, too.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::id::SessionId;
use crate::jwt::{JwtError, PublicKey, seconds};
use crate::time::Time;

/// How long a token is good for if nobody says: a day, as the service has it.
pub const DEFAULT_EXPIRY: Duration = Duration::from_hours(24);

/// What a client may do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Watches, and does nothing else.
    Subscriber,
    /// Publishes, subscribes and signals.
    #[default]
    Publisher,
    /// Publishes, and does nothing else.
    #[serde(alias = "publisheronly")]
    PublisherOnly,
    /// Does all that, and to others too.
    Moderator,
}

/// One thing that a client may do, in the words of the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Permission {
    /// Publish a stream.
    Publish,
    /// Subscribe to a stream.
    Subscribe,
    /// Send a signal.
    Signal,
    /// End somebody else's stream.
    ForceUnpublish,
    /// End somebody else's connection.
    ForceDisconnect,
    /// Mute somebody else.
    ForceMute,
}

impl Role {
    /// The names by which [`Role::from_str`] knows them.
    pub const NAMES: &[&str] = &["subscriber", "publisher", "publisher-only", "moderator"];

    /// All that the role may do.
    #[must_use]
    pub const fn permissions(self) -> &'static [Permission] {
        use Permission::{ForceDisconnect, ForceMute, ForceUnpublish, Publish, Signal, Subscribe};
        match self {
            Self::Subscriber => &[Subscribe],
            Self::Publisher => &[Publish, Subscribe, Signal],
            Self::PublisherOnly => &[Publish],
            Self::Moderator => &[Publish, Subscribe, Signal, ForceUnpublish, ForceDisconnect, ForceMute],
        }
    }

    /// Whether the role may do this.
    #[must_use]
    pub fn may(self, permission: Permission) -> bool {
        self.permissions().contains(&permission)
    }
}

impl FromStr for Role {
    type Err = TokenError;

    fn from_str(name: &str) -> Result<Self, TokenError> {
        match name {
            "subscriber" => Ok(Self::Subscriber),
            "publisher" => Ok(Self::Publisher),
            "publisher-only" | "publisheronly" => Ok(Self::PublisherOnly),
            "moderator" => Ok(Self::Moderator),
            _ => Err(TokenError::Role),
        }
    }
}

/// What a token says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Whose session it is.
    pub application: String,
    /// The session that it opens.
    pub session: SessionId,
    /// What its bearer may do there.
    pub role: Role,
    /// Text that the others see as `connection.data`.
    pub data: String,
    /// When it was made.
    pub created: Time,
    /// From when on it opens nothing.
    pub expires: Time,
}

/// The part after the signature, in the service's words.
#[derive(Serialize, Deserialize)]
struct Claims {
    session_id: SessionId,
    #[serde(default)]
    create_time: u64,
    role: Role,
    expire_time: u64,
    #[serde(default)]
    connection_data: String,
}

impl Token {
    /// Reads a token.
    ///
    /// # Errors
    ///
    /// It is not in the form described above. (An expired token is read without complaint: see [`Token::admits`].)
    pub fn decode(text: &str) -> Result<Self, TokenError> {
        let encoded = text.strip_prefix("T1==").ok_or(TokenError::Form)?;
        let raw = STANDARD.decode(encoded).map_err(|_| TokenError::Form)?;
        let raw = String::from_utf8(raw).map_err(|_| TokenError::Form)?;
        let (head, claims) = raw.split_once(':').ok_or(TokenError::Form)?;
        let application = head.split('&').find_map(|pair| pair.strip_prefix("partner_id=")).ok_or(TokenError::Form)?;
        let claims: Claims = serde_urlencoded::from_str(claims).map_err(|_| TokenError::Form)?;
        Ok(Self {
            application: application.to_owned(),
            session: claims.session_id,
            role: claims.role,
            data: claims.connection_data,
            created: Time::from_millis(claims.create_time.saturating_mul(1000)),
            expires: Time::from_millis(claims.expire_time.saturating_mul(1000)),
        })
    }

    /// Reads a token that the application made with its private key, as `generateClientToken` of the vendor's does.
    ///
    /// # Errors
    ///
    /// The application didn't make it, it has expired, or it isn't one for a client.
    pub fn of_application(text: &str, key: &PublicKey, now: Time) -> Result<Self, TokenError> {
        let claims = key.read(text, now).map_err(|error| match error {
            JwtError::Expired => TokenError::Expired,
            JwtError::NotYet => TokenError::NotYet,
            JwtError::Signature => TokenError::Signature,
            JwtError::Form | JwtError::Algorithm => TokenError::Form,
        })?;
        let text = |name: &str| claims.get(name).and_then(Value::as_str);
        if text("scope") != Some("session.connect") {
            return Err(TokenError::Form);
        }
        let moment = |name: &str| moment(&claims, name);
        Ok(Self {
            application: text("application_id").ok_or(TokenError::Form)?.to_owned(),
            session: text("session_id").ok_or(TokenError::Form)?.into(),
            role: text("role").map_or(Ok(Role::default()), str::parse)?,
            data: text("connection_data").unwrap_or_default().to_owned(),
            created: moment("iat").unwrap_or(now),
            expires: moment("exp").ok_or(TokenError::Expired)?,
        })
    }

    /// Writes the token.
    #[must_use]
    pub fn encode(&self) -> String {
        let claims = serde_urlencoded::to_string(Claims {
            session_id: self.session.clone(),
            create_time: self.created.as_secs(),
            role: self.role,
            expire_time: self.expires.as_secs(),
            connection_data: self.data.clone(),
        })
        .unwrap_or_default();
        let raw = format!("partner_id={}&sig=unsigned:{claims}", self.application);
        format!("T1=={}", STANDARD.encode(raw))
    }

    /// Checks that the token opens this session now.
    ///
    /// # Errors
    ///
    /// It names another session, or has expired.
    pub fn admits(&self, session: &str, now: Time) -> Result<(), TokenError> {
        if self.session.as_str() != session {
            return Err(TokenError::Session);
        }
        if self.expires <= now {
            return Err(TokenError::Expired);
        }
        Ok(())
    }
}

fn moment(claims: &Map<String, Value>, name: &str) -> Option<Time> {
    Some(Time::from_millis(seconds(claims, name)?.saturating_mul(1000)))
}

/// Why a token is not good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenError {
    /// Not a token at all.
    Form,
    /// No such role.
    Role,
    /// A token for another session.
    Session,
    /// Too old.
    Expired,
    /// Made in the future.
    NotYet,
    /// Not made by the application.
    Signature,
}

impl fmt::Display for TokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Form => "Invalid token format",
            Self::Role => "Unknown role",
            Self::Session => "Token does not belong to this session",
            Self::Expired => "Token has expired",
            Self::NotYet => "Token was made in the future",
            Self::Signature => "Token has an invalid signature",
        })
    }
}

impl std::error::Error for TokenError {}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Time = Time::from_millis(1_000_000);

    fn token(role: Role, data: &str) -> Token {
        Token {
            application: "100".to_owned(),
            session: "a session".into(),
            role,
            data: data.to_owned(),
            created: NOW,
            expires: NOW + DEFAULT_EXPIRY,
        }
    }

    #[test]
    fn a_token_says_what_was_put_into_it() {
        for name in Role::NAMES {
            let role = name.parse().expect("a role");
            let token = token(role, "{\"name\": \"Zoë & Co: 100 %\"}");
            assert_eq!(Token::decode(&token.encode()), Ok(token));
        }
    }

    #[test]
    fn a_token_opens_its_own_session_until_it_expires() {
        let token = token(Role::Publisher, "");
        assert_eq!(token.admits("a session", NOW), Ok(()));
        assert_eq!(token.admits("another", NOW), Err(TokenError::Session));
        assert_eq!(token.admits("a session", token.expires), Err(TokenError::Expired));
    }

    #[test]
    fn nonsense_is_no_token() {
        for text in ["", "T1==", "T1==!!!", "T1==YQ==", "undefined", "T1==cGFydG5lcl9pZD0xOmE9Yg=="] {
            assert_eq!(Token::decode(text), Err(TokenError::Form), "{text}");
        }
    }

    #[test]
    fn only_a_moderator_touches_others() {
        for name in Role::NAMES {
            let role: Role = name.parse().expect("a role");
            assert_eq!(role.may(Permission::ForceDisconnect), role == Role::Moderator);
        }
    }
}
