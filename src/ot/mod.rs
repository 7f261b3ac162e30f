//! Typed bindings to the SDK's objects: only what the shell touches. What the app touches beyond that goes through
//! durable objects, whatever it is.

mod listener;
mod shield;
mod state_watch;

use js_sys::{Function, Reflect};
use wasm_bindgen::prelude::*;

pub(crate) use listener::Listener;
pub(crate) use shield::shield;
pub(crate) use state_watch::StateWatch;

/// The socket that a session uses, from its private half; `undefined` if a later version has none there.
pub(crate) fn socket(session: &Session) -> JsValue {
    let get = |object: &JsValue, name: &str| Reflect::get(object, &name.into()).unwrap_or_default();
    let private = get(session, "_");
    get(&private, "getSocket").dyn_into::<Function>().and_then(|get| get.call0(&private)).unwrap_or_default()
}

/// Makes the SDK forget a session, so that `initSession` makes a new object of the same ID: an old one may still be ended
/// by what it began before. The collection, `OT.sessions`, is in no documentation; without it nothing happens.
pub(crate) fn forget(ot: &Ot, session: &Session) {
    let sessions = Reflect::get(ot, &"sessions".into()).unwrap_or_default();
    if let Ok(remove) = Reflect::get(&sessions, &"remove".into()).and_then(JsCast::dyn_into::<Function>) {
        // At worst it is kept.
        let _ = remove.call1(&sessions, session);
    }
}

#[wasm_bindgen]
extern "C" {
    /// The SDK's namespace object.
    #[derive(Clone)]
    pub(crate) type Ot;

    #[wasm_bindgen(method, getter, js_name = version)]
    fn raw_version(this: &Ot) -> JsValue;

    #[wasm_bindgen(method, catch, js_name = initSession)]
    pub(crate) fn init_session(
        this: &Ot,
        application: &JsValue,
        session: &JsValue,
        options: &JsValue,
    ) -> Result<Session, JsValue>;

    #[wasm_bindgen(method, catch, js_name = initPublisher)]
    pub(crate) fn init_publisher(
        this: &Ot,
        target: &JsValue,
        options: &JsValue,
        callback: &Function,
    ) -> Result<Publisher, JsValue>;

    /// A real session: the SDK keeps one for each session ID and page, see [`forget`].
    #[derive(Clone, PartialEq)]
    pub(crate) type Session;

    #[wasm_bindgen(method, getter)]
    pub(crate) fn connection(this: &Session) -> Option<Connection>;

    /// What the session believes it is doing, see [`StateWatch`]. `connect()` does nothing while that is `connecting` or
    /// `connected`.
    #[wasm_bindgen(method, getter, js_name = currentState)]
    pub(crate) fn state(this: &Session) -> Option<String>;

    #[wasm_bindgen(method, catch)]
    pub(crate) fn connect(this: &Session, token: &JsValue, callback: &Function) -> Result<JsValue, JsValue>;

    /// A promise in SDKs that have promises. It may never settle (SDK-FACTS section 7).
    #[wasm_bindgen(method, catch)]
    pub(crate) fn disconnect(this: &Session) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, catch)]
    pub(crate) fn publish(this: &Session, publisher: &Publisher, callback: &Function) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, catch)]
    pub(crate) fn unpublish(this: &Session, publisher: &Publisher) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, catch)]
    pub(crate) fn subscribe(
        this: &Session,
        stream: &JsValue,
        target: &JsValue,
        options: &JsValue,
        callback: &Function,
    ) -> Result<Subscriber, JsValue>;

    #[wasm_bindgen(method, catch)]
    pub(crate) fn unsubscribe(this: &Session, subscriber: &Subscriber) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, catch)]
    pub(crate) fn signal(this: &Session, signal: &JsValue, callback: &Function) -> Result<JsValue, JsValue>;

    /// A client's connection.
    #[derive(Clone)]
    pub(crate) type Connection;

    #[wasm_bindgen(method, getter, js_name = connectionId)]
    pub(crate) fn id(this: &Connection) -> Option<String>;

    #[wasm_bindgen(method, getter)]
    pub(crate) fn data(this: &Connection) -> Option<String>;

    /// Somebody's stream.
    #[derive(Clone)]
    pub(crate) type Stream;

    #[wasm_bindgen(method, getter, js_name = streamId)]
    pub(crate) fn id(this: &Stream) -> Option<String>;

    #[wasm_bindgen(method, getter)]
    pub(crate) fn connection(this: &Stream) -> Option<Connection>;

    #[wasm_bindgen(method, getter)]
    pub(crate) fn name(this: &Stream) -> Option<String>;

    #[wasm_bindgen(method, getter, js_name = videoType)]
    pub(crate) fn video_type(this: &Stream) -> Option<String>;

    #[wasm_bindgen(method, getter, js_name = hasVideo)]
    pub(crate) fn has_video(this: &Stream) -> Option<bool>;

    #[wasm_bindgen(method, getter, js_name = hasAudio)]
    pub(crate) fn has_audio(this: &Stream) -> Option<bool>;

    /// A real publisher. It belongs to one session.
    #[derive(Clone)]
    pub(crate) type Publisher;

    #[wasm_bindgen(method, getter)]
    pub(crate) fn stream(this: &Publisher) -> Option<Stream>;

    #[wasm_bindgen(method, getter)]
    pub(crate) fn session(this: &Publisher) -> Option<Session>;

    #[wasm_bindgen(method, catch)]
    pub(crate) fn destroy(this: &Publisher) -> Result<JsValue, JsValue>;

    /// A real subscriber.
    #[derive(Clone)]
    pub(crate) type Subscriber;

    #[wasm_bindgen(method, catch, js_name = setAudioVolume)]
    pub(crate) fn set_audio_volume(this: &Subscriber, volume: &JsValue) -> Result<JsValue, JsValue>;

    /// Its volume, whoever set it: the app, or its own button.
    #[wasm_bindgen(method, catch, js_name = getAudioVolume)]
    pub(crate) fn audio_volume(this: &Subscriber) -> Result<JsValue, JsValue>;

    /// Whether the browser lets nobody hear it before the user has done something.
    #[wasm_bindgen(method, catch, js_name = isAudioBlocked)]
    pub(crate) fn is_audio_blocked(this: &Subscriber) -> Result<bool, JsValue>;

    /// With a reason, which no documentation knows, it doesn't wait until the subscriber is connected.
    #[wasm_bindgen(method, catch, js_name = subscribeToAudio)]
    pub(crate) fn subscribe_to_audio_now(this: &Subscriber, on: bool, reason: &str) -> Result<JsValue, JsValue>;

    /// What the SDK hands to a listener.
    #[derive(Clone)]
    pub(crate) type Event;

    #[wasm_bindgen(method, getter, js_name = type)]
    pub(crate) fn kind(this: &Event) -> Option<String>;

    #[wasm_bindgen(method, getter)]
    pub(crate) fn reason(this: &Event) -> Option<String>;

    #[wasm_bindgen(method, getter)]
    pub(crate) fn stream(this: &Event) -> Option<Stream>;

    #[wasm_bindgen(method, getter)]
    pub(crate) fn connection(this: &Event) -> Option<Connection>;

    /// The sender of a signal: `null` for the server, `undefined` if the SDK does not know.
    #[wasm_bindgen(method, getter)]
    pub(crate) fn from(this: &Event) -> JsValue;

    #[wasm_bindgen(method, getter)]
    pub(crate) fn data(this: &Event) -> JsValue;

    #[wasm_bindgen(method, getter)]
    pub(crate) fn element(this: &Event) -> JsValue;

    #[wasm_bindgen(method, getter, js_name = mediaStream)]
    pub(crate) fn media_stream(this: &Event) -> JsValue;

    #[wasm_bindgen(method, catch, js_name = preventDefault)]
    pub(crate) fn prevent_default(this: &Event) -> Result<(), JsValue>;
}

impl Ot {
    /// Such as `v2.35.2`, if it says so in text.
    pub(crate) fn version(&self) -> Option<String> {
        self.raw_version().as_string()
    }
}

/// The first SDK version that migrates sessions (SDK-FACTS section 8): the version is the only feature test.
const MIGRATES_SINCE: (u32, u32) = (2, 30);

/// The first SDK version that is known to show no subscriber before it has frames. 2.30 does, with its track disabled.
const SHOWS_FRAMES_SINCE: (u32, u32) = (2, 35);

/// Whether an SDK of this version (`v2.35.2`) knows `sessionMigration`. An unreadable version is taken for a new one,
/// because older SDKs ignore the option.
#[must_use]
pub fn migrates(version: Option<&str>) -> bool {
    is_since(version, MIGRATES_SINCE)
}

/// Whether an SDK of this version shows of a subscriber nothing but what was sent.
#[must_use]
pub fn shows_frames_only(version: Option<&str>) -> bool {
    is_since(version, SHOWS_FRAMES_SINCE)
}

fn is_since(version: Option<&str>, first: (u32, u32)) -> bool {
    let Some(version) = version else { return true };
    let mut parts = version.trim_start_matches('v').split('.').map(str::parse::<u32>);
    match (parts.next(), parts.next()) {
        (Some(Ok(major)), Some(Ok(minor))) => (major, minor) >= first,
        _ => true,
    }
}
