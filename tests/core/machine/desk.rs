//! One machine, worked by hand, in virtual time.
//!
//! People are named; Ann's connection in session "one" is "ann@one", her camera's stream "ann-camera@one". The desk
//! itself is "me", publishes one camera, and shows everybody's.

mod reading;

use std::time::Duration;

use opentok_handover::core::announcement::{Data, Deadline, Proof, RawAnnouncement, Sender};
use opentok_handover::core::config::Config;
use opentok_handover::core::error::{Code, Failure};
use opentok_handover::core::ids::{
    ConnectionId, LegId, OutgoingId, PublisherId, RenewId, SessionId, SignalId, StreamId, ViewId,
};
use opentok_handover::core::machine::Machine;
use opentok_handover::core::protocol::{
    Command, ConnectionInfo, Credentials, Event, Input, LossReason, Output, SignalKind, StreamInfo, VideoType,
    WireMessage,
};
use opentok_handover::core::receipt::{Outcome, Receipt};
use opentok_handover::core::state::Status;
use opentok_handover::core::time::Time;

use super::ledger::Ledger;

pub(super) const CAMERA: PublisherId = PublisherId(1);

pub(super) struct Desk {
    pub(super) machine: Machine,
    pub(super) ledger: Ledger,
    pub(super) now: u64,
    /// What came out since it was last taken.
    outputs: Vec<Output>,
    /// Every leg that was opened, and its session.
    legs: Vec<(LegId, SessionId)>,
    request: RenewId,
    /// The latest question whether a leg lives.
    probe: u32,
    views: Vec<String>,
    signals: u32,
}

/// How far a handover is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum At {
    Renewing,
    Waiting,
    Connecting,
    Overlapping,
    Settling,
    Leaving,
}

impl At {
    pub(super) const ALL: [Self; 6] =
        [Self::Renewing, Self::Waiting, Self::Connecting, Self::Overlapping, Self::Settling, Self::Leaving];
}

impl Desk {
    pub(super) fn new() -> Self {
        Self::of(Machine::new(Config::default()))
    }

    /// In session "one" with Ann, throwing other dice.
    pub(super) fn with_seed(seed: u64) -> Self {
        Self::with(Config { seed, ..Config::default() })
    }

    /// In session "one" with Ann, by another policy.
    pub(super) fn with(config: Config) -> Self {
        let mut desk = Self::of(Machine::new(config));
        desk.join(&["ann"]);
        desk
    }

    fn of(machine: Machine) -> Self {
        Self {
            machine,
            ledger: Ledger::new(),
            now: 1000,
            outputs: Vec::new(),
            legs: Vec::new(),
            request: RenewId(0),
            probe: 0,
            views: Vec::new(),
            signals: 0,
        }
    }

    /// In session "one", published, with these people in view.
    pub(super) fn in_call(people: &[&str]) -> Self {
        let mut desk = Self::new();
        desk.join(people);
        desk
    }

    fn join(&mut self, people: &[&str]) {
        self.feed(Input::Connect(credentials("one")));
        self.connected();
        self.feed(Input::Publish(CAMERA));
        self.live();
        for person in people {
            self.arrives(person);
            self.watch(person);
            self.presented(person);
        }
        self.outputs.clear();
    }

    /// With Ann in session "one", on the way to session "two".
    pub(super) fn at(phase: At) -> Self {
        let mut desk = Self::in_call(&["ann"]);
        desk.announce("two");
        if phase == At::Waiting {
            desk.renew_fails(Code::RenewThrew);
        }
        if matches!(phase, At::Renewing | At::Waiting) {
            desk.outputs.clear();
            return desk;
        }
        desk.renewed("two");
        if phase != At::Connecting {
            desk.connected();
            desk.live();
            desk.arrives("ann");
        }
        if matches!(phase, At::Settling | At::Leaving) {
            desk.presented("ann");
        }
        if phase == At::Leaving {
            desk.settles("ann");
        }
        desk.outputs.clear();
        desk
    }

    pub(super) fn feed(&mut self, input: Input) {
        self.ledger.tell(&input);
        self.machine.handle_input(input, Time::from_millis(self.now));
        while let Some(output) = self.machine.poll_output() {
            self.ledger.take(&output);
            if let Output::Command(Command::OpenLeg { leg, credentials }) = &output {
                self.legs.push((*leg, credentials.session.clone()));
            } else if let Output::Command(Command::Renew { request, .. }) = &output {
                self.request = *request;
            } else if let Output::Command(Command::Probe { number, .. }) = &output {
                self.probe = *number;
            }
            self.outputs.push(output);
        }
        self.ledger.settle_accounts();
    }

    /// Lets time pass, waking the machine whenever it asks for it.
    pub(super) fn wait(&mut self, millis: u64) {
        let end = self.now + millis;
        while let Some((at, _)) = self.machine.poll_timeout().filter(|(at, _)| at.as_millis() <= end) {
            let woken_before = (at.as_millis() <= self.now).then(|| self.machine.poll_timeout());
            self.now = self.now.max(at.as_millis());
            self.feed(Input::Timeout);
            assert_ne!(woken_before, Some(self.machine.poll_timeout()), "the machine spins");
        }
        self.now = end;
    }

    /// Lets time pass in which the machine sleeps: nothing wakes it.
    pub(super) fn sleep(&mut self, millis: u64) {
        self.now += millis;
    }

    pub(super) fn announce(&mut self, session: &str) {
        self.announce_until(session, Deadline::None);
    }

    pub(super) fn announce_until(&mut self, session: &str, deadline: Deadline) {
        let leg = self.machine.primary().expect("no leg");
        self.signal(leg, None, SignalKind::Announcement(announcement(session, deadline)));
    }

    pub(super) fn renewed(&mut self, session: &str) {
        self.feed(Input::Renewed { request: self.request, credentials: credentials(session) });
    }

    pub(super) fn renew_fails(&mut self, code: Code) {
        self.feed(Input::RenewFailed { request: self.request, failure: failure(code) });
    }

    /// The newest leg is connected.
    pub(super) fn connected(&mut self) {
        let (leg, own) = (self.leg(), self.connection("me"));
        self.feed(Input::LegConnected { leg, own: own.id.clone() });
        self.feed(Input::ConnectionCreated { leg, connection: own });
    }

    pub(super) fn connect_fails(&mut self) {
        self.feed(Input::LegFailed { leg: self.leg(), failure: failure(Code::ConnectFailed) });
    }

    /// My camera is live and seen on the newest leg.
    pub(super) fn live(&mut self) {
        let leg = self.leg();
        self.feed(Input::Published { leg, publisher: CAMERA });
        self.feed(Input::PreviewPresented { leg, publisher: CAMERA });
    }

    /// Somebody comes to the newest leg, with a camera.
    pub(super) fn arrives(&mut self, person: &str) {
        self.comes(person, Some(person));
    }

    /// Somebody comes to the newest leg, with a camera and with data of their own or none.
    pub(super) fn comes(&mut self, person: &str, data: Option<&str>) {
        let (leg, connection) = (self.leg(), self.connection_of(person, data));
        self.feed(Input::ConnectionCreated { leg, connection: connection.clone() });
        let stream = StreamInfo {
            id: self.camera(person),
            connection,
            name: String::new(),
            video_type: VideoType::Camera,
            has_video: true,
        };
        self.feed(Input::StreamCreated { leg, stream });
    }

    /// Somebody's connection on the newest leg, with data of their own or none.
    pub(super) fn connection_of(&self, person: &str, data: Option<&str>) -> ConnectionInfo {
        ConnectionInfo { identity: data.map(Into::into), ..self.connection(person) }
    }

    /// Somebody comes to the newest leg and shows nothing.
    pub(super) fn listens(&mut self, person: &str) {
        let (leg, connection) = (self.leg(), self.connection(person));
        self.feed(Input::ConnectionCreated { leg, connection });
    }

    /// Somebody leaves a leg.
    pub(super) fn leaves(&mut self, leg: LegId, person: &str) {
        self.is_gone(leg, person, LossReason::ClientDisconnected);
    }

    /// Somebody is on a leg no more, for this reason.
    pub(super) fn is_gone(&mut self, leg: LegId, person: &str, reason: LossReason) {
        let session = self.session_of(leg);
        let stream = StreamId::new(format!("{person}-camera@{session}"));
        self.feed(Input::StreamDestroyed { leg, stream, reason });
        let connection = ConnectionId::new(format!("{person}@{session}"));
        self.feed(Input::ConnectionDestroyed { leg, connection, reason });
    }

    /// The app subscribes to somebody's camera.
    pub(super) fn watch(&mut self, person: &str) {
        self.views.push(person.into());
        let stream = self.camera(person);
        self.feed(Input::Subscribe { view: self.view(person), stream });
    }

    /// Somebody's first picture from the newest leg is there.
    pub(super) fn presented(&mut self, person: &str) {
        self.feed(Input::Presented { leg: self.leg(), view: self.view(person) });
    }

    /// Somebody says on the leg that is the app's where they are in the newest session.
    pub(super) fn says_moved(&mut self, person: &str) {
        let to = self.session_of(self.leg());
        let connection = self.connection(person).id;
        self.says(person, WireMessage::Moved { to, connection });
    }

    /// Somebody says on the newest leg which connection was theirs in the session before.
    pub(super) fn says_was(&mut self, person: &str) {
        let before = self.session_of(self.machine.primary().expect("no leg"));
        let connection = ConnectionId::new(format!("{person}@{before}"));
        let from = self.connection(person).id;
        self.signal(self.leg(), Some(from), SignalKind::Wire(WireMessage::Was { connections: vec![connection] }));
    }

    /// Somebody says on the leg that is the app's that they need it no more.
    pub(super) fn settles(&mut self, person: &str) {
        let to = self.session_of(self.leg());
        self.says(person, WireMessage::Settled { to });
    }

    fn says(&mut self, person: &str, message: WireMessage) {
        let leg = self.machine.primary().expect("no leg");
        let from = ConnectionId::new(format!("{person}@{}", self.session_of(leg)));
        self.signal(leg, Some(from), SignalKind::Wire(message));
    }

    pub(super) fn signal(&mut self, leg: LegId, from: Option<ConnectionId>, kind: SignalKind) {
        let signal = self.next_signal();
        self.feed(Input::Signal { leg, from, signal, kind });
    }

    pub(super) fn next_signal(&mut self) -> SignalId {
        self.signals += 1;
        SignalId(self.signals)
    }

    pub(super) fn dies(&mut self, leg: LegId) {
        self.feed(Input::LegLost { leg, reason: LossReason::ServerRotation });
    }

    /// The latest question is answered.
    pub(super) fn answers(&mut self, leg: LegId, alive: bool) {
        self.feed(Input::Probed { leg, number: self.probe, alive });
    }

    pub(super) fn closed(&mut self, leg: LegId) {
        self.feed(Input::LegClosed(leg));
    }

    pub(super) fn send(&mut self, to: Option<&str>) -> Vec<LegId> {
        let to = to.map(ConnectionId::new);
        self.feed(Input::Send { outgoing: OutgoingId(1), to, wait: true });
        let copies = self.outputs.iter().rev().find_map(|output| match output {
            Output::Command(Command::SendSignal { copies, .. }) => Some(copies.iter().map(|copy| copy.leg).collect()),
            _ => None,
        });
        copies.expect("nothing was sent")
    }

    /// Whether a signal of the app's is stamped at this moment.
    pub(super) fn numbers_its_signals(&mut self) -> bool {
        let _ = self.send(None);
        matches!(self.outputs.last(), Some(Output::Command(Command::SendSignal { copies, .. })) if copies[0].stamp.is_some())
    }

    /// The newest leg.
    pub(super) fn leg(&self) -> LegId {
        self.legs.last().expect("no leg").0
    }

    /// Every leg that ever was.
    pub(super) fn legs(&self) -> Vec<LegId> {
        self.legs.iter().map(|(leg, _)| *leg).collect()
    }

    pub(super) fn session_of(&self, leg: LegId) -> SessionId {
        let known = self.legs.iter().find(|(id, _)| *id == leg);
        known.map_or_else(|| SessionId::new("none"), |(_, session)| session.clone())
    }

    pub(super) fn latest_request(&self) -> RenewId {
        self.request
    }

    /// Somebody's connection on the newest leg.
    fn connection(&self, person: &str) -> ConnectionInfo {
        let id = ConnectionId::new(format!("{person}@{}", self.session_of(self.leg())));
        ConnectionInfo { id, identity: Some(person.into()) }
    }

    fn camera(&self, person: &str) -> StreamId {
        StreamId::new(format!("{person}-camera@{}", self.session_of(self.leg())))
    }

    pub(super) fn view(&self, person: &str) -> ViewId {
        ViewId(self.views.iter().position(|name| name == person).expect("nobody's view") as u32)
    }

    /// The leg that somebody is seen from.
    pub(super) fn shown(&self, person: &str) -> Option<LegId> {
        self.machine.shown(self.view(person))
    }
}

pub(super) fn credentials(session: &str) -> Credentials {
    Credentials { application: None, session: SessionId::new(session), token: format!("token for {session}") }
}

pub(super) fn announcement(session: &str, deadline: Deadline) -> RawAnnouncement {
    let data = Data::Json { session_id: Some(session.into()), deadline, epoch: None, seal: None };
    RawAnnouncement { sender: Sender::Server, size: 50, data, proof: Proof::NotAsked }
}

pub(super) fn failure(code: Code) -> Failure {
    Failure::new(code, "in a test")
}

pub(super) fn seconds(seconds: u64) -> u64 {
    Duration::from_secs(seconds).as_millis() as u64
}
