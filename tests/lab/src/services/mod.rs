//! Services: what runs beside the clients of a session, and doesn't move with them: archives, broadcasts, captions and
//! Experience Composers.
//!
//! Nothing is recorded or sent here. A service is what the platform says of it: who asked for it, and how far it is.

mod view;

use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::id::SessionId;
use crate::time::Time;

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Kind {
    /// A recording.
    Archive,
    /// A live stream for viewers outside of the session.
    Broadcast,
    /// Live captions.
    Captions,
    /// An Experience Composer: a web page, rendered into the session.
    Render,
}

impl Kind {
    /// Its name, as paths and callbacks have it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Archive => "archive",
            Self::Broadcast => "broadcast",
            Self::Captions => "captions",
            Self::Render => "render",
        }
    }

    /// The option that tells several of this kind in one session apart.
    const fn tag(self) -> Option<&'static str> {
        match self {
            Self::Archive => Some("multiArchiveTag"),
            Self::Broadcast => Some("multiBroadcastTag"),
            Self::Captions | Self::Render => None,
        }
    }
}

/// How far a service is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// It was asked for. (Only Experience Composers take their time.)
    Starting,
    /// It runs.
    Started,
    /// It is over.
    Stopped,
    /// It broke off.
    Failed,
    /// An archive's file is where the application wants it.
    Uploaded,
    /// An archive's file can be had from the service.
    Available,
}

impl Status {
    /// Whether the service is at work, or about to be.
    #[must_use]
    pub const fn runs(self) -> bool {
        matches!(self, Self::Starting | Self::Started)
    }

    /// Its name in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::Started => "started",
            Self::Stopped => "stopped",
            Self::Failed => "failed",
            Self::Uploaded => "uploaded",
            Self::Available => "available",
        }
    }
}

/// One service.
#[derive(Clone, Debug)]
pub struct Service {
    /// Its ID.
    pub id: String,
    /// What it is.
    pub kind: Kind,
    /// Where.
    pub session: SessionId,
    /// How far it is.
    pub status: Status,
    /// Why it is over; empty while it isn't.
    pub reason: String,
    /// When it was started.
    pub created: Time,
    /// When its status or its streams changed last.
    pub updated: Time,
    /// When it was over.
    pub stopped: Option<Time>,
    /// What it was started with.
    pub options: Map<String, Value>,
    /// The streams that were named for it, if it takes only those.
    pub streams: Vec<Value>,
    /// When its status changes next by itself.
    pub due: Option<Time>,
}

impl Service {
    /// A service that has just been asked for.
    #[must_use]
    pub fn new(id: String, kind: Kind, session: SessionId, options: Map<String, Value>, now: Time) -> Self {
        let status = if kind == Kind::Render { Status::Starting } else { Status::Started };
        let reason = String::new();
        let (stopped, due, streams) = (None, None, Vec::new());
        Self { id, kind, session, status, reason, created: now, updated: now, stopped, options, streams, due }
    }

    /// A text among its options.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.options.get(name)?.as_str()
    }

    /// Whether only streams that are named go into it.
    #[must_use]
    pub fn takes_named_streams(&self) -> bool {
        self.text("streamMode") == Some("manual")
    }

    /// Takes in a stream, or lets go of it.
    pub fn change_streams(&mut self, stream: &str, added: Option<Value>, now: Time) {
        self.streams.retain(|known| known["streamId"] != json!(stream));
        self.streams.extend(added);
        self.updated = now;
    }

    fn is_like(&self, kind: Kind, session: &str, options: &Map<String, Value>) -> bool {
        let tag = |options: &Map<String, Value>| kind.tag().and_then(|name| options.get(name)).cloned();
        self.status.runs()
            && self.kind == kind
            && self.session.as_str() == session
            && tag(&self.options) == tag(options)
    }
}

/// All services, oldest first.
#[derive(Debug, Default)]
pub struct Services(Vec<Service>);

impl Services {
    /// None.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Takes one in.
    pub fn add(&mut self, service: Service) {
        self.0.push(service);
    }

    /// Takes one out, if it is there.
    pub fn remove(&mut self, id: &str) {
        self.0.retain(|service| service.id != id);
    }

    /// All of them, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Service> {
        self.0.iter()
    }

    /// One of this kind.
    #[must_use]
    pub fn get(&self, kind: Kind, id: &str) -> Option<&Service> {
        self.0.iter().find(|service| service.kind == kind && service.id == id)
    }

    /// One of this kind, to be changed.
    pub fn get_mut(&mut self, kind: Kind, id: &str) -> Option<&mut Service> {
        self.0.iter_mut().find(|service| service.kind == kind && service.id == id)
    }

    /// One that runs already and keeps another from being started with these options: captions in the same session, or an
    /// archive or broadcast of the same tag. Of Experience Composers there may be many.
    #[must_use]
    pub fn rival(&self, kind: Kind, session: &str, options: &Map<String, Value>) -> Option<&Service> {
        self.0.iter().find(|service| kind != Kind::Render && service.is_like(kind, session, options))
    }

    /// When something is due next.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Time> {
        self.0.iter().filter_map(|service| service.due).min()
    }

    /// What is due, with the status that it gets.
    #[must_use]
    pub fn due(&self, now: Time, finished: Status) -> Vec<(Kind, String, Status)> {
        let due = self.0.iter().filter(|service| service.due.is_some_and(|due| due <= now));
        let next = |status: Status| if status == Status::Starting { Status::Started } else { finished };
        due.map(|service| (service.kind, service.id.clone(), next(service.status))).collect()
    }
}
