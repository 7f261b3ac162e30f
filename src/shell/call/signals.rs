//! Signals, in and out.

use std::cell::Cell;
use std::rc::Rc;

use js_sys::{Function, Object, Promise};
use wasm_bindgen::prelude::*;

use super::Call;
use crate::core::announcement::{Proof, RawAnnouncement};
use crate::core::ids::{ConnectionId, LegId, OutgoingId, SignalId};
use crate::core::protocol::{Input, SignalCopy, SignalKind, WireMessage};
use crate::core::state::Status;
use crate::ot::Event;
use crate::shell::convert::{self, WIRE_TYPE};
use crate::shell::js;

/// A signal of the app's that is on its way.
pub(super) struct Outgoing {
    signal: Object,
    /// To one person, or to all.
    to: Option<ConnectionId>,
    /// Whether it may be sent later than now.
    may_wait: bool,
    /// Copies that are not answered yet.
    open: usize,
    done: Option<Function>,
}

impl Call {
    /// A signal arrived on a leg.
    pub(super) fn receive(self: &Rc<Self>, leg: LegId, event: Event) {
        let full = event.kind().unwrap_or_default();
        let kind = full.strip_prefix("signal:").unwrap_or("");
        let kind = if kind == WIRE_TYPE {
            match convert::wire_message(&event.data()) {
                Some(message) => SignalKind::Wire(message),
                // Of a later version of this package, or forged.
                None => return,
            }
        } else if kind == self.shared.signal_type {
            let (raw, json) = convert::announcement(&event);
            if let Some(verify) = self.verifier() {
                self.verify(&verify, raw, &json);
                return;
            }
            SignalKind::Announcement(raw)
        } else {
            SignalKind::App
        };
        let from = js::get_string(&event.from(), "connectionId").map(ConnectionId::new);
        let signal = SignalId(self.next_id());
        self.signals.borrow_mut().insert(signal, event);
        self.feed(Input::Signal { leg, from, signal, kind });
    }

    /// What checks the signatures of announcements: the first key counts, whichever manager has brought it.
    fn verifier(&self) -> Option<Function> {
        let holders = self.holders.borrow();
        self.shared.verify.clone().or_else(|| holders.iter().find_map(|holder| holder.verify.clone()))
    }

    /// Takes an announcement in when its signature is checked. Announcements stay in their order.
    fn verify(self: &Rc<Self>, verify: &Function, raw: RawAnnouncement, json: &JsValue) {
        let call = Rc::downgrade(self);
        let raw = Cell::new(Some(raw));
        let answer = js::callback(move |verdict| {
            let proof = match verdict.as_bool() {
                Some(true) => Proof::Genuine,
                Some(false) => Proof::Forged,
                None => Proof::Unverifiable,
            };
            if let (Some(call), Some(mut raw)) = (call.upgrade(), raw.take()) {
                raw.proof = proof;
                call.feed(Input::Announced(raw));
            }
        });
        // Our own: it doesn't throw.
        let _ = verify.call3(&JsValue::UNDEFINED, &self.application.borrow(), json, &answer);
    }

    /// `session.signal(signal, callback)`.
    pub(super) fn send(self: &Rc<Self>, signal: &JsValue, callback: Option<Function>) -> Result<JsValue, JsValue> {
        if js::get_string(signal, "type").as_deref() == Some(WIRE_TYPE) {
            let message = "signal(): the type \"opentok-handover\" is reserved for this package";
            return Err(self.shared.error("invalid_option", message, &JsValue::UNDEFINED));
        }
        let to = js::get(signal, "to");
        let person = self.person_of(&to);
        let is_over = matches!(self.status(), Status::Idle | Status::Disconnected | Status::Failed | Status::Closed);
        if is_over || (js::is_error(&to) && person.is_none()) {
            // The SDK says best what is wrong.
            let real = self.shared.host.real_of(&to);
            let signal = js::copy(signal);
            js::set(&signal, "to", real);
            let callback = callback.unwrap_or_else(|| js::callback(|_| {}));
            return self.primary_session().signal(&signal, &callback);
        }
        let outgoing = OutgoingId(self.next_id());
        let call = Rc::clone(self);
        let signal = js::copy(signal);
        let wait = js::get(&signal, "retryAfterReconnect") != JsValue::FALSE;
        let promise = Promise::new(&mut |resolve, reject| {
            let callback = callback.clone();
            let done = js::callback(move |error| {
                if let Some(callback) = &callback
                    && let Err(thrown) = callback.call1(&JsValue::UNDEFINED, &error)
                {
                    crate::shell::emitter::report(thrown);
                }
                let settle = if js::is_error(&error) { &reject } else { &resolve };
                let _ = settle.call1(&JsValue::UNDEFINED, &error);
            });
            let to = person.clone();
            let pending = Outgoing { signal: signal.clone(), to, may_wait: wait, open: 0, done: Some(done) };
            call.outgoing.borrow_mut().insert(outgoing, pending);
        });
        // A failed signal is the callback's to tell; a promise that nobody took must not become an unhandled one.
        js::quiet(promise.clone().into());
        self.feed(Input::Send { outgoing, to: person, wait });
        Ok(promise.into())
    }

    pub(super) fn send_copies(self: &Rc<Self>, outgoing: OutgoingId, copies: Vec<SignalCopy>) {
        let signal = {
            let mut pending = self.outgoing.borrow_mut();
            let Some(pending) = pending.get_mut(&outgoing) else { return };
            pending.open = copies.len();
            pending.signal.clone()
        };
        // The stamp goes before and after: see `core::bridge`.
        for SignalCopy { leg, to, stamp } in copies {
            let Some(leg) = self.leg(leg) else {
                self.copy_answered(outgoing, &JsValue::from_str("the leg is gone"));
                continue;
            };
            if let Some(stamp) = &stamp {
                self.send_wire(leg.id, to.as_ref(), &WireMessage::Stamp(stamp.clone()));
            }
            let copy = js::copy(&signal);
            match &to {
                Some(to) => {
                    js::set(&copy, "to", leg.connection(to).map_or(JsValue::UNDEFINED, JsValue::from));
                }
                None => {
                    let _ = js_sys::Reflect::delete_property(&copy, &JsValue::from_str("to"));
                }
            }
            let call = Rc::downgrade(self);
            let done = js::callback(move |error| {
                if let Some(call) = call.upgrade() {
                    call.copy_answered(outgoing, &error);
                }
            });
            if let Err(error) = leg.session.signal(&copy, &done).map(js::quiet) {
                self.copy_answered(outgoing, &error);
            }
            if let Some(stamp) = stamp {
                self.send_wire(leg.id, to.as_ref(), &WireMessage::Stamped(stamp));
            }
        }
    }

    /// The app hears of success with the first copy that arrived, of failure when none did and it isn't worth another try.
    pub(super) fn copy_answered(self: &Rc<Self>, outgoing: OutgoingId, error: &JsValue) {
        let mut all = self.outgoing.borrow_mut();
        let Some(pending) = all.get_mut(&outgoing) else { return };
        pending.open = pending.open.saturating_sub(1);
        let (last, failed) = (pending.open == 0, js::is_error(error));
        let is_refused = last && failed && pending.done.is_some() && pending.may_wait && is_between_sockets(error);
        if is_refused && self.machine.borrow().may_send_later() {
            let to = pending.to.clone();
            drop(all);
            return self.feed(Input::Unsent { outgoing, to });
        }
        let done = if !failed || last { pending.done.take() } else { None };
        if last {
            all.remove(&outgoing);
        }
        drop(all);
        if let Some(done) = done {
            let _ = done.call1(&JsValue::UNDEFINED, error);
        }
    }

    pub(super) fn send_wire(&self, leg: LegId, to: Option<&ConnectionId>, message: &WireMessage) {
        let Some(leg) = self.leg(leg) else { return };
        let signal = Object::new();
        js::set(&signal, "type", WIRE_TYPE);
        js::set(&signal, "data", convert::wire_data(message));
        if let Some(to) = to {
            let Some(connection) = leg.connection(to) else { return };
            js::set(&signal, "to", connection);
        }
        // Who may not signal can't tell; the others then wait for settleTimeout.
        let _ = leg.session.signal(&signal, &js::callback(|_| {})).map(js::quiet);
    }

    /// Sends a signal to oneself: whether it goes through is what is to be known. Nobody reads it.
    pub(super) fn probe(self: &Rc<Self>, leg: LegId, number: u32) {
        let Some(session) = self.leg(leg).map(|leg| leg.session.clone()) else { return };
        let signal = Object::new();
        js::set(&signal, "type", WIRE_TYPE);
        js::set(&signal, "data", "");
        js::set(&signal, "to", session.connection().map_or(JsValue::UNDEFINED, JsValue::from));
        let call = Rc::downgrade(self);
        let answered = js::callback(move |error| {
            if let Some(call) = call.upgrade() {
                call.feed(Input::Probed { leg, number, alive: !js::is_error(&error) });
            }
        });
        if session.signal(&signal, &answered).map(js::quiet).is_err() {
            self.feed(Input::Probed { leg, number, alive: false });
        }
    }

    pub(super) fn deliver(self: &Rc<Self>, signal: SignalId) {
        let Some(event) = self.signals.borrow_mut().remove(&signal) else { return };
        let kind = event.kind().unwrap_or_default();
        let over = Object::new();
        if let Some(from) = js::get_string(&event.from(), "connectionId").map(ConnectionId::new) {
            let legs = self.machine.borrow().legs();
            let person = legs.into_iter().find_map(|leg| self.machine.borrow().durable_connection(leg, &from));
            if let Some(person) = person.and_then(|person| self.person_proxy(&person)) {
                js::set(&over, "from", person);
            }
        }
        self.dispatch("signal", &event, &over);
        if kind.starts_with("signal:") {
            self.dispatch(&kind, &event, &over);
        }
    }

    pub(super) fn discard(&self, signal: SignalId) {
        self.signals.borrow_mut().remove(&signal);
    }
}

/// Whether the SDK has no socket on which it could send.
fn is_between_sockets(error: &JsValue) -> bool {
    js::get_string(error, "name").as_deref() == Some("OT_NOT_CONNECTED")
}
