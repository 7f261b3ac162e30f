//! What a session says it is doing. It has no event for that, only a property.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Object, Reflect};
use wasm_bindgen::prelude::*;

use super::Session;
use crate::property::Property;

const STATE: &str = "currentState";

/// Watches a session's `currentState`: `disconnected`, `connecting`, `connected`, `migrating` or `disconnecting`, as the
/// SDK believes. Dropping it leaves a plain property behind.
pub(crate) struct StateWatch {
    session: Object,
    state: Rc<RefCell<JsValue>>,
    property: Option<Property>,
    _get: Closure<dyn FnMut() -> JsValue>,
}

impl StateWatch {
    /// Calls `changed` with each new state, before the SDK goes on.
    pub(crate) fn new(session: &Session, mut changed: impl FnMut(&str) + 'static) -> Self {
        let session: Object = session.clone().unchecked_into();
        let state = Rc::new(RefCell::new(Reflect::get(&session, &STATE.into()).unwrap_or_default()));
        let (read, written) = (Rc::clone(&state), Rc::clone(&state));
        let get = Closure::<dyn FnMut() -> JsValue>::new(move || read.borrow().clone());
        let set = move |value: JsValue| {
            *written.borrow_mut() = value.clone();
            changed(&value.as_string().unwrap_or_default());
        };
        let property = Some(Property::define(&session, STATE, get.as_ref().unchecked_ref(), set));
        Self { session, state, property, _get: get }
    }
}

impl Drop for StateWatch {
    fn drop(&mut self) {
        self.property.take();
        let _ = Reflect::set(&self.session, &STATE.into(), &self.state.borrow());
    }
}
