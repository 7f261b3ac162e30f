//! Who is who across legs: which connection and which stream on which leg is which person's.
//!
//! The app knows each person and each stream by the ID that it had when the app first heard of it, the *durable* ID.
//! On a successor the same people come back with other IDs. They are recognised by their identity if it is theirs alone,
//! else by their own words: on the old leg, which connection is theirs in the successor ([`Roster::moved`]), and in the
//! successor, which was theirs before ([`Roster::was`]). One of them could be anybody's; together they can't. Who is
//! neither is held back for a moment, in case a word is still on its way, and is then a newcomer: nothing is guessed.

mod absence;
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
    /// A stream that the app knows has gone from a leg: it is on another one, or may come back.
    StreamAway { stream: StreamId, leg: LegId },
    /// A stream that the app knows has arrived on another leg, or has come back.
    StreamArrived(StreamId),
    /// This connection has said to be somebody, or somebody to be this connection, and the other one doesn't say so.
    Unconfirmed(ConnectionId),
}

/// Everybody and everything that is in the call.
#[derive(Debug, Default)]
pub(super) struct Roster {
    people: LiteMap<ConnectionId, Person>,
    streams: LiteMap<StreamId, Stream>,
    own: Option<ConnectionId>,
    /// The leg on which people come back rather than join.
    successor: Option<LegId>,
}

#[derive(Debug)]
struct Person {
    identity: Option<String>,
    at: LiteMap<LegId, ConnectionId>,
    /// Earlier connections: after a loss, whoever was not cut off has the same one still.
    was: Vec<ConnectionId>,
    standing: Standing,
    /// Until when this person, who is on no leg, may come back before the app hears that they left.
    absent: Option<Time>,
    /// Whether this person has said to come back with another connection.
    returning: bool,
    /// The successor in which this person has said to see everybody.
    settled: Option<SessionId>,
    /// The connection in a successor that this person has said to be theirs, the last one.
    moved: Option<(SessionId, ConnectionId)>,
    /// The connections that this person has said to have had before.
    says_was: Vec<ConnectionId>,
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
    /// Until when it may come back before the app hears that it has ended.
    absent: Option<Time>,
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
        for (_, person) in self.people.iter_mut() {
            person.settled.take_if(|settled| settled == session);
            person.moved.take_if(|(to, _)| to == session);
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
        // Who is here with another connection already has left a ghost behind, and isn't two people.
        if let Some(known) = self.who_had(&info.id).or_else(|| self.recognise(leg, info)) {
            let is_newer = self.people.get(&known).is_some_and(|person| person.is_newer(&known, leg, &info.id));
            let changes = if is_newer { self.lay(leg, &known, now) } else { Vec::new() };
            if let Some(person) = self.people.get_mut(&known) {
                person.at.entry(leg).or_insert_with(|| info.id.clone());
            }
            self.returned(&known, now);
            return changes;
        }
        if let Some(hold) = self.hold(leg, info) {
            let until = now + hold;
            self.add_person(leg, info.id.clone(), info.identity.clone(), Standing::Held { until });
            return Vec::new();
        }
        let key = self.add_person(leg, info.id.clone(), info.identity.clone(), Standing::Told);
        vec![Change::PersonJoined(key)]
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
                stream.absent = None;
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
                absent: None,
            },
        );
        if told {
            changes.push(Change::StreamJoined(info.id.clone()));
        }
        changes
    }

    /// Somebody said on leg `old` that a connection on the successor is theirs.
    pub(super) fn moved(&mut self, old: LegId, from: &ConnectionId, to: SessionId, connection: ConnectionId) {
        if let Some(person) = self.person_at_mut(old, from) {
            person.moved = Some((to, connection));
        }
    }

    /// Somebody said on a leg what their connection was before they came, or came back, to it.
    pub(super) fn was(&mut self, leg: LegId, from: &ConnectionId, before: Vec<ConnectionId>) {
        if let Some(person) = self.person_at_mut(leg, from) {
            person.says_was = before;
        }
    }

    /// Somebody said on leg `old` that they need it no more, because they see everybody in `to`.
    pub(super) fn settled(&mut self, old: LegId, from: &ConnectionId, to: SessionId) {
        if let Some(person) = self.person_at_mut(old, from) {
            person.settled = Some(to);
        }
    }

    /// Somebody said on a leg that they give their connection up to come back with another.
    pub(super) fn returning(&mut self, leg: LegId, from: &ConnectionId) {
        if let Some(person) = self.person_at_mut(leg, from) {
            person.returning = true;
        }
    }

    /// A leg is gone. Those who were on it alone stay until [`Roster::bury`], in case they come back on another, and so do
    /// those who were absent, if it was this client's last one; only whoever the app has never heard of is forgotten at
    /// once.
    pub(super) fn drop_leg(&mut self, leg: LegId) {
        for (_, person) in self.people.iter_mut() {
            remember(&mut person.was, person.at.remove(&leg));
        }
        for (_, stream) in self.streams.iter_mut() {
            remember(&mut stream.was, stream.at.remove(&leg));
        }
        self.people.retain(|_, person| !(person.at.is_empty() && matches!(person.standing, Standing::Held { .. })));
        self.streams.retain(|_, stream| stream.told || !stream.at.is_empty());
        if self.own.as_ref().and_then(|own| self.people.get(own)).is_some_and(|own| own.at.is_empty()) {
            // Nobody can be seen to come back by who is away too.
            self.people.iter_mut().for_each(|(_, person)| person.absent = None);
            self.streams.iter_mut().for_each(|(_, stream)| stream.absent = None);
        }
    }

    /// Whoever is on no leg has left the call, but for those who have time left to come back.
    pub(super) fn bury(&mut self, now: Time) -> Vec<Change> {
        let mut changes = self.believe(now);
        changes.extend(self.remove(
            |stream| stream.at.is_empty() && stream.absent.is_none(),
            |person| person.at.is_empty() && person.absent.is_none(),
        ));
        changes
    }

    /// The call is over: forgets everybody.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    /// The next moment at which somebody held back becomes a newcomer, or somebody absent has left.
    pub(super) fn poll_timeout(&self) -> Option<Time> {
        let held = self.people.values().filter_map(|person| match person.standing {
            Standing::Held { until } => Some(until),
            Standing::Told | Standing::Unseen => None,
        });
        held.chain(self.absences()).min()
    }

    /// Those held back for long enough are newcomers; those absent for long enough have left.
    pub(super) fn handle_timeout(&mut self, now: Time) -> Vec<Change> {
        let mut changes = self.bury_overdue(now);
        changes.extend(self.welcome(now));
        changes
    }

    fn welcome(&mut self, now: Time) -> Vec<Change> {
        let due: Vec<ConnectionId> = self
            .people
            .iter()
            .filter(|(_, p)| matches!(p.standing, Standing::Held { until } if until <= now))
            .map(|(key, _)| key.clone())
            .collect();
        let mut changes = Vec::new();
        for key in due {
            if self.is_unconfirmed(&key) {
                changes.push(Change::Unconfirmed(key.clone()));
            }
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
        let at = only(leg, id.clone());
        let person = Person {
            identity,
            at,
            was: Vec::new(),
            standing,
            absent: None,
            returning: false,
            settled: None,
            moved: None,
            says_was: Vec::new(),
        };
        self.people.insert(id.clone(), person);
        id
    }

    /// Streams and people that have left.
    fn remove(&mut self, stream: impl Fn(&Stream) -> bool, person: impl Fn(&Person) -> bool) -> Vec<Change> {
        let gone: Vec<StreamId> = self.streams.iter().filter(|(_, s)| stream(s)).map(|(key, _)| key.clone()).collect();
        let mut changes = Vec::new();
        for key in gone {
            if self.streams.remove(&key).is_some_and(|stream| stream.told) {
                changes.push(Change::StreamLeft(key));
            }
        }
        let others = self.people.iter().filter(|(key, _)| self.own.as_ref() != Some(*key));
        let gone: Vec<ConnectionId> = others.filter(|(_, p)| person(p)).map(|(key, _)| key.clone()).collect();
        for key in gone {
            changes.extend(self.remove_person(&key));
        }
        changes
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

/// Notes an earlier ID, once; what is older than a few legs can't come back.
fn remember<T: PartialEq>(was: &mut Vec<T>, id: Option<T>) {
    was.extend(id.filter(|id| !was.contains(id)));
    if was.len() > 4 {
        was.remove(0);
    }
}
