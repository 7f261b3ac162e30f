//! One client: its machine, its lines to the service, and an app that watches everybody.

use std::collections::BTreeMap;

use opentok_handover::core::announcement::Deadline;
use opentok_handover::core::config::Config;
use opentok_handover::core::ids::{OutgoingId, PublisherId, ViewId};
use opentok_handover::core::machine::Machine;
use opentok_handover::core::protocol::{Command, Event, Output, VideoType};
use opentok_handover::core::time::Time;

use super::super::desk;
use super::super::ledger::Ledger;
use super::{Code, ConnectionId, Failure, Happening, Input, LegId, Message, Plan, SignalId, SignalKind, StreamId};
use super::{ConnectionInfo, LossReason, StreamInfo, WireMessage, World};

const CAMERA: PublisherId = PublisherId(1);

pub(in super::super) struct Client {
    pub(in super::super) machine: Machine,
    pub(in super::super) ledger: Ledger,
    pub(in super::super) name: String,
    identity: Option<String>,
    latency: u64,
    pub(super) lines: BTreeMap<LegId, Line>,
    views: u32,
    /// The app's views, what they show, and whose it is.
    pub(in super::super) watching: BTreeMap<ViewId, (StreamId, usize)>,
    /// The app's signals that came in on some leg, with their sender and their count.
    signals: Vec<Option<(usize, usize)>>,
    /// Those that the app heard, in order.
    pub(in super::super) heard: Vec<(usize, usize)>,
    pub(in super::super) sent: usize,
    /// Whom the app sees, or saw until they left.
    pub(super) met: Vec<bool>,
    /// When the move that was announced must be over.
    pub(super) deadline: u64,
    /// Whether its machine is slow.
    pub(super) slow: bool,
    /// Whether the app is in the call.
    came: bool,
    /// Whether it came before anything happened.
    pub(in super::super) was_first: bool,
    /// Whether it has left.
    pub(in super::super) left: bool,
    /// When the timer is set to.
    timer: Option<u64>,
}

/// A client's end of a leg.
pub(super) struct Line {
    pub(super) session: String,
    pub(super) me: ConnectionId,
    pub(super) latency: u64,
    pub(super) up_until: u64,
    pub(super) down_until: u64,
}

/// What the app server announces.
pub(super) fn announcement(session: &str) -> Input {
    Input::Handover(desk::announcement(session, Deadline::None))
}

impl Client {
    pub(super) fn new(number: usize, others: usize, latency: u64, nameless: bool) -> Self {
        let name =
            ["ann", "bob", "cat", "dan"].get(number).map_or_else(|| format!("guest {number}"), |&name| name.into());
        Self {
            machine: Machine::new(Config { seed: number as u64, ..Config::default() }),
            ledger: Ledger::new(),
            identity: Some(name.clone()).filter(|_| !nameless),
            name,
            latency,
            lines: BTreeMap::new(),
            views: 0,
            watching: BTreeMap::new(),
            signals: Vec::new(),
            heard: Vec::new(),
            sent: 0,
            met: vec![false; others],
            deadline: u64::MAX,
            slow: false,
            came: false,
            was_first: false,
            left: false,
            timer: None,
        }
    }

    pub(super) fn receive(&mut self, signal: Option<(usize, usize)>) -> SignalId {
        self.signals.push(signal);
        SignalId(self.signals.len() as u32 - 1)
    }

    /// Cuts the line to a session.
    pub(super) fn cut(&mut self, session: &str) -> Option<(LegId, Line)> {
        let leg = self.lines.iter().find(|(_, line)| line.session == session).map(|(leg, _)| *leg)?;
        self.lines.remove(&leg).map(|line| (leg, line))
    }

    /// Whether the app is in the call and doesn't want to leave it.
    pub(super) fn is_in(&self) -> bool {
        self.came && !self.left
    }

    /// How long a picture may take: a slow machine needs up to so long for all, of which it makes a few at a time.
    fn picture_within(&self) -> u64 {
        let others = self.met.len() as u64 - 1;
        if self.slow { 20_000 * 4 / others.max(4) } else { 1500 }
    }

    pub(super) fn is_nameless(&self) -> bool {
        self.identity.is_none()
    }

    fn hear(&mut self, event: &Event, current: &str, owners: &BTreeMap<StreamId, usize>) -> Option<Input> {
        match event {
            Event::Connected => {
                self.came = true;
                return Some(Input::Publish(CAMERA));
            }
            Event::ConnectFailed(_) if !self.left => return Some(Input::Connect(desk::credentials(current))),
            Event::PublishFailed { .. } if self.is_in() => return Some(Input::Publish(CAMERA)),
            Event::StreamJoined(stream) => {
                self.views += 1;
                let view = ViewId(self.views);
                self.watching.insert(view, (stream.clone(), owners[stream]));
                return Some(Input::Subscribe { view, stream: stream.clone() });
            }
            Event::ViewEnded(view) | Event::SubscribeFailed { view, .. } => {
                self.watching.remove(view);
            }
            Event::Signal { signal } => self.heard.extend(self.signals[signal.0 as usize]),
            _ => {}
        }
        None
    }
}

impl World {
    pub(super) fn carry_out(&mut self, client: usize, plan: Plan) {
        match plan {
            Plan::Connect => {
                let session = self.current();
                self.feed(client, Input::Connect(desk::credentials(session)));
            }
            Plan::Cut => self.cut(client),
            Plan::Leave => {
                self.clients[client].left = true;
                self.feed(client, Input::Disconnect);
            }
            Plan::Send if !self.clients[client].is_in() => {}
            Plan::Send => {
                self.clients[client].sent += 1;
                let outgoing = OutgoingId(self.clients[client].sent as u32);
                self.feed(client, Input::Send { outgoing, to: None, wait: true });
            }
        }
    }

    pub(super) fn feed(&mut self, client: usize, input: Input) {
        self.steps += 1;
        let it = &mut self.clients[client];
        if self.told {
            println!("{:>10.3} s {} > {input:?}", self.now as f64 / 1000.0, it.name);
        }
        if matches!(input, Input::Handover(_)) && it.deadline == u64::MAX {
            it.deadline = self.now + Config::default().handover_timeout.as_millis() as u64;
        }
        it.ledger.tell(&input);
        let mut has_changed = !leaves_pictures_alone(&input);
        it.machine.handle_input(input, Time::from_millis(self.now));
        let mut answers = Vec::new();
        let current = self.current();
        while let Some(output) = self.clients[client].machine.poll_output() {
            let it = &mut self.clients[client];
            if self.told {
                println!("{:>10.3} s {} < {output:?}", self.now as f64 / 1000.0, it.name);
            }
            it.ledger.take(&output);
            has_changed |= !is_word(&output);
            match output {
                Output::Command(command) => self.execute(client, command),
                Output::Event(event) => {
                    answers.extend(it.hear(&event, current, &self.owners));
                    match event {
                        Event::PersonLeft(person) => self.person_left(client, &person),
                        Event::StreamLeft(stream) => self.stream_left(client, &stream),
                        _ => {}
                    }
                }
            }
        }
        self.clients[client].ledger.settle_accounts();
        for answer in answers {
            self.feed(client, answer);
        }
        if has_changed {
            self.look(client);
        }
        let it = &mut self.clients[client];
        let due = it.machine.poll_timeout().map(|(at, _)| at.as_millis().max(self.now));
        if due != it.timer || due.is_some_and(|due| due <= self.now) {
            it.timer = due;
            if let Some(due) = due {
                self.plan(due, Happening::Timer(client));
            }
        }
    }

    fn execute(&mut self, client: usize, command: Command) {
        match command {
            Command::Renew { request, .. } => {
                // The app server knows where the call is by now.
                let session = self.current();
                let answer = if self.fails() {
                    Input::RenewFailed { request, failure: Failure::new(Code::RenewThrew, "by chance") }
                } else {
                    Input::Renewed { request, credentials: desk::credentials(session) }
                };
                self.later(client, 300, answer);
            }
            Command::OpenLeg { leg, credentials } => self.open(client, leg, credentials.session.as_str()),
            Command::CloseLeg(leg) | Command::DropLeg(leg) => {
                self.may_leave(client, leg);
                self.up(client, leg, Message::Left);
                self.clients[client].lines.remove(&leg);
                self.later(client, 100, Input::LegClosed(leg));
            }
            Command::Publish { leg, publisher } => self.publish(client, leg, publisher),
            Command::Subscribe { leg, view, .. } => {
                let within = self.clients[client].picture_within();
                self.later(client, within, Input::Presented { leg, view });
            }
            Command::SendSignal { outgoing, copies } => {
                for copy in copies {
                    let wire = |message| (SignalKind::Wire(message), None);
                    let app = (SignalKind::App, Some(outgoing.0 as usize));
                    let before = copy.stamp.clone().map(|stamp| wire(WireMessage::Stamp(stamp)));
                    let after = copy.stamp.clone().map(|stamp| wire(WireMessage::Stamped(stamp)));
                    for (kind, number) in before.into_iter().chain([app]).chain(after) {
                        self.up(client, copy.leg, Message::Signal { to: copy.to.clone(), kind, number });
                    }
                }
            }
            Command::Disconnect(leg) => {
                self.up(client, leg, Message::Left);
                self.clients[client].lines.remove(&leg);
                self.later(client, 10, Input::LegLost { leg, reason: LossReason::ClientDisconnected });
            }
            Command::SendWire { leg, to, message } => {
                if matches!(message, WireMessage::Settled { .. }) {
                    self.needless_since = self.now;
                }
                self.up(client, leg, Message::Signal { to, kind: SignalKind::Wire(message), number: None });
            }
            Command::Probe { leg, number } => self.later(client, 50, Input::Probed { leg, number, alive: true }),
            Command::AbortRenew(_)
            | Command::Unpublish { .. }
            | Command::Unsubscribe { .. }
            | Command::Swap { .. }
            | Command::SwapPreview { .. }
            | Command::Survey => {}
        }
    }

    fn open(&mut self, client: usize, leg: LegId, session: &str) {
        let it = &mut self.clients[client];
        let me = ConnectionId::new(format!("{}@{session}#{}", it.name, leg.0));
        let line = Line { session: session.into(), me, latency: it.latency, up_until: 0, down_until: 0 };
        it.lines.insert(leg, line);
        let identity = it.identity.clone();
        if self.fails() && session == "two" {
            let failure = Failure::new(Code::ConnectFailed, "by chance");
            self.later(client, 2000, Input::LegFailed { leg, failure });
            return;
        }
        self.up(client, leg, Message::Join { who: client, leg, identity });
    }

    fn publish(&mut self, client: usize, leg: LegId, publisher: PublisherId) {
        if self.clients[client].lines[&leg].session == "two" && self.fails() {
            let failure = Failure::new(Code::PublishFailed, "by chance");
            self.later(client, 1000, Input::PublishFailed { leg, publisher, failure });
            return;
        }
        let it = &self.clients[client];
        let line = &it.lines[&leg];
        let stream = StreamInfo {
            id: StreamId::new(format!("camera of {}", line.me)),
            connection: ConnectionInfo { id: line.me.clone(), identity: it.identity.clone() },
            name: String::new(),
            video_type: VideoType::Camera,
            has_video: true,
        };
        self.up(client, leg, Message::Publish(stream, Some(Input::Published { leg, publisher })));
        let slowest = 4 * super::LATENCY;
        self.later(client, slowest, Input::PreviewPresented { leg, publisher });
    }

    /// Something happens at a client within that many milliseconds.
    fn later(&mut self, client: usize, within: u64, input: Input) {
        let at = self.now + 1 + self.below(within);
        self.plan(at, Happening::AtClient(client, input));
    }
}

/// Whether nobody's picture comes, goes or changes by this alone.
fn leaves_pictures_alone(input: &Input) -> bool {
    use Input::{ConnectionCreated, InView, PreviewPresented, Published, Send, Signal, Timeout};
    matches!(
        input,
        ConnectionCreated { .. }
            | InView(_)
            | PreviewPresented { .. }
            | Published { .. }
            | Send { .. }
            | Signal { .. }
            | Timeout
    )
}

/// Whether something is said, to others or to the app, and nothing is done.
fn is_word(output: &Output) -> bool {
    matches!(
        output,
        Output::Command(Command::SendWire { .. } | Command::SendSignal { .. } | Command::Survey)
            | Output::Event(Event::PersonJoined(_) | Event::Signal { .. } | Event::SignalDiscarded(_))
    )
}
