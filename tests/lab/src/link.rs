//! Links: a client's tie to one server, which outlives its sockets.
//!
//! Whatever is said on a link is said again on the client's next socket until the client acknowledges it, and a request that
//! comes twice is answered twice but carried out once.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::id::{ConnectionId, Ids, LinkId, SessionId, WireId};
use crate::raptor::{CONTENT_TYPE, Message};
use crate::rumor::{self, Frame, Kind};
use crate::time::Time;

/// The server's own address.
const SERVER: &str = "symphony.local";

/// Who says something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sender {
    /// The server, about the session.
    Server,
    /// The app server, by way of the service: a signal without a sender.
    App,
    /// Another client.
    Client(ConnectionId),
}

impl Sender {
    fn address(&self) -> &str {
        match self {
            Self::Server => SERVER,
            Self::App => "",
            Self::Client(connection) => connection.as_str(),
        }
    }
}

/// The answer to a request.
#[derive(Clone, Debug, PartialEq)]
pub struct Reply {
    /// 2xx is success.
    pub status: u16,
    /// JSON; of an error, `{reason}`.
    pub body: Value,
}

impl Reply {
    /// Success.
    #[must_use]
    pub const fn ok(body: Value) -> Self {
        Self { status: 200, body }
    }

    /// Failure; the SDK makes `reason` the message of its error.
    #[must_use]
    pub fn refused(status: u16, reason: &str) -> Self {
        Self { status, body: serde_json::json!({ "reason": reason }) }
    }
}

/// What has become of a link's socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tie {
    /// It stands.
    Up(WireId),
    /// It stands, and is to be closed then.
    Closing(WireId, Time),
    /// It is lost, and the client may come back until then.
    Lost(Time),
}

/// One link.
#[derive(Debug)]
pub struct Link {
    /// Its number.
    pub id: LinkId,
    /// The client's name for it, by which it comes back.
    pub socket_id: String,
    /// The session it was opened for.
    pub session: SessionId,
    /// The generation of the server at its other end.
    pub generation: u32,
    /// The client, once it has said who it is.
    pub connection: Option<ConnectionId>,
    /// Its socket.
    pub tie: Tie,
    /// Whether the server plays dead.
    pub frozen: bool,
    unacknowledged: Vec<(String, Vec<u8>)>,
    answered: BTreeMap<String, Reply>,
}

impl Link {
    /// A link that has just been opened.
    #[must_use]
    pub const fn new(id: LinkId, socket_id: String, session: SessionId, generation: u32, wire: WireId) -> Self {
        Self {
            id,
            socket_id,
            session,
            generation,
            connection: None,
            tie: Tie::Up(wire),
            frozen: false,
            unacknowledged: Vec::new(),
            answered: BTreeMap::new(),
        }
    }

    /// Its socket, if there is one.
    #[must_use]
    pub const fn wire(&self) -> Option<WireId> {
        match self.tie {
            Tie::Up(wire) | Tie::Closing(wire, _) => Some(wire),
            Tie::Lost(_) => None,
        }
    }

    /// Its socket, if there is one and the server doesn't play dead.
    #[must_use]
    pub const fn live_wire(&self) -> Option<WireId> {
        if self.frozen { None } else { self.wire() }
    }

    /// Writes a message, to be repeated until it is acknowledged.
    pub fn say(&mut self, sender: &Sender, message: &Message, base: &str, ids: &mut Ids) -> Vec<u8> {
        let transaction = ids.uuid();
        let frame = Frame::new(Kind::Message)
            .to(self.address())
            .with("Content-Type", CONTENT_TYPE)
            .with(rumor::FROM, sender.address())
            .with(rumor::TRANSACTION, transaction.as_str())
            .carrying(message.payload(base))
            .encode();
        self.unacknowledged.push((transaction, frame.clone()));
        frame
    }

    /// Takes note that the client has had a message.
    pub fn acknowledged(&mut self, transaction: &str) {
        self.unacknowledged.retain(|(name, _)| name != transaction);
    }

    /// What has to be said again, oldest first.
    pub fn unacknowledged(&self) -> impl Iterator<Item = &Vec<u8>> {
        self.unacknowledged.iter().map(|(_, frame)| frame)
    }

    /// Writes the answer to a request, and remembers it.
    pub fn answer(&mut self, transaction: &str, reply: Reply) -> Vec<u8> {
        let frame = self.status(transaction, &reply);
        self.answered.insert(transaction.to_owned(), reply);
        frame
    }

    /// Writes once more the answer to a request that came before.
    #[must_use]
    pub fn answer_again(&self, transaction: &str) -> Option<Vec<u8>> {
        self.answered.get(transaction).map(|reply| self.status(transaction, reply))
    }

    /// Writes an answer without remembering it.
    #[must_use]
    pub fn status(&self, transaction: &str, reply: &Reply) -> Vec<u8> {
        Frame::new(Kind::Status)
            .to(self.address())
            .with(rumor::TRANSACTION, transaction)
            .with(rumor::STATUS, reply.status.to_string())
            .with(rumor::FROM, SERVER)
            .carrying(reply.body.to_string())
            .encode()
    }

    fn address(&self) -> &str {
        self.connection.as_ref().map_or("", ConnectionId::as_str)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn link() -> Link {
        let mut link = Link::new(LinkId(1), "socket".to_owned(), "s".into(), 0, WireId(1));
        link.connection = Some("c".into());
        link
    }

    #[test]
    fn a_message_is_repeated_until_it_is_acknowledged() {
        let (mut link, mut ids) = (link(), Ids::new(1));
        let message = Message::Notification { reason: "serverRotation".to_owned() };
        let first = link.say(&Sender::Server, &message, "/base", &mut ids);
        let second = link.say(&Sender::App, &message, "/base", &mut ids);
        assert_eq!(link.unacknowledged().collect::<Vec<_>>(), [&first, &second]);
        let frame = Frame::decode(&first).expect("a frame");
        link.acknowledged(frame.header(rumor::TRANSACTION).expect("a transaction"));
        assert_eq!(link.unacknowledged().collect::<Vec<_>>(), [&second]);
    }

    #[test]
    fn a_signal_of_the_app_server_comes_from_the_empty_address() {
        let message = Message::Notification { reason: String::new() };
        let frame = link().say(&Sender::App, &message, "/base", &mut Ids::new(1));
        assert_eq!(Frame::decode(&frame).expect("a frame").header(rumor::FROM), Some(""));
    }

    #[test]
    fn a_request_that_comes_again_gets_the_same_answer() {
        let mut link = link();
        assert_eq!(link.answer_again("t"), None);
        let frame = link.answer("t", Reply::ok(json!({ "x": 1 })));
        assert_eq!(link.answer_again("t"), Some(frame));
    }

    #[test]
    fn a_frozen_link_has_no_live_wire() {
        let mut link = link();
        assert_eq!(link.live_wire(), Some(WireId(1)));
        link.frozen = true;
        assert_eq!((link.live_wire(), link.wire()), (None, Some(WireId(1))));
    }
}
