//! What is learnt of services: from callbacks, from lists, from the application.

use serde_json::{Map, Value, json};

use super::callback::{is_id, is_running, text, whole};
use super::planner::Planner;
use super::protocol::{Command, Kind};
use super::runs::has_run;
use super::state::{Pending, Purpose, Run, RunState, Service, Work};

/// Fields of an archive that are options, too.
const ARCHIVE: [&str; 12] = [
    "name",
    "hasAudio",
    "hasVideo",
    "outputMode",
    "resolution",
    "streamMode",
    "multiArchiveTag",
    "layout",
    "maxBitrate",
    "quantizationParameter",
    "hasTranscription",
    "transcriptionProperties",
];

/// Fields of a broadcast that are options, too.
const BROADCAST: [&str; 8] =
    ["multiBroadcastTag", "maxDuration", "maxBitrate", "layout", "hasAudio", "hasVideo", "streamMode", "resolution"];

/// Fields of captions that are options, too.
const CAPTIONS: [&str; 3] = ["languageCode", "maxDuration", "partialCaptions"];

/// Fields of an Experience Composer that are options, too.
const COMPOSER: [&str; 4] = ["url", "maxDuration", "resolution", "properties"];

impl Planner {
    /// A callback tells the status of something.
    pub(super) fn service_told(
        &mut self,
        kind: Kind,
        session: &str,
        id: &str,
        running: bool,
        reason: &str,
        object: &Value,
    ) {
        if running {
            self.found(kind, session, id, object);
        } else {
            self.ended(kind, session, id, reason, object);
        }
    }

    /// The application tells what it started.
    pub(super) fn service_started(&mut self, kind: Kind, session: &str, id: &str, options: Value) {
        let Some(plan) = &mut self.plan else { return };
        let is_left_behind = plan.is_gone(session) && !plan.is_over();
        let known = plan.services.iter_mut().find(|service| service.kind == kind && has_run(service, id));
        // A callback may have been faster, but it shows less. It may have been that of its end with a session that was left:
        // then nobody had said that it is wanted.
        if let Some(service) = known {
            service.options = options;
            let latest = service.runs.last().filter(|run| run.id.as_deref() == Some(id));
            service.wanted |= is_left_behind && latest.is_some_and(|run| run.cut);
            return;
        }
        let Some(at) = self.find_or_add(kind, session, id, &options, &Value::Null) else { return };
        if let Some(plan) = &mut self.plan {
            let is_over = plan.is_over();
            let service = &mut plan.services[at];
            service.options = options;
            // The call may have moved on before the application was heard.
            service.wanted = !is_over;
        }
    }

    /// A list has come. Says whether it is one.
    pub(super) fn listed(&mut self, pending: &Pending, value: &Value) -> bool {
        let Command::List { kind, session_id } = &pending.command else { return true };
        let Some(items) = value.as_array().or_else(|| value["items"].as_array()) else { return false };
        let mut running = vec![];
        for item in items {
            let Some(id) = text(item, "id").filter(|id| is_id(id)) else { continue };
            let elsewhere = text(item, "sessionId").is_some_and(|session| session != session_id);
            if elsewhere {
                continue;
            }
            if text(item, "status").is_none_or(is_running) {
                running.push(id.to_owned());
                self.found(*kind, session_id, id, item);
            } else if self.is_known(*kind, id)
                || self.was_tried(*kind, session_id, item)
                || self.was_cut(session_id, item)
            {
                // Its callback is still to come.
                self.ended(*kind, session_id, id, text(item, "reason").unwrap_or_default(), item);
            }
        }
        self.settle_doubts(*kind, session_id, &running);
        if let Purpose::Look { service } = pending.purpose {
            self.looked(service, session_id);
        }
        true
    }

    fn is_known(&self, kind: Kind, id: &str) -> bool {
        self.plan
            .as_ref()
            .is_some_and(|plan| plan.services.iter().any(|service| service.kind == kind && has_run(service, id)))
    }

    /// Whether what has appeared in a session is likely to be the result of a command whose answer nobody heard.
    pub(super) fn was_tried(&self, kind: Kind, session: &str, object: &Value) -> bool {
        let Some(plan) = &self.plan else { return false };
        let options = options_of(kind, object);
        let (began, window) = (whole(&object["createdAt"]).unwrap_or(self.now), 2 * self.config.patience);
        plan.services.iter().any(|service| {
            service.kind == kind
                && signature(kind, &service.options) == signature(kind, &options)
                && was_just_tried(service, session, began, window)
        })
    }

    /// It was looked whether a service runs in a session.
    fn looked(&mut self, number: u32, session: &str) {
        let Some(at) = self.service_at(number) else { return };
        let Some(plan) = &self.plan else { return };
        let service = &plan.services[at];
        let runs = service.runs.iter().any(|run| run.session == session && run.state == RunState::Up);
        let checked = matches!(service.work, Work::Checking { .. });
        if runs || checked || !service.wanted {
            self.set_work(at, Work::None);
        } else {
            self.not_found(number);
        }
    }

    /// What was in doubt runs if it is listed, and has ended otherwise. Only a list says so: a callback that something
    /// started may be of before the servers went.
    fn settle_doubts(&mut self, kind: Kind, session: &str, running: &[String]) {
        let now = self.now;
        let Some(plan) = &mut self.plan else { return };
        for service in plan.services.iter_mut().filter(|service| service.kind == kind) {
            let doubtful = |run: &&mut Run| run.session == session && run.state == RunState::Doubtful;
            for run in service.runs.iter_mut().filter(doubtful) {
                if run.id.as_ref().is_some_and(|id| running.contains(id)) {
                    run.state = RunState::Up;
                } else {
                    run.state = RunState::Down;
                    run.ended = run.ended.or(Some(now));
                }
            }
        }
    }

    /// Something runs, or did.
    pub(super) fn found(&mut self, kind: Kind, session: &str, id: &str, object: &Value) {
        let options = options_of(kind, object);
        if let Some(at) = self.find_or_add(kind, session, id, &options, object) {
            self.runs(at, Some(id), session, object);
        }
    }

    /// Whose run this is; of a new service, if of none that is known. Nothing if it has ended.
    fn find_or_add(&mut self, kind: Kind, session: &str, id: &str, options: &Value, object: &Value) -> Option<usize> {
        let plan = self.plan.as_mut()?;
        if plan.ended.iter().any(|ended| ended == id) {
            return None;
        }
        if let Some(at) = plan.services.iter().position(|service| service.kind == kind && has_run(service, id)) {
            return Some(at);
        }
        let signature = signature(kind, options);
        let window = 2 * self.config.patience;
        let began = whole(&object["createdAt"]).unwrap_or(self.now);
        let fits = |service: &Service| {
            let is_up = service.runs.iter().any(|run| run.session == session && run.may_run());
            let is_ours = is_being_started(service, session) || was_just_tried(service, session, began, window);
            service.kind == kind
                && !service.runs.is_empty()
                && self::signature(kind, &service.options) == signature
                && (!is_up || is_ours || kind != Kind::Composer)
        };
        // Captions that were found running have their name now.
        if let Some(service) = plan.services.iter_mut().find(|service| service.kind == kind && kind == Kind::Captions)
            && let Some(run) = service.runs.iter_mut().find(|run| run.session == session && run.id.is_none())
        {
            run.id = Some(id.to_owned());
            return None;
        }
        if let Some(at) = plan.services.iter().position(fits) {
            // The application has started it again itself.
            if kind != Kind::Composer && self.replaces(at, id, session, began) {
                return Some(at);
            }
            let plan = self.plan.as_mut()?;
            let is_new = !was_just_tried(&plan.services[at], session, began, window);
            plan.services[at].wanted |= is_new && !plan.is_gone(session);
            self.runs(at, Some(id), session, object);
            return Some(at);
        }
        // What began before the call's end is stopped with it. What the application starts later is its own.
        if plan.over.is_some_and(|over| over < began) {
            return None;
        }
        let number = plan.services.len() as u32 + 1;
        let wanted = !plan.is_over();
        plan.services.push(Service {
            number,
            kind,
            options: options.clone(),
            wanted,
            runs: vec![],
            work: Work::None,
            tried: None,
            asked: None,
        });
        let at = plan.services.len() - 1;
        self.runs(at, Some(id), session, object);
        Some(at)
    }
    /// The platform runs one of these in a session at a time: what it tells of now is over if it began before the one that is
    /// known, and otherwise that one is. Says whether it was put among the earlier ones.
    fn replaces(&mut self, at: usize, id: &str, session: &str, began: u64) -> bool {
        let now = self.now;
        let Some(plan) = &mut self.plan else { return false };
        let runs = &mut plan.services[at].runs;
        let later = |run: &Run| run.session == session && run.state == RunState::Up && run.started > began;
        if let Some(place) = runs.iter().position(later) {
            let (id, session) = (Some(id.to_owned()), session.to_owned());
            let state = RunState::Down;
            runs.insert(place, Run { id, session, started: began, ended: None, cut: false, asked: None, state });
            return true;
        }
        for run in runs.iter_mut().filter(|run| run.session == session && run.may_run() && run.id.is_some()) {
            run.state = RunState::Down;
            run.ended = run.ended.or(Some(now));
            run.cut = true;
        }
        false
    }
}

/// Whether what appears may be the result of a command.
fn is_being_started(service: &Service, session: &str) -> bool {
    matches!(&service.work, Work::Starting { to, .. } | Work::Checking { to } if to == session)
}

/// Whether what appears may be the result of a command of a moment ago: perhaps of one that was carried out a second time,
/// or of one whose answer nobody heard.
fn was_just_tried(service: &Service, session: &str, began: u64, window: u64) -> bool {
    service.tried.as_ref().is_some_and(|tried| tried.session == session && tried.at.abs_diff(began) <= window)
}

/// By what two runs of one service are recognised.
fn signature(kind: Kind, options: &Value) -> [&str; 2] {
    let names = match kind {
        Kind::Archive => ["name", "multiArchiveTag"],
        Kind::Broadcast => ["multiBroadcastTag", ""],
        Kind::Captions => ["", ""],
        Kind::Composer => ["url", ""],
    };
    names.map(|name| text(options, name).unwrap_or_default())
}

/// With what something was started, as far as the platform shows.
fn options_of(kind: Kind, object: &Value) -> Value {
    let names: &[&str] = match kind {
        Kind::Archive => &ARCHIVE,
        Kind::Broadcast => &BROADCAST,
        Kind::Captions => &CAPTIONS,
        Kind::Composer => &COMPOSER,
    };
    let mut options = Map::new();
    for name in names {
        let value = &object[*name];
        if !value.is_null() && value != "" {
            options.insert((*name).to_owned(), value.clone());
        }
    }
    // Only composed archives have a resolution, and asking for another one is an error.
    if kind == Kind::Archive && options.get("outputMode").is_some_and(|mode| mode == "individual") {
        options.remove("resolution");
    }
    if kind == Kind::Broadcast {
        options.insert("outputs".to_owned(), outputs_of(object));
    }
    Value::Object(options)
}

fn outputs_of(object: &Value) -> Value {
    let mut outputs = Map::new();
    let urls = &object["broadcastUrls"];
    if urls["hls"].is_string() || object["settings"]["hls"].is_object() {
        let settings = &object["settings"]["hls"];
        outputs.insert("hls".to_owned(), if settings.is_object() { settings.clone() } else { json!({}) });
    }
    let streams: Vec<Value> = urls["rtmp"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|stream| {
            let named = ["id", "serverUrl", "streamName"].into_iter().filter(|name| stream[*name].is_string());
            named.map(|name| (name.to_owned(), stream[name].clone())).collect::<Map<_, _>>().into()
        })
        .collect();
    outputs.insert("rtmp".to_owned(), Value::Array(streams));
    Value::Object(outputs)
}
