//! What a session is made of.

use serde::Serialize;

use crate::id::{ConnectionId, LinkId, StreamId, SubscriberId};
use crate::raptor::{ConnectionInfo, StreamContent};
use crate::time::Time;
use crate::token::{Role, Token};

/// How media travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// From browser to browser, and the SDK knows it.
    Relayed,
    /// From browser to browser, though the SDK believes in a media router: one peer connection per subscription and
    /// generation of servers.
    Routed,
}

impl Mode {
    /// The names of the modes in the control API.
    pub const NAMES: &[&str] = &["relayed", "routed"];

    /// Its name in the control API.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Relayed => "relayed",
            Self::Routed => "routed",
        }
    }

    /// The mode of a session that nobody created: routed if its name says so.
    #[must_use]
    pub fn of_name(session: &str) -> Self {
        if session.contains("routed") { Self::Routed } else { Self::Relayed }
    }

    /// Where the SDK is told that media come from.
    #[must_use]
    pub const fn source(self) -> &'static str {
        match self {
            Self::Relayed => "P2P",
            Self::Routed => "MANTIS",
        }
    }
}

/// What a session was created with, beside its mode. The lab keeps it, and gives it back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Properties {
    /// `always`: an archive is started with the session; else `manual`.
    pub archive_mode: String,
    /// The address of somebody near whom the servers should be.
    pub location: Option<String>,
    /// Whether media are encrypted from end to end.
    pub e2ee: bool,
}

impl Default for Properties {
    fn default() -> Self {
        Self { archive_mode: "manual".to_owned(), location: None, e2ee: false }
    }
}

/// A client in a session.
#[derive(Clone, Debug, PartialEq)]
pub struct Client {
    /// Its ID.
    pub id: ConnectionId,
    /// When it joined.
    pub joined: Time,
    /// The text in its token.
    pub data: String,
    /// What it may do.
    pub role: Role,
    /// What its SDK can do.
    pub capabilities: Vec<String>,
    /// Whether it doesn't want to hear of the others' connections.
    pub quiet: bool,
    /// Where it is reached: after a migration, on the new server.
    pub link: LinkId,
    /// The generation of the server it is on.
    pub generation: u32,
}

impl Client {
    /// Whether its SDK can migrate, and was told to.
    #[must_use]
    pub fn can_migrate(&self) -> bool {
        self.capabilities.iter().any(|capability| capability == "migrate")
    }

    pub(super) fn info(&self) -> ConnectionInfo {
        ConnectionInfo {
            id: self.id.clone(),
            creation_time: self.joined.as_millis(),
            data: self.data.clone(),
            permissions: self.role.permissions(),
        }
    }
}

/// A stream in a session.
#[derive(Clone, Debug, PartialEq)]
pub struct Stream {
    /// Its ID.
    pub id: StreamId,
    /// Its publisher.
    pub owner: ConnectionId,
    /// When it began.
    pub began: Time,
    /// What it is, as it is now.
    pub content: StreamContent,
}

/// A subscription in a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    /// Its ID.
    pub id: SubscriberId,
    /// What is watched.
    pub stream: StreamId,
    /// Who watches.
    pub owner: ConnectionId,
}

/// What a client that joins brings along.
#[derive(Debug)]
pub struct Joining {
    /// Its ID.
    pub id: ConnectionId,
    /// Its link.
    pub link: LinkId,
    /// The generation of the server at the link's other end.
    pub generation: u32,
    /// Its token, found good.
    pub token: Token,
    /// What its SDK can do.
    pub capabilities: Vec<String>,
    /// Whether it doesn't want to hear of the others' connections.
    pub quiet: bool,
}
