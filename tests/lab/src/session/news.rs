//! What the application's server may want to hear of a session, as the platform's session monitoring words it.

use serde_json::{Value, json};

use super::{Client, Stream};
use crate::time::Time;

/// Something that happened in a session.
#[derive(Clone, Debug, PartialEq)]
pub struct News {
    /// What: `connectionCreated` and the like.
    pub event: &'static str,
    /// Why, of an end.
    pub reason: Option<String>,
    /// Of what: the name of a property, and what is in it.
    subject: Option<(&'static str, Value)>,
}

impl News {
    /// News of the session itself.
    #[must_use]
    pub fn session(event: &'static str, reason: Option<&str>) -> Self {
        Self { event, reason: reason.map(str::to_owned), subject: None }
    }

    pub(super) fn connection(event: &'static str, client: &Client, reason: Option<&str>) -> Self {
        let subject = Some(("connection", connection(client)));
        Self { event, reason: reason.map(str::to_owned), subject }
    }

    pub(super) fn stream(event: &'static str, stream: &Stream, owner: &Client, reason: Option<&str>) -> Self {
        let about = json!({
            "id": stream.id,
            "connection": connection(owner),
            "createdAt": stream.began.as_millis(),
            "name": stream.content.name.as_deref().unwrap_or_default(),
            "videoType": stream.content.video_type(),
        });
        Self { event, reason: reason.map(str::to_owned), subject: Some(("stream", about)) }
    }

    /// The JSON of the callback.
    #[must_use]
    pub fn body(&self, session: &str, application: &str, now: Time) -> Value {
        let mut body = json!({
            "sessionId": session,
            "projectId": application,
            "applicationId": application,
            "event": self.event,
            "timestamp": now.as_millis(),
        });
        if let Some(reason) = &self.reason {
            body["reason"] = json!(reason);
        }
        if let Some((name, about)) = &self.subject {
            body[*name] = about.clone();
        }
        body
    }
}

fn connection(client: &Client) -> Value {
    json!({ "id": client.id, "createdAt": client.joined.as_millis(), "data": client.data })
}
