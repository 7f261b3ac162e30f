//! A step in the making: the plan, the time, and what has come of the step so far.

use super::config::Config;
use super::protocol::{Answer, Command, Event, Issued, Outcome, Trouble};
use super::state::{Pending, Phase, Plan, Purpose, Session, Stage, VERSION};
use super::trouble::Random;

/// How many callbacks are remembered.
const SEEN: usize = 200;

/// A plan of which nothing is heard is forgotten after so long, ms: no token lives longer than 30 days.
const FORGOTTEN: u64 = 30 * 24 * 3_600_000;

/// More rounds than any step needs: a plan that doesn't come to rest is a bug.
const ROUNDS: u32 = 1_000;

/// A step in the making.
pub(super) struct Planner {
    pub(super) plan: Option<Plan>,
    pub(super) config: Config,
    pub(super) now: u64,
    pub(super) events: Vec<Event>,
    commands: Vec<Issued>,
    unbind: Vec<String>,
    random: Random,
}

impl Planner {
    pub(super) fn new(plan: Option<Plan>, config: Config, now: u64, seed: u64) -> Self {
        let random = Random::new(seed);
        Self { plan, config, now, events: vec![], commands: vec![], unbind: vec![], random }
    }

    /// Does whatever can be done now, until nothing can.
    pub(super) fn advance(&mut self) {
        for _ in 0..ROUNDS {
            let before = self.plan.clone();
            self.pass_time();
            self.move_sessions();
            self.move_services();
            self.issue();
            if self.plan == before {
                break;
            }
        }
        self.forget();
    }

    pub(super) fn into_outcome(self, before: Option<Plan>, answer: Answer) -> Outcome {
        let Self { mut plan, config, now, events, commands, unbind, .. } = self;
        let changed = plan != before;
        if let Some(plan) = plan.as_mut().filter(|_| changed) {
            plan.touched = now;
        }
        let wake_at = plan.as_ref().map(|plan| wake_at(plan, &config, now));
        let under_way = plan.as_ref().is_some_and(Plan::is_under_way);
        Outcome { state: plan, changed, commands, events, wake_at, under_way, answer, unbind }
    }

    /// Begins a plan whose first session this is, if there is none.
    pub(super) fn begin(&mut self, session: &str) -> &mut Plan {
        let now = self.now;
        self.plan.get_or_insert_with(|| Plan {
            version: VERSION,
            call: session.to_owned(),
            settings: super::config::Settings::default(),
            sessions: vec![Session::new(session)],
            services: vec![],
            pending: vec![],
            commands: 0,
            epoch: 0,
            consent: None,
            seen: vec![],
            ended: vec![],
            over: None,
            touched: now,
            idle: None,
        })
    }

    /// Plans a command. It stays in the state until its result has come.
    pub(super) fn order(&mut self, command: Command, purpose: Purpose, until: u64) {
        let now = self.now;
        let Some(plan) = &mut self.plan else { return };
        plan.commands += 1;
        let id = format!("c{}", plan.commands);
        plan.pending.push(Pending { id, command, purpose, attempt: 0, until, phase: Phase::Waiting { at: now } });
    }

    /// Tells the application something that it must not miss.
    pub(super) fn tell(&mut self, event: Event) {
        let until = self.now + self.config.service_timeout;
        self.order(Command::Tell { event }, Purpose::Tell, until);
    }

    /// Takes back what is planned or under way for these purposes. A result that comes all the same is not awaited.
    pub(super) fn cancel(&mut self, unwanted: impl Fn(&Purpose) -> bool) {
        if let Some(plan) = &mut self.plan {
            plan.pending.retain(|pending| !unwanted(&pending.purpose));
        }
    }

    pub(super) fn is_pending(&self, wanted: impl Fn(&Purpose) -> bool) -> bool {
        self.plan.as_ref().is_some_and(|plan| plan.pending.iter().any(|pending| wanted(&pending.purpose)))
    }

    /// When to try again what has failed so often.
    pub(super) fn retry_at(&mut self, attempt: u32, trouble: &Trouble) -> u64 {
        self.now + super::trouble::delay(&self.config, attempt, trouble, self.random.next_f64())
    }

    /// Whether a callback was acted upon before. If not, it is from now on.
    pub(super) fn has_seen(&mut self, key: &str) -> bool {
        let Some(plan) = &mut self.plan else { return false };
        if plan.seen.iter().any(|seen| seen == key) {
            return true;
        }
        remember(&mut plan.seen, key, SEEN);
        false
    }

    /// Hands out what is due.
    fn issue(&mut self) {
        let (now, patience) = (self.now, self.config.patience);
        let Some(plan) = &mut self.plan else { return };
        for pending in &mut plan.pending {
            let Phase::Waiting { at } = pending.phase else { continue };
            if at > now {
                continue;
            }
            pending.attempt += 1;
            pending.phase = Phase::Issued { at: now };
            self.commands.push(Issued {
                id: pending.id.clone(),
                attempt: pending.attempt,
                patience: now + patience,
                command: pending.command.clone(),
            });
        }
    }

    /// Ends a plan that nobody needs any more.
    fn forget(&mut self) {
        let Some(plan) = &self.plan else { return };
        if self.now < forget_at(plan, &self.config) {
            return;
        }
        self.unbind = plan.sessions.iter().map(|session| session.id.clone()).collect();
        self.plan = None;
        self.commands.clear();
        self.events.push(Event::CallEnded);
    }
}

impl Session {
    /// A session of which nothing is known but its ID.
    pub(super) fn new(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            stage: Stage::Current,
            noticed: 0,
            created: 0,
            destroyed: 0,
            streams: None,
            ended_streams: vec![],
        }
    }
}

/// Adds to a list of the latest ones.
pub(super) fn remember(list: &mut Vec<String>, what: &str, most: usize) {
    list.push(what.to_owned());
    if list.len() > most {
        list.remove(0);
    }
}

/// How long after its patience somebody who was at a command is given up, ms: who gives up in time says so.
pub(super) const SLACK: u64 = 1_000;

/// When a plan is forgotten.
fn forget_at(plan: &Plan, config: &Config) -> u64 {
    if !plan.pending.is_empty() {
        return u64::MAX;
    }
    match plan.idle {
        Some(since) => since + config.keep,
        None => plan.touched + FORGOTTEN,
    }
}

/// When something is to be done next.
fn wake_at(plan: &Plan, config: &Config, now: u64) -> u64 {
    let pending = plan.pending.iter().map(|pending| match pending.phase {
        Phase::Waiting { at } => at,
        Phase::Issued { at } => at + config.patience + SLACK,
    });
    let sessions = plan.sessions.iter().filter(|_| !plan.is_over()).filter_map(|session| match session.stage {
        Stage::Noticed { deadline, move_at } => Some(move_at.unwrap_or(deadline + config.grace)),
        Stage::Left { deadline, announce_at } => Some(announce_at.unwrap_or(u64::MAX).min(deadline + config.grace)),
        Stage::Moved { until } => Some(until),
        Stage::Current | Stage::Creating { .. } | Stage::Binding { .. } | Stage::Gone => None,
    });
    // What is due and waits all the same waits for something else than time.
    let services = plan.services.iter().filter_map(|service| service.due()).filter(|at| *at > now);
    let first = pending.chain(sessions).chain(services).min();
    first.unwrap_or(u64::MAX).min(forget_at(plan, config)).max(now + 1)
}
