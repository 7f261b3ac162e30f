//! A service with sessions and everybody who is in them, in virtual time: clients, each with a machine, and strangers, who
//! run without one. Every line between a client and the service keeps its order and has its own latency.
//!
//! What must hold at every step is in [`law`].

mod client;
mod law;
mod nature;
mod service;
mod stranger;

use std::collections::{BTreeMap, BTreeSet};

use opentok_handover::core::error::{Code, Failure};
use opentok_handover::core::ids::{ConnectionId, LegId, SignalId, StreamId};
use opentok_handover::core::protocol::{ConnectionInfo, Input, LossReason, SignalKind, StreamInfo, WireMessage};

pub(super) use self::client::Client;
pub(super) use self::nature::Nature;
pub(super) use self::stranger::{Manner, Stranger};
use crate::agenda::Agenda;
use crate::dice::Dice;

/// How long the service keeps a connection that was cut.
const GRACE: u64 = 5000;

/// The slowest message takes this long from client to service, or back.
const LATENCY: u64 = 400;

/// No two messages on a line differ by more than this in what they take.
const JITTER: u64 = 50;

/// Whoever is away for so long may be told to have left: some of the ten seconds pass on the line.
const LONG: u64 = 8500;

/// When those who were there first are in session "one" and have seen each other.
pub(super) const START: u64 = 15_000;

/// When the servers of session "one" go, if they go in peace: whoever has been told of it has left before.
const ROTATION: u64 = START + 180_000;

pub(super) struct World {
    pub(super) nature: Nature,
    dice: Dice,
    pub(super) now: u64,
    agenda: Agenda<Happening>,
    sessions: BTreeMap<String, BTreeMap<ConnectionId, Member>>,
    over: BTreeSet<String>,
    pub(super) clients: Vec<Client>,
    pub(super) strangers: Vec<Stranger>,
    /// Whose streams there are or were.
    owners: BTreeMap<StreamId, usize>,
    /// Whose connections there are or were.
    holders: BTreeMap<ConnectionId, usize>,
    /// What everybody has on air, and in which session.
    on_air: Vec<Vec<(String, StreamId)>>,
    /// When each lost or left a session last, and when they came to one.
    went: Vec<u64>,
    came: Vec<u64>,
    /// Since when nobody is known to need session "one" any more.
    needless_since: u64,
    /// How many inputs there were.
    pub(super) steps: u64,
    /// Whether its story is told.
    told: bool,
}

/// A connection as the service knows it.
struct Member {
    who: usize,
    leg: LegId,
    info: ConnectionInfo,
    streams: Vec<StreamInfo>,
}

#[derive(Debug)]
enum Happening {
    /// A message of somebody's reaches the service.
    AtService {
        session: String,
        from: ConnectionId,
        message: Message,
    },
    /// Something reaches a client.
    AtClient(usize, Input),
    /// A client's plans.
    Plan(usize, Plan),
    /// A stranger's.
    Stray(usize, stranger::Deed),
    /// A session ends for everybody.
    End(String),
    Timer(usize),
}

#[derive(Clone, Copy, Debug)]
enum Plan {
    Connect,
    Send,
    Cut,
    Leave,
}

#[derive(Debug)]
enum Message {
    Join { who: usize, leg: LegId, identity: Option<String> },
    Publish(StreamInfo, Option<Input>),
    Signal { to: Option<ConnectionId>, kind: SignalKind, number: Option<usize> },
    Left,
}

impl World {
    pub(super) fn new(seed: u64, nature: Nature) -> Self {
        let mut dice = Dice::new(seed);
        let people = nature.people(&mut dice);
        let strangers = if nature.strange { 1 + dice.below(1 + people as u64 / 4) as usize } else { 0 };
        let mut world = Self {
            nature,
            dice,
            now: 0,
            agenda: Agenda::default(),
            sessions: BTreeMap::new(),
            over: BTreeSet::new(),
            clients: Vec::new(),
            strangers: Vec::new(),
            owners: BTreeMap::new(),
            holders: BTreeMap::new(),
            on_air: vec![Vec::new(); people + strangers],
            went: vec![0; people + strangers],
            came: vec![0; people + strangers],
            needless_since: 0,
            steps: 0,
            told: false,
        };
        for client in 0..people {
            let latency = 1 + world.below(LATENCY);
            let nameless = world.below(3) == 0;
            world.clients.push(Client::new(client, people + strangers, latency, nameless));
            world.clients[client].slow = nature.slow && world.below(4) == 0;
            world.make_plans(client, people);
        }
        for number in 0..strangers {
            let latency = 1 + world.below(LATENCY);
            let manner = world.dice.pick(&Manner::ALL);
            world.strangers.push(Stranger::new(number, manner, latency));
            world.make_strange_plans(number);
        }
        if nature.forced {
            let at = START - 1000 + world.below(8000);
            world.plan(at, Happening::End("one".into()));
        } else if nature.strange || nature.deaf {
            world.plan(ROTATION, Happening::End("one".into()));
        }
        world
    }

    /// The same, with every step of it told.
    pub(super) fn told(mut self) -> Self {
        self.told = true;
        self
    }

    fn make_plans(&mut self, client: usize, people: usize) {
        let late = self.nature.coming && client > 1 && self.below(3) == 0;
        let comes = if late { START - 2000 + self.below(22_000) } else { self.below(2000) };
        self.clients[client].was_first = !late;
        self.plan(comes, Happening::Plan(client, Plan::Connect));
        let within = if self.nature.apart { 20_000 } else { 1500 };
        let heard = START.max(comes + 3000) + self.below(within);
        let deaf = self.nature.deaf && self.below(4) == 0;
        if !deaf {
            self.plan(heard, Happening::AtClient(client, client::announcement("two")));
        }
        for _ in 0..self.below(3 + 60 / people as u64) {
            let at = START - 3000 + self.below(20_000);
            self.plan(at, Happening::Plan(client, Plan::Send));
        }
        if self.nature.flaky && self.below(2) == 0 {
            let at = START - 1000 + self.below(10_000);
            self.plan(at, Happening::Plan(client, Plan::Cut));
        }
        if self.nature.going && client > 1 && self.below(3) == 0 {
            let at = (START - 1000).max(comes) + self.below(20_000);
            self.plan(at, Happening::Plan(client, Plan::Leave));
        }
    }

    /// Runs to the end, when nothing is under way any more.
    pub(super) fn run(&mut self) {
        while let Some((now, happening)) = self.agenda.next() {
            assert!(now < 1_000_000, "it never ends");
            self.now = now;
            match happening {
                Happening::AtService { session, from, message } => self.serve(&session, from, message),
                Happening::AtClient(client, input) => self.feed(client, input),
                Happening::Timer(client) => self.feed(client, Input::Timeout),
                Happening::Plan(client, plan) => self.carry_out(client, plan),
                Happening::Stray(stranger, deed) => self.stray(stranger, deed),
                Happening::End(session) => self.end(session),
            }
        }
    }

    /// Somebody's connection to session "one" dies; the service notices later.
    fn cut(&mut self, client: usize) {
        let Some((leg, line)) = self.clients[client].cut("one") else { return };
        let at = self.now + GRACE;
        let left = Happening::AtService { session: "one".into(), from: line.me, message: Message::Left };
        self.plan(at, left);
        self.on_air[client].retain(|(session, _)| session != "one");
        self.lost(client);
        self.feed(client, Input::LegLost { leg, reason: LossReason::NetworkDisconnected });
    }

    fn up(&mut self, client: usize, leg: LegId, message: Message) {
        let jitter = self.below(JITTER);
        let Some(line) = self.clients[client].lines.get_mut(&leg) else { return };
        line.up_until = line.up_until.max(self.now + line.latency + jitter);
        let happening = Happening::AtService { session: line.session.clone(), from: line.me.clone(), message };
        let at = line.up_until;
        self.plan(at, happening);
    }

    fn down(&mut self, who: usize, leg: LegId, input: Input) {
        let jitter = self.below(JITTER);
        let Some(line) = self.clients.get_mut(who).and_then(|client| client.lines.get_mut(&leg)) else { return };
        line.down_until = line.down_until.max(self.now + line.latency + jitter);
        let at = line.down_until;
        self.plan(at, Happening::AtClient(who, input));
    }

    fn plan(&mut self, at: u64, happening: Happening) {
        self.agenda.plan(at.max(self.now), happening);
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.dice.below(limit)
    }

    /// Whether something goes wrong this time.
    fn fails(&mut self) -> bool {
        self.nature.clumsy && self.below(4) == 0
    }

    /// The current session, as the app server knows it.
    fn current(&self) -> &'static str {
        if self.now < START { "one" } else { "two" }
    }
}
