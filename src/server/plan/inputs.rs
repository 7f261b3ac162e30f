//! What happens to a plan, one by one.

use super::callback::{self, Callback, Happened, is_id};
use super::manifest::recordings;
use super::planner::{Planner, remember};
use super::protocol::{Answer, Ignored, Input, Kind, Trouble};
use super::runs::{end_of, is_by_hand};
use super::state::{Purpose, Stage};

/// How many streams of a room are counted: one with more is not quiet.
const STREAMS: usize = 500;

/// How many streams are remembered of which the end was told before the beginning.
const ENDED_STREAMS: usize = 50;

/// When to ask again for a session that is being made, ms.
const ASK_AGAIN: u64 = 1_000;

impl Planner {
    /// Takes what happened and says what to answer.
    pub(super) fn take(&mut self, input: Input) -> Answer {
        if let Some(refusal) = unacceptable(&input) {
            return refusal;
        }
        match input {
            Input::Callback { body } => match callback::read(&body) {
                Ok(callback) => self.take_callback(callback),
                Err(why) => {
                    let (status, code, message) = why.words();
                    refused(status, code, message)
                }
            },
            Input::Result { command, attempt, value, error } => match (value, error) {
                (Some(value), None) => self.take_result(&command, attempt, Ok(value)),
                (None, Some(error)) => self.take_result(&command, attempt, Err(error)),
                (None, None) => self.take_result(&command, attempt, Err(Trouble::lost("no result"))),
                (Some(_), Some(_)) => {
                    refused(400, "invalid_request", "A result has a `value` or an `error`, not both.")
                }
            },
            Input::Tick => Answer::Ok,
            Input::Resume => {
                self.resume();
                Answer::Ok
            }
            Input::Open { session_id, settings } => {
                self.begin(&session_id).settings.take(settings);
                if let Some(plan) = &self.plan {
                    self.config = self.config.clone().with(&plan.settings);
                }
                Answer::Ok
            }
            Input::Rotate { session_id, successor, deadline } => self.rotate(&session_id, successor, deadline),
            Input::Credentials { session_id } => self.credentials(session_id),
            Input::Joined { session_id, connection_id } => {
                if !self.joined(&session_id, &connection_id) {
                    return self.ignore(Ignored::Uninteresting);
                }
                Answer::Ok
            }
            Input::Quiet => self.quiet(),
            Input::ServiceStarted { kind, session_id, id, options } => {
                self.begin(&session_id);
                self.service_started(kind, &session_id, &id, options);
                Answer::Ok
            }
            Input::ServiceStopped { kind, id } => {
                if !self.service_stopped(kind, &id) {
                    return self.ignore(Ignored::Outdated);
                }
                Answer::Ok
            }
            Input::Consent { session_id, given } => {
                if let Some(session_id) = session_id {
                    self.begin(&session_id);
                }
                let Some(plan) = &mut self.plan else { return self.ignore(Ignored::UnknownSession) };
                plan.consent = Some(given);
                Answer::Ok
            }
            Input::Manifest => Answer::Manifest { recordings: self.plan.as_ref().map(recordings).unwrap_or_default() },
            Input::End => self.end(),
        }
    }

    fn take_callback(&mut self, callback: Callback) -> Answer {
        let Callback { session, event: _, application, timestamp, happened, key } = callback;
        if let (Some(own), Some(of)) = (&self.config.application_id, &application)
            && own != of
        {
            return self.ignore(Ignored::OtherApplication);
        }
        let timestamp = timestamp.unwrap_or(self.now);
        if self.plan.is_none() && !self.is_worth_a_plan(&happened, timestamp) {
            return self.ignore(Ignored::UnknownSession);
        }
        // What a command has started all the same is stopped.
        let may_run = matches!(happened, Happened::Service { .. });
        if self.plan.as_ref().is_some_and(|plan| plan.is_over() && !may_run) {
            return self.ignore(Ignored::Outdated);
        }
        let Some(at) = self.begin(&session).sessions.iter().position(|known| known.id == session) else {
            return self.ignore(Ignored::UnknownSession);
        };
        if matches!(happened, Happened::ConnectionCreated(_) | Happened::StreamCreated(_) | Happened::SessionCreated) {
            self.somebody_is_there(at, timestamp);
        }
        let matters = match &happened {
            Happened::Other => return self.ignore(Ignored::Uninteresting),
            Happened::StreamCreated(_) | Happened::StreamDestroyed(_) => self.counts_streams(),
            Happened::ConnectionCreated(_) => self.is_left(at),
            Happened::SessionCreated
            | Happened::SessionDestroyed { .. }
            | Happened::Notice
            | Happened::Service { .. } => true,
        };
        if !matters {
            return Answer::Ok;
        }
        if self.has_seen(&key) {
            return self.ignore(Ignored::Repeated);
        }
        match happened {
            Happened::Notice => self.notice(at, timestamp),
            Happened::SessionDestroyed { reason } => self.destroyed(at, timestamp, &reason),
            Happened::SessionCreated => Answer::Ok,
            Happened::ConnectionCreated(connection) => {
                self.joined(&session, &connection);
                Answer::Ok
            }
            Happened::StreamCreated(stream) => {
                self.count_stream(at, stream, true);
                Answer::Ok
            }
            Happened::StreamDestroyed(stream) => {
                self.count_stream(at, stream, false);
                Answer::Ok
            }
            Happened::Service { kind, id, running, reason, object } => {
                self.service_told(kind, &session, &id, running, &reason, &object);
                Answer::Ok
            }
            Happened::Other => Answer::Ok,
        }
    }

    /// Whether a callback of a session of which nothing is known begins a plan. It may be a repetition from a call that was
    /// forgotten.
    fn is_worth_a_plan(&self, happened: &Happened, timestamp: u64) -> bool {
        match happened {
            Happened::Notice => timestamp + self.config.notice + self.config.grace > self.now,
            Happened::SessionDestroyed { reason } => {
                reason == "serverRotation" && timestamp + self.config.grace > self.now
            }
            Happened::Service { running: true, .. } => timestamp + self.config.keep > self.now,
            // What was never told of may have been ended by a rotation that isn't told yet.
            Happened::Service { reason, object, .. } => {
                let just = end_of(object).is_some_and(|ended| ended + self.config.grace > self.now);
                just && !is_by_hand(reason)
            }
            Happened::StreamCreated(_) => self.counts_streams(),
            Happened::SessionCreated
            | Happened::ConnectionCreated(_)
            | Happened::StreamDestroyed(_)
            | Happened::Other => false,
        }
    }

    fn credentials(&mut self, asked: String) -> Answer {
        let Some(plan) = &self.plan else {
            return Answer::Credentials { session_id: asked, epoch: 0, deadline: None };
        };
        let Some(session) = plan.sessions.last() else {
            return Answer::Credentials { session_id: asked, epoch: 0, deadline: None };
        };
        if self.is_lost(session) {
            return Answer::Wait { retry_after: ASK_AGAIN };
        }
        let deadline = match session.stage {
            Stage::Noticed { deadline, .. } | Stage::Creating { deadline, .. } | Stage::Binding { deadline, .. } => {
                Some(deadline)
            }
            Stage::Current | Stage::Left { .. } | Stage::Moved { .. } | Stage::Gone => None,
        };
        let epoch = if plan.sessions.len() > 1 { plan.epoch } else { 0 };
        Answer::Credentials { session_id: session.id.clone(), epoch, deadline }
    }

    fn counts_streams(&self) -> bool {
        self.config.when == super::config::When::Quiet
    }

    fn count_stream(&mut self, at: usize, stream: String, begins: bool) {
        let Some(plan) = &mut self.plan else { return };
        let session = &mut plan.sessions[at];
        let streams = session.streams.get_or_insert_default();
        if !begins {
            streams.retain(|known| *known != stream);
            remember(&mut session.ended_streams, &stream, ENDED_STREAMS);
        } else if streams.len() < STREAMS && !session.ended_streams.contains(&stream) && !streams.contains(&stream) {
            streams.push(stream);
        }
    }

    /// Somebody is in a session: a call that seemed over isn't, and services can be started.
    fn somebody_is_there(&mut self, at: usize, timestamp: u64) {
        let Some(plan) = &mut self.plan else { return };
        let is_last = at + 1 == plan.sessions.len();
        let session = &mut plan.sessions[at];
        if timestamp <= session.destroyed {
            return;
        }
        session.created = session.created.max(if session.destroyed > 0 { timestamp } else { session.created });
        if is_last {
            plan.idle = None;
            self.hurry_services();
        }
    }

    /// The application has ended the call.
    fn end(&mut self) -> Answer {
        let now = self.now;
        let Some(plan) = &mut self.plan else { return self.ignore(Ignored::UnknownSession) };
        if plan.is_over() {
            return self.ignore(Ignored::Repeated);
        }
        plan.over = Some(now);
        plan.idle = Some(now);
        // Nobody waits for a successor any more.
        if let Some(session) = plan.sessions.last_mut() {
            session.stage = Stage::Current;
        }
        self.cancel(|purpose| !matches!(purpose, Purpose::Start { .. } | Purpose::Stop { .. } | Purpose::Tell));
        let Some(plan) = &self.plan else { return Answer::Ok };
        let tried: Vec<(Kind, String)> = plan
            .services
            .iter()
            .filter(|service| service.kind != Kind::Captions)
            .filter_map(|service| Some((service.kind, service.tried.clone()?.session)))
            .collect();
        for (kind, session) in tried {
            self.survey_of(kind, &session, now + self.config.service_timeout);
        }
        Answer::Ok
    }
}

/// What is wrong with the IDs in an input, if anything is.
fn unacceptable(input: &Input) -> Option<Answer> {
    let ids: Vec<&String> = match input {
        Input::Open { session_id, .. } | Input::Credentials { session_id } => vec![session_id],
        Input::Rotate { session_id, successor, .. } => [session_id].into_iter().chain(successor).collect(),
        Input::Joined { session_id, connection_id } => vec![session_id, connection_id],
        Input::ServiceStarted { session_id, id, .. } => vec![session_id, id],
        Input::Consent { session_id, .. } => session_id.iter().collect(),
        Input::Callback { .. }
        | Input::Result { .. }
        | Input::Tick
        | Input::Resume
        | Input::Quiet
        | Input::ServiceStopped { .. }
        | Input::Manifest
        | Input::End => vec![],
    };
    let message = "An ID is text without spaces, from 1 to 512 characters.";
    (!ids.into_iter().all(|id| is_id(id))).then(|| refused(400, "invalid_request", message))
}

/// Refuses an input.
pub(super) fn refused(status: u16, code: &str, message: &str) -> Answer {
    Answer::Refused { status, code: code.to_owned(), message: message.to_owned() }
}
