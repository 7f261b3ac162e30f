//! What the server says.

use serde::Serialize;
use serde_json::{Value, json};

use super::{ChannelChange, ConnectionInfo, Mute, Negotiation, SignalContent, StreamContent};
use crate::id::{ConnectionId, StreamId, SubscriberId};
use crate::services::Status;

/// Something that the server tells a client.
#[derive(Clone, Debug, PartialEq)]
pub enum Message {
    /// Somebody joined; a client that asked to join waits to hear this of itself.
    ConnectionCreated(ConnectionInfo),
    /// Somebody is gone. Said of a client to itself, it is a forced disconnect.
    ConnectionDeleted {
        /// Who.
        connection: ConnectionId,
        /// Why; the SDK hands the text on as it is.
        reason: String,
    },
    /// A stream began, or began again on the server it migrated to.
    StreamCreated(StreamInfo),
    /// A stream ended.
    StreamDeleted {
        /// Which.
        stream: StreamId,
        /// Why.
        reason: String,
    },
    /// A track went on or off, or changed its size.
    ChannelUpdated {
        /// Of which stream.
        stream: StreamId,
        /// Which.
        channel: String,
        /// How.
        change: ChannelChange,
    },
    /// A subscription stands.
    SubscriberCreated {
        /// To what.
        stream: StreamId,
        /// Which.
        subscriber: SubscriberId,
    },
    /// A subscription ended (told to the publisher).
    SubscriberDeleted {
        /// To what.
        stream: StreamId,
        /// Which.
        subscriber: SubscriberId,
    },
    /// The publisher is to offer a peer connection to a subscriber.
    GenerateOffer {
        /// Of which stream.
        stream: StreamId,
        /// To which subscription.
        subscriber: SubscriberId,
        /// Which peer connection is meant.
        peer: Peer,
    },
    /// Something passed on from the other end of a subscription.
    Negotiation {
        /// Which step it is.
        step: Negotiation,
        /// The stream.
        stream: StreamId,
        /// The subscription.
        subscriber: SubscriberId,
        /// As it came.
        content: Value,
    },
    /// A signal.
    Signal {
        /// Its own ID.
        id: String,
        /// What it says.
        content: SignalContent,
        /// Its sender, unless the server made it.
        connection: Option<ConnectionInfo>,
    },
    /// The publisher of this stream is to fall silent.
    MuteStream {
        /// The stream.
        stream: StreamId,
        /// How.
        mute: Mute,
    },
    /// All publishers of the client are to fall silent.
    MuteSession(Mute),
    /// A recording began, or is over.
    Archive {
        /// Which.
        id: String,
        /// Its name.
        name: String,
        /// Which of the two.
        status: Status,
    },
    /// Take notice; with the reason `serverRotation`: migrate.
    Notification {
        /// Of what.
        reason: String,
    },
}

/// A stream, as the others are told of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StreamInfo {
    /// Its ID.
    pub id: StreamId,
    /// When it began, in milliseconds since the epoch.
    pub creation_time: u64,
    /// Its publisher.
    pub connection: ConnectionInfo,
    /// Its publisher's ID, once more.
    pub connection_id: ConnectionId,
    /// Where its media come from: `P2P`, or `MANTIS` (a media router).
    pub source_stream_id: &'static str,
    /// What the publisher says of it.
    #[serde(flatten)]
    pub content: StreamContent,
}

/// The peer connection over which a publisher is to reach a subscriber.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Peer {
    /// Its name; a relayed session has one per subscriber for ever, and no name for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub peer_id: Option<String>,
    /// `P2P`, or `MANTIS` (a media router).
    pub source_stream_id: &'static str,
    /// Never here.
    pub simulcast_enabled: bool,
}

impl Message {
    /// The message's payload. `base` is the address of the session: `/v2/partner/<key>/session/<id>`.
    #[must_use]
    pub fn payload(&self, base: &str) -> Vec<u8> {
        let (method, path, content) = self.parts();
        let mut envelope = json!({ "method": method, "uri": format!("{base}{path}"), "content": content });
        if let Self::ConnectionDeleted { reason, .. } | Self::StreamDeleted { reason, .. } = self {
            envelope["reason"] = json!(reason);
        }
        envelope.to_string().into_bytes()
    }

    fn parts(&self) -> (&'static str, String, Value) {
        match self {
            Self::ConnectionCreated(info) => ("created", format!("/connection/{}", info.id), json!(info)),
            Self::ConnectionDeleted { connection, .. } => ("deleted", format!("/connection/{connection}"), json!({})),
            Self::StreamCreated(info) => ("created", format!("/stream/{}", info.id), json!(info)),
            Self::StreamDeleted { stream, .. } => ("deleted", format!("/stream/{stream}"), json!({})),
            Self::ChannelUpdated { stream, channel, change } => {
                ("updated", format!("/stream/{stream}/channel/{channel}"), json!(change))
            }
            Self::SubscriberCreated { stream, subscriber } => {
                ("created", subscription(stream, subscriber), json!({ "id": subscriber }))
            }
            Self::SubscriberDeleted { stream, subscriber } => {
                ("deleted", subscription(stream, subscriber), json!({ "id": subscriber }))
            }
            Self::GenerateOffer { stream, subscriber, peer } => {
                (Negotiation::GenerateOffer.method(), subscription(stream, subscriber), json!(peer))
            }
            Self::Negotiation { step, stream, subscriber, content } => {
                (step.method(), subscription(stream, subscriber), content.clone())
            }
            Self::Signal { id, content, connection } => {
                let mut content = json!(content);
                if let Some(connection) = connection {
                    content["connection"] = json!(connection);
                }
                ("signal", format!("/signal/{id}"), content)
            }
            Self::MuteStream { stream, mute } => ("update", format!("/stream/{stream}"), json!(mute)),
            Self::MuteSession(mute) => ("update", String::new(), json!(mute)),
            Self::Archive { id, name, status } => {
                let method = if *status == Status::Started { "created" } else { "updated" };
                (method, format!("/archive/{id}"), json!({ "id": id, "name": name, "status": status }))
            }
            Self::Notification { reason } => ("notification", "/notification".to_owned(), json!({ "reason": reason })),
        }
    }
}

fn subscription(stream: &StreamId, subscriber: &SubscriberId) -> String {
    format!("/stream/{stream}/subscriber/{subscriber}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::Role;

    fn payload(message: &Message) -> Value {
        serde_json::from_slice(&message.payload("/v2/partner/100/session/s")).expect("JSON")
    }

    #[test]
    fn a_forced_disconnect_has_its_reason_beside_the_content() {
        let message = Message::ConnectionDeleted { connection: "c".into(), reason: "serverRotation".to_owned() };
        let expected = json!({ "method": "deleted", "uri": "/v2/partner/100/session/s/connection/c",
            "reason": "serverRotation", "content": {} });
        assert_eq!(payload(&message), expected);
    }

    #[test]
    fn a_migration_notice_has_its_reason_in_the_content() {
        let message = Message::Notification { reason: "serverRotation".to_owned() };
        let expected = json!({ "method": "notification", "uri": "/v2/partner/100/session/s/notification",
            "content": { "reason": "serverRotation" } });
        assert_eq!(payload(&message), expected);
    }

    #[test]
    fn a_stream_is_announced_with_its_publisher() {
        let connection = ConnectionInfo {
            id: "c".into(),
            creation_time: 7,
            data: "Ann".to_owned(),
            permissions: Role::Subscriber.permissions(),
        };
        let message = Message::StreamCreated(StreamInfo {
            id: "st".into(),
            creation_time: 8,
            connection_id: connection.id.clone(),
            connection,
            source_stream_id: "P2P",
            content: StreamContent { name: Some("n".to_owned()), ..StreamContent::default() },
        });
        let expected = json!({ "id": "st", "creationTime": 8, "connectionId": "c", "sourceStreamId": "P2P",
            "connection": { "id": "c", "creationTime": 7, "data": "Ann", "permissions": ["subscribe"] },
            "name": "n", "channel": [] });
        assert_eq!(payload(&message)["content"], expected);
    }

    #[test]
    fn a_signal_of_the_server_names_no_sender() {
        let content = SignalContent { kind: Some("t".to_owned()), data: Some(json!("d")) };
        let message = Message::Signal { id: "1".to_owned(), content, connection: None };
        assert_eq!(payload(&message)["content"], json!({ "type": "t", "data": "d" }));
    }
}
