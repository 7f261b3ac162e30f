//! The service: who is in which session, and who hears of what.

use std::collections::BTreeMap;

use super::{
    Code, ConnectionId, ConnectionInfo, Failure, Input, LONG, LegId, LossReason, Member, Message, SignalKind, World,
};

impl World {
    /// Who is in a session, as the service sees it.
    pub(in super::super) fn members(&self, session: &str) -> usize {
        self.sessions.get(session).map_or(0, BTreeMap::len)
    }

    pub(super) fn serve(&mut self, session: &str, from: ConnectionId, message: Message) {
        if self.over.contains(session) {
            if let Message::Join { who, leg, .. } = message {
                let failure = Failure::new(Code::ConnectFailed, "this session is over");
                self.down(who, leg, Input::LegFailed { leg, failure });
            }
            return;
        }
        match message {
            Message::Join { who, leg, identity } => self.admit(session, from, who, leg, identity),
            Message::Publish(stream, answer) => {
                let Some(member) = self.sessions.get_mut(session).and_then(|all| all.get_mut(&from)) else { return };
                member.streams.push(stream.clone());
                let (who, leg) = (member.who, member.leg);
                self.owners.insert(stream.id.clone(), who);
                // Whoever was cut off meanwhile is a ghost.
                if self.clients.get(who).is_none_or(|client| client.lines.contains_key(&leg)) {
                    self.on_air[who].push((session.into(), stream.id.clone()));
                }
                if let Some(answer) = answer {
                    self.down(who, leg, answer);
                }
                self.broadcast(session, Some(&from), |leg| Input::StreamCreated { leg, stream: stream.clone() });
            }
            Message::Signal { to, kind, number } => self.relay(session, &from, to.as_ref(), &kind, number),
            Message::Left => {
                let Some(member) = self.sessions.get_mut(session).and_then(|all| all.remove(&from)) else { return };
                self.needless_since = self.now;
                self.went[member.who] = self.now;
                for stream in member.streams {
                    self.on_air[member.who].retain(|(_, other)| *other != stream.id);
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
                self.look_at(member.who);
            }
        }
    }

    fn admit(&mut self, session: &str, id: ConnectionId, who: usize, leg: LegId, identity: Option<String>) {
        let info = ConnectionInfo { id: id.clone(), identity };
        self.holders.insert(id.clone(), who);
        if self.went[who] > 0 && self.now >= self.went[who] + LONG {
            self.came[who] = self.now;
        }
        self.broadcast(session, None, |leg| Input::ConnectionCreated { leg, connection: info.clone() });
        let member = Member { who, leg, info, streams: Vec::new() };
        self.sessions.entry(session.into()).or_default().insert(id.clone(), member);
        self.down(who, leg, Input::LegConnected { leg, own: id });
        let mut news = Vec::new();
        for member in self.sessions[session].values() {
            news.push(Input::ConnectionCreated { leg, connection: member.info.clone() });
            news.extend(member.streams.iter().cloned().map(|stream| Input::StreamCreated { leg, stream }));
        }
        for input in news {
            self.down(who, leg, input);
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
        let Some(sender) = self.sessions.get(session).and_then(|all| all.get(from)).map(|member| member.who) else {
            return;
        };
        for (who, leg) in self.receivers(session, to) {
            let Some(client) = self.clients.get_mut(who) else {
                self.strangers[who - self.clients.len()].heard.extend(number.map(|number| (sender, number)));
                continue;
            };
            let signal = client.receive(number.map(|number| (sender, number)));
            self.down(who, leg, Input::Signal { leg, from: Some(from.clone()), signal, kind: kind.clone() });
        }
    }

    fn receivers(&self, session: &str, only: Option<&ConnectionId>) -> Vec<(usize, LegId)> {
        let all = self.sessions.get(session).into_iter().flatten();
        all.filter(|(id, _)| only.is_none_or(|only| only == *id)).map(|(_, it)| (it.who, it.leg)).collect()
    }

    fn broadcast(&mut self, session: &str, except: Option<&ConnectionId>, input: impl Fn(LegId) -> Input) {
        let all = self.sessions.get(session).into_iter().flatten();
        let others: Vec<_> = all.filter(|(id, _)| Some(*id) != except).map(|(_, it)| (it.who, it.leg)).collect();
        for (who, leg) in others {
            self.down(who, leg, input(leg));
        }
    }

    pub(super) fn end(&mut self, session: String) {
        for who in 0..self.on_air.len() {
            self.on_air[who].retain(|(other, _)| *other != session);
        }
        for (who, leg) in self.receivers(&session, None) {
            self.lost(who);
            self.went[who] = self.now;
            self.down(who, leg, Input::LegLost { leg, reason: LossReason::ServerRotation });
        }
        self.sessions.remove(&session);
        for stranger in 0..self.strangers.len() {
            self.thrown_out(stranger, &session);
        }
        self.over.insert(session);
    }
}
