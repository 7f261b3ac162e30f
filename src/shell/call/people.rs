//! Durable connections and streams: the app knows people and what they publish by what they were called first.

use std::cell::RefCell;
use std::rc::{Rc, Weak};

use wasm_bindgen::prelude::*;

use super::Call;
use crate::core::ids::{ConnectionId, StreamId};
use crate::ot;
use crate::shell::durable::{self, Durable};
use crate::shell::publisher::Publisher;

/// A durable connection or stream.
pub(super) struct Known {
    call: Weak<Call>,
    id: Id,
    /// The SDK's object that it stood for last.
    latest: RefCell<JsValue>,
    proxy: RefCell<JsValue>,
}

/// What it stands for.
enum Id {
    Person(ConnectionId),
    Stream(StreamId),
    /// One of this client's own.
    Own(StreamId, Weak<Publisher>),
}

impl Call {
    /// The durable connection of an ID; made when it is first asked for.
    pub(super) fn person_proxy(self: &Rc<Self>, id: &ConnectionId) -> Option<JsValue> {
        if let Some(person) = self.people.borrow().get(id) {
            return Some(person.proxy());
        }
        let person = self.know(Id::Person(id.clone()), self.real_connections(id).into_iter().next()?.into());
        let proxy = person.proxy();
        self.people.borrow_mut().insert(id.clone(), person);
        Some(proxy)
    }

    /// The durable stream of an ID; made when it is first asked for.
    pub(in crate::shell) fn stream_proxy(self: &Rc<Self>, id: &StreamId) -> Option<JsValue> {
        if let Some(stream) = self.streams.borrow().get(id) {
            return Some(stream.proxy());
        }
        let stream = self.know(Id::Stream(id.clone()), self.real_streams(id).into_iter().next()?.into());
        let proxy = stream.proxy();
        self.streams.borrow_mut().insert(id.clone(), stream);
        Some(proxy)
    }

    /// The durable stream of a publisher of the app's own.
    pub(in crate::shell) fn own_stream(self: &Rc<Self>, publisher: &Rc<Publisher>, real: &ot::Stream) -> JsValue {
        let id = StreamId::new(real.id().unwrap_or_default());
        self.know(Id::Own(id, Rc::downgrade(publisher)), real.clone().into()).proxy()
    }

    /// Which durable stream the app means.
    pub(super) fn stream_of(&self, proxy: &JsValue) -> Option<StreamId> {
        let streams = self.streams.borrow();
        streams.iter().find(|(_, stream)| stream.proxy() == *proxy).map(|(id, _)| id.clone())
    }

    /// Which durable connection the app means.
    pub(super) fn person_of(&self, proxy: &JsValue) -> Option<ConnectionId> {
        let people = self.people.borrow();
        people.iter().find(|(_, person)| person.proxy() == *proxy).map(|(id, _)| id.clone())
    }

    /// Makes known which durable objects the objects of the legs stand for, now that the machine knows.
    pub(super) fn recognise(&self) {
        if self.recognised.replace(true) {
            return;
        }
        for (id, stream) in &*self.streams.borrow() {
            for real in self.real_streams(id) {
                self.shared.host.remember(&real, &stream.proxy());
            }
        }
        for (id, person) in &*self.people.borrow() {
            for real in self.real_connections(id) {
                self.shared.host.remember(&real, &person.proxy());
            }
        }
    }

    /// Makes the durable objects of everybody and everything that the legs know.
    pub(super) fn know_all(self: &Rc<Self>) {
        let legs: Vec<_> = self.legs.borrow().values().cloned().collect();
        for leg in legs {
            let people: Vec<_> = leg.connections.borrow().keys().cloned().collect();
            for person in people {
                let person = self.machine.borrow().durable_connection(leg.id, &person);
                person.and_then(|person| self.person_proxy(&person));
            }
            let streams: Vec<_> = leg.streams.borrow().keys().cloned().collect();
            for stream in streams {
                let stream = self.machine.borrow().durable_stream(leg.id, &stream);
                stream.and_then(|stream| self.stream_proxy(&stream));
            }
        }
        let own = self.machine.borrow().own().cloned();
        own.and_then(|own| self.person_proxy(&own));
        self.recognised.set(false);
        self.recognise();
    }

    fn know(self: &Rc<Self>, id: Id, real: JsValue) -> Rc<Known> {
        let known = Rc::new(Known {
            call: Rc::downgrade(self),
            id,
            latest: RefCell::new(real.clone()),
            proxy: RefCell::new(JsValue::UNDEFINED),
        });
        let proxy = durable::make(&self.shared.host, &durable::shape_of(&real), &known);
        self.shared.host.remember(&real, &proxy);
        *known.proxy.borrow_mut() = proxy;
        known
    }

    /// The SDK's objects of a stream, on the leg whose news is the app's first.
    fn real_streams(&self, id: &StreamId) -> Vec<ot::Stream> {
        let legs = self.machine.borrow().legs();
        legs.into_iter()
            .filter_map(|leg| {
                let real = self.machine.borrow().stream_on(leg, id).cloned()?;
                self.leg(leg)?.stream(&real)
            })
            .collect()
    }

    /// The SDK's objects of a connection, on the leg whose news is the app's first.
    fn real_connections(&self, id: &ConnectionId) -> Vec<ot::Connection> {
        let legs = self.machine.borrow().legs();
        legs.into_iter()
            .filter_map(|leg| {
                let real = self.machine.borrow().connection_on(leg, id).cloned()?;
                self.leg(leg)?.connection(&real)
            })
            .collect()
    }
}

impl Known {
    fn proxy(&self) -> JsValue {
        self.proxy.borrow().clone()
    }
}

impl Durable for Known {
    const PROPERTIES: &'static [&'static str] = &["id", "streamId", "connectionId", "connection"];

    fn real(&self) -> JsValue {
        let real = self.call.upgrade().and_then(|call| match &self.id {
            Id::Person(id) => call.real_connections(id).into_iter().next().map(JsValue::from),
            Id::Stream(id) => call.real_streams(id).into_iter().next().map(JsValue::from),
            Id::Own(_, publisher) => publisher.upgrade()?.shown_stream().map(JsValue::from),
        });
        if let Some(real) = real {
            *self.latest.borrow_mut() = real;
        }
        self.latest.borrow().clone()
    }

    fn get(self: &Rc<Self>, name: &str) -> Option<JsValue> {
        match (&self.id, name) {
            (Id::Person(id), "connectionId" | "id") => Some(id.as_str().into()),
            (Id::Stream(id) | Id::Own(id, _), "streamId" | "id") => Some(id.as_str().into()),
            (Id::Stream(id), "connection") => {
                let call = self.call.upgrade()?;
                let owner = call.machine.borrow().owner(id).cloned();
                call.person_proxy(&owner?)
            }
            (Id::Own(..), "connection") => {
                let call = self.call.upgrade()?;
                let own = call.machine.borrow().own().cloned();
                call.person_proxy(&own?)
            }
            _ => None,
        }
    }
}
