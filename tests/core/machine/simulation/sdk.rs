//! The SDK: carries out what the machine commands, or fails to.

use opentok_handover::core::error::{Code, Failure};
use opentok_handover::core::ids::{ConnectionId, LegId, RenewId, SignalId};
use opentok_handover::core::protocol::{Command, Credentials, Input, LossReason, SignalCopy, SignalKind, WireMessage};

use super::fault::{CONNECT_ERRORS, Fault, no_such_session};
use super::happening::Happening;
use super::leg::{Leg, Truth};
use super::schedule::{Schedule, credentials};

/// What no service admits with.
const EXPIRED: &str = "expired";

/// How long an attempt that was given up goes on in the SDK (SDK-FACTS section 4).
const STRAYS: u64 = 30_000;

impl Schedule {
    pub(super) fn execute(&mut self, command: Command) {
        match command {
            Command::Renew { request, wanted, previous, .. } => self.renew(request, wanted.as_str(), previous.as_str()),
            Command::AbortRenew(request) => {
                // An app that doesn't listen answers all the same.
                if self.dice.one_in(2) {
                    self.aborted.insert(request);
                }
            }
            Command::OpenLeg { leg, credentials } => self.open(leg, &credentials),
            Command::CloseLeg(leg) | Command::DropLeg(leg) => self.close(leg),
            Command::Disconnect(leg) => self.disconnect(leg),
            Command::Probe { leg, number } => self.probe(leg, number),
            Command::Publish { leg, publisher } => self.publish(leg, publisher),
            Command::Unpublish { leg, publisher } => {
                self.legs.get_mut(&leg).map(|line| line.publishers.remove(&publisher));
            }
            Command::Subscribe { leg, view, stream, .. } => self.subscribe(leg, view, stream),
            Command::Unsubscribe { leg, view } => {
                self.legs.get_mut(&leg).map(|line| line.subscribers.remove(&view));
            }
            Command::Swap { .. } | Command::SwapPreview { .. } | Command::Survey => {}
            Command::SendSignal { copies, .. } => self.send(copies),
            Command::SendWire { leg, to, message } => self.send_wire(leg, to.as_ref(), message),
        }
    }

    fn renew(&mut self, request: RenewId, wanted: &str, previous: &str) {
        let mut after = self.dice.below(500);
        let failed = |code| Input::RenewFailed { request, failure: Failure::new(code, "by chance") };
        let given = |session: &str, token: &str| Input::Renewed { request, credentials: credentials(session, token) };
        let good = given(&self.service.where_to(wanted), "good");
        let answer = if !self.app.renews {
            failed(Code::RenewMissing)
        } else if self.offline {
            failed(Code::RenewThrew)
        } else {
            match self.strike(Fault::RENEW) {
                Some(Fault::RenewThrows) => failed(Code::RenewThrew),
                Some(Fault::RenewHangs) => return,
                Some(Fault::RenewIsLate) => {
                    after += 10_000;
                    good
                }
                Some(Fault::RenewIsInvalid) => failed(Code::RenewInvalid),
                Some(Fault::RenewNamesTheOldSession) => given(previous, "good"),
                Some(Fault::RenewNamesNoSession) => given("nowhere", "good"),
                Some(Fault::RenewGivesAnExpiredToken) => given(&self.service.where_to(wanted), EXPIRED),
                _ => good,
            }
        };
        self.plan(after, Happening::Told(answer));
    }

    fn open(&mut self, leg: LegId, credentials: &Credentials) {
        let session = credentials.session.as_str();
        let given_up = self.legs.values().filter(|other| other.session == session).filter_map(|other| other.given_up);
        let strays_until = given_up.max().map(|since| since + STRAYS);
        let line = Leg {
            session: session.to_owned(),
            own: ConnectionId::new(format!("me@{session}#{}", leg.0)),
            truth: Truth::Connecting,
            migrating: false,
            repairing: false,
            latency: self.dice.below(300),
            told_until: 0,
            given_up: None,
            publishers: Default::default(),
            subscribers: Default::default(),
        };
        self.legs.insert(leg, line);
        let after = self.dice.below(900);
        let fails = |name, message| Failure::of_sdk(Code::ConnectFailed, name, message);
        if credentials.token == EXPIRED {
            return self.refuse(leg, fails("OT_AUTHENTICATION_ERROR", "the token has expired"), after);
        }
        if self.offline {
            return self.refuse(leg, fails("OT_CONNECT_FAILED", ""), 1900);
        }
        let own = self.legs[&leg].own.clone();
        let connected = Happening::FromLeg(leg, Input::LegConnected { leg, own });
        match self.strike(Fault::CONNECT) {
            Some(Fault::ConnectFails) => {
                let (name, message, after) = self.dice.pick(&CONNECT_ERRORS);
                self.refuse(leg, fails(name, message), after);
            }
            Some(Fault::ConnectHangs) => {}
            Some(Fault::ConnectIsLate) => self.plan(after + 12_000, connected),
            Some(Fault::ConnectIsLostAtOnce) => {
                self.plan(after, connected);
                let reason = self.dice.pick(&[LossReason::ServerRotation, LossReason::NetworkDisconnected]);
                self.plan(after, Happening::LegIsCut(leg, reason));
            }
            // What an earlier attempt at the same session has left behind ends it without a word.
            Some(Fault::ConnectIsDeadSoon) => {
                self.plan(after, connected);
                if let Some(until) = strays_until {
                    let within = self.dice.below(20_000);
                    self.plan(after + within, Happening::LegIsEndedByStrays(leg, until));
                }
            }
            _ => self.plan(after, connected),
        }
    }

    /// The SDK says twice that it could not connect.
    fn refuse(&mut self, leg: LegId, failure: Failure, after: u64) {
        self.plan(after, Happening::FromLeg(leg, Input::LegFailed { leg, failure }));
        self.plan(after, Happening::FromLeg(leg, Input::MigrationFailed(leg)));
    }

    fn close(&mut self, leg: LegId) {
        if let Some(line) = self.legs.get_mut(&leg) {
            line.given_up = (line.truth == Truth::Connecting).then_some(self.now);
            line.truth = Truth::Left;
        }
        if !self.dice.one_in(4) || self.strike(Fault::CLOSE).is_none() {
            let after = self.dice.below(300);
            self.plan(after, Happening::Told(Input::LegClosed(leg)));
        }
    }

    fn disconnect(&mut self, leg: LegId) {
        if self.legs[&leg].is_alive() && self.strike(Fault::DISCONNECT).is_none() {
            let after = self.dice.below(100);
            self.plan(after, Happening::LegIsCut(leg, LossReason::ClientDisconnected));
        }
    }

    fn probe(&mut self, leg: LegId, number: u32) {
        let line = &self.legs[&leg];
        let (repairing, alive) = (line.repairing, line.is_alive());
        let struck = self.strike(Fault::PROBE);
        // What is sent while the SDK repairs is queued.
        if repairing || struck == Some(Fault::ProbeIsLost) {
            return;
        }
        let alive = alive && struck != Some(Fault::ProbeFails);
        let after = self.dice.between(3, 24);
        self.plan(after, Happening::Answer(self.now + after, Input::Probed { leg, number, alive }));
    }

    /// Sends the app's signal. What goes to all comes back to its sender, too.
    fn send(&mut self, copies: Vec<SignalCopy>) {
        let word = self.next_number();
        for SignalCopy { leg, to, stamp } in copies {
            let line = &self.legs[&leg];
            if to.is_some() || !line.is_alive() {
                continue;
            }
            let own = line.own.clone();
            let wire = |message| (SignalKind::Wire(message), None);
            let before = stamp.clone().map(|stamp| wire(WireMessage::Stamp(stamp)));
            let after = stamp.map(|stamp| wire(WireMessage::Stamped(stamp)));
            for (kind, word) in before.into_iter().chain([(SignalKind::App, Some(word))]).chain(after) {
                self.signal_on(leg, Some(own.clone()), kind, word);
            }
        }
    }

    fn send_wire(&mut self, leg: LegId, to: Option<&ConnectionId>, message: WireMessage) {
        let line = &self.legs[&leg];
        if to.is_none() && line.is_alive() {
            let own = line.own.clone();
            self.signal_on(leg, Some(own), SignalKind::Wire(message), None);
        }
    }

    /// A signal comes over a leg.
    pub(super) fn signal_on(&mut self, leg: LegId, from: Option<ConnectionId>, kind: SignalKind, word: Option<u64>) {
        let signal = SignalId(self.next_number() as u32);
        if let Some(word) = word {
            self.law.means(signal, word);
        }
        self.say(leg, Input::Signal { leg, from, signal, kind });
    }

    /// A leg says something. Whether it is still wanted there, the machine must know.
    pub(super) fn hear_from_leg(&mut self, leg: LegId, input: Input) {
        match &input {
            Input::LegConnected { .. } => return self.hear_connected(leg, input),
            Input::StreamDestroyed { stream, .. } => self.stream_is_gone(leg, &stream.clone()),
            Input::Repaired(_) => self.on(leg, |line| line.repairing = false),
            Input::Migrated(_) => self.on(leg, |line| line.migrating = false),
            _ => {}
        }
        self.feed(input);
    }

    fn on(&mut self, leg: LegId, note: impl FnOnce(&mut Leg)) {
        self.legs.get_mut(&leg).map(note);
    }

    fn hear_connected(&mut self, leg: LegId, input: Input) {
        let session = self.legs[&leg].session.clone();
        if !self.service.exists(&session) {
            let failure = no_such_session();
            return self.feed(Input::LegFailed { leg, failure });
        }
        if self.offline {
            let failure = Failure::of_sdk(Code::ConnectFailed, "OT_CONNECT_FAILED", "");
            return self.feed(Input::LegFailed { leg, failure });
        }
        if let Some(line) = self.legs.get_mut(&leg).filter(|line| line.truth == Truth::Connecting) {
            line.truth = Truth::Alive;
            line.told_until = self.now;
        }
        self.feed(input);
        if self.legs[&leg].is_alive() {
            self.welcome(leg);
        }
    }
}
