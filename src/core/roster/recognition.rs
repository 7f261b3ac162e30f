//! Who somebody on a successor is.

use std::time::Duration;

use super::super::time::Time;
use super::absence::GHOST_HOLD;
use super::{
    Change, ConnectionId, ConnectionInfo, LegId, NEWCOMER_HOLD, Person, Roster, Standing, Stream, StreamId, StreamInfo,
};

impl Roster {
    /// Whose new connection this is, if its identity makes that certain.
    pub(super) fn recognise(&self, leg: LegId, info: &ConnectionInfo) -> Option<ConnectionId> {
        let identity = info.identity.as_ref()?;
        let candidates =
            || self.people.iter().filter(|(_, p)| p.identity.as_ref() == Some(identity) && self.is_missing(leg, p));
        // Of those who share an identity, each is believed at once.
        if let Some((key, _)) = candidates().find(|(_, person)| person.is_now(&info.id)) {
            return Some(key.clone());
        }
        let mut candidates = candidates();
        let (key, _) = candidates.next()?;
        candidates.next().is_none().then(|| key.clone())
    }

    /// Those held back are who they say they are as soon as that can't be somebody else's word.
    pub(in crate::core) fn believe(&mut self, now: Time) -> Vec<Change> {
        let mut changes = Vec::new();
        while let Some((leg, held, known)) = self.credible() {
            changes.extend(self.lay(leg, &known, now));
            changes.extend(self.merge(&held, &known));
            self.returned(&known, now);
            for (key, other) in self.people.iter_mut() {
                if *key != known && other.moved.take_if(|(_, connection)| *connection == held).is_some() {
                    changes.push(Change::Unconfirmed(key.clone()));
                }
            }
        }
        changes
    }

    fn credible(&self) -> Option<(LegId, ConnectionId, ConnectionId)> {
        self.people.iter().filter(|(_, person)| matches!(person.standing, Standing::Held { .. })).find_map(
            |(held, person)| {
                let leg = *person.at.keys().next()?;
                let named = person.says_was.iter().find_map(|before| self.who_is(before));
                let is_said = named.is_some();
                let known = named.or_else(|| self.who_says_to_be(held))?;
                let other = self.own.as_ref() != Some(&known) && *held != known;
                (other && self.is_credible(leg, held, &known, is_said)).then(|| (leg, held.clone(), known))
            },
        )
    }

    /// Whether what is held back as `held` has become of `known`. Whoever has the same identity is believed one word, in
    /// the successor even if the old connection there hasn't been given up yet; so is, of those without
    /// any, who says to be one that is nowhere. Of anybody else both words are needed.
    fn is_credible(&self, leg: LegId, held: &ConnectionId, known: &ConnectionId, is_said: bool) -> bool {
        let (Some(one), Some(other)) = (self.people.get(held), self.people.get(known)) else { return false };
        if one.identity.is_some() && one.identity == other.identity {
            return is_said || self.fits(held, known, leg);
        }
        let nowhere = other.at.is_empty() && one.identity == other.identity;
        is_said && self.fits(held, known, leg) && (nowhere || other.is_now(held))
    }

    /// Whether something was said about somebody held back that somebody else would have had to say too.
    pub(super) fn is_unconfirmed(&self, held: &ConnectionId) -> bool {
        let named = |person: &Person| person.says_was.iter().any(|before| self.who_is(before).is_some());
        self.people.get(held).is_some_and(named) || self.who_says_to_be(held).is_some()
    }

    fn who_says_to_be(&self, connection: &ConnectionId) -> Option<ConnectionId> {
        self.people.iter().find(|(_, person)| person.is_now(connection)).map(|(key, _)| key.clone())
    }

    /// Whose connection this is or was on another leg: after a loss, whoever was not cut off has the same one still.
    pub(super) fn who_had(&self, id: &ConnectionId) -> Option<ConnectionId> {
        self.people.iter().find(|(key, person)| person.had(key, id)).map(|(key, _)| key.clone())
    }

    /// Whose connection this is or was, on any leg.
    pub(super) fn who_is(&self, id: &ConnectionId) -> Option<ConnectionId> {
        let is_at = |person: &Person| person.at.values().any(|at| at == id);
        let found = self.people.iter().find(|(key, person)| person.had(key, id) || is_at(person));
        found.map(|(key, _)| key.clone())
    }

    /// How long to wait for the word that this is somebody known, if it may still be on its way.
    pub(super) fn hold(&self, leg: LegId, info: &ConnectionInfo) -> Option<Duration> {
        let identity = info.identity.as_ref();
        let may_be = |person: &Person| self.is_missing(leg, person) && compatible(person.identity.as_ref(), identity);
        if self.people.values().any(may_be) {
            return Some(NEWCOMER_HOLD);
        }
        self.may_leave_a_ghost(leg, identity).then_some(GHOST_HOLD)
    }

    pub(super) fn fits(&self, held: &ConnectionId, known: &ConnectionId, leg: LegId) -> bool {
        let (Some(held), Some(known)) = (self.people.get(held), self.people.get(known)) else {
            return false;
        };
        held.standing != Standing::Told
            && !known.at.contains_key(&leg)
            && compatible(held.identity.as_ref(), known.identity.as_ref())
    }

    /// What was held back as `held` is the known person `known`.
    pub(super) fn merge(&mut self, held: &ConnectionId, known: &ConnectionId) -> Vec<Change> {
        let Some(person) = self.people.remove(held) else {
            return Vec::new();
        };
        if let Some(known) = self.people.get_mut(known) {
            for (leg, id) in person.at {
                known.at.insert(leg, id);
            }
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
    pub(super) fn adopt(&mut self, key: StreamId, mut stream: Stream, known: &ConnectionId) -> Change {
        let same = self.streams.iter().find(|(_, other)| {
            other.person == *known
                && other.video_type == stream.video_type
                && other.name == stream.name
                && other.at.keys().all(|leg| !stream.at.contains_key(leg))
        });
        if let Some(same) = same.map(|(same, _)| same.clone())
            && let Some(other) = self.streams.get_mut(&same)
        {
            for (leg, id) in stream.at {
                other.at.insert(leg, id);
            }
            other.absent = None;
            return Change::StreamArrived(same);
        }
        stream.person = known.clone();
        stream.told = true;
        self.streams.insert(key.clone(), stream);
        Change::StreamJoined(key)
    }

    /// Which of a person's streams this is on another leg.
    pub(super) fn stream_of(&self, person: &ConnectionId, leg: LegId, info: &StreamInfo) -> Option<StreamId> {
        let elsewhere = || self.streams.iter().filter(|(_, s)| s.person == *person && !s.at.contains_key(&leg));
        let same = elsewhere().find(|(key, stream)| **key == info.id || stream.was.contains(&info.id));
        let alike = |stream: &Stream| stream.video_type == info.video_type && stream.name == info.name;
        same.or_else(|| elsewhere().find(|(_, stream)| alike(stream))).map(|(key, _)| key.clone())
    }
}

impl Person {
    /// Whether this person has said to have a connection in a successor.
    fn is_now(&self, connection: &ConnectionId) -> bool {
        self.moved.as_ref().is_some_and(|(_, now)| now == connection)
    }

    /// Whether a connection is or was this person's, whom the app knows as `key`.
    pub(super) fn had(&self, key: &ConnectionId, id: &ConnectionId) -> bool {
        key == id || self.was.contains(id)
    }

    /// Whether of two connections of this person's, whom the app knows as `key`, this came later than the one on a leg: that
    /// one is a ghost then.
    pub(super) fn is_newer(&self, key: &ConnectionId, leg: LegId, id: &ConnectionId) -> bool {
        let when = |id: &ConnectionId| self.was.iter().position(|other| other == id);
        self.at.get(&leg).is_some_and(|there| self.had(key, there) && when(id) > when(there))
    }
}

/// Whether two identities can be one person's: an unknown one can be anybody's.
fn compatible(one: Option<&String>, other: Option<&String>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => one == other,
        _ => true,
    }
}
