//! The machine of one durable session: decides everything, does nothing.
//!
//! # Contract
//!
//! 1. [`Machine::handle_input`] with whatever happened, and the time.
//! 2. [`Machine::poll_output`] until it returns `None`; carry out each [`Command`], tell each [`Event`].
//! 3. [`Machine::poll_timeout`]: hand in [`Input::Timeout`] when that moment has come.
//!
//! An executor's result is the next input. Inputs of a leg that is gone are dropped in one place,
//! [`Machine::handle_input`]. The same seed and the same inputs at the same times give the same outputs.

mod announced;
mod app;
mod arrival;
mod attempt;
mod introduction;
mod loss;
mod pace;
mod people;
mod supervision;
mod timeouts;
mod turns;
mod waiting;

use std::collections::VecDeque;

use self::introduction::Word;
use self::pace::Pace;
use self::supervision::Supervision;
use self::turns::Turns;
use self::waiting::Waiting;
use super::backoff::Random;
use super::bridge::{Bridge, BridgeOutput};
use super::config::Config;
use super::handover::Handover;
use super::ids::{ConnectionId, LegId, RenewId, SessionId, StreamId, ViewId};
use super::protocol::{Command, Credentials, Event, Input, LossReason, Output, SignalKind, WireMessage};
use super::roster::Roster;
use super::state::{Leg, State, Status};
use super::time::Time;
use super::views::Views;

pub use self::timeouts::TimeoutReason;

/// How many sessions that were left are remembered; then it begins anew. Announcements are repeated for minutes, and no call
/// moves that often meanwhile.
const REMEMBERED: usize = 16;

/// Decides what one durable session does.
#[derive(Debug)]
pub struct Machine {
    config: Config,
    random: Random,
    state: State,
    roster: Roster,
    views: Views,
    bridge: Bridge,
    /// What admitted this client to the session that it is in.
    credentials: Option<Credentials>,
    /// The session that the call began in.
    first: Option<SessionId>,
    /// The session that it was in last.
    home: Option<SessionId>,
    /// Those before that, the latest last.
    left: Vec<SessionId>,
    highest_epoch: Option<u64>,
    pace: Pace,
    /// The app has asked to disconnect; until then the SDK may take to say that it has.
    leaving: Option<Time>,
    /// The app has asked to connect again before that; and to disconnect again, if there are no credentials any more.
    rejoin: Option<Option<Credentials>>,
    /// Whether the page has no network, or is asleep: attempts wait.
    offline: bool,
    /// Whether the app has been told that it is cut off.
    interrupted: bool,
    word: Option<Word>,
    turns: Turns,
    waiting: Vec<Waiting>,
    /// When what the SDK has refused is sent again.
    resend_at: Option<Time>,
    /// The SDK's own migrations, one of each leg at most.
    supervision: Vec<Supervision>,
    /// Until then an attempt that was given up may still end the session that it was for.
    strays_until: Option<Time>,
    /// By then whatever was published anew must be live.
    lagging_until: Option<Time>,
    next_probe: u32,
    next_leg: u32,
    next_renew: u32,
    outputs: VecDeque<Output>,
}

impl Machine {
    /// Makes a machine that is not connected.
    #[must_use]
    pub fn new(config: Config) -> Self {
        Self {
            random: Random::new(config.seed),
            bridge: Bridge::new(config.signal_hold),
            config,
            state: State::Idle,
            roster: Roster::default(),
            views: Views::default(),
            credentials: None,
            first: None,
            home: None,
            left: Vec::new(),
            highest_epoch: None,
            pace: Pace::default(),
            leaving: None,
            rejoin: None,
            offline: false,
            interrupted: false,
            word: None,
            turns: Turns::default(),
            waiting: Vec::new(),
            resend_at: None,
            supervision: Vec::new(),
            strays_until: None,
            lagging_until: None,
            next_probe: 0,
            next_leg: 0,
            next_renew: 0,
            outputs: VecDeque::new(),
        }
    }

    /// Takes in what happened. Called by the driver, which then drains [`Machine::poll_output`].
    pub fn handle_input(&mut self, input: Input, now: Time) {
        // A signal that arrives is heard where it arrives.
        if !self.is_stale(&input) && !matches!(input, Input::Signal { .. } | Input::Announced(_)) {
            self.wake(&input, now);
        }
        // Waking up may have given its leg up.
        if self.is_stale(&input) {
            if let Input::Signal { signal, .. } = input {
                self.tell(Event::SignalDiscarded(signal));
            }
            return;
        }
        self.dispatch(input, now);
        let changes = self.roster.believe(now);
        self.apply(changes);
        self.advance(now);
        self.drain_bridge();
    }

    /// The next thing to do or to tell. Called by the driver until it returns `None`.
    #[must_use]
    pub fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// What it is doing.
    #[must_use]
    pub fn status(&self) -> Status {
        self.state.status()
    }

    /// The leg whose news is the app's: the old one until it is left.
    #[must_use]
    pub fn primary(&self) -> Option<LegId> {
        self.primary_leg().map(|leg| leg.id)
    }

    /// Whether the app has asked to disconnect, and the SDK has not said yet that it has.
    #[must_use]
    pub fn is_leaving(&self) -> bool {
        self.leaving.is_some()
    }

    /// Whether it is to connect again as soon as it has left.
    #[must_use]
    pub fn is_rejoining(&self) -> bool {
        matches!(self.rejoin, Some(Some(_)))
    }

    /// Whether a move is under way that can't be given back any more: what is announced now is for the one after it.
    #[must_use]
    pub fn is_arriving(&self) -> bool {
        self.state.moving().is_some_and(Handover::is_committed)
    }

    /// The session that the app is in.
    #[must_use]
    pub fn session(&self) -> Option<&SessionId> {
        self.primary_leg().map(|leg| &leg.session)
    }

    /// The connected legs, the primary one first.
    #[must_use]
    pub fn legs(&self) -> Vec<LegId> {
        match &self.state {
            State::Connected { leg } => vec![leg.id],
            State::Moving(handover) => handover.old.iter().chain(handover.connected_leg()).map(|leg| leg.id).collect(),
            State::Idle
            | State::Asking { .. }
            | State::Connecting { .. }
            | State::Disconnected
            | State::Failed
            | State::Closed => Vec::new(),
        }
    }

    /// The ID that a durable stream has on a leg.
    #[must_use]
    pub fn stream_on(&self, leg: LegId, stream: &StreamId) -> Option<&StreamId> {
        self.roster.stream_on(leg, stream)
    }

    /// The durable ID of a stream on a leg.
    #[must_use]
    pub fn durable_stream(&self, leg: LegId, stream: &StreamId) -> Option<StreamId> {
        self.roster.durable_stream(leg, stream)
    }

    /// The ID that a durable connection has on a leg.
    #[must_use]
    pub fn connection_on(&self, leg: LegId, connection: &ConnectionId) -> Option<&ConnectionId> {
        self.roster.connection_on(leg, connection)
    }

    /// The durable ID of a connection on a leg.
    #[must_use]
    pub fn durable_connection(&self, leg: LegId, connection: &ConnectionId) -> Option<ConnectionId> {
        self.roster.person_at(leg, connection)
    }

    /// The durable ID of whoever publishes a durable stream.
    #[must_use]
    pub fn owner(&self, stream: &StreamId) -> Option<&ConnectionId> {
        self.roster.owner(stream)
    }

    /// The durable ID of this client's own connection.
    #[must_use]
    pub fn own(&self) -> Option<&ConnectionId> {
        self.roster.own()
    }

    /// Whether a view is the app's still.
    #[must_use]
    pub fn has_view(&self, view: ViewId) -> bool {
        self.views.stream(view).is_some()
    }

    /// The leg that feeds a view.
    #[must_use]
    pub fn shown(&self, view: ViewId) -> Option<LegId> {
        self.views.shown(view)
    }

    /// Whether publishers outlive the loss of their leg at this moment: the shell then keeps the SDK from
    /// destroying them.
    #[must_use]
    pub fn keeps_publishers(&self) -> bool {
        self.status() == Status::Recovering
    }

    fn dispatch(&mut self, input: Input, now: Time) {
        match input {
            Input::Connect(credentials) => self.connect(credentials, now),
            Input::Disconnect => self.disconnect(now),
            Input::Close => self.close(now),
            Input::Handover(raw) => self.announced(raw, true, now),
            Input::Announced(raw) => self.announced(raw, false, now),
            Input::Publish(publisher) => self.publish(publisher, now),
            Input::Unpublish(publisher) => self.unpublish(publisher),
            Input::Subscribe { view, stream } => self.subscribe(view, stream),
            Input::Unsubscribe(view) => self.unsubscribe(view),
            Input::Send { outgoing, to, wait } => self.send(outgoing, to, wait, now),
            Input::Renewed { credentials, .. } => self.renewed(credentials, now),
            Input::RenewFailed { failure, .. } => self.renew_failed(failure, now),
            Input::LegConnected { leg, own } => self.leg_connected(leg, &own, now),
            Input::LegFailed { leg, failure } => self.leg_failed(leg, failure, now),
            Input::LegLost { leg, reason } => self.leg_lost(leg, reason, now),
            Input::LegClosed(leg) => self.leg_closed(leg, now),
            Input::Repairing(leg) => self.repairing(leg),
            Input::Repaired(leg) => self.repaired(leg),
            Input::Migrating(leg) => self.watch(leg, now),
            Input::Migrated(leg) => self.migrated(leg, now),
            Input::MigrationFailed(leg) => self.migration_failed(leg, now),
            Input::Unsent { outgoing, to } => self.unsent(outgoing, to, now),
            Input::Probed { leg, number, alive } => self.probed(leg, number, alive, now),
            Input::Published { leg, publisher } => {
                if self.views.published(publisher, leg) {
                    self.tell(Event::Published(publisher));
                }
            }
            Input::PublishFailed { leg, publisher, failure } => {
                self.publish_failed(leg, publisher, failure, now);
            }
            Input::PublisherEnded { leg, publisher } => self.publisher_ended(leg, publisher, now),
            Input::PreviewPresented { leg, publisher } => self.preview_presented(leg, publisher, now),
            Input::Presented { leg, view } => self.presented(leg, view, now),
            Input::ViewLost { leg, view } => self.view_lost(leg, view),
            Input::SubscribeFailed { leg, view, failure } => self.subscribe_failed(leg, view, failure),
            Input::ConnectionCreated { leg, connection } => {
                self.bridge.member_joined(leg, connection.id.clone());
                let changes = self.roster.connection_created(leg, &connection, now);
                self.introduce(leg, &connection.id, now);
                self.apply(changes);
            }
            Input::ConnectionDestroyed { leg, connection, reason } => {
                self.connection_destroyed(leg, &connection, reason, now);
            }
            Input::StreamCreated { leg, stream } => {
                let changes = self.roster.stream_created(leg, &stream, now);
                self.apply(changes);
            }
            Input::StreamDestroyed { leg, stream, reason } => self.stream_destroyed(leg, &stream, reason, now),
            Input::Signal { leg, from, signal, kind } => self.signal(leg, from, signal, kind, now),
            Input::Online(online) => self.online(online, now),
            Input::RetryNow => self.retry_now(now),
            Input::RetryIn(delay) => self.retry_in(delay, now),
            Input::InView(views) => self.turns.prefer(views),
            Input::Timeout => self.timeout(now),
        }
    }

    /// Drops inputs of legs and requests that are gone: the only place where that is done.
    fn is_stale(&self, input: &Input) -> bool {
        if let Input::Renewed { request, .. } | Input::RenewFailed { request, .. } = input {
            return self.open_request() != Some(*request);
        }
        match input.leg() {
            Some(leg) => !self.is_open(leg),
            None => matches!(self.state, State::Closed),
        }
    }

    fn open_request(&self) -> Option<RenewId> {
        if let State::Asking { request, .. } = self.state {
            return Some(request);
        }
        self.state.moving().and_then(Handover::request)
    }

    fn is_open(&self, leg: LegId) -> bool {
        self.open_legs().contains(&leg)
    }

    /// The legs that are held, connected or not, the primary one first.
    fn open_legs(&self) -> Vec<LegId> {
        match &self.state {
            State::Connecting { leg, .. } | State::Connected { leg } => vec![leg.id],
            State::Moving(handover) => handover.legs().collect(),
            State::Idle | State::Asking { .. } | State::Disconnected | State::Failed | State::Closed => Vec::new(),
        }
    }

    fn primary_leg(&self) -> Option<&Leg> {
        match &self.state {
            State::Connecting { leg, .. } | State::Connected { leg } => Some(leg),
            State::Moving(handover) => handover.old.as_ref().or_else(|| handover.connected_leg()),
            State::Idle | State::Asking { .. } | State::Disconnected | State::Failed | State::Closed => None,
        }
    }

    fn new_leg_id(&mut self) -> LegId {
        self.next_leg += 1;
        LegId(self.next_leg)
    }

    fn set_state(&mut self, state: State) {
        let from = self.state.status();
        self.state = state;
        self.note_status(from);
    }

    fn note_status(&mut self, from: Status) {
        if let State::Connected { leg } = &self.state
            && self.home.as_ref() != Some(&leg.session)
        {
            if self.left.len() == REMEMBERED {
                self.left.clear();
            }
            if let Some(left) = self.home.replace(leg.session.clone()) {
                self.left.push(left);
            }
        }
        let to = self.state.status();
        if from != to {
            self.tell(Event::StateChange { from, to });
        }
    }

    /// Changes the handover in place, telling what that changes in public.
    fn update_move(&mut self, change: impl FnOnce(&mut Handover), now: Time) {
        let from = self.state.status();
        let Some(handover) = self.state.moving_mut() else { return };
        change(handover);
        let phase = handover.phase();
        let entered = handover.record.phase(phase, now);
        self.note_status(from);
        if let Some(at) = entered {
            self.tell(Event::PhaseChange { phase, at });
        }
    }

    fn tell(&mut self, event: Event) {
        self.outputs.push_back(event.into());
    }

    fn order(&mut self, command: Command) {
        self.outputs.push_back(command.into());
    }

    fn drain_bridge(&mut self) {
        while let Some(output) = self.bridge.poll() {
            match output {
                BridgeOutput::Deliver(signal) => self.tell(Event::Signal { signal }),
                BridgeOutput::Discard(signal) => self.tell(Event::SignalDiscarded(signal)),
            }
        }
    }
}
