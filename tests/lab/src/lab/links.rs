//! Sockets, and what comes in on them.

use std::time::Duration;

use super::{CLOSE_AFTER, Held, Lab, Output, UNKNOWN_CLIENT};
use crate::fault::{Harm, Point};
use crate::id::{LinkId, SessionId, WireId};
use crate::journal::Entry;
use crate::link::{Link, Reply, Tie};
use crate::raptor::Request;
use crate::rumor::{self, Frame, Kind};
use crate::session::{Asking, Joining, Outbox};
use crate::time::Time;
use crate::token::{Token, TokenError};

/// How a client opens a socket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opening {
    /// The session in the socket's address.
    pub session: SessionId,
    /// The generation of servers in it.
    pub generation: u32,
    /// The client's own name for its link.
    pub socket_id: String,
    /// Whether it means to go on with a link that lost its socket.
    pub reconnect: bool,
}

impl Lab {
    /// A socket was opened.
    pub fn handle_open(&mut self, wire: WireId, opening: Opening, now: Time) {
        if opening.reconnect {
            self.resume(wire, &opening, now);
            return;
        }
        let Opening { session, generation, socket_id, .. } = opening;
        self.ensure_session(&session, now);
        self.note(Entry::SocketOpened { session: session.clone(), generation }, now);
        self.next_link += 1;
        let id = LinkId(self.next_link);
        self.links.insert(id, Link::new(id, socket_id, session, generation, wire));
    }

    /// A binary message came in. Nonsense is ignored, and noted in the journal.
    pub fn handle_frame(&mut self, wire: WireId, bytes: &[u8], now: Time) {
        let Some(link) = self.links.values_mut().find(|link| link.live_wire() == Some(wire)) else { return };
        let frame = match Frame::decode(bytes) {
            Ok(frame) => frame,
            Err(error) => {
                let entry = Entry::Nonsense { session: link.session.clone(), message: error.to_string() };
                self.note(entry, now);
                return;
            }
        };
        let id = link.id;
        match frame.kind {
            Kind::Ping => self.outputs.push_back(Output::Send(wire, Frame::new(Kind::Pong).encode())),
            Kind::Connect => link.connection = frame.header(rumor::UNIQUE_ID).map(Into::into),
            Kind::Status => link.acknowledged(frame.header(rumor::TRANSACTION).unwrap_or_default()),
            Kind::Disconnect => {
                if frame.header(rumor::RECONNECT) != Some("1") {
                    self.give_up(id, "clientDisconnected", now);
                }
            }
            Kind::Message => self.handle_message(id, wire, &frame, now),
            Kind::Subscribe | Kind::Unsubscribe | Kind::Pong | Kind::Other(_) => {}
        }
    }

    /// A socket ended, whoever ended it.
    pub fn handle_close(&mut self, wire: WireId, now: Time) {
        let Some(link) = self.links.values_mut().find(|link| link.wire() == Some(wire)) else { return };
        let entry = Entry::SocketClosed {
            session: link.session.clone(),
            connection: link.connection.clone(),
            generation: link.generation,
        };
        let id = link.id;
        let has_client = self.sessions.get(&link.session).is_some_and(|session| session.client_on(id).is_some());
        if has_client {
            link.tie = Tie::Lost(now + self.config.grace);
        } else {
            self.links.remove(&id);
        }
        self.note(entry, now);
    }

    fn resume(&mut self, wire: WireId, opening: &Opening, now: Time) {
        let sessions = &self.sessions;
        let known = self.links.values_mut().find(|link| {
            link.socket_id == opening.socket_id
                && link.session == opening.session
                && sessions.get(&link.session).is_some_and(|session| session.client_on(link.id).is_some())
        });
        let Some(link) = known else {
            self.outputs.push_back(Output::Close(wire, UNKNOWN_CLIENT));
            self.note(Entry::SocketUnknown { session: opening.session.clone() }, now);
            return;
        };
        if let Some(old) = link.wire() {
            self.outputs.push_back(Output::Cut(old));
        }
        link.tie = Tie::Up(wire);
        link.frozen = false;
        self.outputs.extend(link.unacknowledged().map(|frame| Output::Send(wire, frame.clone())));
        let entry = Entry::SocketReopened { session: link.session.clone(), connection: link.connection.clone() };
        self.note(entry, now);
    }

    fn handle_message(&mut self, id: LinkId, wire: WireId, frame: &Frame, now: Time) {
        let Some(link) = self.links.get(&id) else { return };
        let Some(transaction) = frame.header(rumor::TRANSACTION) else {
            let message = "a message without a transaction".to_owned();
            let entry = Entry::Nonsense { session: link.session.clone(), message };
            self.note(entry, now);
            return;
        };
        if let Some(again) = link.answer_again(transaction) {
            self.outputs.push_back(Output::Send(wire, again));
            return;
        }
        let (session, generation) = (link.session.clone(), link.generation);
        let request = match Request::parse(&frame.payload) {
            Ok(request) => request,
            Err(error) => {
                self.answer(id, transaction, Reply::refused(400, &error.to_string()));
                self.note(Entry::Nonsense { session, message: error.to_string() }, now);
                return;
            }
        };
        let point = if matches!(request, Request::Connect { .. }) {
            Some(Point::Connect)
        } else {
            matches!(request, Request::Publish { .. }).then_some(Point::StreamCreate)
        };
        let token = frame.header(rumor::TOKEN).and_then(|token| self.read_token(token, now).ok());
        let blow = point.and_then(|point| self.strike(point, Some(session.as_str()), Some(generation), now));
        let delay = blow.as_ref().map_or(Duration::ZERO, |blow| blow.delay);
        let harm = blow.and_then(|blow| blow.harm);
        let transaction = transaction.to_owned();
        let held = Held { until: now + delay, link: id, transaction, token, request, harm };
        if delay > Duration::ZERO {
            self.held.push(held);
        } else {
            self.let_go(held, now);
        }
    }

    /// Carries out a request that nothing holds back (any more), unless a fault does it harm.
    pub(super) fn let_go(&mut self, held: Held, now: Time) {
        let Held { link: id, transaction, token, request, harm, .. } = held;
        match harm {
            None => self.carry_out(id, &transaction, token, request, now),
            Some(Harm::Status { code, body }) => {
                // Not remembered: what was refused by a fault may be asked again.
                let Some(link) = self.links.get(&id) else { return };
                let frame = link.status(&transaction, &Reply::refused(code, &body));
                self.outputs.extend(link.live_wire().map(|wire| Output::Send(wire, frame)));
            }
            Some(Harm::Destroy) => {
                let wire = self.links.get(&id).and_then(Link::wire);
                self.outputs.extend(wire.map(Output::Cut));
            }
            Some(Harm::Hang | Harm::Body(_) | Harm::ErrorNode { .. } | Harm::Close(_) | Harm::Lose) => {}
        }
    }

    fn carry_out(&mut self, id: LinkId, transaction: &str, token: Option<Token>, request: Request, now: Time) {
        let Some(link) = self.links.get(&id) else { return };
        let generation = link.generation;
        let Some(asker) = link.connection.clone() else {
            self.answer(id, transaction, Reply::refused(400, "Say who you are first"));
            return;
        };
        let name = link.session.clone();
        let archives = self.archives_for_clients(name.as_str());
        let Some(session) = self.sessions.get_mut(&name) else { return };
        let (asked, is_candidate) = (request.name(), request.is_candidate());
        let mut out = Outbox::default();
        let reply = if let Request::Connect { capabilities, quiet } = request {
            let admits = |token: Token| token.admits(name.as_str(), now).map(|()| token);
            match token.ok_or(TokenError::Form).and_then(admits) {
                Ok(token) => {
                    let joining = Joining { id: asker.clone(), link: id, generation, token, capabilities, quiet };
                    let mut reply = session.join(joining, now, &mut out);
                    reply.body["archive"] = archives;
                    reply
                }
                Err(error) => Reply::refused(403, &error.to_string()),
            }
        } else {
            let asking = Asking { asker: &asker, now, ids: &mut self.ids };
            session.handle_request(request, asking, &mut out)
        };
        let refused = (reply.status >= 300).then(|| reply.body["reason"].as_str().unwrap_or_default().to_owned());
        if !is_candidate {
            let session = name.clone();
            self.note(Entry::Request { session, connection: asker, generation, request: asked, refused }, now);
        }
        self.answer(id, transaction, reply);
        self.send(name.as_str(), out, CLOSE_AFTER, now);
    }

    fn answer(&mut self, id: LinkId, transaction: &str, reply: Reply) {
        let Some(link) = self.links.get_mut(&id) else { return };
        let frame = link.answer(transaction, reply);
        if let Some(wire) = link.live_wire() {
            self.outputs.push_back(Output::Send(wire, frame));
        }
    }
}
