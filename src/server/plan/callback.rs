//! The platform's callbacks: what they say, and by what a repetition is recognised.
//!
//! As documented under "Session monitoring", "Archiving", "Live streaming broadcasts", "Live captions", "Experience
//! Composer" and "Service disruption callbacks" of the Video API's guides.

use serde::Serialize;
use serde_json::Value;

use super::protocol::Kind;

/// The largest body that is looked at, bytes. The platform's have a few kilobytes.
pub const MAX_BODY: usize = 1_000_000;

/// The longest ID that is believed, bytes. Session IDs have about 70.
const MAX_ID: usize = 512;

/// What a callback says.
#[derive(Clone, Debug, PartialEq)]
pub struct Callback {
    /// Of which session.
    pub session: String,
    /// What it calls itself: an event, or what it is the status of.
    pub event: String,
    /// Of which application, if it says so.
    pub application: Option<String>,
    /// When the platform says it happened; nothing if it doesn't say.
    pub timestamp: Option<u64>,
    /// What happened.
    pub happened: Happened,
    /// The same for the same callback, delivered again.
    pub key: String,
}

/// What happened, as far as it matters to a plan.
#[derive(Clone, Debug, PartialEq)]
pub enum Happened {
    /// The first client connected.
    SessionCreated,
    /// The session has ended for now.
    SessionDestroyed {
        /// `serverRotation`, or why everybody is gone.
        reason: String,
    },
    /// Its servers are going to be rotated.
    Notice,
    /// A client connected.
    ConnectionCreated(String),
    /// A client began to publish.
    StreamCreated(String),
    /// A client stopped publishing.
    StreamDestroyed(String),
    /// Something that runs beside the session has another status.
    Service {
        /// What.
        kind: Kind,
        /// Which.
        id: String,
        /// Whether it runs.
        running: bool,
        /// Why, in the platform's words.
        reason: String,
        /// The whole.
        object: Value,
    },
    /// Something else.
    Other,
}

/// What is wrong with a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Unreadable {
    /// More than [`MAX_BODY`].
    TooLarge,
    /// Not JSON, or not an object.
    NotJson,
    /// No session ID that could be one.
    NoSession,
    /// Neither an event nor a status that it could be about.
    NoEvent,
}

impl Unreadable {
    /// The HTTP status, a code that stays the same, and what was expected.
    #[must_use]
    pub fn words(self) -> (u16, &'static str, &'static str) {
        match self {
            Self::TooLarge => (413, "too_large", "A callback's body has at most 1,000,000 bytes."),
            Self::NotJson => (400, "not_json", "A callback's body is a JSON object."),
            Self::NoSession => (400, "invalid_callback", "A callback names its session: `sessionId`, text."),
            Self::NoEvent => (400, "invalid_callback", "A callback names what happened: `event` or `status`, text."),
        }
    }
}

/// Reads a body.
///
/// # Errors
///
/// It can't be a callback of the platform's.
pub fn read(body: &str) -> Result<Callback, Unreadable> {
    if body.len() > MAX_BODY {
        return Err(Unreadable::TooLarge);
    }
    let object: Value = serde_json::from_str(body).map_err(|_| Unreadable::NotJson)?;
    if !object.is_object() {
        return Err(Unreadable::NotJson);
    }
    let session = text(&object, "sessionId").filter(|id| is_id(id)).ok_or(Unreadable::NoSession)?.to_owned();
    let event = text(&object, "event").unwrap_or_default().to_owned();
    let status = text(&object, "status").unwrap_or_default().to_owned();
    if event.is_empty() && status.is_empty() {
        return Err(Unreadable::NoEvent);
    }
    let application = text(&object, "applicationId").or_else(|| text(&object, "projectId")).map(str::to_owned);
    let timestamp = whole(&object["timestamp"]);
    let id = inner_id(&object);
    let when = timestamp.or_else(|| whole(&object["updatedAt"])).or_else(|| whole(&object["createdAt"]));
    let key = format!("{event} {session} {} {status} {}", id.as_deref().unwrap_or(""), when.unwrap_or(0));
    let happened = happened(object, &event, &status, id);
    Ok(Callback {
        session,
        event: if event.is_empty() { status } else { event },
        application,
        timestamp,
        happened,
        key,
    })
}

fn happened(object: Value, event: &str, status: &str, id: Option<String>) -> Happened {
    let reason = text(&object, "reason").unwrap_or_default().to_owned();
    match (event, id) {
        ("sessionCreated", _) => Happened::SessionCreated,
        ("sessionDestroyed", _) => Happened::SessionDestroyed { reason },
        // The only notification that is documented is of a rotation. Another one would be marked as such.
        ("sessionNotification", _) if reason.is_empty() || reason == "serverRotation" => Happened::Notice,
        ("connectionCreated", Some(id)) => Happened::ConnectionCreated(id),
        ("streamCreated", Some(id)) => Happened::StreamCreated(id),
        ("streamDestroyed", Some(id)) => Happened::StreamDestroyed(id),
        (_, Some(id)) if !status.is_empty() => match kind(&object, event) {
            Some(kind) => Happened::Service { kind, id, running: is_running(status), reason, object },
            None => Happened::Other,
        },
        _ => Happened::Other,
    }
}

fn kind(object: &Value, event: &str) -> Option<Kind> {
    match event {
        "archive" => Some(Kind::Archive),
        "broadcast" => Some(Kind::Broadcast),
        "captions" | "caption" => Some(Kind::Captions),
        "render" | "composer" | "experienceComposer" => Some(Kind::Composer),
        // Those of captions and Experience Composers go to an address of their own and have no event.
        "" if object["captionsId"].is_string() || object["captionId"].is_string() => Some(Kind::Captions),
        "" if object["streamId"].is_string() && object["url"].is_string() => Some(Kind::Composer),
        _ => None,
    }
}

/// Whether a status of an archive, a broadcast and so on means that it runs. A paused archive goes on as soon as somebody
/// publishes.
#[must_use]
pub fn is_running(status: &str) -> bool {
    matches!(status, "starting" | "started" | "paused" | "live" | "transcribing")
}

/// What this callback is about beside its session.
fn inner_id(object: &Value) -> Option<String> {
    let ids = [
        &object["stream"]["id"],
        &object["connection"]["id"],
        &object["id"],
        &object["captionsId"],
        &object["captionId"],
    ];
    ids.into_iter().filter_map(Value::as_str).find(|id| is_id(id)).map(str::to_owned)
}

/// Whether this could be an ID of the platform's.
#[must_use]
pub fn is_id(text: &str) -> bool {
    !text.is_empty() && text.len() <= MAX_ID && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// A text in an object.
#[must_use]
pub fn text<'a>(object: &'a Value, name: &str) -> Option<&'a str> {
    object[name].as_str()
}

/// A point in time or a duration that can be believed.
#[must_use]
pub fn whole(value: &Value) -> Option<u64> {
    value.as_f64().filter(|number| (0.0..9.0e15).contains(number)).map(|number| number as u64)
}
