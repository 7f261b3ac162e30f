//! Two sessions and the people who move from one to the other, in virtual time. Every line between a client and a
//! server keeps its order and has its own latency; legs are cut, people come late, somebody may forge stamps.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use opentok_handover::core::backoff::Random;
use opentok_handover::core::bridge::{Bridge, BridgeOutput, Stamp};
use opentok_handover::core::ids::{ConnectionId, LegId, SignalId};
use opentok_handover::core::time::Time;

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

pub(super) struct Client {
    pub(super) name: String,
    /// Whom each signal sent was for.
    pub(super) sent: Vec<Recipient>,
    /// Every signal a copy of which was handed to the bridge.
    pub(super) handed_in: Vec<Signal>,
    /// What the bridge had delivered, in order.
    pub(super) heard: Vec<Signal>,
    /// What the bridge has discarded.
    pub(super) discarded: usize,
    bridge: Bridge,
    lines: BTreeMap<LegId, Line>,
    old: Option<LegId>,
    new: Option<LegId>,
    stage: Stage,
    done: BTreeSet<ConnectionId>,
    /// An old leg that died before there was a new one.
    lost: Option<(LegId, ConnectionId, BTreeSet<ConnectionId>)>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Session {
    Old,
    New,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Single,
    Both,
    Settled,
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

    fn carry_out(&mut self, client: usize, plan: Plan) {
        let now = time(self.now);
        let it = &mut self.clients[client];
        match plan {
            Plan::Enter(session) => self.enter(client, session),
            Plan::Send => self.send(client),
            Plan::Cut(Session::Old) => {
                let Some(leg) = it.old.take() else { return };
                if it.stage == Stage::Single
                    && let Some(line) = it.lines.get(&leg)
                {
                    it.lost = Some((leg, line.me.clone(), line.members.clone()));
                }
                it.stage = Stage::Single;
                it.bridge.old_leg_gone(now);
                self.cut(client, leg);
            }
            Plan::Cut(Session::New) => {
                // Whoever has settled has promised to stay.
                if it.old.is_none() || it.stage == Stage::Settled {
                    return;
                }
                let Some(leg) = it.new.take() else { return };
                it.stage = Stage::Single;
                it.bridge.new_leg_gone(now);
                self.cut(client, leg);
                let again = self.now + 1 + self.below(3000);
                self.plan(again, Happening::Plan(client, Plan::Enter(Session::New)));
            }
            Plan::Leave => {
                if it.stage != Stage::Single {
                    self.leave_old(client);
                }
            }
        }
    }

    fn enter(&mut self, client: usize, session: Session) {
        let latency = 1 + self.below(self.nature.latency - JITTER);
        let it = &mut self.clients[client];
        let leg = LegId(self.planned as u32);
        let me = ConnectionId::new(format!("{}@{}", it.name, leg.0));
        it.lines.insert(leg, Line::new(session, me, latency));
        match session {
            Session::Old => it.old = Some(leg),
            Session::New => it.new = Some(leg),
        }
        self.up(client, leg, Message::Join(client, leg));
    }

    fn send(&mut self, client: usize) {
        let to = (self.below(5) == 0).then(|| format!("client{}", self.below(5)));
        let forged = self.nature.forger && client == 0 && self.below(2) == 0;
        let forgery = forged.then(|| self.forge(client)).flatten();
        let it = &mut self.clients[client];
        let is_up = |leg: &LegId| it.lines.get(leg).is_some_and(|line| line.connected);
        let old = it.old.filter(is_up);
        let new = it.new.filter(is_up);
        let legs: Vec<_> = match it.stage {
            Stage::Settled => new.into_iter().collect(),
            Stage::Both => old.into_iter().chain(new).collect(),
            Stage::Single => old.or(new).into_iter().collect(),
        };
        if legs.is_empty() {
            return;
        }
        it.sent.push(to.clone());
        let signal = (it.name.clone(), it.sent.len());
        let stamp = it.bridge.next_stamp(time(self.now));
        assert!(stamp.is_some() || legs.len() == 1, "copies need a stamp");
        for leg in legs {
            let stamp = forgery.clone().filter(|_| Some(leg) == new).or(stamp.clone());
            let app = Message::App(signal.clone(), to.clone());
            let Some(stamp) = stamp else {
                self.up(client, leg, app);
                continue;
            };
            self.up(client, leg, Message::Stamp(stamp.clone(), to.clone()));
            self.up(client, leg, app);
            self.up(client, leg, Message::Stamped(stamp, to.clone()));
        }
    }

    /// Somebody else's connection, and a number that they have used or will use soon.
    fn forge(&mut self, forger: usize) -> Option<Stamp> {
        let victim = 1 + self.below(self.clients.len() as u64 - 1) as usize;
        assert_ne!(victim, forger);
        let number = 1 + self.below(12);
        let victim = &self.clients[victim];
        let of = victim.lines.get(&victim.old?)?.me.clone();
        Some(Stamp { number, of })
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

    fn receive(&mut self, client: usize, leg: LegId, from: ConnectionId, message: Message) {
        let now = time(self.now);
        let it = &mut self.clients[client];
        let Some(line) = it.lines.get_mut(&leg) else { return };
        match message {
            Message::Join(..) => unreachable!("only servers are joined"),
            Message::Connected(members) => {
                line.members = members;
                line.connected = true;
                if it.new == Some(leg) {
                    self.arrive(client, leg);
                }
            }
            Message::Joined => {
                line.members.insert(from.clone());
                it.bridge.member_joined(leg, from);
                if it.old == Some(leg) && it.stage != Stage::Single {
                    self.announce(client);
                }
            }
            Message::Left => {
                line.members.remove(&from);
                it.bridge.member_gone(leg, &from, now);
            }
            Message::Moved(to) => it.bridge.handle_moved(leg, &from, to, now),
            Message::Settled => {
                it.bridge.handle_settled(leg, &from, now);
                it.done.insert(from);
            }
            Message::Stamp(stamp, _) => it.bridge.handle_stamp(leg, &from, stamp, now),
            Message::Stamped(stamp, _) => it.bridge.handle_stamped(leg, &from, stamp, now),
            Message::App(signal, _) => {
                let id = SignalId(it.handed_in.len() as u32);
                it.handed_in.push(signal);
                it.bridge.handle_signal(leg, Some(&from), id, now);
            }
        }
    }

    /// The second leg is connected.
    fn arrive(&mut self, client: usize, new: LegId) {
        let now = time(self.now);
        let it = &mut self.clients[client];
        if let Some((old, me, members)) = it.lost.take() {
            it.bridge.open(old, new, me, members, now);
            it.bridge.old_leg_gone(now);
        }
        if let Some(old) = it.old
            && let Some(line) = it.lines.get(&old).filter(|line| line.connected)
        {
            it.bridge.open(old, new, line.me.clone(), line.members.iter().cloned(), now);
            it.stage = Stage::Both;
            self.announce(client);
        }
    }

    /// Tells those who are (or have come) behind.
    fn announce(&mut self, client: usize) {
        let it = &self.clients[client];
        if let (true, Some(old), Some(new)) = (self.nature.announced, it.old, it.new)
            && let Some(line) = it.lines.get(&new)
        {
            self.up(client, old, Message::Moved(line.me.clone()));
        }
    }

    /// What a client does of its own accord: drain the bridge, settle, leave, set its timer.
    fn go_on(&mut self, client: usize) {
        let it = &mut self.clients[client];
        while let Some(output) = it.bridge.poll() {
            match output {
                BridgeOutput::Deliver(id) => it.heard.push(it.handed_in[id.0 as usize].clone()),
                BridgeOutput::Discard(_) => it.discarded += 1,
            }
        }
        if let (Some(old), Some(new)) = (it.old, it.new)
            && let (Some(old_line), Some(new_line)) = (it.lines.get(&old), it.lines.get(&new))
        {
            let arrived: BTreeSet<_> = new_line.members.iter().map(person).collect();
            let mut others = old_line.members.iter();
            if it.stage == Stage::Both && others.clone().all(|it| arrived.contains(person(it))) {
                it.stage = Stage::Settled;
                it.bridge.settle(time(self.now));
                self.up(client, old, Message::Settled);
            } else if it.stage == Stage::Settled && others.all(|other| it.done.contains(other)) {
                self.leave_old(client);
            }
        }
        let it = &self.clients[client];
        if let Some(at) = it.bridge.poll_timeout() {
            let timers = self.agenda.range((at.as_millis(), 0)..=(at.as_millis(), u64::MAX));
            let mut timers = timers.map(|(_, happening)| happening);
            if !timers.any(|it| matches!(it, Happening::Timer(other) if *other == client)) {
                self.plan(at.as_millis(), Happening::Timer(client));
            }
        }
    }

    fn leave_old(&mut self, client: usize) {
        let it = &mut self.clients[client];
        let Some(leg) = it.old.take() else { return };
        it.stage = Stage::Single;
        it.bridge.old_leg_gone(time(self.now));
        self.up(client, leg, Message::Left);
        self.clients[client].lines.remove(&leg);
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

impl Client {
    fn new(index: usize) -> Self {
        Self {
            name: format!("client{index}"),
            sent: Vec::new(),
            handed_in: Vec::new(),
            heard: Vec::new(),
            discarded: 0,
            bridge: Bridge::new(Duration::from_secs(2)),
            lines: BTreeMap::new(),
            old: None,
            new: None,
            stage: Stage::Single,
            done: BTreeSet::new(),
            lost: None,
        }
    }
}

impl Line {
    fn new(session: Session, me: ConnectionId, latency: u64) -> Self {
        Self { session, me, latency, up_until: 0, down_until: 0, connected: false, members: BTreeSet::new() }
    }
}

fn person(connection: &ConnectionId) -> &str {
    let id = connection.as_str();
    id.split_once('@').map_or(id, |(person, _)| person)
}

fn time(millis: u64) -> Time {
    Time::from_millis(millis)
}
