//! The service: its sessions, and what becomes of the legs in them.

use std::collections::{BTreeMap, BTreeSet};

use opentok_handover::core::announcement::{Data, Deadline, Proof, RawAnnouncement, Sender};
use opentok_handover::core::ids::{ConnectionId, LegId};
use opentok_handover::core::protocol::{ConnectionInfo, Input, LossReason, StreamInfo};

use super::fault::Fault;
use super::happening::Happening;
use super::leg::Truth;
use super::people::Step;
use super::schedule::Schedule;

/// How long the service keeps a connection that was cut.
const GRACE: u64 = 40_000;

pub(super) struct Service {
    /// The session in which the call is to be by now.
    pub(super) home: String,
    pub(super) over: BTreeSet<String>,
    sessions: u32,
    pub(super) epoch: u64,
    /// Connections of this client's own that were cut and that the service has not noticed yet.
    pub(super) ghosts: BTreeMap<ConnectionId, String>,
}

impl Default for Service {
    fn default() -> Self {
        Self { home: "s1".into(), over: BTreeSet::new(), sessions: 1, epoch: 0, ghosts: BTreeMap::new() }
    }
}

impl Service {
    /// Makes a session to which the call is to move.
    pub(super) fn open_session(&mut self) -> String {
        self.sessions += 1;
        self.home = format!("s{}", self.sessions);
        self.home.clone()
    }

    /// Where somebody is sent who wants to be in a session.
    pub(super) fn where_to(&self, wanted: &str) -> String {
        let over = self.over.contains(wanted) || !self.exists(wanted);
        if over { self.home.clone() } else { wanted.to_owned() }
    }

    pub(super) fn exists(&self, session: &str) -> bool {
        ordinal(session).is_some_and(|number| number <= self.sessions) && !self.over.contains(session)
    }

    /// What an announcement of a session says.
    pub(super) fn announcement(&self, session: &str, deadline: Deadline, epoch: Option<u64>) -> RawAnnouncement {
        let data = Data::Json { session_id: Some(session.to_owned()), deadline, epoch, seal: None };
        RawAnnouncement { sender: Sender::Server, size: 60, data, proof: Proof::NotAsked }
    }
}

/// The number of a session: the later it was made, the higher.
pub(super) fn ordinal(session: &str) -> Option<u32> {
    session.strip_prefix('s').and_then(|number| number.parse().ok())
}

impl Schedule {
    /// The legs over which something goes at this moment.
    pub(super) fn living_legs(&self, session: Option<&str>) -> Vec<LegId> {
        let here = |name: &str| session.is_none_or(|session| session == name);
        self.legs.iter().filter(|(_, leg)| leg.is_alive() && here(&leg.session)).map(|(id, _)| *id).collect()
    }

    /// Something is said over a leg. Nothing overtakes anything there.
    pub(super) fn say(&mut self, leg: LegId, input: Input) {
        let jitter = self.dice.below(30);
        let again = !matches!(input, Input::Signal { .. } | Input::LegConnected { .. } | Input::LegLost { .. })
            && self.dice.one_in(20)
            && self.strike(Fault::CALLBACK).is_some();
        let Some(line) = self.legs.get_mut(&leg) else { return };
        line.told_until = line.told_until.max(self.now + line.latency + jitter);
        let at = line.told_until;
        if again {
            self.plan_at(at, Happening::FromLeg(leg, input.clone()));
        }
        self.plan_at(at, Happening::FromLeg(leg, input));
    }

    /// Something is said to everybody in a session.
    pub(super) fn say_in(&mut self, session: &str, input: impl Fn(LegId) -> Input) {
        for leg in self.living_legs(Some(session)) {
            self.say(leg, input(leg));
        }
    }

    /// Tells a leg that has just connected who is in its session, and what they publish.
    pub(super) fn welcome(&mut self, leg: LegId) {
        let (session, own) = (self.legs[&leg].session.clone(), self.legs[&leg].own.clone());
        let mut news: Vec<Input> = Vec::new();
        let mut present = |connection: ConnectionInfo, streams: &[StreamInfo]| {
            news.push(Input::ConnectionCreated { leg, connection });
            news.extend(streams.iter().cloned().map(|stream| Input::StreamCreated { leg, stream }));
        };
        let me = self.app.identity.clone();
        present(ConnectionInfo { id: own, identity: me.clone() }, &[]);
        for (ghost, _) in self.service.ghosts.iter().filter(|(_, place)| **place == session) {
            present(ConnectionInfo { id: ghost.clone(), identity: me.clone() }, &[]);
        }
        for person in &self.people {
            for place in person.places.iter().filter(|place| place.session == session) {
                present(place.info.clone(), &place.streams);
            }
        }
        for input in news {
            self.say(leg, input);
        }
    }

    /// Nothing goes through a leg any more, and nobody says so.
    pub(super) fn die(&mut self, leg: LegId) {
        if let Some(line) = self.legs.get_mut(&leg).filter(|line| line.is_alive()) {
            line.truth = Truth::Dead;
        }
    }

    /// A leg ends, and the SDK says why.
    pub(super) fn cut(&mut self, leg: LegId, reason: LossReason) {
        let Some(line) = self.legs.get_mut(&leg).filter(|line| matches!(line.truth, Truth::Alive | Truth::Dead)) else {
            return;
        };
        line.truth = Truth::Dead;
        let (own, session) = (line.own.clone(), line.session.clone());
        if reason == LossReason::NetworkDisconnected && self.service.exists(&session) {
            self.service.ghosts.insert(own.clone(), session);
            let after = self.dice.between(1000, GRACE);
            self.plan(after, Happening::GhostGoes(own));
        }
        self.say(leg, Input::LegLost { leg, reason });
    }

    /// The service has noticed that a connection of this client's own is gone.
    pub(super) fn lay_ghost(&mut self, ghost: &ConnectionId) {
        if let Some(session) = self.service.ghosts.remove(ghost) {
            self.say_in(&session, |leg| Input::ConnectionDestroyed {
                leg,
                connection: ghost.clone(),
                reason: LossReason::NetworkDisconnected,
            });
        }
    }

    /// A session ends for everybody, for good.
    pub(super) fn end_session(&mut self, session: &str) {
        if !self.service.exists(session) {
            return;
        }
        if self.service.home == session {
            self.service.open_session();
        }
        self.service.over.insert(session.to_owned());
        self.empty_session(session);
    }

    /// Everybody is thrown out of a session, and comes back to where the call is by then, or not.
    pub(super) fn empty_session(&mut self, session: &str) {
        let legs: Vec<LegId> = self.legs.iter().filter(|(_, leg)| leg.session == session).map(|(id, _)| *id).collect();
        for leg in legs {
            self.cut(leg, LossReason::ServerRotation);
        }
        self.service.ghosts.retain(|_, place| place != session);
        for person in 0..self.people.len() {
            let places = &mut self.people[person].places;
            let before = places.len();
            places.retain(|place| place.session != session);
            if places.len() == before || !places.is_empty() {
                continue;
            }
            if let Some(after) = self.how_late() {
                self.plan(after, Happening::Person(person, Step::ComeHome));
            }
        }
    }
}
