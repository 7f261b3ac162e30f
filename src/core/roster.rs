//! Who is who across legs: which connection and which stream on which leg is which person's.
//!
//! The app knows each person and each stream by the ID that it had when the app first heard of it, the *durable* ID.
//! On a successor the same people come back with other IDs. They are recognised by what they said themselves on the
//! old leg ([`Roster::moved`]), else by their identity if it is theirs alone. Who is neither is held back for a
//! moment, in case the word is still on its way, and is then a newcomer: nothing is guessed.

mod lookup;
mod recognition;

use std::time::Duration;

use litemap::LiteMap;

use super::ids::{ConnectionId, LegId, SessionId, StreamId};
use super::protocol::{ConnectionInfo, StreamInfo, VideoType};
use super::time::Time;

/// How long somebody unknown on a successor is held back before the app hears of a newcomer. The word "I have moved"
/// is sent before the first stream is published, so it is late only by what two sockets differ in.
const NEWCOMER_HOLD: Duration = Duration::from_secs(2);

/// What a change of the roster means for the call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// Somebody joined the call.
    PersonJoined(ConnectionId),
    /// Somebody left the call.
    PersonLeft(ConnectionId),
    /// A stream joined the call.
    StreamJoined(StreamId),
    /// A stream left the call.
    StreamLeft(StreamId),
    /// A stream that the app knows has arrived on another leg.
    StreamArrived(StreamId),
}

/// Everybody and everything that is in the call.
#[derive(Debug, Default)]
pub(super) struct Roster {
    people: LiteMap<ConnectionId, Person>,
    streams: LiteMap<StreamId, Stream>,
    /// Connections on a successor that somebody on the old leg said were theirs.
    claims: LiteMap<ConnectionId, Claim>,
    own: Option<ConnectionId>,
    /// The leg on which people come back rather than join.
    successor: Option<LegId>,
}

/// Somebody's word that a connection is theirs.
#[derive(Debug)]
struct Claim {
    person: ConnectionId,
    /// The session that it is in.
    session: SessionId,
}

#[derive(Debug)]
struct Person {
    identity: Option<String>,
    at: LiteMap<LegId, ConnectionId>,
    /// Earlier connections: after a loss, whoever was not cut off has the same one still.
    was: Vec<ConnectionId>,
    standing: Standing,
    /// The successor in which this person has said to see everybody.
    settled: Option<SessionId>,
}

/// Whether the app has heard of somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    Told,
    /// Ourselves, before the SDK has told of our own connection.
    Unseen,
    /// Perhaps somebody whom the app knows already.
    Held {
        until: Time,
    },
}

#[derive(Debug)]
struct Stream {
    person: ConnectionId,
    name: String,
    video_type: VideoType,
    at: LiteMap<LegId, StreamId>,
    /// Earlier streams.
    was: Vec<StreamId>,
    told: bool,
}

impl Roster {
    /// From now on, those who appear on `leg` may be people who are known already.
    pub(super) fn expect(&mut self, leg: LegId) {
        self.successor = Some(leg);
    }

    /// The successor is given up; what people said of themselves still holds for the next attempt.
    pub(super) fn unexpect(&mut self) {
        self.successor = None;
    }

    /// The move to `session` is over: who appears from now on is new. What people said of later sessions still holds.
    pub(super) fn arrived(&mut self, session: &SessionId) {
        self.successor = None;
        self.claims.retain(|_, claim| claim.session != *session);
        for (_, person) in self.people.iter_mut() {
            person.settled.take_if(|settled| settled == session);
        }
    }

    /// This client has this connection on a leg.
    pub(super) fn set_own(&mut self, leg: LegId, connection: &ConnectionId) -> Vec<Change> {
        let seen = self.person_at(leg, connection);
        let Some(own) = self.own.clone() else {
            self.own = Some(seen.unwrap_or_else(|| self.add_person(leg, connection.clone(), None, Standing::Unseen)));
            return Vec::new();
        };
        match seen {
            Some(seen) if seen == own => Vec::new(),
            Some(seen) => self.merge(&seen, &own),
            None => {
                if let Some(person) = self.people.get_mut(&own) {
                    person.at.insert(leg, connection.clone());
                }
                Vec::new()
            }
        }
    }

    /// Somebody connected to a leg.
    pub(super) fn connection_created(&mut self, leg: LegId, info: &ConnectionInfo, now: Time) -> Vec<Change> {
        if let Some(key) = self.person_at(leg, &info.id) {
            return match self.people.get_mut(&key) {
                Some(person) if person.standing == Standing::Unseen => {
                    person.standing = Standing::Told;
                    person.identity.clone_from(&info.identity);
                    vec![Change::PersonJoined(key)]
                }
                _ => Vec::new(),
            };
        }
        if let Some(known) = self.who_had(&info.id) {
            if let Some(person) = self.people.get_mut(&known) {
                // Who is here with another connection already has left a ghost behind, and isn't two people.
                person.at.entry(leg).or_insert_with(|| info.id.clone());
            }
            return Vec::new();
        }
        if self.successor == Some(leg) {
            if let Some(known) = self.recognise(leg, info) {
                if let Some(person) = self.people.get_mut(&known) {
                    person.at.insert(leg, info.id.clone());
                }
                return Vec::new();
            }
            if self.may_be_known(info) {
                let until = now + NEWCOMER_HOLD;
                self.add_person(leg, info.id.clone(), info.identity.clone(), Standing::Held { until });
                return Vec::new();
            }
        }
        let key = self.add_person(leg, info.id.clone(), info.identity.clone(), Standing::Told);
        vec![Change::PersonJoined(key)]
    }

    /// Somebody's connection to a leg ended.
    pub(super) fn connection_destroyed(&mut self, leg: LegId, connection: &ConnectionId) -> Vec<Change> {
        let Some(key) = self.person_at(leg, connection) else {
            return Vec::new();
        };
        let Some(person) = self.people.get_mut(&key) else {
            return Vec::new();
        };
        person.at.remove(&leg);
        if !person.at.is_empty() || self.own.as_ref() == Some(&key) {
            return Vec::new();
        }
        self.remove_person(&key)
    }

    /// Somebody published on a leg.
    pub(super) fn stream_created(&mut self, leg: LegId, info: &StreamInfo, now: Time) -> Vec<Change> {
        let mut changes = self.connection_created(leg, &info.connection, now);
        let Some(person) = self.person_at(leg, &info.connection.id) else {
            return changes;
        };
        if self.durable_stream(leg, &info.id).is_some() {
            return changes;
        }
        if let Some(known) = self.stream_of(&person, leg, info) {
            if let Some(stream) = self.streams.get_mut(&known) {
                stream.at.insert(leg, info.id.clone());
            }
            changes.push(Change::StreamArrived(known));
            return changes;
        }
        let told = self.people.get(&person).is_some_and(|p| p.standing == Standing::Told);
        self.streams.insert(
            info.id.clone(),
            Stream {
                person,
                name: info.name.clone(),
                video_type: info.video_type,
                at: only(leg, info.id.clone()),
                was: Vec::new(),
                told,
            },
        );
        if told {
            changes.push(Change::StreamJoined(info.id.clone()));
        }
        changes
    }

    /// A stream on a leg ended. Returns its durable ID too, if it is known.
    pub(super) fn stream_destroyed(&mut self, leg: LegId, stream: &StreamId) -> (Option<StreamId>, Vec<Change>) {
        let Some(key) = self.durable_stream(leg, stream) else {
            return (None, Vec::new());
        };
        let Some(entry) = self.streams.get_mut(&key) else {
            return (None, Vec::new());
        };
        entry.at.remove(&leg);
        if !entry.at.is_empty() {
            return (Some(key), Vec::new());
        }
        let told = entry.told;
        self.streams.remove(&key);
        let changes = if told { vec![Change::StreamLeft(key.clone())] } else { Vec::new() };
        (Some(key), changes)
    }

    /// Somebody said on leg `old` that a connection on the successor is theirs.
    pub(super) fn moved(
        &mut self,
        old: LegId,
        from: &ConnectionId,
        session: SessionId,
        connection: &ConnectionId,
    ) -> Vec<Change> {
        let Some(key) = self.person_at(old, from) else {
            return Vec::new();
        };
        self.claims.entry(connection.clone()).or_insert_with(|| Claim { person: key.clone(), session });
        let Some(leg) = self.successor else {
            return Vec::new();
        };
        match self.person_at(leg, connection) {
            Some(held) if held != key && self.fits(&held, &key, leg) => self.merge(&held, &key),
            _ => Vec::new(),
        }
    }

    /// Somebody said on leg `old` that they need it no more, because they see everybody in `to`.
    pub(super) fn settled(&mut self, old: LegId, from: &ConnectionId, to: SessionId) {
        if let Some(key) = self.person_at(old, from)
            && let Some(person) = self.people.get_mut(&key)
        {
            person.settled = Some(to);
        }
    }

    /// A leg is gone. Those who were on it alone stay until [`Roster::bury`], in case they come back on another; only
    /// whoever the app has never heard of is forgotten at once.
    pub(super) fn drop_leg(&mut self, leg: LegId) {
        for (_, person) in self.people.iter_mut() {
            remember(&mut person.was, person.at.remove(&leg));
        }
        for (_, stream) in self.streams.iter_mut() {
            remember(&mut stream.was, stream.at.remove(&leg));
        }
        self.people.retain(|_, person| !(person.at.is_empty() && matches!(person.standing, Standing::Held { .. })));
        self.streams.retain(|_, stream| stream.told || !stream.at.is_empty());
    }

    /// Whoever is on no leg has left the call.
    pub(super) fn bury(&mut self) -> Vec<Change> {
        let gone: Vec<StreamId> =
            self.streams.iter().filter(|(_, s)| s.at.is_empty()).map(|(key, _)| key.clone()).collect();
        let mut changes = Vec::new();
        for key in gone {
            if self.streams.remove(&key).is_some_and(|stream| stream.told) {
                changes.push(Change::StreamLeft(key));
            }
        }
        let gone: Vec<ConnectionId> = self
            .people
            .iter()
            .filter(|(key, person)| person.at.is_empty() && self.own.as_ref() != Some(*key))
            .map(|(key, _)| key.clone())
            .collect();
        for key in gone {
            changes.extend(self.remove_person(&key));
        }
        changes
    }

    /// The call is over: forgets everybody.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    /// The next moment at which somebody held back becomes a newcomer.
    pub(super) fn poll_timeout(&self) -> Option<Time> {
        self.people
            .values()
            .filter_map(|person| match person.standing {
                Standing::Held { until } => Some(until),
                Standing::Told | Standing::Unseen => None,
            })
            .min()
    }

    /// Those held back for long enough are newcomers.
    pub(super) fn handle_timeout(&mut self, now: Time) -> Vec<Change> {
        let due: Vec<ConnectionId> = self
            .people
            .iter()
            .filter(|(_, p)| matches!(p.standing, Standing::Held { until } if until <= now))
            .map(|(key, _)| key.clone())
            .collect();
        let mut changes = Vec::new();
        for key in due {
            if let Some(person) = self.people.get_mut(&key) {
                person.standing = Standing::Told;
            }
            changes.push(Change::PersonJoined(key.clone()));
            for (id, stream) in &mut self.streams {
                if stream.person == key && !stream.told {
                    stream.told = true;
                    changes.push(Change::StreamJoined(id.clone()));
                }
            }
        }
        changes
    }

    fn add_person(
        &mut self,
        leg: LegId,
        id: ConnectionId,
        identity: Option<String>,
        standing: Standing,
    ) -> ConnectionId {
        let person = Person { identity, at: only(leg, id.clone()), was: Vec::new(), standing, settled: None };
        self.people.insert(id.clone(), person);
        id
    }

    /// Somebody left, and whatever of theirs is still there with them.
    fn remove_person(&mut self, key: &ConnectionId) -> Vec<Change> {
        let theirs = self.streams.iter().filter(|(_, stream)| stream.person == *key && stream.told);
        let mut changes: Vec<Change> = theirs.map(|(id, _)| Change::StreamLeft(id.clone())).collect();
        self.streams.retain(|_, stream| stream.person != *key);
        if let Some(Person { standing: Standing::Told, .. }) = self.people.remove(key) {
            changes.push(Change::PersonLeft(key.clone()));
        }
        changes
    }
}

/// The ID on one leg. (Collecting a map would bring along a sort for each kind: 5 % of the wasm module.)
fn only<T>(leg: LegId, id: T) -> LiteMap<LegId, T> {
    let mut at = LiteMap::new();
    at.insert(leg, id);
    at
}

/// Notes an earlier ID; what is older than a few legs can't come back.
fn remember<T>(was: &mut Vec<T>, id: Option<T>) {
    was.extend(id);
    if was.len() > 4 {
        was.remove(0);
    }
}
