//! Keeps account of what a machine is told and what it orders, and objects to whatever must never happen.

use std::collections::{BTreeMap, BTreeSet};

use opentok_handover::core::ids::{ConnectionId, LegId, PublisherId, RenewId, SignalId, StreamId, ViewId};
use opentok_handover::core::protocol::{Command, Event, Input, LossReason, Output};
use opentok_handover::core::receipt::Receipt;
use opentok_handover::core::state::Status;

/// The books of one machine.
pub(super) struct Ledger {
    status: Status,
    highest_leg: LegId,
    legs: BTreeMap<LegId, Line>,
    renewals: BTreeSet<RenewId>,
    signals: BTreeSet<SignalId>,
    people: BTreeSet<ConnectionId>,
    streams: BTreeSet<StreamId>,
    cut_off: bool,
    /// Somebody ends the call with this very input.
    ending: bool,
    /// Whether the app has asked to disconnect.
    leaving: bool,
    /// Questions to which the SDK owes an answer.
    probing: BTreeSet<u32>,
    pub(super) receipts: Vec<Receipt>,
    /// Every state there was.
    pub(super) statuses: BTreeSet<Status>,
    /// How often the app was told that it is cut off, and that it is back.
    pub(super) interruptions: (u32, u32),
}

/// An open leg.
#[derive(Default)]
struct Line {
    connected: bool,
    dead: bool,
    live: BTreeMap<PublisherId, bool>,
    /// What was live on the leg before when this one was connected.
    duties: BTreeSet<PublisherId>,
    previews: BTreeSet<PublisherId>,
    presented: BTreeMap<ViewId, bool>,
}

impl Line {
    fn lives(&self) -> bool {
        self.connected && !self.dead
    }
}

impl Ledger {
    pub(super) fn new() -> Self {
        Self {
            status: Status::Idle,
            highest_leg: LegId(0),
            legs: BTreeMap::new(),
            renewals: BTreeSet::new(),
            signals: BTreeSet::new(),
            people: BTreeSet::new(),
            streams: BTreeSet::new(),
            cut_off: false,
            probing: BTreeSet::new(),
            leaving: false,
            ending: false,
            receipts: Vec::new(),
            statuses: BTreeSet::new(),
            interruptions: (0, 0),
        }
    }

    /// Notes what the machine is about to be told.
    pub(super) fn tell(&mut self, input: &Input) {
        self.leaving |= *input == Input::Disconnect;
        self.ending = match input {
            Input::Disconnect
            | Input::Close
            | Input::LegLost { reason: LossReason::Final | LossReason::ClientDisconnected, .. }
            | Input::MigrationFailed(_)
            | Input::Probed { alive: false, .. } => true,
            Input::Timeout => !self.probing.is_empty(),
            _ => false,
        } || self.leaving;
        if let Input::Probed { number, .. } = input {
            self.probing.remove(number);
        }
        match input {
            Input::Renewed { request, .. } | Input::RenewFailed { request, .. } => {
                self.renewals.remove(request);
            }
            Input::Signal { signal, .. } => assert!(self.signals.insert(*signal), "the test used {signal:?} twice"),
            Input::LegConnected { leg, .. } => self.connect(*leg),
            Input::LegLost { leg, .. } => self.on(*leg, |line| line.dead = true),
            Input::Published { leg, publisher } => self.on(*leg, |line| {
                line.live.entry(*publisher).and_modify(|live| *live = true);
            }),
            Input::PublishFailed { leg, publisher, .. } | Input::PublisherEnded { leg, publisher } => {
                self.on(*leg, |line| line.live.retain(|other, _| other != publisher));
            }
            Input::PreviewPresented { leg, publisher } => self.on(*leg, |line| {
                if line.live.contains_key(publisher) {
                    line.previews.insert(*publisher);
                }
            }),
            Input::Presented { leg, view } => self.on(*leg, |line| {
                line.presented.entry(*view).and_modify(|presented| *presented = true);
            }),
            _ => {}
        }
    }

    fn connect(&mut self, leg: LegId) {
        let before = self.legs.iter().find(|(other, _)| **other != leg);
        let live = before.map(|(_, line)| line.live.clone()).unwrap_or_default();
        self.on(leg, |line| {
            if !std::mem::replace(&mut line.connected, true) {
                line.duties = live.into_iter().filter(|(_, live)| *live).map(|(publisher, _)| publisher).collect();
            }
        });
    }

    fn on(&mut self, leg: LegId, note: impl FnOnce(&mut Line)) {
        self.legs.get_mut(&leg).map(note);
    }

    /// Takes in what the machine puts out.
    pub(super) fn take(&mut self, output: &Output) {
        match output {
            Output::Command(command) => self.carry_out(command),
            Output::Event(event) => self.hear(event),
        }
    }

    fn carry_out(&mut self, command: &Command) {
        match command {
            Command::Renew { request, .. } => {
                assert!(self.renewals.insert(*request) && self.renewals.len() == 1, "one question at a time");
            }
            Command::AbortRenew(request) => assert!(self.renewals.remove(request), "{request:?} was not open"),
            Command::OpenLeg { leg, .. } => {
                assert!(*leg > self.highest_leg, "{leg:?} was used before");
                self.highest_leg = *leg;
                self.legs.insert(*leg, Line::default());
                assert!(self.legs.len() <= 2, "more than two legs: {:?}", self.legs.keys());
            }
            Command::CloseLeg(leg) | Command::DropLeg(leg) => {
                let gone = self.legs.remove(leg).unwrap_or_else(|| panic!("{leg:?} was not open"));
                self.may_go(*leg, &gone);
            }
            Command::Disconnect(leg) => drop(self.line(*leg)),
            Command::Probe { leg, number } => {
                assert!(self.line(*leg).lives(), "a question to {leg:?}");
                self.probing.insert(*number);
            }
            Command::Publish { leg, publisher } => {
                self.line(*leg).live.insert(*publisher, false);
            }
            Command::Unpublish { leg, publisher } => {
                self.line(*leg).live.remove(publisher);
                self.line(*leg).previews.remove(publisher);
                self.line(*leg).duties.remove(publisher);
            }
            Command::Subscribe { leg, view, .. } => {
                self.line(*leg).presented.insert(*view, false);
            }
            Command::Unsubscribe { leg, view } => {
                self.line(*leg).presented.remove(view);
            }
            Command::Swap { leg, view } => {
                assert_eq!(self.line(*leg).presented.get(view), Some(&true), "{view:?} swaps to {leg:?} too early");
            }
            Command::SwapPreview { leg, publisher } => {
                assert!(self.line(*leg).previews.contains(publisher), "{publisher:?} swaps to {leg:?} too early");
            }
            Command::SendSignal { copies, .. } => {
                for copy in copies {
                    assert!(self.line(copy.leg).lives(), "a signal for {:?}", copy.leg);
                }
            }
            Command::Survey => {}
            Command::SendWire { leg, .. } => assert!(self.line(*leg).lives(), "a message for {leg:?}"),
        }
    }

    fn line(&mut self, leg: LegId) -> &mut Line {
        self.legs.get_mut(&leg).unwrap_or_else(|| panic!("{leg:?} is not open"))
    }

    /// A leg that lives goes only if another one lives where everything is published that was.
    fn may_go(&self, leg: LegId, gone: &Line) {
        if self.ending || !gone.lives() || self.cut_off {
            return;
        }
        let rest = self.legs.values().find(|line| line.lives());
        let rest = rest.unwrap_or_else(|| panic!("{leg:?} goes though it is all there is"));
        if self.legs.keys().all(|other| *other > leg) {
            for publisher in rest.duties.iter().filter(|publisher| gone.live.contains_key(publisher)) {
                assert_eq!(rest.live.get(publisher), Some(&true), "{publisher:?} is not live in the successor");
            }
        }
    }

    fn hear(&mut self, event: &Event) {
        match event {
            Event::StateChange { from, to } => {
                assert_eq!(*from, self.status);
                assert_ne!(from, to);
                self.status = *to;
                self.statuses.insert(*to);
            }
            Event::Reconnecting => {
                assert!(!std::mem::replace(&mut self.cut_off, true), "cut off twice");
                self.interruptions.0 += 1;
            }
            Event::Reconnected => {
                assert!(std::mem::take(&mut self.cut_off), "back though never cut off");
                self.interruptions.1 += 1;
            }
            Event::ConnectFailed(_) | Event::Disconnected(_) => self.end(),
            Event::HandoverEnd(receipt) => self.receipts.push(receipt.clone()),
            Event::PersonJoined(person) => assert!(self.people.insert(person.clone()), "{person} joined twice"),
            Event::PersonLeft(person) => assert!(self.people.remove(person), "{person} was not there"),
            Event::StreamJoined(stream) => assert!(self.streams.insert(stream.clone()), "{stream} joined twice"),
            Event::StreamLeft(stream) => assert!(self.streams.remove(stream), "{stream} was not there"),
            Event::Signal { signal } | Event::SignalDiscarded(signal) => {
                assert!(self.signals.remove(signal), "{signal:?} came out twice");
            }
            Event::PhaseChange { .. }
            | Event::HandoverStart { .. }
            | Event::RenewFailed { .. }
            | Event::AttemptFailed { .. }
            | Event::AnnouncementRejected { .. }
            | Event::BeaconRejected(_)
            | Event::HandoverRefused(_)
            | Event::Connected
            | Event::Failed(_)
            | Event::Published(_)
            | Event::PublishFailed { .. }
            | Event::ViewEnded(_)
            | Event::SubscribeFailed { .. }
            | Event::SignalFailed { .. } => {}
        }
    }

    /// The call is over. A leg that was ended from outside has gone with it; every other one must be closed.
    fn end(&mut self) {
        self.legs.retain(|_, line| !line.dead);
        assert!(self.legs.is_empty(), "left open: {:?}", self.legs.keys());
        assert!(self.renewals.is_empty(), "left open: {:?}", self.renewals);
        self.cut_off = false;
        self.leaving = false;
        self.people.clear();
        self.streams.clear();
    }

    /// The legs that were opened and not closed.
    pub(super) fn open_legs(&self) -> Vec<LegId> {
        self.legs.keys().copied().collect()
    }

    /// Whether a leg was opened and not closed.
    pub(super) fn holds(&self, leg: LegId) -> bool {
        self.legs.contains_key(&leg)
    }

    /// Whether a question to `renew` is open.
    pub(super) fn awaits(&self, request: RenewId) -> bool {
        self.renewals.contains(&request)
    }

    /// Whether the app was told that it is cut off, and not that it is back.
    pub(super) fn is_cut_off(&self) -> bool {
        self.cut_off
    }

    /// Whom the app knows to be in the call.
    pub(super) fn people(&self) -> Vec<String> {
        self.people.iter().map(ToString::to_string).collect()
    }

    /// The streams that the app knows.
    pub(super) fn streams(&self) -> Vec<StreamId> {
        self.streams.iter().cloned().collect()
    }

    /// The signals that are held back.
    pub(super) fn held_signals(&self) -> usize {
        self.signals.len()
    }

    /// Objects if anything is open that doesn't belong to the state.
    pub(super) fn settle_accounts(&self) {
        let legs = match self.status {
            Status::Idle | Status::Disconnected | Status::Failed | Status::Closed => 0,
            Status::Connecting if !self.renewals.is_empty() => {
                assert_eq!((self.legs.len(), self.renewals.len()), (0, 1), "a leg, or a question where to");
                return;
            }
            Status::Connecting | Status::Connected => 1,
            Status::Handover | Status::Recovering => return,
        };
        assert_eq!(self.legs.len(), legs, "{:?} with {:?}", self.status, self.legs.keys());
        assert!(self.renewals.is_empty(), "left open: {:?}", self.renewals);
    }
}
