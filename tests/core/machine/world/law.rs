//! What must hold at every step, for every ordered pair.
//!
//! 1. Whoever sees somebody goes on seeing them as long as both are in the call and have a session in common, until the
//!    first one's deadline. (That they have one is the third law.)
//! 2. Nobody is there twice.
//! 3. Nobody leaves session "one" before the deadline while somebody there needs them: each of the two sees the other in the
//!    successor.
//! 4. Nobody stays longer than the news takes that nobody needs them.
//! 5. Nobody is reported as gone who is there, but who was away for so long that they were taken for gone just before.
//!
//! A stranger may be somebody new whom nobody has seen before, and so may, where connections are lost, whoever has no
//! identity: nothing says that the two are one. Of them neither the first nor the second holds.

use super::client::Client;
use super::{ConnectionId, JITTER, LATENCY, LegId, START, StreamId, World};

/// How long the last word takes to everybody, and the closing of a leg to be ordered.
const NEWS: u64 = 2 * (LATENCY + JITTER) + 100;

impl World {
    /// What a client sees now.
    pub(super) fn look(&mut self, client: usize) {
        let it = &self.clients[client];
        let mut views = vec![0; self.on_air.len()];
        let mut sees = vec![false; self.on_air.len()];
        for (view, (stream, other)) in &it.watching {
            let other = *other;
            views[other] += 1;
            sees[other] |= it.machine.shown(*view).is_some_and(|leg| self.is_on_air(it, leg, stream, other));
        }
        for other in 0..self.on_air.len() {
            self.judge(client, other, views[other], sees[other]);
        }
    }

    /// What everybody sees of somebody now.
    pub(super) fn look_at(&mut self, other: usize) {
        for client in 0..self.clients.len() {
            let it = &self.clients[client];
            let theirs = || it.watching.iter().filter(|(_, (_, owner))| *owner == other);
            let views = theirs().count();
            let sees = theirs().any(|(view, (stream, _))| {
                it.machine.shown(*view).is_some_and(|leg| self.is_on_air(it, leg, stream, other))
            });
            self.judge(client, other, views, sees);
        }
    }

    /// Somebody has lost a connection: it begins anew who sees whom.
    pub(super) fn lost(&mut self, who: usize) {
        for client in &mut self.clients {
            client.met[who] = false;
        }
        if let Some(client) = self.clients.get_mut(who) {
            client.met.fill(false);
        }
    }

    fn judge(&mut self, client: usize, other: usize, views: usize, sees: bool) {
        if client == other {
            return;
        }
        let (it, now) = (&self.clients[client], self.now);
        let may_be_new = self.clients.get(other).is_none_or(|it| self.nature.is_lossy() && it.is_nameless());
        assert!(views < 2 || may_be_new, "{} has {} {views} times at {now}", it.name, self.name(other));
        if sees {
            self.clients[client].met[other] = true;
        } else if it.met[other] && it.is_in() && self.is_in(other) {
            // What came from a successor before it came from the old session goes with that when it is given back.
            let is_given_back = it.slow && self.nature.clumsy;
            let excused = may_be_new || is_given_back || self.is_late(it, other) || !self.share(it, other);
            assert!(excused, "{} lost sight of {} at {now}", it.name, self.name(other));
            self.clients[client].met[other] = false;
        }
    }

    /// Somebody gives session "one" up for the successor.
    pub(super) fn may_leave(&self, client: usize, leg: LegId) {
        let it = &self.clients[client];
        if self.nature.is_lossy() || !it.is_in() || self.now >= it.deadline || !self.moves_on(it, leg) {
            return;
        }
        for (id, member) in self.sessions.get("one").into_iter().flatten() {
            let knows = it.machine.durable_connection(leg, id).is_some();
            if member.who == client || !knows || !self.is_in(member.who) {
                continue;
            }
            let name = self.name(member.who);
            assert!(self.sees_in_two(it, member.who), "{} leaves without seeing {name} at {}", it.name, self.now);
            let other = self.clients.get(member.who);
            let seen = other.is_some_and(|other| self.sees_in_two(other, client));
            assert!(seen, "{} leaves {name} behind at {}", it.name, self.now);
        }
        let since = self.needless_since;
        let late = self.nature.is_prompt() && self.now > since + NEWS;
        assert!(!late, "{} leaves at {}, and could have at {since}", it.name, self.now);
    }

    /// A client's app is told that somebody has left.
    pub(super) fn person_left(&self, client: usize, person: &ConnectionId) {
        let is_there = self.sessions.values().any(|all| all.contains_key(person));
        let holder = self.holders.get(person);
        // One attempt's end may be told after the next one's beginning.
        let known = self.clients[client].ledger.people();
        if known.iter().any(|other| self.holders.get(&ConnectionId::new(other.as_str())) == holder) {
            return;
        }
        self.judge_leaving(client, holder, is_there);
    }

    /// A client's app is told that somebody's picture has gone.
    pub(super) fn stream_left(&self, client: usize, stream: &StreamId) {
        let is_there = self.on_air.iter().flatten().any(|(_, other)| other == stream);
        self.judge_leaving(client, self.owners.get(stream), is_there);
    }

    /// A stranger who comes anew is somebody else: what was before them has left.
    fn judge_leaving(&self, client: usize, other: Option<&usize>, is_there: bool) {
        let it = &self.clients[client];
        let Some(other) = other.copied().filter(|other| *other != client && self.is_in(*other)) else { return };
        let (name, now) = (self.name(other), self.now);
        let was_long_away = now < self.came[other] + 2 * NEWS && self.came[other] >= START;
        let is_new = other >= self.clients.len() && !is_there;
        let may_leave = self.nature.is_lossy() || was_long_away || is_new || self.is_late(it, other);
        assert!(may_leave || !self.share(it, other), "{} is told that {name} has left at {now}", it.name);
    }

    /// Whether the time of one of two is over.
    fn is_late(&self, it: &Client, other: usize) -> bool {
        self.now >= it.deadline.min(self.clients.get(other).map_or(u64::MAX, |other| other.deadline))
    }

    fn moves_on(&self, it: &Client, leg: LegId) -> bool {
        let old = it.lines.get(&leg).is_some_and(|line| line.session == "one");
        old && it.lines.values().any(|line| line.session == "two")
    }

    fn sees_in_two(&self, it: &Client, other: usize) -> bool {
        it.watching.iter().filter(|(_, (_, owner))| *owner == other).any(|(view, (stream, _))| {
            let leg = it.machine.shown(*view).filter(|leg| it.lines.get(leg).is_some_and(|line| line.session == "two"));
            leg.is_some_and(|leg| self.is_on_air(it, leg, stream, other))
        })
    }

    /// Whether somebody's stream comes to a client on a leg.
    fn is_on_air(&self, it: &Client, leg: LegId, stream: &StreamId, other: usize) -> bool {
        let Some(line) = it.lines.get(&leg) else { return false };
        let Some(stream) = it.machine.stream_on(leg, stream) else { return false };
        self.on_air[other].iter().any(|(session, id)| *session == line.session && id == stream)
    }

    /// Whether somebody is on air in a session where a client is too.
    fn share(&self, it: &Client, other: usize) -> bool {
        it.lines.values().any(|line| {
            let is_there = self.sessions.get(&line.session).is_some_and(|all| all.contains_key(&line.me));
            is_there && self.on_air[other].iter().any(|(session, _)| *session == line.session)
        })
    }

    /// Whether somebody is in the call and doesn't want to leave it.
    fn is_in(&self, who: usize) -> bool {
        self.clients.get(who).is_none_or(Client::is_in)
    }

    pub(in super::super) fn name(&self, who: usize) -> String {
        let stranger = || format!("stranger {}", who - self.clients.len());
        self.clients.get(who).map_or_else(stranger, |client| client.name.clone())
    }
}
