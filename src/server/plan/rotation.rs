//! From a notice to everybody moved: which session is left, for which, and who is told.

use serde_json::Value;

use super::callback::is_id;
use super::config::{Strategy, When};
use super::inputs::refused;
use super::planner::Planner;
use super::protocol::{Answer, Cause, Command, Event, Ignored, Kind, Message, RotationOutcome};
use super::state::{Purpose, Session, Stage};

/// The latest deadline that is believed, ms from now.
const LATEST: u64 = 30 * 24 * 3_600_000;

/// What can be listed.
const LISTED: [Kind; 3] = [Kind::Archive, Kind::Broadcast, Kind::Composer];

impl Planner {
    /// The platform gives notice.
    pub(super) fn notice(&mut self, at: usize, timestamp: u64) -> Answer {
        let now = self.now;
        // A clock of theirs that is ahead of ours must not make us late.
        let deadline = timestamp.min(now) + self.config.notice;
        let move_at = match (self.config.strategy, self.config.when) {
            (Strategy::Migrate, _) => None,
            (Strategy::Successor, When::Now) => Some(now),
            (Strategy::Successor, When::Quiet | When::Late) => Some(deadline.saturating_sub(self.config.lead).max(now)),
        };
        let Some(session) = self.session_at(at) else { return Answer::Ok };
        if timestamp <= session.destroyed || timestamp <= session.noticed {
            return self.ignore(Ignored::Outdated);
        }
        session.noticed = timestamp;
        match session.stage {
            Stage::Current | Stage::Moved { .. } => {
                session.stage = Stage::Noticed { deadline, move_at };
                let session_id = session.id.clone();
                self.survey(&session_id);
                self.events.push(Event::Noticed { session_id, deadline, move_at });
                Answer::Ok
            }
            Stage::Noticed { deadline: before, move_at: planned } => {
                let deadline = deadline.min(before);
                let move_at = move_at.map(|at| planned.map_or(at, |planned| planned.min(at)));
                session.stage = Stage::Noticed { deadline, move_at };
                let session_id = session.id.clone();
                self.events.push(Event::Noticed { session_id, deadline, move_at });
                Answer::Ok
            }
            // Whoever is still there has not heard it, or not acted on it.
            Stage::Left { deadline: before, .. } => {
                session.stage = Stage::Left { deadline: before.min(deadline), announce_at: Some(now) };
                Answer::Ok
            }
            Stage::Creating { .. } | Stage::Binding { .. } | Stage::Gone => self.ignore(Ignored::NotCurrent),
        }
    }

    /// The application wants everybody to move.
    pub(super) fn rotate(&mut self, session: &str, successor: Option<String>, deadline: Option<u64>) -> Answer {
        let deadline = deadline.unwrap_or(self.now + self.config.grace).min(self.now + LATEST);
        if deadline <= self.now {
            return refused(400, "invalid_request", "The deadline of a rotation is in the future.");
        }
        let plan = self.begin(session);
        if plan.is_over() {
            return self.ignore(Ignored::Outdated);
        }
        if successor.as_ref().is_some_and(|to| plan.sessions.iter().any(|known| known.id == *to)) {
            return refused(409, "invalid_request", "The successor is a session that the call has not had.");
        }
        let last = plan.sessions.len() - 1;
        let current = &mut plan.sessions[last];
        let busy = matches!(current.stage, Stage::Creating { .. } | Stage::Binding { .. });
        if current.id != session || busy {
            return self.ignore(Ignored::NotCurrent);
        }
        self.leave(last, deadline, Cause::Asked, successor);
        Answer::Ok
    }

    /// The application says that now is a good moment.
    pub(super) fn quiet(&mut self) -> Answer {
        let now = self.now;
        let current = self.plan.as_mut().and_then(|plan| plan.sessions.last_mut());
        let Some(Session { stage: Stage::Noticed { move_at: Some(at), .. }, .. }) = current else {
            return self.ignore(Ignored::Uninteresting);
        };
        *at = now;
        Answer::Ok
    }

    /// A session has ended.
    pub(super) fn destroyed(&mut self, at: usize, timestamp: u64, reason: &str) -> Answer {
        let (now, grace, strategy) = (self.now, self.config.grace, self.config.strategy);
        let Some(plan) = &mut self.plan else { return Answer::Ok };
        let is_last = at + 1 == plan.sessions.len();
        let session = &mut plan.sessions[at];
        let rotated = reason == "serverRotation";
        let is_back = timestamp < session.created;
        let id = session.id.clone();
        let is_known = timestamp <= session.destroyed || is_back && !rotated;
        if !is_known {
            session.destroyed = timestamp;
            session.streams = session.streams.as_ref().map(|_| vec![]);
        }
        if rotated {
            // Also where a later end was told before: what ended with this one was not stopped by anybody.
            self.doubt_services(&id, timestamp);
        }
        if is_known {
            return self.ignore(Ignored::Outdated);
        }
        let Some(plan) = &mut self.plan else { return Answer::Ok };
        let session = &mut plan.sessions[at];
        match session.stage {
            Stage::Left { .. } => self.is_gone(at),
            Stage::Gone => return self.ignore(Ignored::NotCurrent),
            Stage::Creating { .. } if rotated => {
                session.stage = Stage::Creating { deadline: now + grace, cause: Cause::Lost };
            }
            Stage::Binding { ref to, .. } if rotated => {
                let to = to.clone();
                session.stage = Stage::Binding { deadline: now + grace, cause: Cause::Lost, to };
            }
            Stage::Creating { .. } | Stage::Binding { .. } => {}
            Stage::Current | Stage::Noticed { .. } | Stage::Moved { .. } if rotated => {
                // People have come back to it already, and found other servers.
                if strategy == Strategy::Migrate || is_back {
                    self.has_moved(at);
                } else {
                    self.leave(at, now + grace, Cause::Lost, None);
                }
            }
            // Everybody is gone, and whoever comes back finds other servers.
            Stage::Noticed { .. } => {
                session.stage = Stage::Current;
                plan.idle = Some(now);
                self.tell(Event::RotationEnded { from: id, to: None, outcome: RotationOutcome::Empty });
            }
            Stage::Current | Stage::Moved { .. } => {
                if is_last {
                    plan.idle = Some(now);
                }
            }
        }
        Answer::Ok
    }

    /// Does what is due for each session.
    pub(super) fn move_sessions(&mut self) {
        let (now, grace) = (self.now, self.config.grace);
        let count = self.plan.as_ref().filter(|plan| !plan.is_over()).map_or(0, |plan| plan.sessions.len());
        for at in 0..count {
            let Some(session) = self.session_at(at) else { return };
            let id = session.id.clone();
            match session.stage {
                Stage::Noticed { deadline, move_at: Some(move_at) } => {
                    if move_at <= now || self.is_quiet(at) {
                        self.leave(at, deadline, Cause::Notice, None);
                    }
                }
                Stage::Noticed { deadline, move_at: None } if deadline + grace <= now => {
                    self.stays(at, Some(id), RotationOutcome::Migrated);
                }
                Stage::Moved { until } if until <= now => self.stays(at, Some(id), RotationOutcome::Migrated),
                Stage::Left { deadline, .. } if deadline + grace <= now => self.is_gone(at),
                Stage::Left { deadline, announce_at: Some(again) } if again <= now => {
                    let every = self.config.announce_every;
                    let next = (every > 0 && now + every < deadline).then_some(now + every);
                    let Some(session) = self.session_at(at) else { return };
                    session.stage = Stage::Left { deadline, announce_at: next };
                    if !self.is_pending(|purpose| is_announcement(purpose, &id)) {
                        self.announce(&id, deadline, None);
                    }
                }
                Stage::Current
                | Stage::Noticed { .. }
                | Stage::Moved { .. }
                | Stage::Left { .. }
                | Stage::Creating { .. }
                | Stage::Binding { .. }
                | Stage::Gone => {}
            }
        }
    }

    /// Begins to leave a session.
    fn leave(&mut self, at: usize, deadline: u64, cause: Cause, successor: Option<String>) {
        let until = deadline.max(self.now + self.config.grace);
        let properties = self.config.session.clone();
        let Some(plan) = &mut self.plan else { return };
        let call = plan.call.clone();
        plan.idle = None;
        let session = &mut plan.sessions[at];
        let from = session.id.clone();
        let was_noticed = matches!(session.stage, Stage::Noticed { .. });
        session.stage = match &successor {
            Some(to) => Stage::Binding { deadline, cause, to: to.clone() },
            None => Stage::Creating { deadline, cause },
        };
        self.events.push(Event::RotationStarted { from: from.clone(), deadline, cause });
        if !was_noticed {
            self.survey(&from);
        }
        match successor {
            Some(session_id) => self.order(Command::Bind { session_id, call }, Purpose::Bind { from }, until),
            None => self.order(Command::CreateSession { properties }, Purpose::Create { from }, until),
        }
    }

    /// A session was created. Of several for one rotation the first is taken: the others are not awaited any more.
    pub(super) fn created(&mut self, from: &str, value: &Value) -> bool {
        let Some(to) = value["sessionId"].as_str().filter(|id| is_id(id)) else { return false };
        let now = self.now;
        let Some(plan) = &mut self.plan else { return true };
        if plan.sessions.iter().any(|known| known.id == to) {
            return false;
        }
        let call = plan.call.clone();
        let Some(session) = plan.sessions.iter_mut().find(|session| session.id == from) else { return true };
        let Stage::Creating { deadline, cause } = session.stage else { return true };
        session.stage = Stage::Binding { deadline, cause, to: to.to_owned() };
        let until = deadline.max(now + self.config.grace);
        let command = Command::Bind { session_id: to.to_owned(), call };
        self.order(command, Purpose::Bind { from: from.to_owned() }, until);
        true
    }

    /// The successor's callbacks find this plan: from now on it is the current one, and everybody is told.
    pub(super) fn bound(&mut self, from: &str) {
        let (now, every, grace) = (self.now, self.config.announce_every, self.config.grace);
        let Some(plan) = &mut self.plan else { return };
        let Some(session) = plan.sessions.iter_mut().find(|session| session.id == from) else { return };
        let Stage::Binding { deadline, to, .. } = session.stage.clone() else { return };
        let deadline = if deadline > now { deadline } else { now + grace };
        let announce_at = (every > 0 && now + every < deadline).then_some(now + every);
        session.stage = Stage::Left { deadline, announce_at };
        plan.sessions.push(Session::new(&to));
        plan.epoch = (plan.epoch + 1).max(now);
        let epoch = plan.epoch;
        let left: Vec<(String, u64)> =
            plan.sessions.iter().filter_map(|session| Some((session.id.clone(), session.left_until()?))).collect();
        for (id, deadline) in left {
            self.cancel(|purpose| is_announcement(purpose, &id));
            self.announce(&id, deadline, None);
        }
        self.tell(Event::Successor { from: from.to_owned(), to, epoch, deadline });
    }

    /// There is no successor, and won't be.
    pub(super) fn no_successor(&mut self, from: &str) {
        let Some(at) = self.plan.as_ref().and_then(|plan| plan.sessions.iter().position(|known| known.id == from))
        else {
            return;
        };
        self.stays(at, None, RotationOutcome::Failed);
    }

    /// Somebody joined a session. If it is one that is left, they are told. Says whether it is.
    pub(super) fn joined(&mut self, session: &str, connection: &str) -> bool {
        let now = self.now;
        let Some(plan) = &self.plan else { return false };
        let Some(at) = plan.sessions.iter().position(|known| known.id == session) else { return false };
        if !self.is_left(at) {
            return false;
        }
        let deadline = plan.sessions[at].left_until().unwrap_or(now + self.config.grace);
        self.announce(session, deadline, Some(connection.to_owned()));
        true
    }

    fn announce(&mut self, session: &str, deadline: u64, connection_id: Option<String>) {
        let Some(plan) = &self.plan else { return };
        let Some(to) = plan.sessions.last() else { return };
        let message =
            Message::Announcement { from: session.to_owned(), session_id: to.id.clone(), epoch: plan.epoch, deadline };
        let command = Command::Signal { session_id: session.to_owned(), connection_id, message };
        let until = deadline.max(self.now) + self.config.grace;
        self.order(command, Purpose::Announce { session: session.to_owned() }, until);
    }

    /// An announcement was made.
    pub(super) fn announced(&mut self, session: &str, command: &Command) {
        let Command::Signal { connection_id, message: Message::Announcement { session_id, epoch, .. }, .. } = command
        else {
            return;
        };
        self.events.push(Event::Announced {
            session_id: session.to_owned(),
            to: session_id.clone(),
            epoch: *epoch,
            connection_id: connection_id.clone(),
        });
    }

    /// Nobody is in a session that is left: it needn't be said again. Whoever still comes is told then.
    pub(super) fn nobody_there(&mut self, session: &str, command: &Command) {
        if !matches!(command, Command::Signal { connection_id: None, .. }) {
            return;
        }
        let Some(plan) = &mut self.plan else { return };
        for known in &mut plan.sessions {
            if let Stage::Left { announce_at, .. } = &mut known.stage
                && known.id == session
            {
                *announce_at = None;
            }
        }
    }

    /// A session that was left is not used any more: nothing may go on running there. Announcements that are still to be
    /// made are made: its end may be told late, and somebody may have come back to it since.
    fn is_gone(&mut self, at: usize) {
        let Some(plan) = &mut self.plan else { return };
        let to = plan.sessions.last().map(|session| session.id.clone());
        let session = &mut plan.sessions[at];
        session.stage = Stage::Gone;
        let from = session.id.clone();
        self.survey(&from);
        self.tell(Event::RotationEnded { from, to, outcome: RotationOutcome::Moved });
    }

    /// The platform has moved a session.
    fn has_moved(&mut self, at: usize) {
        let until = self.now + self.config.grace;
        let now = self.now;
        let Some(session) = self.session_at(at) else { return };
        let cause = if matches!(session.stage, Stage::Noticed { .. }) { Cause::Notice } else { Cause::Lost };
        session.stage = Stage::Moved { until };
        let from = session.id.clone();
        self.events.push(Event::RotationStarted { from, deadline: now, cause });
    }

    /// A rotation is over, and the session goes on.
    fn stays(&mut self, at: usize, to: Option<String>, outcome: RotationOutcome) {
        let Some(session) = self.session_at(at) else { return };
        session.stage = Stage::Current;
        let from = session.id.clone();
        self.tell(Event::RotationEnded { from, to, outcome });
    }

    /// Learns what runs in a session.
    fn survey(&mut self, session: &str) {
        let until = self.now + self.config.service_timeout;
        for kind in LISTED {
            self.survey_of(kind, session, until);
        }
    }

    pub(super) fn survey_of(&mut self, kind: Kind, session: &str, until: u64) {
        let command = Command::List { kind, session_id: session.to_owned() };
        self.order(command, Purpose::Survey { session: session.to_owned() }, until);
    }

    fn is_quiet(&self, at: usize) -> bool {
        let Some(plan) = &self.plan else { return false };
        let streams = plan.sessions[at].streams.as_ref();
        self.config.when == When::Quiet && streams.is_some_and(|list| list.len() <= self.config.quiet_streams as usize)
    }

    /// Whether a session has a successor already.
    pub(super) fn is_left(&self, at: usize) -> bool {
        self.plan.as_ref().is_some_and(|plan| matches!(plan.sessions[at].stage, Stage::Left { .. } | Stage::Gone))
    }

    /// Whether a session's servers have gone and its successor is being made.
    pub(super) fn is_lost(&self, session: &Session) -> bool {
        matches!(session.stage, Stage::Creating { cause: Cause::Lost, .. } | Stage::Binding { cause: Cause::Lost, .. })
    }

    fn session_at(&mut self, at: usize) -> Option<&mut Session> {
        self.plan.as_mut().and_then(|plan| plan.sessions.get_mut(at))
    }
}

fn is_announcement(purpose: &Purpose, of: &str) -> bool {
    matches!(purpose, Purpose::Announce { session } if session == of)
}
