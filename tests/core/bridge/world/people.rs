//! Those who move.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use opentok_handover::core::bridge::{Bridge, BridgeOutput, Stamp};
use opentok_handover::core::ids::{ConnectionId, LegId, SignalId};

use super::{Happening, JITTER, Line, Message, Plan, Recipient, Session, Signal, World, time};

/// Somebody with the real bridge, and a sketch of the machine around it.
pub(in super::super) struct Client {
    pub(in super::super) name: String,
    /// Whom each signal sent was for.
    pub(in super::super) sent: Vec<Recipient>,
    /// Every signal a copy of which was handed to the bridge.
    pub(in super::super) handed_in: Vec<Signal>,
    /// What the bridge had delivered, in order.
    pub(in super::super) heard: Vec<Signal>,
    /// What the bridge has discarded.
    pub(in super::super) discarded: usize,
    pub(super) bridge: Bridge,
    pub(super) lines: BTreeMap<LegId, Line>,
    old: Option<LegId>,
    new: Option<LegId>,
    stage: Stage,
    done: BTreeSet<ConnectionId>,
    /// An old leg that died before there was a new one.
    lost: Option<(LegId, ConnectionId, BTreeSet<ConnectionId>)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Single,
    Both,
    Settled,
}

impl World {
    pub(super) fn carry_out(&mut self, client: usize, plan: Plan) {
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

    pub(super) fn receive(&mut self, client: usize, leg: LegId, from: ConnectionId, message: Message) {
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
            it.bridge.open(old, new, me, members.into_iter().collect(), now);
            it.bridge.old_leg_gone(now);
        }
        if let Some(old) = it.old
            && let Some(line) = it.lines.get(&old).filter(|line| line.connected)
        {
            it.bridge.open(old, new, line.me.clone(), line.members.iter().cloned().collect(), now);
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
    pub(super) fn go_on(&mut self, client: usize) {
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
}

impl Client {
    pub(super) fn new(index: usize) -> Self {
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

fn person(connection: &ConnectionId) -> &str {
    let id = connection.as_str();
    id.split_once('@').map_or(id, |(person, _)| person)
}
