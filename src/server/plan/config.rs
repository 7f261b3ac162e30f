//! What an application wants of its plans, and what it may want differently of one call.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::protocol::Kind;

/// The longest duration that makes sense, ms: a year.
const LONGEST: u64 = 365 * 24 * 3_600_000;

/// How a call gets over a rotation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Strategy {
    /// Everybody is sent to another session.
    #[default]
    Successor,
    /// The platform moves the session; what doesn't move by itself is started again.
    Migrate,
}

/// When everybody is sent to the successor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum When {
    /// As soon as there is a notice.
    #[default]
    Now,
    /// When the room is quiet, and `lead` before the deadline at the latest.
    Quiet,
    /// `lead` before the deadline.
    Late,
}

/// What an application wants. Whatever is left out has its default.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Config {
    /// The application's ID. Callbacks of others are ignored; without it there are no others.
    pub application_id: Option<String>,
    /// How a call gets over a rotation.
    pub strategy: Strategy,
    /// When everybody is sent to the successor.
    pub when: When,
    /// What sessions are created with, in the words of `@vonage/video`: as the first one was.
    pub session: Value,
    /// What is started again, of broadcasts, captions and Experience Composers: all. Recordings are a matter of consent.
    pub restart: Vec<Kind>,
    /// Whether recordings go on without anybody being asked: no.
    pub record_again: bool,
    /// How long after a notice the servers go, ms: 1 h. The platform gives notice 4 h and 1 h before; which of them it
    /// is it doesn't say, and taking a notice for the last one is on the safe side.
    pub notice: u64,
    /// How long before the deadline everybody is sent off at the latest, ms: 10 min.
    pub lead: u64,
    /// A room is quiet when so many streams are in it, or fewer: 0.
    pub quiet_streams: u32,
    /// How long after its deadline an old session may still be seen alive, ms: 10 min. Then it is taken for gone. It is
    /// also the time that a session has which is left because the application asks, and the time in which a service that
    /// ended counts as ended by a rotation.
    pub grace: u64,
    /// How long a command may take, ms: 30 s.
    pub patience: u64,
    /// The longest delay before the second attempt, ms: 500. It doubles from attempt to attempt.
    pub retry_initial: u64,
    /// The longest delay of all, ms: 30 s.
    pub retry_max: u64,
    /// How often an announcement is repeated to whoever is still in an old session, ms: 5 min. 0: never.
    pub announce_every: u64,
    /// How long after the announcement services are started in the successor, ms: 10 s. Earlier if somebody publishes
    /// there.
    pub service_delay: u64,
    /// How long it is tried to start or stop a service, or to tell the application, ms: 10 min.
    pub service_timeout: u64,
    /// How long a call is remembered that nobody is in, ms: 25 h, because callbacks are repeated for 24 h.
    pub keep: u64,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            application_id: None,
            strategy: Strategy::default(),
            when: When::default(),
            session: Value::Object(Map::new()),
            restart: vec![Kind::Broadcast, Kind::Captions, Kind::Composer],
            record_again: false,
            notice: 3_600_000,
            lead: 600_000,
            quiet_streams: 0,
            grace: 600_000,
            patience: 30_000,
            retry_initial: 500,
            retry_max: 30_000,
            announce_every: 300_000,
            service_delay: 10_000,
            service_timeout: 600_000,
            keep: 90_000_000,
        }
    }
}

impl Config {
    /// Keeps durations to what can be added to a point in time.
    #[must_use]
    pub(super) fn bounded(mut self) -> Self {
        for duration in [
            &mut self.notice,
            &mut self.lead,
            &mut self.grace,
            &mut self.patience,
            &mut self.retry_initial,
            &mut self.retry_max,
            &mut self.announce_every,
            &mut self.service_delay,
            &mut self.service_timeout,
            &mut self.keep,
        ] {
            *duration = (*duration).min(LONGEST);
        }
        self
    }

    /// What holds for one call.
    #[must_use]
    pub fn with(mut self, settings: &Settings) -> Self {
        let Settings { strategy, when, session, restart, record_again } = settings.clone();
        self.strategy = strategy.unwrap_or(self.strategy);
        self.when = when.unwrap_or(self.when);
        self.session = session.unwrap_or(self.session);
        self.restart = restart.unwrap_or(self.restart);
        self.record_again = record_again.unwrap_or(self.record_again);
        self
    }
}

/// What is special about a call. What is left out is as the configuration says.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Settings {
    /// See [`Config::strategy`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub strategy: Option<Strategy>,
    /// See [`Config::when`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub when: Option<When>,
    /// See [`Config::session`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session: Option<Value>,
    /// See [`Config::restart`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub restart: Option<Vec<Kind>>,
    /// See [`Config::record_again`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record_again: Option<bool>,
}

impl Settings {
    /// Takes over what others say.
    pub fn take(&mut self, other: Self) {
        let Self { strategy, when, session, restart, record_again } = other;
        self.strategy = strategy.or(self.strategy);
        self.when = when.or(self.when);
        self.session = session.or_else(|| self.session.take());
        self.restart = restart.or_else(|| self.restart.take());
        self.record_again = record_again.or(self.record_again);
    }
}
