//! What runs beside a call follows it: each service is brought from what it is to what it should be, step by step.

use serde_json::Value;

use super::callback::text;
use super::planner::Planner;
use super::protocol::{Command, Event, Kind, Trouble};
use super::state::{Plan, Purpose, Run, RunState, Service, Stage, Tried, Work};

/// When it is looked whether something was started twice, ms after its start.
const CHECK: u64 = 5_000;

impl Planner {
    /// Brings all services further.
    pub(super) fn move_services(&mut self) {
        let count = self.plan.as_ref().map_or(0, |plan| plan.services.len());
        for at in 0..count {
            self.stop_leftovers(at);
            self.move_service(at);
        }
    }

    /// Stops what runs where it should not, or twice.
    fn stop_leftovers(&mut self, at: usize) {
        let Some(plan) = &self.plan else { return };
        let service = &plan.services[at];
        let target = plan.target();
        let first = service.runs.iter().position(|run| run.session == target && run.state == RunState::Up);
        let breaks_first = breaks_first(service) && self.is_about_to_start(service, target);
        let superfluous: Vec<usize> = (0..service.runs.len())
            .filter(|&index| {
                let run = &service.runs[index];
                run.may_run()
                    && if !service.wanted || plan.is_over() {
                        true
                    } else if run.session == target {
                        first.is_some_and(|first| first != index)
                    } else {
                        first.is_some() || breaks_first || plan.is_gone(&run.session)
                    }
            })
            .collect();
        for index in superfluous {
            self.stop(at, index);
        }
    }

    /// Whether everything is ready for a start but for what still runs elsewhere.
    fn is_about_to_start(&self, service: &Service, target: &str) -> bool {
        self.may_start(service)
            && matches!(&service.work, Work::Waiting { to, at, .. } if to == target && *at <= self.now)
    }

    fn stop(&mut self, at: usize, index: usize) {
        let until = self.now + self.config.service_timeout;
        let now = self.now;
        let Some(plan) = &mut self.plan else { return };
        let service = &mut plan.services[at];
        let (number, kind) = (service.number, service.kind);
        let run = &mut service.runs[index];
        run.asked = Some(now);
        let Some(id) = run.id.clone() else {
            // Captions that were found running: they have no name by which to stop them, and end with their session.
            run.state = RunState::Down;
            run.ended = Some(now);
            return;
        };
        run.state = RunState::Stopping;
        let command = Command::Stop { kind, session_id: run.session.clone(), id: id.clone() };
        self.order(command, Purpose::Stop { service: number, run: id }, until);
    }

    fn move_service(&mut self, at: usize) {
        let (now, delay, timeout) = (self.now, self.config.service_delay, self.config.service_timeout);
        let Some(plan) = &self.plan else { return };
        let service = &plan.services[at];
        let number = service.number;
        let target = plan.target().to_owned();
        let runs = service.runs.iter().any(|run| run.session == target && run.state == RunState::Up);
        if !service.wanted || plan.is_over() || runs {
            match &service.work {
                Work::Starting { .. } => {}
                Work::Checking { to } if *to == target && service.wanted && !plan.is_over() => {}
                Work::None
                | Work::Waiting { .. }
                | Work::Looking { .. }
                | Work::Checking { .. }
                | Work::GivenUp { .. } => self.set_aside(at),
            }
            return;
        }
        if !self.may_start(service) {
            if !matches!(service.work, Work::Starting { .. }) {
                self.set_aside(at);
            }
            self.ask_for_consent(at, &target);
            return;
        }
        let others_run = service.runs.iter().any(|run| run.session != target && run.state != RunState::Down);
        let waits_for_others = breaks_first(service) && others_run;
        let kind = service.kind;
        match service.work.clone() {
            Work::Starting { .. } => {}
            Work::GivenUp { to } | Work::Looking { to, .. } | Work::Checking { to } if to == target => {}
            Work::Waiting { to, at: due, tries, until } if to == target => {
                if due > now || waits_for_others {
                    return;
                }
                let until = until.unwrap_or(now + timeout);
                if kind == Kind::Captions {
                    self.start(at, target, tries, until);
                } else {
                    let command = Command::List { kind, session_id: target.clone() };
                    self.order(command, Purpose::Look { service: number }, until);
                    self.set_work(at, Work::Looking { to: target, tries, until });
                }
            }
            Work::None | Work::GivenUp { .. } | Work::Waiting { .. } | Work::Looking { .. } | Work::Checking { .. } => {
                self.set_aside(at);
                let Some(plan) = &self.plan else { return };
                let at_once = plan.services[at].runs.iter().any(|run| run.session == target)
                    || plan.sessions.last().is_some_and(|session| session.created > 0);
                let due = if at_once { now } else { now + delay };
                self.set_work(at, Work::Waiting { to: target, at: due, tries: 0, until: None });
            }
        }
    }

    /// Whether this service may be started where the call is.
    fn may_start(&self, service: &Service) -> bool {
        let Some(plan) = &self.plan else { return false };
        let Some(session) = plan.sessions.last() else { return false };
        if plan.is_over() || !service.wanted || matches!(session.stage, Stage::Creating { .. } | Stage::Binding { .. })
        {
            return false;
        }
        match service.kind {
            Kind::Archive => plan.consent.unwrap_or(self.config.record_again),
            kind @ (Kind::Broadcast | Kind::Captions | Kind::Composer) => self.config.restart.contains(&kind),
        }
    }

    fn ask_for_consent(&mut self, at: usize, target: &str) {
        let Some(plan) = &mut self.plan else { return };
        let is_settled = plan
            .sessions
            .last()
            .is_some_and(|session| !matches!(session.stage, Stage::Creating { .. } | Stage::Binding { .. }));
        let service = &mut plan.services[at];
        let open = plan.consent.is_none() && service.kind == Kind::Archive && is_settled;
        if !open || service.asked.as_deref() == Some(target) {
            return;
        }
        service.asked = Some(target.to_owned());
        let archive_id = service.runs.last().and_then(|run| run.id.clone());
        self.tell(Event::ConsentNeeded { session_id: target.to_owned(), archive_id });
    }

    fn start(&mut self, at: usize, to: String, tries: u32, until: u64) {
        let Some(plan) = &self.plan else { return };
        let service = &plan.services[at];
        let purpose = Purpose::Start { service: service.number };
        let command = Command::Start { kind: service.kind, session_id: to.clone(), options: service.options.clone() };
        self.order(command, purpose, until);
        let tried = Tried { session: to.clone(), at: self.now };
        if let Some(plan) = &mut self.plan {
            plan.services[at].tried = Some(tried);
        }
        self.set_work(at, Work::Starting { to, tries: tries + 1, until });
    }

    /// It was looked whether a service runs, and it doesn't.
    pub(super) fn not_found(&mut self, number: u32) {
        let Some(at) = self.service_at(number) else { return };
        let Some(plan) = &self.plan else { return };
        let service = &plan.services[at];
        let Work::Looking { to, tries, until } = service.work.clone() else { return };
        // A session that is archived by itself does so when somebody publishes. Two would be one too many.
        if service.kind == Kind::Archive && self.config.session["archiveMode"] == "always" && tag(service).is_none() {
            return self.wait(at, to, tries + 1, until, &Trouble::lost(""));
        }
        self.start(at, to, tries, until);
    }

    /// A service was started.
    pub(super) fn started(&mut self, number: u32, command: &Command, value: &Value) -> bool {
        let now = self.now;
        let Command::Start { kind, session_id, .. } = command else { return true };
        let id = ["id", "captionsId", "captionId"].iter().find_map(|name| text(value, name));
        let Some(id) = id else { return false };
        let Some(at) = self.service_at(number) else { return true };
        let composer = *kind == Kind::Composer;
        self.set_work(at, if composer { Work::Checking { to: session_id.clone() } } else { Work::None });
        if composer {
            let command = Command::List { kind: *kind, session_id: session_id.clone() };
            self.order(command, Purpose::Look { service: number }, now + self.config.service_timeout);
            self.delay_last(CHECK);
        }
        self.runs(at, Some(id), session_id, value);
        true
    }

    /// A service could not be started, as far as is known.
    pub(super) fn start_failed(&mut self, number: u32, command: &Command, trouble: &Trouble) {
        let Command::Start { kind, session_id, .. } = command else { return };
        let Some(at) = self.service_at(number) else { return };
        let Some(plan) = &self.plan else { return };
        let Work::Starting { to, tries, until } = plan.services[at].work.clone() else { return };
        let is_current = plan.target() == to && plan.services[at].wanted && !plan.is_over();
        if *kind == Kind::Captions && trouble.status == Some(409) {
            self.set_work(at, Work::None);
            return self.is_captioned(at, session_id);
        }
        let nobody_knows = trouble.status.is_none_or(|status| status >= 500 || status == 409);
        if !is_current {
            self.set_work(at, Work::None);
            if nobody_knows && *kind != Kind::Captions {
                self.survey_of(*kind, &to, self.now + self.config.service_timeout);
            }
            return;
        }
        let never = matches!(trouble.status, Some(400 | 413 | 415 | 422));
        if never || self.now >= until {
            self.set_work(at, Work::GivenUp { to });
            return self.tell_gave_up(command, trouble.clone());
        }
        self.wait(at, to, tries, until, trouble);
    }

    /// Captions run in a session, as the platform says; under which name it doesn't.
    fn is_captioned(&mut self, at: usize, session: &str) {
        let Some(plan) = &mut self.plan else { return };
        let doubtful = |run: &&mut Run| run.session == session && run.state == RunState::Doubtful;
        match plan.services[at].runs.iter_mut().find(doubtful) {
            Some(run) => run.state = RunState::Up,
            None => self.runs(at, None, session, &Value::Null),
        }
    }

    fn wait(&mut self, at: usize, to: String, tries: u32, until: u64, trouble: &Trouble) {
        let due = self.retry_at(tries.max(1), trouble).min(until.max(self.now + 1));
        self.set_work(at, Work::Waiting { to, at: due, tries, until: Some(until) });
    }

    /// Nobody knows what became of a start: it is looked before the next one.
    pub(super) fn look_again(&mut self, number: u32) {
        let Some(plan) = &mut self.plan else { return };
        let lost = |purpose: &Purpose| matches!(purpose, Purpose::Start { service } if *service == number);
        let Some(at) = plan.pending.iter().position(|pending| lost(&pending.purpose)) else { return };
        let pending = plan.pending.remove(at);
        self.start_failed(number, &pending.command, &Trouble::lost("nobody is at it any more"));
    }

    /// It can't be learnt whether a service runs.
    pub(super) fn give_service_up(&mut self, number: u32) {
        let Some(at) = self.service_at(number) else { return };
        let Some(plan) = &self.plan else { return };
        if let Work::Looking { to, .. } = plan.services[at].work.clone() {
            self.set_work(at, Work::GivenUp { to });
        }
    }

    /// Somebody is in the current session: what waits for that needn't any longer.
    pub(super) fn hurry_services(&mut self) {
        let now = self.now;
        let Some(plan) = &mut self.plan else { return };
        for service in &mut plan.services {
            if let Work::Waiting { at, until: None, .. } = &mut service.work {
                *at = now.min(*at);
            }
        }
    }

    /// Gives up what is being done about a service, but for a start that is under way.
    fn set_aside(&mut self, at: usize) {
        let Some(plan) = &mut self.plan else { return };
        let number = plan.services[at].number;
        let kind = plan.services[at].kind;
        let work = std::mem::replace(&mut plan.services[at].work, Work::None);
        if work == Work::None {
            return;
        }
        // An earlier try may have gone better than anybody knows.
        if let Work::Looking { to, tries: 1.., .. } | Work::Waiting { to, tries: 1.., .. } = work
            && kind != Kind::Captions
        {
            self.survey_of(kind, &to, self.now + self.config.service_timeout);
        }
        self.cancel(|purpose| matches!(purpose, Purpose::Look { service } if *service == number));
    }

    /// Puts what was ordered last off.
    fn delay_last(&mut self, by: u64) {
        let now = self.now;
        if let Some(pending) = self.plan.as_mut().and_then(|plan| plan.pending.last_mut()) {
            pending.phase = super::state::Phase::Waiting { at: now + by };
        }
    }

    pub(super) fn set_work(&mut self, at: usize, work: Work) {
        if let Some(plan) = &mut self.plan {
            plan.services[at].work = work;
        }
    }

    pub(super) fn service_at(&self, number: u32) -> Option<usize> {
        self.plan.as_ref().and_then(|plan| plan.services.iter().position(|service| service.number == number))
    }
}

impl Plan {
    /// Whether the application has ended the call.
    pub(super) fn is_over(&self) -> bool {
        self.over.is_some()
    }

    /// Where the call is.
    pub(super) fn target(&self) -> &str {
        self.sessions.last().map_or("", |session| session.id.as_str())
    }

    pub(super) fn is_gone(&self, id: &str) -> bool {
        self.sessions.iter().any(|session| session.id == id && session.stage == Stage::Gone)
    }
}

/// Whether it would be in its own way in two sessions at once: a streaming server takes one source for a stream.
fn breaks_first(service: &Service) -> bool {
    let outputs = &service.options["outputs"]["rtmp"];
    service.kind == Kind::Broadcast && outputs.as_array().is_some_and(|list| !list.is_empty())
}

fn tag(service: &Service) -> Option<&str> {
    text(&service.options, "multiArchiveTag")
}
