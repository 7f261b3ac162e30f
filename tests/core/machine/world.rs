//! A service with sessions and several clients, each with a machine, in virtual time. Every line between a client and
//! the service keeps its order and has its own latency.

mod client;

use std::collections::{BTreeMap, BTreeSet};

use opentok_handover::core::error::{Code, Failure};
use opentok_handover::core::ids::{ConnectionId, LegId, SignalId, StreamId};
use opentok_handover::core::protocol::{ConnectionInfo, Input, LossReason, SignalKind, StreamInfo, WireMessage};

pub(super) use self::client::Client;
use crate::agenda::Agenda;
use crate::dice::Dice;

/// How long the service keeps a connection that was cut.
const GRACE: u64 = 5000;

/// The slowest message takes this long from client to service, or back.
const LATENCY: u64 = 400;

/// When everybody is in session "one" and has seen everybody.
pub(super) const START: u64 = 15_000;

/// What may go wrong.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Nature {
    /// Attempts to renew, connect or publish fail now and then.
    pub(super) clumsy: bool,
    /// Session "one" ends for everybody at some time around the announcement.
    pub(super) forced: bool,
    /// Some lose their connection to session "one".
    pub(super) flaky: bool,
    /// There are up to twenty people, and not up to four.
    pub(super) crowded: bool,
    /// They hear of the successor within twenty seconds, and not within one and a half.
    pub(super) apart: bool,
}

pub(super) struct World {
    pub(super) nature: Nature,
    dice: Dice,
    now: u64,
    agenda: Agenda<Happening>,
    sessions: BTreeMap<String, BTreeMap<ConnectionId, Member>>,
    over: BTreeSet<String>,
    pub(super) clients: Vec<Client>,
}

/// A connection as the service knows it.
struct Member {
    client: usize,
    leg: LegId,
    info: ConnectionInfo,
    streams: Vec<StreamInfo>,
}

enum Happening {
    /// A message of a client's reaches the service.
    AtService {
        session: String,
        from: ConnectionId,
        message: Message,
    },
    /// Something reaches a client.
    AtClient(usize, Input),
    /// A client's plans.
    Plan(usize, Plan),
    /// A session ends for everybody.
    End(String),
    Timer(usize),
}

#[derive(Clone, Copy)]
enum Plan {
    Connect,
    Send,
    Cut,
}

enum Message {
    Join { client: usize, leg: LegId, identity: Option<String> },
    Publish(StreamInfo, Input),
    Signal { to: Option<ConnectionId>, kind: SignalKind, number: Option<usize> },
    Left,
}

impl World {
    pub(super) fn new(seed: u64, nature: Nature) -> Self {
        let mut world = Self {
            nature,
            dice: Dice::new(seed),
            now: 0,
            agenda: Agenda::default(),
            sessions: BTreeMap::new(),
            over: BTreeSet::new(),
            clients: Vec::new(),
        };
        let people = 2 + world.below(if nature.crowded { 19 } else { 3 }) as usize;
        for client in 0..people {
            let latency = 1 + world.below(LATENCY);
            let nameless = world.below(3) == 0;
            world.clients.push(Client::new(client, latency, nameless));
            world.make_plans(client);
        }
        if nature.forced {
            let at = START - 1000 + world.below(8000);
            world.plan(at, Happening::End("one".into()));
        }
        world
    }

    fn make_plans(&mut self, client: usize) {
        let at = self.below(2000);
        self.plan(at, Happening::Plan(client, Plan::Connect));
        let within = if self.nature.apart { 20_000 } else { 1500 };
        let at = START + self.below(within);
        self.plan(at, Happening::AtClient(client, client::announcement("two")));
        for _ in 0..self.below(30) {
            let at = START - 3000 + self.below(20_000);
            self.plan(at, Happening::Plan(client, Plan::Send));
        }
        if self.nature.flaky && self.below(2) == 0 {
            let at = START - 1000 + self.below(10_000);
            self.plan(at, Happening::Plan(client, Plan::Cut));
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
                Happening::End(session) => self.end(session),
            }
        }
    }

    /// Who is in a session, as the service sees it.
    pub(super) fn members(&self, session: &str) -> usize {
        self.sessions.get(session).map_or(0, BTreeMap::len)
    }

    fn serve(&mut self, session: &str, from: ConnectionId, message: Message) {
        if self.over.contains(session) {
            if let Message::Join { client, leg, .. } = message {
                let failure = Failure::new(Code::ConnectFailed, "this session is over");
                self.down(client, leg, Input::LegFailed { leg, failure });
            }
            return;
        }
        match message {
            Message::Join { client, leg, identity } => self.admit(session, from, client, leg, identity),
            Message::Publish(stream, answer) => {
                let Some(member) = self.sessions.get_mut(session).and_then(|all| all.get_mut(&from)) else { return };
                member.streams.push(stream.clone());
                let (client, leg) = (member.client, member.leg);
                self.down(client, leg, answer);
                self.broadcast(session, Some(&from), |leg| Input::StreamCreated { leg, stream: stream.clone() });
            }
            Message::Signal { to, kind, number } => self.relay(session, &from, to.as_ref(), &kind, number),
            Message::Left => {
                let Some(member) = self.sessions.get_mut(session).and_then(|all| all.remove(&from)) else { return };
                for stream in member.streams {
                    self.broadcast(session, None, |leg| Input::StreamDestroyed {
                        leg,
                        stream: stream.id.clone(),
                        reason: LossReason::ClientDisconnected,
                    });
                }
                self.broadcast(session, None, |leg| Input::ConnectionDestroyed {
                    leg,
                    connection: from.clone(),
                    reason: LossReason::ClientDisconnected,
                });
            }
        }
    }

    fn admit(&mut self, session: &str, id: ConnectionId, client: usize, leg: LegId, identity: Option<String>) {
        let info = ConnectionInfo { id: id.clone(), identity };
        self.broadcast(session, None, |leg| Input::ConnectionCreated { leg, connection: info.clone() });
        let member = Member { client, leg, info, streams: Vec::new() };
        self.sessions.entry(session.into()).or_default().insert(id.clone(), member);
        self.down(client, leg, Input::LegConnected { leg, own: id });
        let mut news = Vec::new();
        for member in self.sessions[session].values() {
            news.push(Input::ConnectionCreated { leg, connection: member.info.clone() });
            news.extend(member.streams.iter().cloned().map(|stream| Input::StreamCreated { leg, stream }));
        }
        for input in news {
            self.down(client, leg, input);
        }
    }

    fn relay(
        &mut self,
        session: &str,
        from: &ConnectionId,
        to: Option<&ConnectionId>,
        kind: &SignalKind,
        number: Option<usize>,
    ) {
        let Some(sender) = self.sessions.get(session).and_then(|all| all.get(from)).map(|member| member.client) else {
            return;
        };
        for (client, leg) in self.receivers(session, to) {
            let signal = self.clients[client].receive(number.map(|number| (sender, number)));
            self.down(client, leg, Input::Signal { leg, from: Some(from.clone()), signal, kind: kind.clone() });
        }
    }

    fn receivers(&self, session: &str, only: Option<&ConnectionId>) -> Vec<(usize, LegId)> {
        let all = self.sessions.get(session).into_iter().flatten();
        all.filter(|(id, _)| only.is_none_or(|only| only == *id)).map(|(_, it)| (it.client, it.leg)).collect()
    }

    fn broadcast(&mut self, session: &str, except: Option<&ConnectionId>, input: impl Fn(LegId) -> Input) {
        let all = self.sessions.get(session).into_iter().flatten();
        let others: Vec<_> = all.filter(|(id, _)| Some(*id) != except).map(|(_, it)| (it.client, it.leg)).collect();
        for (client, leg) in others {
            self.down(client, leg, input(leg));
        }
    }

    fn end(&mut self, session: String) {
        for (client, leg) in self.receivers(&session, None) {
            self.down(client, leg, Input::LegLost { leg, reason: LossReason::ServerRotation });
        }
        self.sessions.remove(&session);
        self.over.insert(session);
    }

    /// Somebody's connection to session "one" dies; the service notices later.
    fn cut(&mut self, client: usize) {
        let Some((leg, line)) = self.clients[client].cut("one") else { return };
        let at = self.now + GRACE;
        let left = Happening::AtService { session: "one".into(), from: line.me, message: Message::Left };
        self.plan(at, left);
        self.feed(client, Input::LegLost { leg, reason: LossReason::NetworkDisconnected });
    }

    fn up(&mut self, client: usize, leg: LegId, message: Message) {
        let jitter = self.below(50);
        let Some(line) = self.clients[client].lines.get_mut(&leg) else { return };
        line.up_until = line.up_until.max(self.now + line.latency + jitter);
        let happening = Happening::AtService { session: line.session.clone(), from: line.me.clone(), message };
        let at = line.up_until;
        self.plan(at, happening);
    }

    fn down(&mut self, client: usize, leg: LegId, input: Input) {
        let jitter = self.below(50);
        let Some(line) = self.clients[client].lines.get_mut(&leg) else { return };
        line.down_until = line.down_until.max(self.now + line.latency + jitter);
        let at = line.down_until;
        self.plan(at, Happening::AtClient(client, input));
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
}
