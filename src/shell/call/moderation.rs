//! What is said of others: by what they are called on each leg, and on every leg where they are.

use std::rc::Rc;

use js_sys::{Array, Function, Reflect};
use wasm_bindgen::prelude::*;

use super::{Call, Leg};
use crate::core::ids::{ConnectionId, LegId, StreamId};
use crate::shell::js;

impl Call {
    /// Calls a method of the sessions of all legs that know what it is about. The first one's answer counts.
    pub(super) fn moderate(&self, name: &str, args: &Array) -> Result<JsValue, JsValue> {
        let legs = self.machine.borrow().legs();
        let mut answer = None;
        for leg in legs.into_iter().filter_map(|leg| self.leg(leg)) {
            let Some(args) = args.iter().map(|arg| self.on_leg(&leg, &arg)).collect::<Option<Array>>() else {
                continue;
            };
            if answer.is_none() {
                answer = Some(apply(&leg.session, name, &args)?);
            } else {
                let quietly: Array = args.iter().filter(|arg| !arg.is_function()).collect();
                js::apply(&leg.session, name, &quietly);
            }
        }
        answer.map_or_else(|| self.pass(name, args), Ok)
    }

    /// Calls a method of the session whose news is the app's.
    pub(super) fn pass(&self, name: &str, args: &Array) -> Result<JsValue, JsValue> {
        let args: Array = args.iter().map(|arg| self.shared.host.real_of(&arg)).collect();
        Ok(self.shared.host.durable_of(&apply(&self.primary_session(), name, &args)?))
    }

    /// What is meant on a leg by an argument of the app's: a durable object, its ID, or a list of those. `None`: what it
    /// means is not there.
    fn on_leg(&self, leg: &Leg, value: &JsValue) -> Option<JsValue> {
        let machine = self.machine.borrow();
        if let Some(list) = value.dyn_ref::<Array>() {
            return Some(list.iter().filter_map(|item| self.on_leg(leg, &item)).collect::<Array>().into());
        }
        if let Some(id) = self.stream_of(value) {
            return leg.stream(machine.stream_on(leg.id, &id)?).map(JsValue::from);
        }
        if let Some(id) = self.person_of(value) {
            return leg.connection(machine.connection_on(leg.id, &id)?).map(JsValue::from);
        }
        let publishers: Vec<_> = self.publishers.borrow().values().cloned().collect();
        if let Some(publisher) = publishers.iter().find(|publisher| publisher.published_as(value)) {
            return publisher.stream_on(leg.id).map(JsValue::from);
        }
        let Some(id) = value.as_string() else { return Some(value.clone()) };
        let stream = machine.stream_on(leg.id, &StreamId::new(id.clone())).map(|id| id.as_str().into());
        stream
            .or_else(|| machine.connection_on(leg.id, &ConnectionId::new(id)).map(|id| id.as_str().into()))
            .or_else(|| Some(value.clone()))
    }

    /// A session tells that everybody is muted, or no longer.
    pub(super) fn muted(self: &Rc<Self>, leg: LegId, event: &crate::ot::Event) {
        let primary = self.machine.borrow().primary();
        let active = js::get(event, "active").is_truthy();
        let is_news = self.muting.borrow_mut().told(leg, active, primary.is_none_or(|primary| primary == leg));
        if is_news {
            self.dispatch("muteForced", event, &js_sys::Object::new());
        }
    }

    /// Whether somebody who publishes for the first time has to be muted by us: everybody is, but the session of this leg
    /// doesn't know.
    pub(super) fn must_mute(&self, leg: LegId) -> bool {
        self.muting.borrow().lacks(leg)
    }

    /// Says once more in a successor that everybody is muted who comes later. Whoever is there already has been, and may
    /// have been allowed to speak since.
    pub(super) fn mute_again(&self, leg: &Leg) {
        let may = js::get(&js::get(&leg.session, "capabilities"), "forceMute").is_truthy();
        if may && self.must_mute(leg.id) {
            let there: Array = leg.streams.borrow().values().map(|(stream, _)| JsValue::from(stream.clone())).collect();
            js::apply(&leg.session, "forceMuteAll", &Array::of1(&there));
        }
    }
}

fn apply(object: &JsValue, name: &str, args: &Array) -> Result<JsValue, JsValue> {
    let method: Function = js::get(object, name).unchecked_into();
    Reflect::apply(&method, object, args)
}
