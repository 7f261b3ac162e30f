//! What an app server, or the service itself, does with sessions.

use std::fmt;
use std::time::Duration;

use super::{CLOSE_AFTER, Lab, Output};
use crate::id::{ConnectionId, LinkId, SessionId};
use crate::journal::Entry;
use crate::link::Tie;
use crate::raptor::SignalContent;
use crate::session::{Client, Mode, Outbox, Session};
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

/// What a rotation did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rotation {
    /// How many clients were disconnected by force.
    pub disconnected: usize,
    /// How many were told to migrate.
    pub migrated: usize,
    /// The generation of servers from now on.
    pub generation: u32,
}

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

    /// Rotates the servers of a session: everybody (or the one named) is disconnected by force; with `migrate`, those
    /// who can are told to migrate instead.
    ///
    /// # Errors
    ///
    /// There is no such session or client.
    pub fn rotate(
        &mut self,
        session: &str,
        connection: Option<&str>,
        how: &Rotating<'_>,
        now: Time,
    ) -> Result<Rotation, Missing> {
        let clients = self.pick_clients(session, connection)?;
        let (migrating, going) = clients.into_iter().partition(|client| how.migrate && client.can_migrate());
        let [migrating, going] = [migrating, going].map(ids);
        let rotated = self.sessions.get_mut(session).ok_or_else(|| Missing::Session(session.to_owned()))?;
        rotated.generation += 1;
        let generation = rotated.generation;
        let mut out = Outbox::default();
        rotated.notify(&migrating, how.reason, &mut out);
        rotated.disconnect(&going, how.reason, how.others, &mut out);
        self.send(session, out, how.close_after, now);
        Ok(Rotation { disconnected: going.len(), migrated: migrating.len(), generation })
    }

    /// Tells clients that can to migrate; with `force`, those that can't, too. Unless `same_server`, session info names
    /// another socket from now on. Says how many were told, and the generation.
    ///
    /// # Errors
    ///
    /// There is no such session or client.
    pub fn notify(
        &mut self,
        session: &str,
        connection: Option<&str>,
        how: &Notifying<'_>,
        now: Time,
    ) -> Result<(usize, u32), Missing> {
        let clients = self.pick_clients(session, connection)?;
        let told = ids(clients.into_iter().filter(|client| how.force || client.can_migrate()).collect());
        let notified = self.sessions.get_mut(session).ok_or_else(|| Missing::Session(session.to_owned()))?;
        notified.generation += u32::from(!how.same_server);
        let generation = notified.generation;
        let mut out = Outbox::default();
        notified.notify(&told, how.reason, &mut out);
        self.send(session, out, CLOSE_AFTER, now);
        Ok((told.len(), generation))
    }

    /// Signals as an app server does: without a sender. Says to how many.
    ///
    /// # Errors
    ///
    /// There is no such session or client.
    pub fn signal(
        &mut self,
        session: &str,
        connection: Option<&str>,
        content: &SignalContent,
        now: Time,
    ) -> Result<usize, Missing> {
        let told = self.pick(session, connection)?;
        let mut out = Outbox::default();
        if let Some(signalled) = self.sessions.get(session) {
            signalled.signal(&told, content, &mut self.ids, &mut out);
        }
        self.send(session, out, CLOSE_AFTER, now);
        Ok(told.len())
    }

    /// Disconnects by force and tells those who stay, on the same servers. Says how many.
    ///
    /// # Errors
    ///
    /// There is no such session or client.
    pub fn kick(&mut self, session: &str, connection: Option<&str>, reason: &str, now: Time) -> Result<usize, Missing> {
        let going = self.pick(session, connection)?;
        let mut out = Outbox::default();
        if let Some(kicking) = self.sessions.get_mut(session) {
            kicking.disconnect(&going, reason, false, &mut out);
        }
        self.send(session, out, CLOSE_AFTER, now);
        Ok(going.len())
    }

    /// Drops sockets: without a word, or closed with this code. With `old`, those that migrated clients still hold to
    /// the servers they left. Says how many.
    ///
    /// # Errors
    ///
    /// There is no such session or client.
    pub fn drop_sockets(
        &mut self,
        session: &str,
        connection: Option<&str>,
        code: Option<u16>,
        old: bool,
    ) -> Result<usize, Missing> {
        let clients = self.pick_clients(session, connection)?;
        let links: Vec<LinkId> = if old {
            let left = |link: LinkId| clients.iter().all(|client| client.link != link);
            let named = |id: &ConnectionId| clients.iter().any(|client| &client.id == id);
            let links = self.links.values().filter(|link| link.session.as_str() == session && left(link.id));
            links.filter(|link| link.connection.as_ref().is_some_and(named)).map(|link| link.id).collect()
        } else {
            clients.iter().map(|client| client.link).collect()
        };
        let wires: Vec<_> = links.iter().filter_map(|link| self.links.get(link)?.wire()).collect();
        let end = |wire: &_| code.map_or(Output::Cut(*wire), |code| Output::Close(*wire, code));
        self.outputs.extend(wires.iter().map(end));
        Ok(wires.len())
    }

    /// Forgets clients: the others are told that they are gone, and when they come back they are told that they are
    /// unknown. Says how many.
    ///
    /// # Errors
    ///
    /// There is no such session or client.
    pub fn forget(&mut self, session: &str, connection: Option<&str>, now: Time) -> Result<usize, Missing> {
        let links: Vec<LinkId> = self.pick_clients(session, connection)?.iter().map(|client| client.link).collect();
        for link in &links {
            let wire = self.links.get(link).and_then(crate::link::Link::wire);
            self.give_up(*link, "networkDisconnected", now);
            self.outputs.extend(wire.map(Output::Cut));
        }
        Ok(links.len())
    }

    /// Plays dead on sockets that stay open, or stops playing dead. Says on how many.
    ///
    /// # Errors
    ///
    /// There is no such session or client.
    pub fn freeze(&mut self, session: &str, connection: Option<&str>, on: bool) -> Result<usize, Missing> {
        let links: Vec<LinkId> = self.pick_clients(session, connection)?.iter().map(|client| client.link).collect();
        for link in &links {
            let Some(link) = self.links.get_mut(link) else { continue };
            link.frozen = on;
            if let Some(wire) = link.live_wire() {
                self.outputs.extend(link.unacknowledged().map(|frame| Output::Send(wire, frame.clone())));
            }
        }
        Ok(links.len())
    }

    /// Whether a client has a socket that stands.
    #[must_use]
    pub fn is_open(&self, client: &Client) -> bool {
        self.links.get(&client.link).is_some_and(|link| matches!(link.tie, Tie::Up(_)))
    }

    fn pick_clients(&self, session: &str, connection: Option<&str>) -> Result<Vec<&Client>, Missing> {
        let session = self.session(session)?;
        let Some(name) = connection else { return Ok(session.clients().iter().collect()) };
        let missing = || Missing::Connection { session: session.id.clone(), connection: name.to_owned() };
        Ok(vec![session.client(name).ok_or_else(missing)?])
    }
}

/// How servers rotate.
#[derive(Clone, Copy, Debug)]
pub struct Rotating<'a> {
    /// The reason that clients are given; `serverRotation` is the service's.
    pub reason: &'a str,
    /// Whether each client is told first that everybody else is gone.
    pub others: bool,
    /// Whether those who can are told to migrate instead.
    pub migrate: bool,
    /// How long sockets stay open after they were told.
    pub close_after: Duration,
}

/// How clients are told to migrate.
#[derive(Clone, Copy, Debug)]
pub struct Notifying<'a> {
    /// The reason that clients are given; only `serverRotation` makes the SDK migrate.
    pub reason: &'a str,
    /// Whether those that can't migrate are told, too.
    pub force: bool,
    /// Whether session info goes on naming the same socket.
    pub same_server: bool,
}

fn ids(clients: Vec<&Client>) -> Vec<ConnectionId> {
    clients.into_iter().map(|client| client.id.clone()).collect()
}
