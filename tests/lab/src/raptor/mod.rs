//! Raptor: the JSON messages inside [Rumor](crate::rumor) frames.
//!
//! Each has a `method`, a `uri` that names a thing in a session, and `content`. What a client says is a [`Request`]; what
//! the server says is a [`Message`]. A `created` or `deleted` also has to be understood by the SDK, so names and spelling
//! here are the protocol's.

mod message;
mod request;

pub use message::{Message, Peer, StreamInfo};
pub use request::{Request, RequestError};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::id::ConnectionId;
use crate::token::Permission;

/// The content type of a message.
pub const CONTENT_TYPE: &str = "application/x-raptor+v2";

/// A step of the talk between two peer connections. The lab passes its content on unread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Negotiation {
    /// The publisher is asked for an offer.
    GenerateOffer,
    /// The publisher's offer.
    Offer,
    /// The subscriber's provisional answer.
    Pranswer,
    /// The subscriber's answer.
    Answer,
    /// A network address, from either.
    Candidate,
}

impl Negotiation {
    /// The method's name.
    #[must_use]
    pub const fn method(self) -> &'static str {
        match self {
            Self::GenerateOffer => "generateoffer",
            Self::Offer => "offer",
            Self::Pranswer => "pranswer",
            Self::Answer => "answer",
            Self::Candidate => "candidate",
        }
    }

    fn from_method(method: &str) -> Option<Self> {
        [Self::GenerateOffer, Self::Offer, Self::Pranswer, Self::Answer, Self::Candidate]
            .into_iter()
            .find(|step| step.method() == method)
    }
}

/// A client, as the others are told of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ConnectionInfo {
    /// Its ID.
    pub id: ConnectionId,
    /// When it joined, in milliseconds since the epoch.
    pub creation_time: u64,
    /// The text in its token.
    pub data: String,
    /// What it may do.
    pub permissions: &'static [Permission],
}

/// A stream, as its publisher describes it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct StreamContent {
    /// The name given to the publisher.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its tracks.
    #[serde(default)]
    pub channel: Vec<Channel>,
    /// What else there is, unread.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

impl StreamContent {
    /// What the video shows, in the platform's word: `camera`, `screen` or `custom`; nothing if there is no video.
    #[must_use]
    pub fn video_type(&self) -> Option<&str> {
        let video = self.channel.iter().find(|channel| channel.medium == "video")?;
        Some(video.rest.get("source").and_then(Value::as_str).unwrap_or("camera"))
    }

    /// Whether a channel of this type (`audio`, `video`) is on at the moment.
    #[must_use]
    pub fn has(&self, medium: &str) -> bool {
        self.channel.iter().any(|channel| channel.medium == medium && channel.active)
    }
}

/// One track of a stream.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Channel {
    /// Its ID within the stream: `audio1`, `video1`.
    pub id: String,
    /// `audio` or `video`.
    #[serde(rename = "type")]
    pub medium: String,
    /// Whether it is on.
    #[serde(default)]
    pub active: bool,
    /// Width, height, frame rate and the like.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

impl Channel {
    /// Takes over what a channel update says.
    pub fn update(&mut self, change: &ChannelChange) {
        if let Some(active) = change.active {
            self.active = active;
        }
        self.rest.extend(change.rest.clone());
    }
}

/// What changes about a track.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ChannelChange {
    /// Whether it is on from now on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub active: Option<bool>,
    /// Width, height and the like.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

/// What a signal says.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SignalContent {
    /// Its type, if it has one.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Its data: mostly text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<Value>,
}

/// A moderator's wish that microphones fall silent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Mute {
    /// `true` mutes; `false` ends a session's mute-on-entry.
    #[serde(default)]
    pub active: bool,
    /// Streams to be spared.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exclusion: Vec<crate::id::StreamId>,
    /// Reason, channels and the like.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}
