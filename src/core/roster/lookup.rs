//! Questions about who is where.

use super::{ConnectionId, LegId, Person, Roster, SessionId, StreamId};

impl Roster {
    /// The durable ID of a connection on a leg.
    pub(in crate::core) fn person_at(&self, leg: LegId, connection: &ConnectionId) -> Option<ConnectionId> {
        self.people.iter().find(|(_, person)| person.at.get(&leg) == Some(connection)).map(|(key, _)| key.clone())
    }

    pub(super) fn person_at_mut(&mut self, leg: LegId, connection: &ConnectionId) -> Option<&mut Person> {
        let key = self.person_at(leg, connection)?;
        self.people.get_mut(&key)
    }

    /// The ID on a leg of somebody with a durable ID.
    pub(in crate::core) fn connection_on(&self, leg: LegId, key: &ConnectionId) -> Option<&ConnectionId> {
        self.people.get(key)?.at.get(&leg)
    }

    /// The durable ID of a stream on a leg.
    pub(in crate::core) fn durable_stream(&self, leg: LegId, stream: &StreamId) -> Option<StreamId> {
        self.streams.iter().find(|(_, entry)| entry.at.get(&leg) == Some(stream)).map(|(key, _)| key.clone())
    }

    /// The ID on a leg of a stream with a durable ID.
    pub(in crate::core) fn stream_on(&self, leg: LegId, key: &StreamId) -> Option<&StreamId> {
        self.streams.get(key)?.at.get(&leg)
    }

    /// Whose stream it is.
    pub(in crate::core) fn owner(&self, key: &StreamId) -> Option<&ConnectionId> {
        Some(&self.streams.get(key)?.person)
    }

    /// This client, by its durable ID.
    pub(in crate::core) fn own(&self) -> Option<&ConnectionId> {
        self.own.as_ref()
    }

    /// Whether the app knows this stream and it has not left.
    pub(in crate::core) fn has_stream(&self, key: &StreamId) -> bool {
        self.streams.contains_key(key)
    }

    /// Streams that the app knows and that are on no leg at the moment.
    pub(in crate::core) fn has_orphans(&self) -> bool {
        self.streams.values().any(|stream| stream.at.is_empty())
    }

    /// The others' connections on a leg.
    pub(in crate::core) fn others_at(&self, leg: LegId) -> impl Iterator<Item = &ConnectionId> {
        self.people
            .iter()
            .filter(|(key, _)| self.own.as_ref() != Some(*key))
            .filter_map(move |(_, person)| person.at.get(&leg))
    }

    /// This client's own connection on a leg.
    pub(in crate::core) fn own_at(&self, leg: LegId) -> Option<&ConnectionId> {
        self.connection_on(leg, self.own.as_ref()?)
    }

    /// This client's connections before the one on a leg, as far as anybody may know them still.
    pub(in crate::core) fn own_before(&self, leg: LegId) -> Vec<ConnectionId> {
        let Some((key, own)) = self.own.as_ref().and_then(|key| Some((key, self.people.get(key)?))) else {
            return Vec::new();
        };
        let elsewhere = own.at.iter().filter(|(other, _)| **other != leg).map(|(_, id)| id);
        let mut before: Vec<ConnectionId> = elsewhere.chain(own.was.iter().rev()).cloned().collect();
        if !before.contains(key) && own.at.get(&leg) != Some(key) {
            before.push(key.clone());
        }
        before
    }

    /// Whether others can tell this client from all who are here by its identity.
    pub(in crate::core) fn is_known_by_identity(&self) -> bool {
        let own = self.own.as_ref().and_then(|own| self.people.get(own)).and_then(|own| own.identity.as_ref());
        own.is_some() && self.people.values().filter(|person| person.identity.as_ref() == own).count() == 1
    }

    /// Whether everybody who is on `old` is on `new` too.
    pub(in crate::core) fn all_arrived(&self, old: LegId, new: LegId) -> bool {
        self.others(old).all(|person| person.at.contains_key(&new))
    }

    /// Whether everybody else who is on `old` has said that they need it no more, now that `new` is there; or, unless
    /// `silent_too`, everybody who has said to be there: whoever has not doesn't speak.
    pub(in crate::core) fn all_settled(&self, old: LegId, new: &SessionId, silent_too: bool) -> bool {
        self.others(old).all(|person| {
            let speaks = person.moved.as_ref().is_some_and(|(to, _)| to == new);
            person.settled.as_ref() == Some(new) || !silent_too && !speaks
        })
    }

    fn others(&self, leg: LegId) -> impl Iterator<Item = &Person> {
        self.people
            .iter()
            .filter(move |(key, person)| self.own.as_ref() != Some(*key) && person.at.contains_key(&leg))
            .map(|(_, person)| person)
    }
}
