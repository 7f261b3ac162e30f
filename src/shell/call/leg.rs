//! One real session of the SDK's: what it tells becomes inputs.

use litemap::LiteMap;
use std::cell::RefCell;
use std::rc::Rc;

use js_sys::Object;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};

use super::Call;
use crate::core::error::Code;
use crate::core::ids::{ConnectionId, LegId, StreamId};
use crate::core::protocol::{Credentials, Input, LossReason};
use crate::ot::{self, Event, Listener, StateWatch};
use crate::shell::{convert, js};

/// One real session of the SDK's.
pub(super) struct Leg {
    pub(super) id: LegId,
    pub(super) session: ot::Session,
    listeners: RefCell<Vec<Listener>>,
    state: RefCell<Option<StateWatch>>,
    /// The socket that it was connected with. The SDK may lose hold of it, and leave it open.
    socket: RefCell<JsValue>,
    /// Streams that the SDK told of, and the event that did.
    pub(super) streams: RefCell<LiteMap<StreamId, (ot::Stream, Event)>>,
    /// Connections that the SDK told of, and the event that did.
    pub(super) connections: RefCell<LiteMap<ConnectionId, (ot::Connection, Event)>>,
}

/// Events that every leg listens to, whoever else does.
const OWN_EVENTS: [&str; 12] = [
    "sessionConnected",
    "sessionDisconnected",
    "sessionDestroyed",
    "sessionReconnecting",
    "sessionReconnected",
    "connectionCreated",
    "connectionDestroyed",
    "streamCreated",
    "streamDestroyed",
    "streamPropertyChanged",
    "signal",
    "muteForced",
];

impl Leg {
    /// Connects a leg. Whatever it tells from then on becomes an input. If it is a session that is closing, because the
    /// SDK can't be made to forget it, that is waited for: what disconnects a session disconnects whoever connected it
    /// anew meanwhile.
    pub(super) fn open(call: &Rc<Call>, id: LegId, credentials: &Credentials) {
        if let Some(application) = &credentials.application {
            *call.application.borrow_mut() = JsValue::from_str(application);
        }
        let session_id = JsValue::from_str(credentials.session.as_str());
        let session = match call.session(&session_id) {
            Ok(session) => session,
            Err(error) => {
                let failure = call.failure(Code::ConnectFailed, &error);
                call.feed(Input::LegFailed { leg: id, failure });
                return;
            }
        };
        call.shared.host.remember(&session, &call.proxy());
        let leg = Rc::new(Self {
            id,
            session,
            listeners: RefCell::default(),
            state: RefCell::default(),
            socket: RefCell::default(),
            streams: RefCell::default(),
            connections: RefCell::default(),
        });
        call.legs.borrow_mut().insert(id, Rc::clone(&leg));
        let Some(free) = call.clearing(&leg.session) else {
            leg.connect(call, credentials);
            return;
        };
        let (call, credentials) = (Rc::downgrade(call), credentials.clone());
        spawn_local(async move {
            // It settles, come what may.
            let _ = JsFuture::from(free).await;
            // The leg may have been given back meanwhile.
            if let Some(call) = call.upgrade()
                && let Some(leg) = call.leg(id)
            {
                leg.connect(&call, &credentials);
            }
        });
    }

    fn connect(self: &Rc<Self>, call: &Rc<Call>, credentials: &Credentials) {
        let id = self.id;
        self.listen(call);
        for name in call.emitter.names() {
            self.relay(call, &name);
        }
        let failed = {
            let call = Rc::downgrade(call);
            js::callback(move |error| {
                if let Some(call) = call.upgrade()
                    && js::is_error(&error)
                {
                    let failure = call.failure(Code::ConnectFailed, &error);
                    call.feed(Input::LegFailed { leg: id, failure });
                }
            })
        };
        if let Err(error) = self.session.connect(&JsValue::from_str(&credentials.token), &failed) {
            let failure = call.failure(Code::ConnectFailed, &error);
            call.feed(Input::LegFailed { leg: id, failure });
        }
    }

    /// Stops listening: from now on the leg is silent.
    pub(super) fn mute(&self) {
        self.listeners.take();
        self.state.take();
    }

    /// Ends what the SDK has left open, because it failed to migrate or took the failure of another try for this one's:
    /// until then, everybody sees this client twice.
    pub(super) fn drop_lost_socket(&self) {
        let socket = self.socket.take();
        if socket != ot::socket(&self.session)
            && let Some(disconnect) = js::function(js::get(&socket, "disconnect"))
        {
            let _ = disconnect.call0(&socket);
        }
    }

    fn hold_socket(&self) {
        *self.socket.borrow_mut() = ot::socket(&self.session);
    }

    /// The SDK's object of a stream.
    pub(super) fn stream(&self, stream: &StreamId) -> Option<ot::Stream> {
        self.streams.borrow().get(stream).map(|(stream, _)| stream.clone())
    }

    /// The SDK's object of a connection, this client's own included.
    pub(super) fn connection(&self, connection: &ConnectionId) -> Option<ot::Connection> {
        let told = self.connections.borrow().get(connection).map(|(connection, _)| connection.clone());
        told.or_else(|| self.session.connection().filter(|own| own.id().as_deref() == Some(connection.as_str())))
    }

    /// Passes on an event that no leg listens to by itself, from whichever leg is the app's at that time.
    pub(super) fn relay(&self, call: &Rc<Call>, name: &str) {
        if OWN_EVENTS.contains(&name) || name.starts_with("signal:") {
            return;
        }
        let (weak, id) = (Rc::downgrade(call), self.id);
        let target = js::answer(move || {
            let call = weak.upgrade().filter(|call| call.is_primary(id))?;
            call.recognise();
            Some(call.proxy())
        });
        let handler = call.shared.host.relay(name, &call.emitter, &target);
        self.listeners.borrow_mut().push(Listener::with(self.session.clone(), name, handler));
    }

    fn listen(self: &Rc<Self>, call: &Rc<Call>) {
        let on = |name: &str, run: fn(&Rc<Call>, &Rc<Self>, Event)| {
            let (call, leg) = (Rc::downgrade(call), Rc::downgrade(self));
            Listener::new(self.session.clone(), name, move |event| {
                if let (Some(call), Some(leg)) = (call.upgrade(), leg.upgrade()) {
                    run(&call, &leg, event);
                }
            })
        };
        let lost = |call: &Rc<Call>, leg: &Rc<Self>, event: Event| {
            let reason = LossReason::from_sdk(&event.reason().unwrap_or_default());
            call.feed_event(Input::LegLost { leg: leg.id, reason }, Some(event));
        };
        let listeners = vec![
            on("sessionConnected", |call, leg, event| {
                leg.hold_socket();
                let own = leg.session.connection().and_then(|connection| connection.id());
                if let Some(own) = own {
                    let own = ConnectionId::new(own);
                    call.feed_event(Input::LegConnected { leg: leg.id, own }, Some(event));
                    // The streams that are there are told right after this.
                    let (call, leg) = (Rc::clone(call), Rc::clone(leg));
                    spawn_local(async move { call.mute_again(&leg) });
                }
            }),
            on("sessionDisconnected", lost),
            // The guide's name of the same thing; no SDK so far dispatches it (SDK-FACTS, trap 1).
            on("sessionDestroyed", lost),
            on("sessionReconnecting", |call, leg, _| call.feed(Input::Repairing(leg.id))),
            on("sessionReconnected", |call, leg, _| call.feed(Input::Repaired(leg.id))),
            // These two are in no documentation.
            on("migrated", |call, leg, _| {
                leg.hold_socket();
                call.feed(Input::Migrated(leg.id));
            }),
            on("sessionConnectFailed", |call, leg, _| call.soon(Input::MigrationFailed(leg.id))),
            on("connectionCreated", Self::on_connection_created),
            on("connectionDestroyed", Self::on_connection_destroyed),
            on("streamCreated", Self::on_stream_created),
            on("streamDestroyed", Self::on_stream_destroyed),
            on("streamPropertyChanged", |call, leg, event| {
                call.judge_views(leg.id);
                if call.is_primary(leg.id) {
                    call.dispatch("streamPropertyChanged", &event, &Object::new());
                }
            }),
            on("signal", |call, leg, event| call.receive(leg.id, event)),
            on("muteForced", |call, leg, event| call.muted(leg.id, &event)),
        ];
        *self.listeners.borrow_mut() = listeners;
        let (call, id) = (Rc::downgrade(call), self.id);
        let mut tries = 0;
        *self.state.borrow_mut() = Some(StateWatch::new(&self.session, move |state| {
            let Some(call) = call.upgrade() else { return };
            match state {
                "migrating" => call.feed(Input::Migrating(id)),
                "connecting" => {
                    tries += 1;
                    if tries > 1 {
                        call.retried_by_itself(id);
                    }
                }
                _ => {}
            }
        }));
    }

    fn on_connection_created(call: &Rc<Call>, leg: &Rc<Self>, event: Event) {
        let Some(connection) = event.connection() else { return };
        let Some(info) = convert::connection_info(&call.newest(), &connection, None) else { return };
        leg.connections.borrow_mut().insert(info.id.clone(), (connection, event.clone()));
        call.feed_event(Input::ConnectionCreated { leg: leg.id, connection: info }, Some(event));
    }

    fn on_connection_destroyed(call: &Rc<Call>, leg: &Rc<Self>, event: Event) {
        let Some(id) = event.connection().and_then(|connection| connection.id()) else { return };
        let connection = ConnectionId::new(id);
        let reason = LossReason::from_sdk(&event.reason().unwrap_or_default());
        let gone = Input::ConnectionDestroyed { leg: leg.id, connection: connection.clone(), reason };
        call.feed_event(gone, Some(event));
        leg.connections.borrow_mut().remove(&connection);
    }

    fn on_stream_created(call: &Rc<Call>, leg: &Rc<Self>, event: Event) {
        let Some(stream) = event.stream() else { return };
        let Some(info) = convert::stream_info(&call.newest(), &stream) else { return };
        leg.streams.borrow_mut().insert(info.id.clone(), (stream, event.clone()));
        call.feed_event(Input::StreamCreated { leg: leg.id, stream: info }, Some(event));
    }

    fn on_stream_destroyed(call: &Rc<Call>, leg: &Rc<Self>, event: Event) {
        let Some(id) = event.stream().and_then(|stream| stream.id()) else { return };
        let stream = StreamId::new(id);
        let reason = LossReason::from_sdk(&event.reason().unwrap_or_default());
        call.feed_event(Input::StreamDestroyed { leg: leg.id, stream: stream.clone(), reason }, Some(event));
        leg.streams.borrow_mut().remove(&stream);
    }
}
