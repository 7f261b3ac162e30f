//! A plan on a desk: its driver, a platform and an application, in virtual time, all of them in order.

use opentok_handover_server::plan::config::Config;
use opentok_handover_server::plan::protocol::{Answer, Command, Event, Input, Issued, Kind, Message, Outcome, Trouble};
use opentok_handover_server::plan::{request, state::Plan, step};
use serde_json::{Value, json};

use crate::platform::{Platform, Thing};

/// When the stories begin, ms since the epoch.
pub(crate) const BEGIN: u64 = 1_700_000_000_000;
pub(crate) const MINUTE: u64 = 60_000;
pub(crate) const HOUR: u64 = 60 * MINUTE;

/// Which commands are meant.
type Which = fn(&Command) -> bool;

pub(crate) struct Desk {
    pub(crate) now: u64,
    pub(crate) config: Config,
    pub(crate) stored: Option<String>,
    pub(crate) platform: Platform,
    /// Commands that nobody has carried out.
    pub(crate) open: Vec<Issued>,
    pub(crate) events: Vec<Event>,
    pub(crate) wake_at: Option<u64>,
    pub(crate) unbind: Vec<String>,
    pub(crate) under_way: bool,
    /// What else than the platform answers.
    trouble: Vec<(Which, Trouble)>,
    seed: u64,
}

impl Desk {
    /// Two people in session `a`.
    pub(crate) fn new(config: Config) -> Self {
        let mut platform = Platform::default();
        platform.join("a", "ann");
        platform.join("a", "ben");
        Self {
            now: BEGIN,
            config,
            stored: None,
            platform,
            open: vec![],
            events: vec![],
            wake_at: None,
            unbind: vec![],
            under_way: false,
            trouble: vec![],
            seed: 0,
        }
    }

    /// Hands an input in, and leaves it at that.
    pub(crate) fn put(&mut self, input: Input) -> Answer {
        self.seed += 1;
        let state: Option<Plan> = self.stored.as_ref().map(|text| serde_json::from_str(text).unwrap());
        let before = state.clone();
        let outcome = step(request(state, &self.config, input, self.now, self.seed));
        let Outcome { state, changed, commands, events, wake_at, answer, unbind, under_way } = outcome;
        assert_eq!(changed, state != before, "what changed is told");
        self.stored = state.map(|plan| serde_json::to_string(&plan).unwrap());
        self.open.extend(commands);
        self.events.extend(events);
        self.wake_at = wake_at;
        self.under_way = under_way;
        self.unbind.extend(unbind);
        assert!(wake_at.is_none_or(|at| at > self.now), "a plan that is never at rest");
        answer
    }

    /// Hands an input in and carries out what comes of it, at once.
    pub(crate) fn take(&mut self, input: Input) -> Answer {
        let answer = self.put(input);
        self.carry_out();
        answer
    }

    pub(crate) fn carry_out(&mut self) {
        while !self.open.is_empty() {
            let Issued { id, attempt, command, .. } = self.open.remove(0);
            let wrong = self.trouble.iter().position(|(applies, _)| applies(&command));
            let result = match wrong {
                Some(at) => Err(self.trouble.remove(at).1),
                None => self.platform.carry_out(&id, &command, self.now),
            };
            let (value, error) = match result {
                Ok(value) => (Some(value), None),
                Err(error) => (None, Some(error)),
            };
            self.put(Input::Result { command: id, attempt, value, error });
        }
    }

    /// The next command that is like this fails.
    pub(crate) fn fail(&mut self, applies: Which, trouble: Trouble) {
        self.trouble.push((applies, trouble));
    }

    /// Lets time pass, and the plan do what it does then.
    pub(crate) fn pass(&mut self, millis: u64) {
        let end = self.now + millis;
        while let Some(at) = self.wake_at.filter(|at| *at <= end) {
            self.now = at;
            self.take(Input::Tick);
        }
        self.now = end;
    }

    pub(crate) fn callback(&mut self, body: Value) -> Answer {
        self.take(Input::Callback { body: body.to_string() })
    }

    /// `sessionNotification`, sent now.
    pub(crate) fn notice(&mut self, session: &str) -> Answer {
        let now = self.now;
        self.callback(session_event(session, "sessionNotification", "serverRotation", now))
    }

    /// `sessionDestroyed`, sent now.
    pub(crate) fn destroyed(&mut self, session: &str, reason: &str) -> Answer {
        let now = self.now;
        self.callback(session_event(session, "sessionDestroyed", reason, now))
    }

    /// Somebody connects to a session and publishes, and the platform tells.
    pub(crate) fn joins(&mut self, session: &str, person: &str) {
        self.platform.join(session, person);
        let now = self.now;
        self.callback(connection_created(session, person, now));
        self.callback(stream_event(session, "streamCreated", person, now));
    }

    /// Everybody goes from one session to another.
    pub(crate) fn all_move(&mut self, from: &str, to: &str) {
        for person in std::mem::take(&mut self.platform.room(from).people) {
            self.joins(to, &person);
        }
    }

    /// The application starts something, and the platform tells.
    pub(crate) fn starts(&mut self, kind: Kind, session: &str, options: Value) -> Thing {
        let now = self.now;
        let thing = self.platform.start(kind, session, options.clone(), now);
        if kind == Kind::Captions {
            self.take(Input::ServiceStarted { kind, session_id: session.into(), id: thing.id.clone(), options });
        } else {
            self.callback(thing.object());
        }
        thing
    }

    /// Which session whoever asks is sent to.
    pub(crate) fn current(&mut self) -> String {
        match self.put(Input::Credentials { session_id: "a".into() }) {
            Answer::Credentials { session_id, .. } => session_id,
            other => format!("{other:?}"),
        }
    }

    /// What the application was told of one kind.
    pub(crate) fn told(&self, kind: &str) -> Vec<&Value> {
        self.platform.tellings.iter().filter(|event| event["type"] == kind).collect()
    }

    /// To which sessions who was sent.
    pub(crate) fn announcements(&self) -> Vec<(String, String)> {
        let announcement = |sent: &crate::platform::Sent| match &sent.message {
            Message::Announcement { session_id, .. } => Some((sent.heard_by.join(" "), session_id.clone())),
            Message::BroadcastUrl { .. } => None,
        };
        self.platform.sent.iter().filter_map(announcement).collect()
    }

    pub(crate) fn plan(&self) -> Plan {
        serde_json::from_str(self.stored.as_ref().expect("there is a plan")).unwrap()
    }

    /// The commands that wait for somebody to carry them out.
    pub(crate) fn open_types(&self) -> Vec<String> {
        let name =
            |issued: &Issued| serde_json::to_value(&issued.command).unwrap()["type"].as_str().unwrap().to_owned();
        self.open.iter().map(name).collect()
    }
}

pub(crate) fn session_event(session: &str, event: &str, reason: &str, timestamp: u64) -> Value {
    json!({ "sessionId": session, "applicationId": "app", "event": event, "reason": reason, "timestamp": timestamp })
}

pub(crate) fn connection_created(session: &str, person: &str, timestamp: u64) -> Value {
    json!({
        "sessionId": session, "applicationId": "app", "event": "connectionCreated", "timestamp": timestamp,
        "connection": { "id": person, "createdAt": timestamp, "data": "" },
    })
}

pub(crate) fn stream_event(session: &str, event: &str, person: &str, timestamp: u64) -> Value {
    json!({
        "sessionId": session, "applicationId": "app", "event": event, "timestamp": timestamp,
        "stream": { "id": format!("{person}-stream"), "connection": { "id": person }, "createdAt": timestamp },
    })
}

pub(crate) fn archive(name: &str) -> Value {
    json!({ "name": name, "outputMode": "composed", "resolution": "1280x720" })
}

pub(crate) fn recording() -> Config {
    Config { record_again: true, ..Config::default() }
}

pub(crate) fn migrating() -> Config {
    use opentok_handover_server::plan::config::Strategy;
    Config { strategy: Strategy::Migrate, ..recording() }
}
