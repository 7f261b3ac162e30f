//! Who is gone, and may come back.
//!
//! People whose servers were rotated, or whose network failed, come back by themselves, with another connection; whoever
//! was not cut off sees them leave and come. The app does not: their tiles keep the last picture until they are back, and
//! only who takes too long has left.
//!
//! Whoever comes back is recognised as on a successor, by an identity of their own. And there may be nobody to come back:
//! the server may not know yet that a connection is dead, and show a *ghost* beside the person. Then their own word
//! decides ([`Roster::was`]), which is believed of those only who have the ghost's identity.

use std::time::Duration;

use super::{Change, ConnectionId, LegId, Person, Roster, Standing, StreamId, Time, remember};

/// How long somebody may take to come back. A recovery takes a second or two, and a few more where its first attempt
/// fails.
const RETURN_HOLD: Duration = Duration::from_secs(10);

/// How long a stream may take to come back whose person is there. The SDK tells of the end of somebody's streams first,
/// and of their connection's within the same moment.
const STREAM_HOLD: Duration = Duration::from_secs(2);

/// How long somebody with the identity of one who is there is held back. Who comes back says so with the first word on the
/// new connection; a second device of the same person waits in vain, and is told of this much later.
pub(super) const GHOST_HOLD: Duration = Duration::from_secs(1);

impl Roster {
    /// Somebody's connection to a leg ended.
    pub(in crate::core) fn connection_destroyed(
        &mut self,
        leg: LegId,
        connection: &ConnectionId,
        may_return: bool,
        now: Time,
    ) -> Vec<Change> {
        let Some(key) = self.person_at(leg, connection) else {
            return Vec::new();
        };
        let Some(person) = self.people.get_mut(&key) else {
            return Vec::new();
        };
        remember(&mut person.was, person.at.remove(&leg));
        if !person.at.is_empty() || self.own.as_ref() == Some(&key) {
            return Vec::new();
        }
        if !(may_return || person.returning) || person.standing != Standing::Told {
            return self.remove_person(&key);
        }
        let until = now + RETURN_HOLD;
        person.absent = Some(until);
        for (_, stream) in self.streams.iter_mut().filter(|(_, stream)| stream.person == key && stream.at.is_empty()) {
            stream.absent = Some(until);
        }
        Vec::new()
    }

    /// A stream on a leg ended.
    pub(in crate::core) fn stream_destroyed(
        &mut self,
        leg: LegId,
        stream: &StreamId,
        may_return: bool,
        now: Time,
    ) -> Vec<Change> {
        let Some(key) = self.durable_stream(leg, stream) else {
            return Vec::new();
        };
        let Some(entry) = self.streams.get_mut(&key) else {
            return Vec::new();
        };
        remember(&mut entry.was, entry.at.remove(&leg));
        if entry.at.is_empty() {
            let may_return = may_return || self.people.get(&entry.person).is_some_and(|person| person.returning);
            if !entry.told {
                self.streams.remove(&key);
                return Vec::new();
            }
            if !may_return {
                self.streams.remove(&key);
                return vec![Change::StreamLeft(key)];
            }
            entry.absent = Some(now + STREAM_HOLD);
        }
        vec![Change::StreamAway { stream: key, leg }]
    }

    /// Whether somebody's new connection on a leg may be a person's who is said to be somewhere else, or nowhere.
    pub(super) fn is_missing(&self, leg: LegId, person: &Person) -> bool {
        !person.at.contains_key(&leg) && (self.successor == Some(leg) || person.absent.is_some())
    }

    /// Whether a connection on a leg with this identity may be a person's whose old one there is a ghost, or a ghost
    /// itself: one person there has it, and nobody else. This client leaves none unless it has been cut off.
    pub(super) fn may_leave_a_ghost(&self, leg: LegId, identity: Option<&String>) -> bool {
        let Some(identity) = identity else { return false };
        let mut same = self.people.iter().filter(|(_, person)| person.identity.as_ref() == Some(identity));
        let Some((key, person)) = same.next() else { return false };
        let may_leave_one = self.own.as_ref() != Some(key) || !person.was.is_empty();
        same.next().is_none() && may_leave_one && person.at.contains_key(&leg)
    }

    /// Until when the absent may come back.
    pub(super) fn absences(&self) -> impl Iterator<Item = Time> {
        let streams = self.streams.values().filter_map(|stream| stream.absent);
        self.people.values().filter_map(|person| person.absent).chain(streams)
    }

    /// Whoever has been absent for too long has left.
    pub(super) fn bury_overdue(&mut self, now: Time) -> Vec<Change> {
        let overdue = |absent: Option<Time>| absent.is_some_and(|until| until <= now);
        self.remove(|stream| overdue(stream.absent), |person| overdue(person.absent))
    }

    /// Somebody is here again. Their pictures have as long to come as they had themselves.
    pub(super) fn returned(&mut self, key: &ConnectionId, now: Time) {
        if let Some(person) = self.people.get_mut(key) {
            person.absent = None;
            person.returning = false;
        }
        for (_, stream) in self.streams.iter_mut().filter(|(_, stream)| stream.person == *key) {
            if let Some(until) = &mut stream.absent {
                *until = (now + RETURN_HOLD).max(*until);
            }
        }
    }

    /// A person's connection on a leg is a ghost: it is theirs no more.
    pub(super) fn lay(&mut self, leg: LegId, known: &ConnectionId, now: Time) -> Vec<Change> {
        let Some(person) = self.people.get_mut(known) else {
            return Vec::new();
        };
        remember(&mut person.was, person.at.remove(&leg));
        let mut changes = Vec::new();
        for (key, stream) in &mut self.streams {
            if stream.person == *known
                && let Some(id) = stream.at.remove(&leg)
            {
                remember(&mut stream.was, Some(id));
                if stream.at.is_empty() {
                    stream.absent = Some(now + RETURN_HOLD);
                }
                changes.push(Change::StreamAway { stream: key.clone(), leg });
            }
        }
        changes
    }
}
