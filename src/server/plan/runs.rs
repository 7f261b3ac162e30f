//! What services were and are: where they ran, since when, and who ended that.

use serde_json::Value;

use super::callback::{text, whole};
use super::planner::{Planner, remember};
use super::protocol::{Command, Event, Kind, Message};
use super::state::{Plan, Purpose, Run, RunState, Service, Stage};

/// How many runs are remembered of what has no manifest.
const RUNS: usize = 8;

/// How many ended archives and so on are remembered that were not known before.
pub(super) const ENDED: usize = 100;

impl Planner {
    /// A service runs in a session.
    pub(super) fn runs(&mut self, at: usize, id: Option<&str>, session: &str, object: &Value) {
        let now = self.now;
        let Some(plan) = &mut self.plan else { return };
        let service = &mut plan.services[at];
        if service.runs.iter().any(|run| run.id.is_some() && run.id.as_deref() == id) {
            return;
        }
        let before = service.runs.last().cloned();
        let started = whole(&object["createdAt"]).unwrap_or(now);
        service.runs.push(Run {
            id: id.map(str::to_owned),
            session: session.to_owned(),
            started,
            ended: None,
            cut: false,
            asked: None,
            state: RunState::Up,
        });
        if service.kind != Kind::Archive && service.runs.len() > RUNS {
            service.runs.remove(0);
        }
        let (number, kind) = (service.number, service.kind);
        let urls = object.get("broadcastUrls").filter(|urls| urls.is_object()).cloned();
        let Some(before) = before else { return };
        if let (Some(id), Some(urls)) = (id, &urls) {
            self.tell_address(id, urls);
        }
        self.tell(Event::ServiceRestarted {
            kind,
            from: before.session,
            session_id: session.to_owned(),
            previous_id: before.id,
            id: id.map(str::to_owned),
            urls,
        });
        self.tell_recording(number);
    }

    /// Tells clients where the broadcast is, wherever they are.
    fn tell_address(&mut self, id: &str, urls: &Value) {
        let until = self.now + self.config.service_timeout;
        let Some(plan) = &self.plan else { return };
        let sessions: Vec<String> = plan
            .sessions
            .iter()
            .filter(|session| !matches!(session.stage, Stage::Gone))
            .map(|session| session.id.clone())
            .collect();
        for session_id in sessions {
            let message = Message::BroadcastUrl { broadcast_id: id.to_owned(), urls: urls.clone() };
            self.order(Command::Signal { session_id, connection_id: None, message }, Purpose::Address, until);
        }
    }

    /// Whether a run of which nobody had told is likely to have ended by the rotation of its session.
    pub(super) fn was_cut(&self, session: &str, object: &Value) -> bool {
        let Some(plan) = &self.plan else { return false };
        let gone = plan.sessions.iter().find(|known| known.id == session).map_or(0, |known| known.destroyed);
        let is_near = |end: u64| end.abs_diff(gone) <= self.config.grace;
        !is_by_hand(text(object, "reason").unwrap_or_default()) && end_of(object).is_some_and(is_near)
    }

    /// A run was stopped as this plan wanted it, or is taken for stopped.
    pub(super) fn stopped(&mut self, number: u32, id: &str, value: &Value) {
        let now = self.now;
        let Some(at) = self.service_at(number) else { return };
        let Some(plan) = &mut self.plan else { return };
        let Some(run) = plan.services[at].runs.iter_mut().find(|run| run.id.as_deref() == Some(id)) else { return };
        if run.state != RunState::Down {
            run.state = RunState::Down;
            run.ended = Some(end_of(value).unwrap_or(now));
            self.tell_recording(number);
        }
    }

    /// A run has ended, as a callback says.
    pub(super) fn ended(&mut self, kind: Kind, session: &str, id: &str, reason: &str, object: &Value) {
        let now = self.now;
        let by_hand = is_by_hand(reason);
        let tried = self.was_tried(kind, session, object);
        let Some(plan) = &mut self.plan else { return };
        let known = plan.services.iter().any(|service| service.kind == kind && has_run(service, id));
        // Its beginning may be told later than its end, and a rotation may be what ended it, or a person what we have started.
        if !known && (tried || !by_hand) && !plan.ended.iter().any(|ended| ended == id) {
            self.found(kind, session, id, object);
            self.follows(kind, session, id, object);
        }
        let Some(plan) = &mut self.plan else { return };
        let found = plan.services.iter().position(|service| service.kind == kind && has_run(service, id));
        let Some(at) = found else {
            return remember(&mut plan.ended, id, ENDED);
        };
        let Some(index) = plan.services[at].runs.iter().position(|run| run.id.as_deref() == Some(id)) else { return };
        let session = plan.services[at].runs[index].session.clone();
        let is_rotating = plan.is_rotating(&session, now, self.config.grace);
        let service = &mut plan.services[at];
        let number = service.number;
        // Who stopped the piece before may not have known that the next one had begun.
        let (is_last, is_late) = (index + 1 == service.runs.len(), index + 2 >= service.runs.len());
        let next = service.runs.get(index + 1).map(|run| run.started);
        let run = &mut service.runs[index];
        let exact = end_of(object);
        // An archive's duration is told in whole seconds.
        let had_ended = |by: u64| exact.is_some_and(|end| end + 1_000 < by);
        // A person has stopped what had ended before this plan asked for that; and what it never asked for, but for what made
        // room for the next one.
        let by_person = by_hand
            && is_late
            && match run.asked {
                Some(asked) => had_ended(asked),
                None => run.state != RunState::Down || next.is_none_or(had_ended),
            };
        if by_person && std::mem::take(&mut service.wanted) {
            let (session_id, id, reason) = (session.clone(), Some(id.to_owned()), reason.to_owned());
            self.events.push(Event::ServiceEnded { kind, session_id, id, reason });
        }
        let run = &mut service.runs[index];
        if run.state == RunState::Down {
            if exact.is_some() && run.ended != exact {
                run.ended = exact;
                self.tell_recording(number);
            }
            return;
        }
        let ours = run.asked.is_some() && !by_person;
        run.state = RunState::Down;
        run.ended = Some(exact.unwrap_or(now));
        run.cut = !ours && !by_hand;
        if !ours && is_last && !is_rotating && std::mem::take(&mut service.wanted) {
            let (id, reason) = (Some(id.to_owned()), reason.to_owned());
            self.events.push(Event::ServiceEnded { kind, session_id: session, id, reason });
        }
        self.tell_recording(number);
    }

    /// What is first heard of when its session has a successor, and ended with that session, goes on in the successor.
    fn follows(&mut self, kind: Kind, session: &str, id: &str, object: &Value) {
        let was_cut = self.was_cut(session, object);
        let Some(plan) = self.plan.as_mut().filter(|plan| was_cut && plan.is_gone(session) && !plan.is_over()) else {
            return;
        };
        let of_it = |service: &&mut Service| {
            service.kind == kind && service.runs.last().is_some_and(|run| run.id.as_deref() == Some(id))
        };
        if let Some(service) = plan.services.iter_mut().find(of_it) {
            service.wanted = true;
        }
    }

    /// The application stopped a service itself. Says whether it was known to run.
    pub(super) fn service_stopped(&mut self, kind: Kind, id: &str) -> bool {
        let now = self.now;
        let Some(plan) = &mut self.plan else { return false };
        let Some(service) = plan.services.iter_mut().find(|service| service.kind == kind && has_run(service, id))
        else {
            remember(&mut plan.ended, id, ENDED);
            return false;
        };
        let number = service.number;
        service.wanted = false;
        for run in service.runs.iter_mut().filter(|run| run.id.as_deref() == Some(id) && run.may_run()) {
            run.state = RunState::Down;
            run.ended = Some(now);
        }
        self.tell_recording(number);
        true
    }

    /// The servers of a session have gone: whatever ran there may not any more, and what ended a moment ago ended by that.
    pub(super) fn doubt_services(&mut self, session: &str, timestamp: u64) {
        let grace = self.config.grace;
        let Some(plan) = &mut self.plan else { return };
        for service in &mut plan.services {
            // What began after that began on the new servers.
            let old = |run: &&mut Run| run.session == session && run.started <= timestamp;
            for run in service.runs.iter_mut().filter(old).filter(|run| run.state == RunState::Up) {
                run.state = RunState::Doubtful;
            }
            if let Some(run) = service.runs.last()
                && run.session == session
                && run.cut
                && run.ended.is_some_and(|ended| ended.abs_diff(timestamp) <= grace)
            {
                service.wanted = true;
            }
        }
    }
}

impl Plan {
    /// Whether what ends in a session now ends by a rotation.
    fn is_rotating(&self, id: &str, now: u64, grace: u64) -> bool {
        let Some(session) = self.sessions.iter().find(|session| session.id == id) else { return false };
        match session.stage {
            Stage::Current => false,
            // If it is left for another one, that hasn't begun yet.
            Stage::Noticed { move_at, deadline } => move_at.is_none() || now + grace >= deadline,
            Stage::Creating { .. } | Stage::Binding { .. } | Stage::Left { .. } | Stage::Moved { .. } | Stage::Gone => {
                true
            }
        }
    }
}

pub(super) fn has_run(service: &Service, id: &str) -> bool {
    service.runs.iter().any(|run| run.id.as_deref() == Some(id))
}

/// When an archive ended, if it says so.
pub(super) fn end_of(object: &Value) -> Option<u64> {
    let duration = whole(&object["duration"]).filter(|seconds| *seconds > 0)?;
    Some(whole(&object["createdAt"])? + duration * 1000)
}

/// Whether somebody stopped it on purpose.
pub(super) fn is_by_hand(reason: &str) -> bool {
    reason.to_ascii_lowercase().contains("user initiated")
}
