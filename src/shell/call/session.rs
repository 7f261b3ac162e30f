//! The durable session: what the app calls, and what it hears of people and streams.

use std::rc::Rc;

use js_sys::{Array, Function, Object, Promise};
use wasm_bindgen::prelude::*;
use web_sys::HtmlElement;

use super::{Call, text_id};
use crate::core::announcement::{Proof, RawAnnouncement, Sender};
use crate::core::ids::{ConnectionId, StreamId, ViewId};
use crate::core::protocol::{Credentials, Input};
use crate::core::state::Status;
use crate::shell::convert;
use crate::shell::durable::{self, Durable};
use crate::shell::emitter::Emitter;
use crate::shell::js;
use crate::shell::publisher::Publisher;
use crate::shell::view::View;

impl Durable for Call {
    const METHODS: &'static [&'static str] = &[
        "connect",
        "disconnect",
        "publish",
        "unpublish",
        "subscribe",
        "unsubscribe",
        "signal",
        "forceDisconnect",
        "forceUnpublish",
        "forceMuteStream",
        "forceMuteAll",
        "disableForceMute",
        "getSubscribersForStream",
        "getPublisherForStream",
    ];
    const PROPERTIES: &'static [&'static str] = &["sessionId", "id", "connection", "connections", "streams"];
    const STATES: &'static [&'static str] = &["setEncryptionSecret", "setIceConfig"];

    fn real(&self) -> JsValue {
        self.primary_session().into()
    }

    fn get(self: &Rc<Self>, name: &str) -> Option<JsValue> {
        match name {
            "connection" => {
                // Whether there is one, the SDK knows; which one, we do. That of a call that is left in order to come
                // back is none to publish on.
                if self.machine.borrow().is_rejoining() {
                    return Some(JsValue::NULL);
                }
                self.primary_session().connection()?;
                let own = self.machine.borrow().own().cloned();
                self.person_proxy(&own?)
            }
            "connections" | "streams" => {
                self.know_all();
                None
            }
            _ => Some(self.session_id.clone()),
        }
    }

    fn emitter(&self) -> Option<&Emitter> {
        Some(&self.emitter)
    }

    fn listen(self: &Rc<Self>, name: &str) {
        let legs: Vec<_> = self.legs.borrow().values().cloned().collect();
        for leg in legs {
            leg.relay(self, name);
        }
    }

    /// What the app says once about a session holds for those that follow, and for one that is there already.
    fn called(self: &Rc<Self>, name: &str, args: &Array) -> bool {
        let option = if name == "setIceConfig" { "iceConfig" } else { "encryptionSecret" };
        js::set(&self.options, option, args.get(0));
        let legs: Vec<_> = self.legs.borrow().values().cloned().collect();
        for leg in legs.iter().filter(|leg| !self.is_primary(leg.id)) {
            js::apply(&leg.session, name, args);
        }
        true
    }

    fn call(self: &Rc<Self>, name: &str, args: &Array) -> Result<JsValue, JsValue> {
        if self.status() == Status::Closed {
            let message = ["session.", name, "(): the manager is closed"].concat();
            return Err(self.shared.error("closed", &message, &JsValue::UNDEFINED));
        }
        match name {
            "connect" => self.connect(args),
            "disconnect" => {
                self.feed(Input::Disconnect);
                Ok(Promise::resolve(&JsValue::UNDEFINED).into())
            }
            "publish" => self.publish(args),
            "unpublish" => self.unpublish(&args.get(0)),
            "subscribe" => self.subscribe(args),
            "unsubscribe" => self.unsubscribe(&args.get(0)),
            "signal" => self.send(&args.get(0), js::function(args.get(1))),
            "getSubscribersForStream" => match self.stream_of(&args.get(0)) {
                Some(stream) => {
                    let views = self.views.borrow();
                    let theirs = views.values().filter(|view| view.stream == stream);
                    Ok(theirs.map(|view| view.proxy()).collect::<Array>().into())
                }
                None => self.pass(name, args),
            },
            "getPublisherForStream" => {
                let publishers: Vec<_> = self.publishers.borrow().values().cloned().collect();
                match publishers.iter().find(|publisher| publisher.published_as(&args.get(0))) {
                    Some(publisher) => Ok(publisher.proxy()),
                    None => self.pass(name, args),
                }
            }
            _ => self.moderate(name, args),
        }
    }
}

impl Call {
    fn connect(self: &Rc<Self>, args: &Array) -> Result<JsValue, JsValue> {
        let callback = js::function(args.get(args.length().saturating_sub(1)));
        let status = self.status();
        let leaving = self.machine.borrow().is_leaving();
        if !matches!(status, Status::Idle | Status::Disconnected | Status::Failed) && !leaving {
            // As in the SDK nothing is done; unlike there, the callback comes once it is connected.
            match callback {
                Some(callback) if status == Status::Connecting => self.connecting.borrow_mut().push(callback),
                Some(callback) => {
                    callback.call0(&JsValue::UNDEFINED)?;
                }
                None => {}
            }
            return Ok(self.proxy());
        }
        let (Some(token), true) = (args.get(0).as_string(), self.session_id.is_string()) else {
            // The SDK says best what is wrong.
            let callback = callback.unwrap_or_else(|| js::callback(|_| {}));
            return self.first.borrow().clone().connect(&args.get(0), &callback).map(|_| self.proxy());
        };
        self.connecting.borrow_mut().extend(callback);
        let session = text_id(&self.session_id);
        self.feed(Input::Connect(Credentials { application: None, session, token }));
        Ok(self.proxy())
    }

    /// `publish(publisher, callback?)` and `publish(target, properties?, callback?)`.
    fn publish(self: &Rc<Self>, args: &Array) -> Result<JsValue, JsValue> {
        let first = args.get(0);
        let callback = args.iter().skip(1).find_map(|arg| arg.dyn_into::<Function>().ok());
        let publisher = match self.shared.publisher(&first) {
            Some(publisher) => publisher,
            None if is_target(&first) => {
                let properties = args.get(1);
                let options = if properties.is_function() { JsValue::UNDEFINED } else { properties };
                match Publisher::create(&self.shared, &first, &options, None)? {
                    Some(publisher) => publisher,
                    None => return self.pass("publish", args),
                }
            }
            // What is no publisher at all, the SDK tells best.
            None if js::function(js::get(&first, "on")).is_none() => return self.pass("publish", args),
            None => {
                let message = "session.publish(): this publisher was not made by this manager: use manager.initPublisher() or manager.OT.initPublisher()";
                return Err(self.shared.error("foreign_object", message, &first));
            }
        };
        let proxy = publisher.proxy();
        if publisher.is_attached() {
            // Published already: the SDK says best what it thinks of that.
            let callback = callback.unwrap_or_else(|| js::callback(|_| {}));
            let real = Durable::real(&*publisher).unchecked_into();
            self.primary_session().publish(&real, &callback)?;
            return Ok(proxy);
        }
        publisher.attach(self, callback);
        let id = publisher.id;
        self.publishers.borrow_mut().insert(id, publisher);
        self.feed(Input::Publish(id));
        Ok(proxy)
    }

    fn unpublish(self: &Rc<Self>, durable: &JsValue) -> Result<JsValue, JsValue> {
        let publisher = self.shared.publisher(durable);
        let Some(publisher) = publisher.filter(|p| self.publishers.borrow().contains_key(&p.id)) else {
            if self.is_over(durable, "session") {
                return self.pass("unpublish", &Array::of1(durable));
            }
            let message = "session.unpublish(): this publisher is not published in this session";
            return Err(self.shared.error("foreign_object", message, durable));
        };
        self.feed(Input::Unpublish(publisher.id));
        self.publishers.borrow_mut().remove(&publisher.id);
        publisher.detach();
        Ok(JsValue::UNDEFINED)
    }

    /// `subscribe(stream, target?, properties?, callback?)`.
    fn subscribe(self: &Rc<Self>, args: &Array) -> Result<JsValue, JsValue> {
        let Some(stream) = self.stream_of(&args.get(0)) else {
            let publishers: Vec<_> = self.publishers.borrow().values().cloned().collect();
            let is_own = publishers.iter().any(|publisher| publisher.published_as(&args.get(0)));
            // One's own stream is heard of nobody else, and not carried over; what is no stream at all, the SDK tells best.
            if is_own || js::get_string(&args.get(0), "streamId").is_none() {
                return self.pass("subscribe", args);
            }
            let message = "session.subscribe(): this stream is not one of this session's: use the one of streamCreated";
            return Err(self.shared.error("foreign_object", message, &args.get(0)));
        };
        let callback = args.iter().skip(1).find_map(|arg| arg.dyn_into::<Function>().ok());
        let target = Some(args.get(1)).filter(is_target).unwrap_or(JsValue::UNDEFINED);
        let bare = |options: &JsValue| js::get(options, "insertDefaultUI") == JsValue::FALSE;
        if bare(&args.get(2)) && args.get(1).is_truthy() {
            // What is wrong with that, the SDK says.
            return self.pass("subscribe", args);
        }
        // As in the SDK, they stand in the place of the target only if there is to be none.
        let options = Some(args.get(1)).filter(bare).unwrap_or_else(|| args.get(2));
        let id = ViewId(self.next_id());
        let view = View::create(self, id, stream.clone(), &target, &options, callback)?;
        self.views.borrow_mut().insert(id, Rc::clone(&view));
        self.feed(Input::Subscribe { view: id, stream });
        let shape = view.real_subscriber().map_or(JsValue::NULL, |real| durable::shape_of(&real));
        let proxy = durable::make(&self.shared.host, &shape, &view);
        view.set_proxy(proxy.clone());
        Ok(proxy)
    }

    fn unsubscribe(self: &Rc<Self>, durable: &JsValue) -> Result<JsValue, JsValue> {
        let found = self.views.borrow().values().find(|view| view.proxy() == *durable).cloned();
        let Some(view) = found else {
            if self.is_over(durable, "stream") {
                return self.pass("unsubscribe", &Array::of1(durable));
            }
            let message = "session.unsubscribe(): this subscriber is not one of this session's";
            return Err(self.shared.error("foreign_object", message, durable));
        };
        self.feed(Input::Unsubscribe(view.id));
        Ok(JsValue::UNDEFINED)
    }

    /// Whether it is nothing at all, or an object of ours that has come to its end: the SDK's has lost its `hold` then, and
    /// the SDK says what it says to whoever ends it again.
    fn is_over(&self, durable: &JsValue, hold: &str) -> bool {
        let real = self.shared.host.real_of(durable);
        !durable.is_object() || (real != *durable && !js::get(&real, hold).is_truthy())
    }

    /// `manager.handover({ sessionId, deadline })`.
    pub(in crate::shell) fn handover(self: &Rc<Self>, options: &JsValue) -> Promise {
        let promise = self.waiters.add(self.machine.borrow().is_arriving());
        let data = convert::announcement_data(options);
        self.feed(Input::Handover(RawAnnouncement { sender: Sender::Server, size: 1, data, proof: Proof::NotAsked }));
        promise
    }

    /// A stream on a leg has changed: a view that waited for pictures may have none to wait for.
    pub(super) fn judge_views(&self, leg: super::LegId) {
        let views: Vec<_> = self.views.borrow().values().cloned().collect();
        for view in views {
            view.judge_leg(leg);
        }
    }

    pub(super) fn tell_person(self: &Rc<Self>, kind: &str, person: &ConnectionId, left: bool) {
        let proxy = self.person_proxy(person);
        let over = Object::new();
        if let Some(proxy) = &proxy {
            js::set(&over, "connection", proxy.clone());
        }
        self.dispatch_about(kind, &over, left, |call| {
            let legs: Vec<_> = call.legs.borrow().values().cloned().collect();
            legs.iter().find_map(|leg| leg.connections.borrow().get(person).map(|(_, event)| event.clone()))
        });
        if left {
            self.people.borrow_mut().remove(person);
        }
    }

    pub(super) fn tell_stream_joined(self: &Rc<Self>, stream: &StreamId) {
        let over = Object::new();
        if let Some(proxy) = self.stream_proxy(stream) {
            js::set(&over, "stream", proxy);
        }
        self.dispatch_about("streamCreated", &over, false, |call| {
            let legs: Vec<_> = call.legs.borrow().values().cloned().collect();
            legs.iter().find_map(|leg| leg.streams.borrow().get(stream).map(|(_, event)| event.clone()))
        });
    }

    pub(super) fn tell_stream_left(self: &Rc<Self>, stream: &StreamId) {
        let over = Object::new();
        if let Some(proxy) = self.stream_proxy(stream) {
            js::set(&over, "stream", proxy);
        }
        self.dispatch_about("streamDestroyed", &over, true, |_| None);
        self.streams.borrow_mut().remove(stream);
    }

    /// Dispatches what the SDK's event of the moment tells, if it is that; else what it told before; else in our own
    /// words.
    fn dispatch_about(
        self: &Rc<Self>,
        kind: &str,
        over: &Object,
        left: bool,
        earlier: impl Fn(&Self) -> Option<crate::ot::Event>,
    ) {
        let event = self.event.borrow().clone().filter(|event| event.kind().as_deref() == Some(kind));
        if let Some(event) = event.or_else(|| earlier(self)) {
            self.dispatch(kind, &event, over);
            return;
        }
        if left {
            js::set(over, "reason", "clientDisconnected");
        }
        self.dispatch_own(kind, over);
    }

    /// The stream of a view has left. What the SDK destroys by itself it tells itself; a view that no leg feeds any
    /// more ends here.
    pub(super) fn end_view(self: &Rc<Self>, view: ViewId) {
        let found = self.views.borrow().get(&view).cloned();
        if let Some(view) = found
            && view.real_subscriber().is_none()
        {
            view.end();
            self.views.borrow_mut().remove(&view.id);
        }
    }

    /// The call is over: what hung on it is the SDK's again.
    pub(super) fn forget_call(&self) {
        self.legs.borrow_mut().retain(|_, leg| {
            leg.mute();
            false
        });
        let publishers = self.publishers.take();
        for (_, publisher) in publishers {
            publisher.detach();
        }
        self.streams.take();
        self.people.take();
    }
}

/// Where something can be shown: an element, the ID of one, or nothing in particular.
fn is_target(value: &JsValue) -> bool {
    value.is_null() || value.is_undefined() || value.is_string() || value.is_instance_of::<HtmlElement>()
}
