//! Who is who across legs: which connection and which stream on which leg is which person's.
//!
//! The app knows each person and each stream by the ID that it had when the app first heard of it, the *durable* ID.
//! On a successor the same people come back with other IDs. They are recognised by what they said themselves on the
//! old leg ([`Roster::moved`]), else by their identity if it is theirs alone. Who is neither is held back for a
//! moment, in case the word is still on its way, and is then a newcomer: nothing is guessed.

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
    claims: LiteMap<ConnectionId, ConnectionId>,
    own: Option<ConnectionId>,
    /// The leg on which people come back rather than join.
    successor: Option<LegId>,
}

#[derive(Debug)]
struct Person {
    identity: Option<String>,
    at: LiteMap<LegId, ConnectionId>,
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

    /// The move is over: who appears from now on is new.
    pub(super) fn expect_nobody(&mut self) {
        self.successor = None;
        self.claims.clear();
        for (_, person) in self.people.iter_mut() {
            person.settled = None;
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
                    vec![Change::PersonJoined(key)]
                }
                _ => Vec::new(),
            };
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
                at: LiteMap::from_iter([(leg, info.id.clone())]),
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
    pub(super) fn moved(&mut self, old: LegId, from: &ConnectionId, connection: &ConnectionId) -> Vec<Change> {
        let Some(key) = self.person_at(old, from) else {
            return Vec::new();
        };
        self.claims.entry(connection.clone()).or_insert_with(|| key.clone());
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

    /// A leg is gone. Those who were on it alone stay until [`Roster::bury`], in case they come back on another.
    pub(super) fn drop_leg(&mut self, leg: LegId) {
        for (_, person) in self.people.iter_mut() {
            person.at.remove(&leg);
        }
        for (_, stream) in self.streams.iter_mut() {
            stream.at.remove(&leg);
        }
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

    /// The durable ID of a connection on a leg.
    pub(super) fn person_at(&self, leg: LegId, connection: &ConnectionId) -> Option<ConnectionId> {
        self.people.iter().find(|(_, person)| person.at.get(&leg) == Some(connection)).map(|(key, _)| key.clone())
    }

    /// The ID on a leg of somebody with a durable ID.
    pub(super) fn connection_on(&self, leg: LegId, key: &ConnectionId) -> Option<&ConnectionId> {
        self.people.get(key)?.at.get(&leg)
    }

    /// The durable ID of a stream on a leg.
    pub(super) fn durable_stream(&self, leg: LegId, stream: &StreamId) -> Option<StreamId> {
        self.streams.iter().find(|(_, entry)| entry.at.get(&leg) == Some(stream)).map(|(key, _)| key.clone())
    }

    /// The ID on a leg of a stream with a durable ID.
    pub(super) fn stream_on(&self, leg: LegId, key: &StreamId) -> Option<&StreamId> {
        self.streams.get(key)?.at.get(&leg)
    }

    /// Whether the app knows this stream and it has not left.
    pub(super) fn has_stream(&self, key: &StreamId) -> bool {
        self.streams.contains_key(key)
    }

    /// Streams that the app knows and that are on no leg at the moment.
    pub(super) fn has_orphans(&self) -> bool {
        self.streams.values().any(|stream| stream.at.is_empty())
    }

    /// The others' connections on a leg.
    pub(super) fn others_at(&self, leg: LegId) -> impl Iterator<Item = &ConnectionId> {
        self.people
            .iter()
            .filter(|(key, _)| self.own.as_ref() != Some(*key))
            .filter_map(move |(_, person)| person.at.get(&leg))
    }

    /// This client's own connection on a leg.
    pub(super) fn own_at(&self, leg: LegId) -> Option<&ConnectionId> {
        self.connection_on(leg, self.own.as_ref()?)
    }

    /// Whether everybody who is on `old` is on `new` too.
    pub(super) fn all_arrived(&self, old: LegId, new: LegId) -> bool {
        self.others(old).all(|person| person.at.contains_key(&new))
    }

    /// Whether everybody else who is on `old` has said that they need it no more, now that `new` is there.
    pub(super) fn all_settled(&self, old: LegId, new: &SessionId) -> bool {
        self.others(old).all(|person| person.settled.as_ref() == Some(new))
    }

    fn others(&self, leg: LegId) -> impl Iterator<Item = &Person> {
        self.people
            .iter()
            .filter(move |(key, person)| self.own.as_ref() != Some(*key) && person.at.contains_key(&leg))
            .map(|(_, person)| person)
    }

    fn add_person(
        &mut self,
        leg: LegId,
        id: ConnectionId,
        identity: Option<String>,
        standing: Standing,
    ) -> ConnectionId {
        let person = Person { identity, at: LiteMap::from_iter([(leg, id.clone())]), standing, settled: None };
        self.people.insert(id.clone(), person);
        id
    }

    fn remove_person(&mut self, key: &ConnectionId) -> Vec<Change> {
        match self.people.remove(key) {
            Some(Person { standing: Standing::Told, .. }) => vec![Change::PersonLeft(key.clone())],
            _ => Vec::new(),
        }
    }

    /// Whose new connection this is, if that is certain.
    fn recognise(&self, leg: LegId, info: &ConnectionInfo) -> Option<ConnectionId> {
        if let Some(key) = self.claims.get(&info.id)
            && let Some(person) = self.people.get(key)
            && !person.at.contains_key(&leg)
            && compatible(person.identity.as_ref(), info.identity.as_ref())
        {
            return Some(key.clone());
        }
        let identity = info.identity.as_ref()?;
        let mut candidates =
            self.people.iter().filter(|(_, p)| p.identity.as_ref() == Some(identity) && !p.at.contains_key(&leg));
        let (key, _) = candidates.next()?;
        candidates.next().is_none().then(|| key.clone())
    }

    /// Whether the word that this is somebody known may still be on its way.
    fn may_be_known(&self, info: &ConnectionInfo) -> bool {
        self.people.values().any(|person| {
            let waiting = self.successor.is_some_and(|leg| !person.at.contains_key(&leg));
            waiting && compatible(person.identity.as_ref(), info.identity.as_ref())
        })
    }

    fn fits(&self, held: &ConnectionId, known: &ConnectionId, leg: LegId) -> bool {
        let (Some(held), Some(known)) = (self.people.get(held), self.people.get(known)) else {
            return false;
        };
        held.standing != Standing::Told
            && !known.at.contains_key(&leg)
            && compatible(held.identity.as_ref(), known.identity.as_ref())
    }

    /// What was held back as `held` is the known person `known`.
    fn merge(&mut self, held: &ConnectionId, known: &ConnectionId) -> Vec<Change> {
        let Some(person) = self.people.remove(held) else {
            return Vec::new();
        };
        if let Some(known) = self.people.get_mut(known) {
            known.at.extend(person.at);
        }
        let theirs: Vec<StreamId> =
            self.streams.iter().filter(|(_, stream)| stream.person == *held).map(|(key, _)| key.clone()).collect();
        let mut changes = Vec::new();
        for key in theirs {
            let Some(stream) = self.streams.remove(&key) else { continue };
            changes.push(self.adopt(key, stream, known));
        }
        changes
    }

    /// A stream held back belongs to `known`: it is one of the streams already known, or a new one of theirs.
    fn adopt(&mut self, key: StreamId, mut stream: Stream, known: &ConnectionId) -> Change {
        let same = self.streams.iter().find(|(_, other)| {
            other.person == *known
                && other.video_type == stream.video_type
                && other.name == stream.name
                && other.at.keys().all(|leg| !stream.at.contains_key(leg))
        });
        if let Some(same) = same.map(|(same, _)| same.clone())
            && let Some(other) = self.streams.get_mut(&same)
        {
            other.at.extend(std::mem::take(&mut stream.at));
            return Change::StreamArrived(same);
        }
        stream.person = known.clone();
        stream.told = true;
        self.streams.insert(key.clone(), stream);
        Change::StreamJoined(key)
    }

    /// Which of a person's streams this is on another leg.
    fn stream_of(&self, person: &ConnectionId, leg: LegId, info: &StreamInfo) -> Option<StreamId> {
        self.streams
            .iter()
            .find(|(_, stream)| {
                stream.person == *person
                    && stream.video_type == info.video_type
                    && stream.name == info.name
                    && !stream.at.contains_key(&leg)
            })
            .map(|(key, _)| key.clone())
    }
}

/// Whether two identities can be one person's: an unknown one can be anybody's.
fn compatible(one: Option<&String>, other: Option<&String>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => one == other,
        _ => true,
    }
}
