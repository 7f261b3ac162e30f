//! From the SDK's objects to the core's words, and from the core's words to plain objects for the app.

use js_sys::{Array, Date, JSON, Object};
use wasm_bindgen::prelude::*;

use super::js;
use super::shared::Shared;
use crate::core::announcement::{Data, Deadline, Proof, RawAnnouncement, Seal, Sender};
use crate::core::ids::{ConnectionId, SessionId, StreamId};
use crate::core::protocol::{ConnectionInfo, MOST_EARLIER, Stamp, StreamInfo, VideoType, WireMessage};
use crate::ot;

/// The type of our own signals. The app never sees one.
pub(super) const WIRE_TYPE: &str = "opentok-handover";

/// A connection of the SDK's; `None` if it has no ID.
pub(super) fn connection_info(
    shared: &Shared,
    connection: &ot::Connection,
    stream: Option<&ot::Stream>,
) -> Option<ConnectionInfo> {
    let id = ConnectionId::new(connection.id()?);
    let identity = match &shared.identify {
        Some(identify) => {
            let stream = stream.map_or(JsValue::NULL, |stream| stream.clone().into());
            match identify.call2(&JsValue::UNDEFINED, &stream, connection) {
                Ok(identity) => identity.as_string(),
                Err(error) => {
                    super::emitter::report(error);
                    None
                }
            }
        }
        None => connection.data(),
    };
    Some(ConnectionInfo { id, identity: identity.filter(|identity| !identity.is_empty()) })
}

/// A stream of the SDK's; `None` if it has no ID or no connection.
pub(super) fn stream_info(shared: &Shared, stream: &ot::Stream) -> Option<StreamInfo> {
    let connection = connection_info(shared, &stream.connection()?, Some(stream))?;
    Some(StreamInfo {
        id: StreamId::new(stream.id()?),
        connection,
        name: stream.name().unwrap_or_default(),
        video_type: match stream.video_type().as_deref() {
            Some("camera") => VideoType::Camera,
            Some("screen") => VideoType::Screen,
            Some("custom") => VideoType::Custom,
            _ => VideoType::None,
        },
        has_video: stream.has_video().unwrap_or(false),
    })
}

/// A new-session signal, and its JSON, if it is that: not yet verified.
pub(super) fn announcement(event: &ot::Event) -> (RawAnnouncement, JsValue) {
    let from = event.from();
    let sender = if from.is_null() {
        Sender::Server
    } else if from.is_undefined() {
        Sender::Unknown
    } else {
        Sender::Participant
    };
    let proof = Proof::NotAsked;
    let Some(text) = event.data().as_string() else {
        return (RawAnnouncement { sender, size: 0, data: Data::Missing, proof }, JsValue::UNDEFINED);
    };
    let size = text.encode_utf16().count();
    let (data, object) = if text.trim_start().starts_with('{') {
        match JSON::parse(&text) {
            Ok(object) => (announcement_data(&object), object),
            Err(_) => (Data::BrokenJson, JsValue::UNDEFINED),
        }
    } else {
        (Data::Text(text), JsValue::UNDEFINED)
    };
    (RawAnnouncement { sender, size, data, proof }, object)
}

/// What `handover()` was called with, or the JSON of a signal.
pub(super) fn announcement_data(object: &JsValue) -> Data {
    let deadline = js::get(object, "deadline");
    let epoch = js::get(object, "epoch").as_f64().filter(|epoch| *epoch >= 0.0).map(|epoch| epoch as u64);
    Data::Json {
        session_id: js::get_string(object, "sessionId"),
        deadline: if deadline.is_undefined() || deadline.is_null() {
            Deadline::None
        } else {
            // Milliseconds since the epoch, or a date as text; anything else gives no time.
            let at = if deadline.as_f64().is_some() || deadline.is_string() {
                Date::new(&deadline).get_time()
            } else {
                f64::NAN
            };
            if at.is_nan() { Deadline::Unreadable } else { Deadline::In((at - Date::now()) as i64) }
        },
        epoch,
        seal: epoch.and_then(|_| seal(object)),
    }
}

fn seal(object: &JsValue) -> Option<Seal> {
    js::get_string(object, "signature")?;
    let expires = js::get(object, "expires").as_f64()?;
    let from = SessionId::new(js::get_string(object, "from")?);
    Some(Seal { from, expires: (expires - Date::now()) as i64 })
}

/// Reads a message of ours; `None` if it isn't one that this version knows.
pub(super) fn wire_message(data: &JsValue) -> Option<WireMessage> {
    let object = JSON::parse(&data.as_string()?).ok()?;
    let moved = js::get(&object, "moved");
    if let (Some(to), Some(connection)) = (js::get_string(&moved, "to"), js::get_string(&moved, "connection")) {
        let (to, connection) = (SessionId::new(to), ConnectionId::new(connection));
        return Some(WireMessage::Moved { to, connection });
    }
    if let Some(to) = js::get_string(&object, "settled") {
        return Some(WireMessage::Settled { to: SessionId::new(to) });
    }
    if let Some(was) = js::get(&object, "was").dyn_ref::<Array>() {
        let connections = was.iter().take(MOST_EARLIER).filter_map(|id| id.as_string());
        return Some(WireMessage::Was { connections: connections.map(ConnectionId::new).collect() });
    }
    if js::get(&object, "returning").is_truthy() {
        return Some(WireMessage::Returning);
    }
    let read = |name| {
        let stamp = js::get(&object, name);
        let number = js::get(&stamp, "number").as_f64()? as u64;
        Some(Stamp { number, of: ConnectionId::new(js::get_string(&stamp, "of")?) })
    };
    read("stamp").map(WireMessage::Stamp).or_else(|| read("stamped").map(WireMessage::Stamped))
}

/// Writes a message of ours.
pub(super) fn wire_data(message: &WireMessage) -> JsValue {
    let data = Object::new();
    match message {
        WireMessage::Moved { to, connection } => {
            let moved = Object::new();
            js::set(&moved, "to", to.as_str());
            js::set(&moved, "connection", connection.as_str());
            js::set(&data, "moved", moved);
        }
        WireMessage::Settled { to } => js::set(&data, "settled", to.as_str()),
        WireMessage::Was { connections } => {
            let was: Array = connections.iter().map(|id| JsValue::from(id.as_str())).collect();
            js::set(&data, "was", was);
        }
        WireMessage::Returning => js::set(&data, "returning", true),
        WireMessage::Stamp(stamp) => js::set(&data, "stamp", stamp_data(stamp)),
        WireMessage::Stamped(stamp) => js::set(&data, "stamped", stamp_data(stamp)),
    }
    JSON::stringify(&data).map_or(JsValue::NULL, JsValue::from)
}

fn stamp_data(stamp: &Stamp) -> Object {
    let data = Object::new();
    js::set(&data, "number", stamp.number as f64);
    js::set(&data, "of", stamp.of.as_str());
    data
}

/// A list for the app.
pub(super) fn list(items: impl IntoIterator<Item = Object>) -> Array {
    items.into_iter().collect()
}
