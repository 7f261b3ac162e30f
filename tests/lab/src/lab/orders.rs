//! What the lab is told to do to the clients of a session.

use std::time::Duration;

use super::{CLOSE_AFTER, Lab, Missing, Output};
use crate::id::{ConnectionId, LinkId};
use crate::journal::Entry;
use crate::link::Link;
use crate::raptor::{Mute, SignalContent};
use crate::session::{Client, Outbox, SERVER_ROTATION};
use crate::time::Time;

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

impl Default for Rotating<'_> {
    fn default() -> Self {
        Self { reason: SERVER_ROTATION, others: false, migrate: false, close_after: CLOSE_AFTER }
    }
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
    /// Rotates the servers of a session: everybody (or the one named) is disconnected by force; with `migrate`, those
    /// who can are told to migrate instead. Services don't move: they end, unless only one client is meant.
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
        if connection.is_none() {
            self.stop_services(session, now);
        }
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
        if connection.is_none() && !how.same_server {
            self.stop_services(session, now);
        }
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
            let (kind, data) = (content.kind.clone(), content.data.clone());
            let (session, connection) = (signalled.id.clone(), connection.map(Into::into));
            out.entries.push(Entry::AppSignal { session, connection, kind, data, sent: told.len() });
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

    /// Mutes a stream, or all but those spared. Says whether there was anything to mute.
    ///
    /// # Errors
    ///
    /// There is no such session.
    pub fn mute(&mut self, session: &str, stream: Option<&str>, mute: Mute, now: Time) -> Result<bool, Missing> {
        let muted = self.sessions.get_mut(session).ok_or_else(|| Missing::Session(session.to_owned()))?;
        let mut out = Outbox::default();
        let found = match stream {
            Some(stream) => muted.mute_stream(stream.into(), mute, &mut out),
            None => {
                muted.mute(mute, &mut out);
                true
            }
        };
        self.send(session, out, CLOSE_AFTER, now);
        Ok(found)
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
            let wire = self.links.get(link).and_then(Link::wire);
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
}

fn ids(clients: Vec<&Client>) -> Vec<ConnectionId> {
    clients.into_iter().map(|client| client.id.clone()).collect()
}
