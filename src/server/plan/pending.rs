//! Commands under way: their results, their failures, and who is at them no longer.

use serde_json::Value;

use super::planner::{Planner, SLACK};
use super::protocol::{Answer, Command, Event, Ignored, Kind, Trouble};
use super::state::{Pending, Phase, Plan, Purpose};
use super::trouble::{Verdict, judge};

impl Planner {
    /// A command was carried out, or wasn't.
    pub(super) fn take_result(&mut self, id: &str, attempt: u32, result: Result<Value, Trouble>) -> Answer {
        let Some(plan) = &mut self.plan else { return self.ignore(Ignored::NotAwaited) };
        let Some(at) = plan.pending.iter().position(|pending| pending.id == id) else {
            return self.ignore(Ignored::NotAwaited);
        };
        match result {
            // Whichever attempt it was: it is done.
            Ok(value) => {
                let pending = plan.pending.remove(at);
                self.succeed(pending, value);
            }
            // Another attempt is under way or waited for, and may go better.
            Err(_) if plan.pending[at].attempt != attempt || !is_issued(&plan.pending[at]) => {
                return self.ignore(Ignored::NotAwaited);
            }
            Err(trouble) => {
                let pending = plan.pending.remove(at);
                self.fail(pending, trouble);
            }
        }
        Answer::Ok
    }

    fn succeed(&mut self, pending: Pending, value: Value) {
        let understood = match &pending.purpose {
            Purpose::Create { from } => self.created(from, &value),
            Purpose::Bind { from } => {
                self.bound(from);
                true
            }
            Purpose::Announce { session } => {
                self.announced(session, &pending.command);
                true
            }
            Purpose::Survey { .. } | Purpose::Look { .. } => self.listed(&pending, &value),
            Purpose::Start { service } => self.started(*service, &pending.command, &value),
            Purpose::Stop { service, run } => {
                self.stopped(*service, run, &value);
                true
            }
            Purpose::Address | Purpose::Tell => true,
        };
        if !understood {
            self.fail(pending, Trouble::lost("the answer is not what the REST reference says"));
        }
    }

    /// A command failed: it is done all the same, or tried again, or given up.
    fn fail(&mut self, mut pending: Pending, trouble: Trouble) {
        if let Purpose::Start { service } = pending.purpose {
            self.tell_attempt(&pending, &trouble, None);
            return self.start_failed(service, &pending.command, &trouble);
        }
        let empty = matches!(pending.command, Command::List { .. }) && trouble.status == Some(404);
        let verdict = judge(&pending.purpose, &trouble);
        if empty {
            return self.succeed(pending, Value::Array(vec![]));
        }
        if verdict == Verdict::Done {
            if let Purpose::Announce { session } = &pending.purpose {
                self.nobody_there(session, &pending.command);
            }
            return self.succeed(pending, Value::Null);
        }
        let at = self.retry_at(pending.attempt, &trouble);
        if verdict == Verdict::Never || at > pending.until {
            self.tell_attempt(&pending, &trouble, None);
            return self.give_up(&pending, trouble);
        }
        self.tell_attempt(&pending, &trouble, Some(at));
        pending.phase = Phase::Waiting { at };
        if let Some(plan) = &mut self.plan {
            plan.pending.push(pending);
        }
    }

    fn tell_attempt(&mut self, pending: &Pending, trouble: &Trouble, retry_at: Option<u64>) {
        self.events.push(Event::AttemptFailed {
            command: pending.id.clone(),
            what: name(&pending.command).to_owned(),
            attempt: pending.attempt,
            error: trouble.clone(),
            retry_at,
        });
    }

    fn give_up(&mut self, pending: &Pending, trouble: Trouble) {
        match &pending.purpose {
            Purpose::Create { from } | Purpose::Bind { from } => self.no_successor(from),
            Purpose::Look { service } => self.give_service_up(*service),
            Purpose::Stop { service, run } => self.stopped(*service, run, &Value::Null),
            // Nobody is left to be told.
            Purpose::Tell => return,
            Purpose::Announce { .. } | Purpose::Address | Purpose::Survey { .. } | Purpose::Start { .. } => {}
        }
        self.tell_gave_up(&pending.command, trouble);
    }

    pub(super) fn tell_gave_up(&mut self, command: &Command, error: Trouble) {
        let (session_id, kind) = about(command);
        self.tell(Event::GaveUp { what: name(command).to_owned(), session_id, kind, error });
    }

    /// Takes commands back from those who must have given up by now.
    pub(super) fn pass_time(&mut self) {
        let (now, patience) = (self.now, self.config.patience);
        self.take_back(|at| at + patience + SLACK <= now);
    }

    /// Takes all commands back: whoever was at them is gone.
    pub(super) fn resume(&mut self) {
        let Some(plan) = &mut self.plan else { return };
        let now = self.now;
        let mut restarts = vec![];
        for pending in &mut plan.pending {
            if is_issued(pending) {
                pending.phase = Phase::Waiting { at: now };
                if let Purpose::Start { service } = pending.purpose {
                    restarts.push(service);
                }
            }
        }
        // Nobody knows whether it was started: it is looked first.
        for service in restarts {
            self.look_again(service);
        }
    }

    fn take_back(&mut self, is_over: impl Fn(u64) -> bool) {
        let Some(plan) = &mut self.plan else { return };
        let (over, rest): (Vec<_>, Vec<_>) =
            plan.pending.drain(..).partition(|pending| matches!(pending.phase, Phase::Issued { at } if is_over(at)));
        plan.pending = rest;
        for pending in over {
            self.fail(pending, Trouble::lost("no answer"));
        }
    }

    /// Says that nothing was done, and why.
    pub(super) fn ignore(&mut self, reason: Ignored) -> Answer {
        self.events.push(Event::Ignored { reason });
        Answer::Ignored { reason }
    }
}

impl Plan {
    /// Whether somebody is at a command, or was when they were last heard of.
    pub(super) fn is_under_way(&self) -> bool {
        self.pending.iter().any(is_issued)
    }
}

fn is_issued(pending: &Pending) -> bool {
    matches!(pending.phase, Phase::Issued { .. })
}

/// A command's type, as it crosses the boundary.
fn name(command: &Command) -> &'static str {
    match command {
        Command::CreateSession { .. } => "createSession",
        Command::Bind { .. } => "bind",
        Command::Signal { .. } => "signal",
        Command::List { .. } => "list",
        Command::Start { .. } => "start",
        Command::Stop { .. } => "stop",
        Command::Tell { .. } => "tell",
    }
}

fn about(command: &Command) -> (Option<String>, Option<Kind>) {
    match command {
        Command::CreateSession { .. } | Command::Tell { .. } => (None, None),
        Command::Bind { session_id, .. } | Command::Signal { session_id, .. } => (Some(session_id.clone()), None),
        Command::List { kind, session_id }
        | Command::Start { kind, session_id, .. }
        | Command::Stop { kind, session_id, .. } => (Some(session_id.clone()), Some(*kind)),
    }
}
