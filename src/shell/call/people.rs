//! Durable connections and streams: the app knows people by what they were called first.

use std::cell::RefCell;
use std::rc::{Rc, Weak};

use js_sys::Array;
use wasm_bindgen::prelude::*;

use super::Call;
use crate::core::ids::{ConnectionId, StreamId};
use crate::ot;
use crate::shell::durable::{self, Durable};

/// A durable connection.
pub(super) struct Person {
    call: Weak<Call>,
    pub(super) id: ConnectionId,
    latest: RefCell<JsValue>,
    proxy: RefCell<JsValue>,
}

/// A durable stream.
pub(super) struct Stream {
    call: Weak<Call>,
    pub(super) id: StreamId,
    latest: RefCell<JsValue>,
    proxy: RefCell<JsValue>,
}

impl Call {
    /// The durable connection of an ID; made when it is first asked for.
    pub(super) fn person_proxy(self: &Rc<Self>, id: &ConnectionId) -> Option<JsValue> {
        if let Some(person) = self.people.borrow().get(id) {
            return Some(person.proxy.borrow().clone());
        }
        let real = self.real_connection(id)?;
        let person = Rc::new(Person {
            call: Rc::downgrade(self),
            id: id.clone(),
            latest: RefCell::new(real.clone().into()),
            proxy: RefCell::new(JsValue::UNDEFINED),
        });
        let proxy = durable::make(&self.shared.host, &durable::shape_of(&real), &person);
        self.shared.host.remember(&real, &proxy);
        *person.proxy.borrow_mut() = proxy.clone();
        self.people.borrow_mut().insert(id.clone(), person);
        Some(proxy)
    }

    /// The durable stream of an ID; made when it is first asked for.
    pub(in crate::shell) fn stream_proxy(self: &Rc<Self>, id: &StreamId) -> Option<JsValue> {
        if let Some(stream) = self.streams.borrow().get(id) {
            return Some(stream.proxy.borrow().clone());
        }
        let real = self.real_stream(id)?;
        let stream = Rc::new(Stream {
            call: Rc::downgrade(self),
            id: id.clone(),
            latest: RefCell::new(real.clone().into()),
            proxy: RefCell::new(JsValue::UNDEFINED),
        });
        let proxy = durable::make(&self.shared.host, &durable::shape_of(&real), &stream);
        self.shared.host.remember(&real, &proxy);
        *stream.proxy.borrow_mut() = proxy.clone();
        self.streams.borrow_mut().insert(id.clone(), stream);
        Some(proxy)
    }

    /// Which durable stream the app means.
    pub(super) fn stream_of(&self, proxy: &JsValue) -> Option<StreamId> {
        let streams = self.streams.borrow();
        streams.values().find(|stream| *stream.proxy.borrow() == *proxy).map(|stream| stream.id.clone())
    }

    /// Which durable connection the app means.
    pub(super) fn person_of(&self, proxy: &JsValue) -> Option<ConnectionId> {
        let people = self.people.borrow();
        people.values().find(|person| *person.proxy.borrow() == *proxy).map(|person| person.id.clone())
    }

    /// Makes known which durable objects the objects of a leg stand for, now that the machine knows.
    pub(super) fn recognise(self: &Rc<Self>) {
        let streams: Vec<StreamId> = self.streams.borrow().keys().cloned().collect();
        for id in streams {
            let proxy = self.stream_proxy(&id);
            if let (Some(proxy), Some(real)) = (proxy, self.real_stream_anywhere(&id)) {
                self.shared.host.remember(&real, &proxy);
            }
        }
        let people: Vec<ConnectionId> = self.people.borrow().keys().cloned().collect();
        for id in people {
            let proxy = self.person_proxy(&id);
            for real in self.real_connections(&id) {
                if let Some(proxy) = &proxy {
                    self.shared.host.remember(&real, proxy);
                }
            }
        }
    }

    fn real_stream(&self, id: &StreamId) -> Option<ot::Stream> {
        let legs = self.machine.borrow().legs();
        legs.into_iter().find_map(|leg| {
            let real = self.machine.borrow().stream_on(leg, id).cloned()?;
            self.leg(leg)?.stream(&real)
        })
    }

    /// On the leg that was opened last, if it is there.
    fn real_stream_anywhere(&self, id: &StreamId) -> Option<ot::Stream> {
        let legs = self.machine.borrow().legs();
        legs.into_iter().rev().find_map(|leg| {
            let real = self.machine.borrow().stream_on(leg, id).cloned()?;
            self.leg(leg)?.stream(&real)
        })
    }

    fn real_connections(&self, id: &ConnectionId) -> Vec<ot::Connection> {
        let legs = self.machine.borrow().legs();
        legs.into_iter()
            .filter_map(|leg| {
                let real = self.machine.borrow().connection_on(leg, id).cloned()?;
                let leg = self.leg(leg)?;
                let known = leg.connections.borrow().get(&real).map(|(connection, _)| connection.clone());
                known.or_else(|| leg.session.connection().filter(|own| own.id().as_deref() == Some(real.as_str())))
            })
            .collect()
    }

    fn real_connection(&self, id: &ConnectionId) -> Option<ot::Connection> {
        self.real_connections(id).into_iter().next()
    }
}

impl Durable for Person {
    const METHODS: &'static [&'static str] = &[];

    fn real(&self) -> JsValue {
        if let Some(real) = self.call.upgrade().and_then(|call| call.real_connection(&self.id)) {
            *self.latest.borrow_mut() = real.into();
        }
        self.latest.borrow().clone()
    }

    fn get(&self, name: &str) -> Option<JsValue> {
        matches!(name, "connectionId" | "id").then(|| self.id.as_str().into())
    }

    fn call(self: &Rc<Self>, _name: &str, _args: &Array) -> Result<JsValue, JsValue> {
        Ok(JsValue::UNDEFINED)
    }
}

impl Durable for Stream {
    const METHODS: &'static [&'static str] = &[];

    fn real(&self) -> JsValue {
        if let Some(real) = self.call.upgrade().and_then(|call| call.real_stream(&self.id)) {
            *self.latest.borrow_mut() = real.into();
        }
        self.latest.borrow().clone()
    }

    fn get(&self, name: &str) -> Option<JsValue> {
        matches!(name, "streamId" | "id").then(|| self.id.as_str().into())
    }

    fn call(self: &Rc<Self>, _name: &str, _args: &Array) -> Result<JsValue, JsValue> {
        Ok(JsValue::UNDEFINED)
    }
}
