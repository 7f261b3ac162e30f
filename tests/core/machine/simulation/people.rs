//! The others: where they are, what they publish, and how they move.

use opentok_handover::core::ids::{ConnectionId, SessionId, StreamId};
use opentok_handover::core::protocol::{
    ConnectionInfo, Input, LossReason, SignalKind, Stamp, StreamInfo, VideoType, WireMessage,
};

use super::happening::Happening;
use super::schedule::Schedule;
use super::service::ordinal;
use crate::dice::Dice;

/// Somebody else in the call.
pub(super) struct Person {
    pub(super) name: &'static str,
    /// What their token says of them, if anything.
    identity: Option<String>,
    /// Whether they run this package.
    adept: bool,
    /// Whether they were in one session twice. Whose ghost is told of first in the next leg is taken for it there, and
    /// leaves with it: so far nothing is promised of them.
    pub(super) haunted: bool,
    /// Where they are, the latest place last.
    pub(super) places: Vec<Place>,
    /// How many signals they have numbered.
    stamped: u64,
}

/// Somebody's connection to a session.
pub(super) struct Place {
    pub(super) session: String,
    pub(super) info: ConnectionInfo,
    pub(super) streams: Vec<StreamInfo>,
    /// Whether they have said there that they need it no more.
    settled: bool,
    /// Whether it is a ghost: the person is not there, though the service thinks so.
    pub(super) ghost: bool,
}

/// What somebody is about to do.
#[derive(Clone, Debug)]
pub(super) enum Step {
    ComeHome,
    Enter(String),
    Publish(ConnectionId),
    Settle { connection: ConnectionId, to: String },
    Leave(ConnectionId),
}

impl Person {
    /// None to three.
    pub(super) fn some(dice: &mut Dice) -> Vec<Self> {
        let count = dice.below(4) as usize;
        let person = |name: &'static str| Self {
            name,
            identity: (!dice.one_in(3)).then(|| name.to_owned()),
            adept: !dice.one_in(4),
            haunted: false,
            places: Vec::new(),
            stamped: 0,
        };
        ["ann", "bob", "cat"].into_iter().take(count).map(person).collect()
    }

    pub(super) fn place(&mut self, connection: &ConnectionId) -> Option<&mut Place> {
        self.places.iter_mut().find(|place| place.info.id == *connection)
    }
}

impl Place {
    fn address(&self) -> (String, ConnectionId) {
        (self.session.clone(), self.info.id.clone())
    }
}

impl Schedule {
    pub(super) fn step(&mut self, person: usize, step: Step) {
        match step {
            Step::ComeHome => {
                let home = self.service.home.clone();
                self.enter(person, &home);
            }
            Step::Enter(session) => self.enter(person, &session),
            Step::Publish(connection) => self.person_publishes(person, &connection),
            Step::Settle { connection, to } => {
                let Some(place) = self.people[person].place(&connection) else { return };
                place.settled = true;
                let session = place.session.clone();
                let message = WireMessage::Settled { to: SessionId::new(to) };
                self.signal_in(&session, &connection, &SignalKind::Wire(message), None);
            }
            Step::Leave(connection) => self.leave(person, &connection),
        }
    }

    /// Somebody goes to a session, unless they are there.
    pub(super) fn enter(&mut self, person: usize, session: &str) {
        if !self.people[person].places.iter().any(|place| place.session == session) {
            self.join(person, session);
        }
    }

    /// Somebody connects to a session, coming from where they are.
    pub(super) fn join(&mut self, person: usize, session: &str) {
        let number = self.next_number();
        let it = &self.people[person];
        let goes_back = it.places.iter().any(|place| ordinal(&place.session) > ordinal(session));
        if goes_back || !self.service.exists(session) {
            return;
        }
        let info = ConnectionInfo {
            id: ConnectionId::new(format!("{}@{session}#{number}", it.name)),
            identity: it.identity.clone(),
        };
        let before = it.places.last().map(Place::address);
        let adept = it.adept;
        let place = Place {
            session: session.to_owned(),
            info: info.clone(),
            streams: Vec::new(),
            settled: false,
            ghost: false,
        };
        self.people[person].places.push(place);
        self.say_in(session, |leg| Input::ConnectionCreated { leg, connection: info.clone() });
        if let Some((old, connection)) = before.filter(|(old, _)| old != session) {
            self.take_leave(person, &old, connection, &info.id, session, adept);
        }
        let after = self.dice.between(0, 1500);
        self.plan(after, Happening::Person(person, Step::Publish(info.id)));
    }

    /// Whoever runs this package says where they are now, then that they are done, and leaves when it suits them.
    fn take_leave(
        &mut self,
        person: usize,
        old: &str,
        connection: ConnectionId,
        new: &ConnectionId,
        to: &str,
        adept: bool,
    ) {
        let mut after = self.dice.between(500, 8000);
        if adept {
            let message = WireMessage::Moved { to: SessionId::new(to), connection: new.clone() };
            self.signal_in(old, &connection, &SignalKind::Wire(message), None);
            let step = Step::Settle { connection: connection.clone(), to: to.to_owned() };
            self.plan(after, Happening::Person(person, step));
        }
        after += self.dice.below(10_000);
        if !self.dice.one_in(8) {
            self.plan(after, Happening::Person(person, Step::Leave(connection)));
        }
    }

    fn person_publishes(&mut self, person: usize, connection: &ConnectionId) {
        let kinds =
            if self.dice.one_in(4) { &[VideoType::Camera, VideoType::Screen][..] } else { &[VideoType::Camera] };
        let Some(place) = self.people[person].place(connection).filter(|place| place.streams.is_empty()) else {
            return;
        };
        let info = place.info.clone();
        let stream = |kind: &VideoType| StreamInfo {
            id: StreamId::new(format!("{kind:?} of {connection}")),
            connection: info.clone(),
            name: String::new(),
            video_type: *kind,
            has_video: true,
        };
        place.streams = kinds.iter().map(stream).collect();
        let (session, streams) = (place.session.clone(), place.streams.clone());
        for stream in streams {
            self.say_in(&session, |leg| Input::StreamCreated { leg, stream: stream.clone() });
        }
    }

    /// Somebody says in their latest place what their connection was before.
    pub(super) fn say_who_came_back(&mut self, person: usize, before: &ConnectionId) {
        let it = &self.people[person];
        let Some(place) = it.places.last().filter(|place| it.adept && place.info.id != *before) else { return };
        let (session, connection) = place.address();
        let word = WireMessage::Was { connections: vec![before.clone()] };
        self.signal_in(&session, &connection, &SignalKind::Wire(word), None);
    }

    /// Somebody's connection ends.
    pub(super) fn leave(&mut self, person: usize, connection: &ConnectionId) {
        let places = &mut self.people[person].places;
        let Some(index) = places.iter().position(|place| place.info.id == *connection) else { return };
        let place = places.remove(index);
        let reason = self.dice.pick(&[
            LossReason::ClientDisconnected,
            LossReason::ClientDisconnected,
            LossReason::ServerRotation,
            LossReason::NetworkDisconnected,
        ]);
        for stream in place.streams {
            self.say_in(&place.session, |leg| Input::StreamDestroyed { leg, stream: stream.id.clone(), reason });
        }
        self.say_in(&place.session, |leg| Input::ConnectionDestroyed { leg, connection: connection.clone(), reason });
    }

    /// In how many milliseconds somebody does what others do too, if ever.
    pub(super) fn how_late(&mut self) -> Option<u64> {
        match self.dice.below(8) {
            0 => None,
            1 | 2 => Some(self.dice.between(5000, 90_000)),
            _ => Some(self.dice.below(3000)),
        }
    }

    /// Somebody sends one of the app's signals: wherever they are, with a number if they are in two sessions.
    pub(super) fn person_signals(&mut self, person: usize) {
        let word = self.next_number();
        let it = &mut self.people[person];
        let Some((new, earlier)) = it.places.split_last() else { return };
        let old = earlier.last().filter(|old| it.adept && !old.ghost && old.session != new.session);
        let stamp = old.map(|old| Stamp { number: it.stamped + 1, of: old.info.id.clone() });
        let places: Vec<_> = old.filter(|old| !old.settled).into_iter().chain([new]).map(Place::address).collect();
        it.stamped += 1;
        for (session, connection) in places {
            let wire = |message| (SignalKind::Wire(message), None);
            let before = stamp.clone().map(|stamp| wire(WireMessage::Stamp(stamp)));
            let after = stamp.clone().map(|stamp| wire(WireMessage::Stamped(stamp)));
            for (kind, word) in before.into_iter().chain([(SignalKind::App, Some(word))]).chain(after) {
                self.signal_in(&session, &connection, &kind, word);
            }
        }
    }

    /// A signal reaches everybody in a session. `word` is what the app would hear.
    pub(super) fn signal_in(&mut self, session: &str, from: &ConnectionId, kind: &SignalKind, word: Option<u64>) {
        for leg in self.living_legs(Some(session)) {
            self.signal_on(leg, Some(from.clone()), kind.clone(), word);
        }
    }
}
