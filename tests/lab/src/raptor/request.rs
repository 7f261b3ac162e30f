//! What clients say.

use std::fmt;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{ChannelChange, Mute, Negotiation, SignalContent, StreamContent};
use crate::id::{ConnectionId, StreamId, SubscriberId};

/// Something that a client asks of the server.
#[derive(Clone, Debug, PartialEq)]
pub enum Request {
    /// To be let into the session.
    Connect {
        /// What its SDK can do: `migrate`, `forceMute`, ...
        capabilities: Vec<String>,
        /// Whether it doesn't want to hear of the others' connections.
        quiet: bool,
    },
    /// That somebody be disconnected.
    Disconnect(ConnectionId),
    /// To publish; again, after a migration.
    Publish {
        /// The stream's ID, made by the client.
        stream: StreamId,
        /// What it is.
        content: StreamContent,
    },
    /// That a stream end: its own, or somebody else's.
    Unpublish(StreamId),
    /// To say that a track went on or off, or changed its size.
    UpdateChannel {
        /// The stream.
        stream: StreamId,
        /// The track.
        channel: String,
        /// What changed.
        change: ChannelChange,
    },
    /// To subscribe.
    Subscribe {
        /// To this.
        stream: StreamId,
        /// By this ID, made by the client.
        subscriber: SubscriberId,
    },
    /// To end that.
    Unsubscribe(SubscriberId),
    /// To pass something on to the other end of a subscription.
    Negotiate {
        /// Which step it is.
        step: Negotiation,
        /// The stream.
        stream: StreamId,
        /// The subscription.
        subscriber: SubscriberId,
        /// What to pass on.
        content: Value,
    },
    /// To signal.
    Signal {
        /// To one client, or to all.
        to: Option<ConnectionId>,
        /// What.
        content: SignalContent,
    },
    /// That one stream be muted.
    MuteStream {
        /// The stream.
        stream: StreamId,
        /// How.
        mute: Mute,
    },
    /// That all be muted, but for some.
    MuteSession(Mute),
    /// To be migrated (the SDK has a private call that asks for it).
    Migrate,
    /// Something that the lab has no use for; acknowledged and ignored.
    Other {
        /// Its method.
        method: String,
        /// Its address, from the session on.
        path: String,
    },
}

#[derive(Deserialize)]
struct Envelope {
    method: String,
    uri: String,
    #[serde(default)]
    content: Value,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Joining {
    #[serde(default)]
    capabilities: Vec<String>,
    #[serde(default)]
    connection_events_suppressed: Option<bool>,
}

impl Request {
    /// Reads a message's payload.
    ///
    /// # Errors
    ///
    /// It is no JSON object with a method and the address of a session, or its content can't be what its method says.
    pub fn parse(payload: &[u8]) -> Result<Self, RequestError> {
        let Envelope { method, uri, content } =
            serde_json::from_slice(payload).map_err(|error| RequestError::Json(error.to_string()))?;
        let path = session_path(&uri).ok_or_else(|| RequestError::Address(uri.clone()))?;
        let parts: Vec<&str> = path.split('/').skip(1).collect();
        match (method.as_str(), parts.as_slice()) {
            ("create", ["connection", _]) => {
                let joining: Joining = typed(&method, content)?;
                let quiet = joining.connection_events_suppressed.unwrap_or_default();
                Ok(Self::Connect { capabilities: joining.capabilities, quiet })
            }
            ("delete", ["connection", connection]) => Ok(Self::Disconnect((*connection).into())),
            ("create", ["stream", stream]) => {
                let mut content: StreamContent = typed(&method, content)?;
                ["id", "sourceStreamId"].iter().for_each(|key| drop(content.rest.remove(*key)));
                Ok(Self::Publish { stream: (*stream).into(), content })
            }
            ("delete", ["stream", stream]) => Ok(Self::Unpublish((*stream).into())),
            ("update", ["stream", stream]) => {
                Ok(Self::MuteStream { stream: (*stream).into(), mute: typed(&method, content)? })
            }
            ("update", ["stream", stream, "channel", channel]) => Ok(Self::UpdateChannel {
                stream: (*stream).into(),
                channel: (*channel).to_owned(),
                change: typed(&method, content)?,
            }),
            ("create", ["stream", stream, "subscriber", subscriber]) => {
                Ok(Self::Subscribe { stream: (*stream).into(), subscriber: (*subscriber).into() })
            }
            ("delete", ["stream", _, "subscriber", subscriber]) => Ok(Self::Unsubscribe((*subscriber).into())),
            ("signal", ["signal", _]) => Ok(Self::Signal { to: None, content: typed(&method, content)? }),
            ("signal", ["connection", to, "signal", _]) => {
                Ok(Self::Signal { to: Some((*to).into()), content: typed(&method, content)? })
            }
            ("update", []) => Ok(Self::MuteSession(typed(&method, content)?)),
            ("migrate", _) => Ok(Self::Migrate),
            (_, ["stream", stream, "subscriber", subscriber]) => match Negotiation::from_method(&method) {
                Some(step) => {
                    Ok(Self::Negotiate { step, stream: (*stream).into(), subscriber: (*subscriber).into(), content })
                }
                None => Ok(Self::Other { method, path: path.to_owned() }),
            },
            _ => Ok(Self::Other { method, path: path.to_owned() }),
        }
    }

    /// Whether it is a network address: there are too many of them to be written down.
    #[must_use]
    pub const fn is_candidate(&self) -> bool {
        matches!(self, Self::Negotiate { step: Negotiation::Candidate, .. })
    }

    /// What the request is, for the log.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Connect { .. } => "connect",
            Self::Disconnect(_) => "disconnect",
            Self::Publish { .. } => "publish",
            Self::Unpublish(_) => "unpublish",
            Self::UpdateChannel { .. } => "updateChannel",
            Self::Subscribe { .. } => "subscribe",
            Self::Unsubscribe(_) => "unsubscribe",
            Self::Negotiate { step, .. } => step.method(),
            Self::Signal { .. } => "signal",
            Self::MuteStream { .. } => "muteStream",
            Self::MuteSession(_) => "muteSession",
            Self::Migrate => "migrate",
            Self::Other { method, path } => return format!("{method} {path}"),
        }
        .to_owned()
    }
}

/// Why a payload is no request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RequestError {
    /// It is not JSON with a method and an address.
    Json(String),
    /// The address is not that of something in a session.
    Address(String),
    /// The content doesn't fit the method.
    Content {
        /// The method.
        method: String,
        /// What was wrong.
        message: String,
    },
}

impl fmt::Display for RequestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Json(message) => write!(f, "not a Raptor message: {message}"),
            Self::Address(uri) => {
                write!(f, "{uri:?} is no address: expected /v2/partner/<key>/session/<id>/...")
            }
            Self::Content { method, message } => write!(f, "the content of a {method} message is wrong: {message}"),
        }
    }
}

impl std::error::Error for RequestError {}

/// The part of an address that follows the session: empty, or begins with a slash.
fn session_path(uri: &str) -> Option<&str> {
    let (_partner, rest) = uri.strip_prefix("/v2/partner/")?.split_once("/session/")?;
    Some(rest.find('/').map_or("", |slash| &rest[slash..]))
}

fn typed<T: DeserializeOwned>(method: &str, content: Value) -> Result<T, RequestError> {
    let content = if content.is_null() { Value::Object(serde_json::Map::new()) } else { content };
    serde_json::from_value(content)
        .map_err(|error| RequestError::Content { method: method.to_owned(), message: error.to_string() })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn parse(method: &str, path: &str, content: &Value) -> Result<Request, RequestError> {
        let uri = format!("/v2/partner/100/session/s{path}");
        Request::parse(json!({ "method": method, "uri": uri, "content": content }).to_string().as_bytes())
    }

    #[test]
    fn a_connect_carries_the_capabilities() {
        let content = json!({ "userAgent": "x", "capabilities": ["migrate"], "connectionEventsSuppressed": null });
        let expected = Request::Connect { capabilities: vec!["migrate".to_owned()], quiet: false };
        assert_eq!(parse("create", "/connection/c", &content), Ok(expected));
    }

    #[test]
    fn a_stream_keeps_what_the_lab_does_not_know_about() {
        let content = json!({ "id": "st", "name": "n", "channel": [
            { "id": "video1", "type": "video", "active": true, "width": 640 }], "e2ee": false });
        let Ok(Request::Publish { stream, content }) = parse("create", "/stream/st", &content) else {
            panic!("not a publish")
        };
        assert_eq!(stream.as_str(), "st");
        assert_eq!((content.has("video"), content.has("audio")), (true, false));
        let expected = json!({ "name": "n", "channel": [
            { "id": "video1", "type": "video", "active": true, "width": 640 }], "e2ee": false });
        assert_eq!(serde_json::to_value(content).expect("JSON"), expected);
    }

    #[test]
    fn a_signal_is_for_all_or_for_one() {
        let content = json!({ "type": "chat", "data": "hi" });
        let all = parse("signal", "/signal/1", &content);
        assert!(matches!(all, Ok(Request::Signal { to: None, .. })), "{all:?}");
        let one = parse("signal", "/connection/c/signal/1", &content);
        assert!(matches!(one, Ok(Request::Signal { to: Some(_), .. })), "{one:?}");
    }

    #[test]
    fn every_step_of_a_negotiation_is_known() {
        for method in ["generateoffer", "offer", "pranswer", "answer", "candidate"] {
            let step = parse(method, "/stream/st/subscriber/su", &json!({ "sdp": "v=0" }));
            assert!(matches!(step, Ok(Request::Negotiate { .. })), "{step:?}");
        }
    }

    #[test]
    fn an_unknown_message_is_tolerated() {
        let unknown = parse("frobnicate", "/stream/st/widget/1", &Value::Null);
        let expected = Request::Other { method: "frobnicate".to_owned(), path: "/stream/st/widget/1".to_owned() };
        assert_eq!(unknown, Ok(expected));
    }

    #[test]
    fn an_address_outside_of_a_session_is_refused() {
        let payload = br#"{ "method": "create", "uri": "/v1/elsewhere", "content": {} }"#;
        assert_eq!(Request::parse(payload), Err(RequestError::Address("/v1/elsewhere".to_owned())));
    }

    #[test]
    fn content_of_the_wrong_shape_is_refused_and_says_why() {
        let error = parse("create", "/stream/st", &json!({ "channel": 7 })).expect_err("channel is no list");
        assert!(error.to_string().contains("create"), "{error}");
    }

    proptest! {
        #[test]
        fn garbage_never_panics(payload in prop::collection::vec(any::<u8>(), 0..80), path in ".{0,40}", method in ".{0,12}") {
            let _ = Request::parse(&payload);
            let _ = parse(&method, &path, &Value::String(method.clone()));
        }
    }
}
