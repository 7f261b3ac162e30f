//! Two sessions and the people who move from one to the other, in virtual time. Every line between a client and a
//! server keeps its order and has its own latency; legs are cut, people come late, somebody may forge stamps.

mod people;

use std::collections::{BTreeMap, BTreeSet};

use opentok_handover::core::backoff::Random;
use opentok_handover::core::bridge::Stamp;
use opentok_handover::core::ids::{ConnectionId, LegId};
use opentok_handover::core::time::Time;

pub(super) use self::people::Client;

/// How long the server keeps a connection that was cut.
const GRACE: u64 = 5000;

/// By how much messages on one line differ in latency, at most.
const JITTER: u64 = 200;

/// When whoever is still in the old session leaves it.
const DEADLINE: u64 = 60_000;

/// What kind of world it is.
#[derive(Clone, Copy)]
pub(super) struct Nature {
    /// The slowest message takes this long from client to server, or from server to client.
    pub(super) latency: u64,
    /// Whether legs are cut, people come late and people leave early.
    pub(super) rough: bool,
    /// Whether people announce their new connection on the old leg.
    pub(super) announced: bool,
    /// Whether the first client stamps its signals with other people's names.
    pub(super) forger: bool,
}

/// The person that a signal is for, if not for all.
pub(super) type Recipient = Option<String>;

/// A signal of the app's: who sent it, and their count.
pub(super) type Signal = (String, usize);

pub(super) struct World {
    nature: Nature,
    random: Random,
    now: u64,
    agenda: BTreeMap<(u64, u64), Happening>,
    planned: u64,
    sessions: BTreeMap<Session, BTreeMap<ConnectionId, (usize, LegId)>>,
    cut_off: BTreeSet<ConnectionId>,
    pub(super) clients: Vec<Client>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Session {
    Old,
    New,
}

/// One client's end of a leg.
struct Line {
    session: Session,
    me: ConnectionId,
    latency: u64,
    up_until: u64,
    down_until: u64,
    connected: bool,
    members: BTreeSet<ConnectionId>,
}

#[derive(Clone)]
enum Happening {
    AtServer(Session, ConnectionId, Message),
    AtClient(usize, LegId, ConnectionId, Message),
    Plan(usize, Plan),
    Timer(usize),
}

#[derive(Clone, Copy)]
enum Plan {
    Enter(Session),
    Send,
    Cut(Session),
    Leave,
}

#[derive(Clone)]
enum Message {
    Join(usize, LegId),
    Connected(BTreeSet<ConnectionId>),
    Joined,
    Left,
    Moved(ConnectionId),
    Settled,
    Stamp(Stamp, Recipient),
    App(Signal, Recipient),
    Stamped(Stamp, Recipient),
}

impl World {
    pub(super) fn new(seed: u64, nature: Nature) -> Self {
        let mut world = Self {
            nature,
            random: Random::new(seed),
            now: 0,
            agenda: BTreeMap::new(),
            planned: 0,
            sessions: [(Session::Old, BTreeMap::new()), (Session::New, BTreeMap::new())].into(),
            cut_off: BTreeSet::new(),
            clients: Vec::new(),
        };
        for client in 0..2 + world.below(3) as usize {
            world.clients.push(Client::new(client));
            world.make_plans(client);
        }
        world
    }

    /// Runs to the end, when nothing is under way any more.
    pub(super) fn run(&mut self) {
        while let Some(((now, _), happening)) = self.agenda.pop_first() {
            self.now = now;
            let client = match happening {
                Happening::AtServer(session, from, message) => {
                    self.serve(session, from, message);
                    continue;
                }
                Happening::AtClient(client, leg, from, message) => {
                    self.receive(client, leg, from, message);
                    client
                }
                Happening::Plan(client, plan) => {
                    self.carry_out(client, plan);
                    client
                }
                Happening::Timer(client) => {
                    self.clients[client].bridge.handle_timeout(time(now));
                    client
                }
            };
            self.go_on(client);
        }
    }

    fn make_plans(&mut self, client: usize) {
        let slowest = 2 * self.nature.latency + 1;
        let rough = self.nature.rough;
        let start = if rough && self.below(4) == 0 { self.below(10_000) } else { 0 };
        let moves = start + 2 * slowest + self.below(10_000);
        if !(rough && self.below(6) == 0) {
            self.plan(start, Happening::Plan(client, Plan::Enter(Session::Old)));
        }
        self.plan(moves, Happening::Plan(client, Plan::Enter(Session::New)));
        for _ in 0..self.below(40) {
            let at = start + 2 * slowest + self.below(20_000);
            self.plan(at, Happening::Plan(client, Plan::Send));
        }
        for session in [Session::Old, Session::New] {
            if rough && self.below(4) == 0 {
                let at = moves + self.below(8000);
                self.plan(at, Happening::Plan(client, Plan::Cut(session)));
            }
        }
        let at = if rough && self.below(4) == 0 { moves + self.below(20_000) } else { DEADLINE };
        self.plan(at, Happening::Plan(client, Plan::Leave));
    }

    fn serve(&mut self, session: Session, from: ConnectionId, message: Message) {
        let cut_off = self.cut_off.contains(&from);
        let members = self.sessions.entry(session).or_default();
        let (message, to) = match message {
            _ if cut_off && !matches!(message, Message::Left) => return,
            Message::Join(client, leg) => {
                members.insert(from.clone(), (client, leg));
                let all = members.keys().cloned().collect();
                self.down(client, leg, &from, Message::Connected(all));
                (Message::Joined, None)
            }
            _ if !members.contains_key(&from) => return,
            Message::Left => {
                members.remove(&from);
                (Message::Left, None)
            }
            Message::Stamp(_, ref to) | Message::App(_, ref to) | Message::Stamped(_, ref to) => {
                (message.clone(), to.clone())
            }
            Message::Connected(_) | Message::Joined | Message::Moved(_) | Message::Settled => (message, None),
        };
        for (_, (client, leg)) in self.sessions[&session].clone() {
            if to.as_ref().is_none_or(|to| *to == self.clients[client].name) {
                self.down(client, leg, &from, message.clone());
            }
        }
    }

    /// A leg dies; what was on its way to the server may die with it.
    fn cut(&mut self, client: usize, leg: LegId) {
        let Some(line) = self.clients[client].lines.remove(&leg) else { return };
        if self.below(2) == 0 {
            self.cut_off.insert(line.me.clone());
        }
        let noticed = self.now + GRACE;
        self.plan(noticed, Happening::AtServer(line.session, line.me, Message::Left));
    }

    fn up(&mut self, client: usize, leg: LegId, message: Message) {
        let jitter = self.below(JITTER);
        let Some(line) = self.clients[client].lines.get_mut(&leg) else { return };
        line.up_until = line.up_until.max(self.now + line.latency + jitter);
        let happening = Happening::AtServer(line.session, line.me.clone(), message);
        let at = line.up_until;
        self.plan(at, happening);
    }

    fn down(&mut self, client: usize, leg: LegId, from: &ConnectionId, message: Message) {
        let jitter = self.below(JITTER);
        let Some(line) = self.clients[client].lines.get_mut(&leg) else { return };
        line.down_until = line.down_until.max(self.now + line.latency + jitter);
        let at = line.down_until;
        self.plan(at, Happening::AtClient(client, leg, from.clone(), message));
    }

    fn plan(&mut self, at: u64, happening: Happening) {
        self.planned += 1;
        self.agenda.insert((at.max(self.now), self.planned), happening);
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.random.next_u64() % limit.max(1)
    }
}

impl Line {
    fn new(session: Session, me: ConnectionId, latency: u64) -> Self {
        Self { session, me, latency, up_until: 0, down_until: 0, connected: false, members: BTreeSet::new() }
    }
}

fn time(millis: u64) -> Time {
    Time::from_millis(millis)
}
