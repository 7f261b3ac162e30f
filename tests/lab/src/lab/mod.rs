//! The lab: every session, every link, and what goes wrong.
//!
//! It does no I/O and reads no clock. The server around it
//!
//! 1. calls a `handle_*` method, or a [control call](crate::control), with the current time;
//! 2. calls [`Lab::poll_output`] until there is nothing left, and does what it says;
//! 3. arms a timer for [`Lab::poll_timeout`], and calls [`Lab::handle_timeout`] when it fires.

mod links;
mod orders;
mod puppets;
mod schedule;
mod services;
mod sessions;

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use serde_json::{Map, Value};

use crate::callback::{Callbacks, Post};
use crate::fault::{Blow, Faults, Harm, Place, Point};
use crate::id::{Ids, LinkId, SessionId, WireId};
use crate::journal::{self, Journal, Line};
use crate::jwt::{JwtError, PublicKey};
use crate::link::{Link, Tie};
use crate::raptor::Request;
use crate::services::Services;
use crate::session::{Outbox, Session};
use crate::time::Time;
use crate::token::{Token, TokenError};

pub use links::Opening;
pub use orders::{Notifying, Rotating, Rotation};
pub use puppets::Puppet;
pub use schedule::Schedule;
pub use services::SESSION_ENDED;
pub use sessions::Missing;

/// How long a socket stays open after a forced disconnect, so that the client hears why.
pub const CLOSE_AFTER: Duration = Duration::from_millis(200);

/// The close code for a client that the server doesn't know (any more): it must not try again.
pub const UNKNOWN_CLIENT: u16 = 1003;

const NORMAL: u16 = 1000;

/// What can be chosen about a lab.
#[derive(Clone, Debug)]
pub struct LabConfig {
    /// The application (or API key) that all sessions belong to.
    pub application: String,
    /// How long a client that lost its socket may take to come back before the others are told that it is gone. (40 s
    /// unless said otherwise; what the real service does isn't documented.)
    pub grace: Duration,
    /// How long it takes from the end of an archive until its file is there.
    pub processing: Duration,
    /// Whether archives' files go where the application wants them (`uploaded`), or stay with the service (`available`).
    pub uploads: bool,
    /// Where the lab is reached: `http://127.0.0.1:4390`.
    pub origin: String,
    /// Where random-looking names come from.
    pub seed: u64,
}

impl Default for LabConfig {
    fn default() -> Self {
        Self {
            application: "100".to_owned(),
            grace: Duration::from_secs(40),
            processing: Duration::from_secs(2),
            uploads: false,
            origin: "http://127.0.0.1:4390".to_owned(),
            seed: 0,
        }
    }
}

/// Something that the server around the lab must do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// Send a binary message.
    Send(WireId, Vec<u8>),
    /// Close a socket with this code.
    Close(WireId, u16),
    /// End a socket without a word.
    Cut(WireId),
    /// Tell the application's server something, and tell [`Lab::handle_posted`] what it answered.
    Post(Post),
}

/// The lab.
#[derive(Debug)]
pub struct Lab {
    config: LabConfig,
    sessions: BTreeMap<SessionId, Session>,
    links: BTreeMap<LinkId, Link>,
    next_link: u64,
    /// What runs beside the clients.
    pub(crate) services: Services,
    /// What the application's server is still to be told.
    pub(crate) callbacks: Callbacks,
    schedules: Vec<Schedule>,
    key: Option<PublicKey>,
    /// Requests that a fault holds back.
    held: Vec<Held>,
    /// The faults in force.
    pub(crate) faults: Faults,
    journal: Journal,
    ids: Ids,
    outputs: VecDeque<Output>,
}

#[derive(Debug)]
struct Held {
    until: Time,
    link: LinkId,
    transaction: String,
    token: Option<Token>,
    request: Request,
    harm: Option<Harm>,
}

impl Lab {
    /// A lab without sessions.
    #[must_use]
    pub fn new(config: LabConfig, now: Time) -> Self {
        let ids = Ids::new(config.seed);
        Self {
            config,
            sessions: BTreeMap::new(),
            links: BTreeMap::new(),
            next_link: 0,
            services: Services::new(),
            callbacks: Callbacks::default(),
            schedules: Vec::new(),
            key: None,
            held: Vec::new(),
            faults: Faults::new(),
            journal: Journal::new(now),
            ids,
            outputs: VecDeque::new(),
        }
    }

    /// The next thing to do. Call it after every other call, until there is nothing.
    #[must_use]
    pub fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// Knows the application by this key from now on. Without one, no token that is signed is taken.
    pub fn trust(&mut self, key: PublicKey) {
        self.key = Some(key);
    }

    /// The application that all sessions belong to.
    #[must_use]
    pub fn application(&self) -> &str {
        &self.config.application
    }

    /// Reads a client's token: one of the lab's own, or one that the application signed.
    ///
    /// # Errors
    ///
    /// It is neither.
    pub fn read_token(&self, text: &str, now: Time) -> Result<Token, TokenError> {
        if text.starts_with("T1==") {
            return Token::decode(text);
        }
        let token = Token::of_application(text, self.key.as_ref().ok_or(TokenError::Form)?, now)?;
        if token.application == self.config.application { Ok(token) } else { Err(TokenError::Signature) }
    }

    /// What a token says that the application signed.
    ///
    /// # Errors
    ///
    /// It didn't, or nobody knows its key.
    pub fn claims(&self, token: &str, now: Time) -> Result<Map<String, Value>, JwtError> {
        self.key.as_ref().ok_or(JwtError::Signature)?.read(token, now)
    }

    /// A post has come to its end: this was the answer, if there was one.
    pub fn handle_posted(&mut self, number: u64, status: Option<u16>, now: Time) {
        let Some(delivery) = self.callbacks.answered(number, status, now) else { return };
        let taken = status.is_some_and(|status| (200..300).contains(&status));
        let event = delivery.event;
        let entry = journal::Entry::Callback { event: event.clone(), attempt: delivery.attempt, status };
        self.note(entry, now);
        if delivery.over && !taken {
            self.note(journal::Entry::CallbackLost { event }, now);
        }
    }

    /// When [`handle_timeout`](Self::handle_timeout) is to be called next.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Time> {
        let ties = self.links.values().filter_map(|link| match link.tie {
            Tie::Up(_) => None,
            Tie::Closing(_, then) | Tie::Lost(then) => Some(then),
        });
        let held = self.held.iter().map(|held| held.until);
        let others = [self.services.poll_timeout(), self.callbacks.poll_timeout(), self.next_scheduled()];
        ties.chain(held).chain(others.into_iter().flatten()).min()
    }

    /// Does what is due: closes sockets, gives up on clients that didn't come back, lets go of requests held back, rotates
    /// what was scheduled, takes services on, sends callbacks.
    pub fn handle_timeout(&mut self, now: Time) {
        let (due, held) = self.held.drain(..).partition(|held| held.until <= now);
        self.held = held;
        let due: Vec<Held> = due;
        due.into_iter().for_each(|held| self.let_go(held, now));

        let due: Vec<(LinkId, Tie)> = self.links.values().map(|link| (link.id, link.tie)).collect();
        for (link, tie) in due {
            match tie {
                Tie::Closing(wire, then) if then <= now => {
                    self.outputs.push_back(Output::Close(wire, NORMAL));
                    self.links.remove(&link);
                }
                Tie::Lost(then) if then <= now => self.give_up(link, "networkDisconnected", now),
                Tie::Up(_) | Tie::Closing(..) | Tie::Lost(_) => {}
            }
        }
        self.run_schedules(now);
        self.advance_services(now);
        let posts = self.callbacks.take_due(now, &self.config.application, &mut self.ids);
        self.outputs.extend(posts.into_iter().map(Output::Post));
    }

    /// Asks whether a fault is meant for this request, and counts it.
    pub fn strike(&mut self, point: Point, session: Option<&str>, generation: Option<u32>, now: Time) -> Option<Blow> {
        self.strike_at(point, Place { session, generation, operation: None }, now)
    }

    /// The same, of a request that is told more exactly.
    pub(crate) fn strike_at(&mut self, point: Point, place: Place<'_>, now: Time) -> Option<Blow> {
        let blow = self.faults.strike(point, place, now)?;
        self.journal.write(journal::Entry::Fault { point, session: place.session.map(SessionId::from) }, now);
        Some(blow)
    }

    /// The journal's entries from this millisecond of the lab's life on.
    pub fn log_since(&self, t: u64) -> impl Iterator<Item = &Line> {
        self.journal.since(t)
    }

    /// The journal's entries since this was last asked.
    #[must_use]
    pub fn take_log(&mut self) -> Vec<Line> {
        self.journal.take_unread()
    }

    /// Milliseconds since the lab started: the journal's clock.
    #[must_use]
    pub fn clock(&self, now: Time) -> u64 {
        self.journal.clock(now)
    }

    pub(crate) fn note(&mut self, entry: journal::Entry, now: Time) {
        self.journal.write(entry, now);
    }

    /// Does what follows from a request or an order.
    fn send(&mut self, session: &str, out: Outbox, close_after: Duration, now: Time) {
        let base = self.sessions.get(session).map(Session::base).unwrap_or_default();
        for delivery in out.deliveries {
            let Some(link) = self.links.get_mut(&delivery.to) else { continue };
            let frame = link.say(&delivery.sender, &delivery.message, &base, &mut self.ids);
            if let Some(wire) = link.live_wire() {
                self.outputs.push_back(Output::Send(wire, frame));
            }
        }
        for link in out.closing {
            let Entry::Occupied(mut link) = self.links.entry(link) else { continue };
            match link.get().wire() {
                Some(wire) => link.get_mut().tie = Tie::Closing(wire, now + close_after),
                None => drop(link.remove()),
            }
        }
        out.entries.into_iter().for_each(|entry| self.journal.write(entry, now));
        self.tell_news(session, &out.news, now);
    }

    fn give_up(&mut self, link: LinkId, reason: &str, now: Time) {
        let Some(link) = self.links.remove(&link) else { return };
        let Some(session) = self.sessions.get_mut(&link.session) else { return };
        let Some(client) = session.client_on(link.id).map(|client| client.id.clone()) else { return };
        let mut out = Outbox::default();
        session.leave(&client, reason, &mut out);
        self.send(link.session.as_str(), out, CLOSE_AFTER, now);
    }
}
