//! What an app server, or the service itself, does with sessions.

use std::fmt;
use std::time::Duration;

use super::Lab;
use crate::id::{ConnectionId, SessionId};
use crate::journal::Entry;
use crate::link::Tie;
use crate::session::{Client, Mode, Session};
use crate::time::Time;
use crate::token::{Role, Token};

/// Something that was named isn't there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Missing {
    /// No session of this name.
    Session(String),
    /// No such client in this session.
    Connection {
        /// The session.
        session: SessionId,
        /// The client that was named.
        connection: String,
    },
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Session(session) => write!(f, "there is no session {session:?}"),
            Self::Connection { session, connection } => {
                write!(f, "there is no connection {connection:?} in session {:?}", session.as_str())
            }
        }
    }
}

impl std::error::Error for Missing {}

impl Lab {
    /// All sessions, by name.
    pub fn sessions(&self) -> impl Iterator<Item = &Session> {
        self.sessions.values()
    }

    /// One session.
    ///
    /// # Errors
    ///
    /// There is none of this name.
    pub fn session(&self, name: &str) -> Result<&Session, Missing> {
        self.sessions.get(name).ok_or_else(|| Missing::Session(name.to_owned()))
    }

    /// A session that may be new: relayed, unless its name contains `routed`.
    pub fn ensure_session(&mut self, name: &SessionId, now: Time) -> &mut Session {
        if !self.sessions.contains_key(name) {
            self.create_session(name.clone(), Mode::of_name(name.as_str()), now);
        }
        let (application, mode) = (self.config.application.clone(), Mode::of_name(name.as_str()));
        self.sessions.entry(name.clone()).or_insert_with(|| Session::new(name.clone(), application, mode))
    }

    /// Creates a session; one that is there is left as it is.
    pub fn create_session(&mut self, name: SessionId, mode: Mode, now: Time) {
        if self.sessions.contains_key(&name) {
            return;
        }
        let session = Session::new(name.clone(), self.config.application.clone(), mode);
        self.sessions.insert(name.clone(), session);
        self.note(Entry::SessionCreated { session: name, mode: mode.name() }, now);
    }

    /// A name that no session has yet, made up: `relayed-qkzmwe`.
    #[must_use]
    pub fn new_name(&mut self, mode: Mode) -> SessionId {
        loop {
            let name = SessionId::from(format!("{}-{}", mode.name(), self.ids.word()));
            if !self.sessions.contains_key(&name) {
                return name;
            }
        }
    }

    /// A name that no session has yet, made from this one: `demo`, `demo-2`, `demo-3`.
    #[must_use]
    pub fn next_name(&self, name: &str) -> SessionId {
        let counted = name.rsplit_once('-').and_then(|(stem, tail)| Some((stem, tail.parse::<u32>().ok()?)));
        let (stem, last) = counted.unwrap_or((name, 1));
        let mut number = last;
        loop {
            number = number.wrapping_add(1);
            let name = SessionId::from(format!("{stem}-{number}"));
            if !self.sessions.contains_key(&name) {
                return name;
            }
        }
    }

    /// Issues a token, for a session that may be new.
    pub fn issue(&mut self, session: &SessionId, role: Role, data: &str, lifetime: Duration, now: Time) -> Token {
        let application = self.ensure_session(session, now).application.clone();
        let expires = now + lifetime;
        Token { application, session: session.clone(), role, data: data.to_owned(), created: now, expires }
    }

    /// The clients in a session, or the one that is named.
    ///
    /// # Errors
    ///
    /// There is no such session or client.
    pub fn pick(&self, session: &str, connection: Option<&str>) -> Result<Vec<ConnectionId>, Missing> {
        Ok(self.pick_clients(session, connection)?.into_iter().map(|client| client.id.clone()).collect())
    }

    /// Whether a client has a socket that stands.
    #[must_use]
    pub fn is_open(&self, client: &Client) -> bool {
        self.links.get(&client.link).is_some_and(|link| matches!(link.tie, Tie::Up(_)))
    }

    pub(super) fn pick_clients(&self, session: &str, connection: Option<&str>) -> Result<Vec<&Client>, Missing> {
        let session = self.session(session)?;
        let Some(name) = connection else { return Ok(session.clients().iter().collect()) };
        let missing = || Missing::Connection { session: session.id.clone(), connection: name.to_owned() };
        Ok(vec![session.client(name).ok_or_else(missing)?])
    }
}
