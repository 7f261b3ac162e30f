//! The publisher as the app holds it.

use std::rc::Rc;

use js_sys::Array;
use wasm_bindgen::prelude::*;

use super::{Publisher, STATE_CALLS};
use crate::shell::durable::Durable;
use crate::shell::emitter::Emitter;
use crate::shell::js;

impl Durable for Publisher {
    const PROPERTIES: &'static [&'static str] = &["element", "id", "session", "stream", "streamId"];
    const STATES: &'static [&'static str] = &STATE_CALLS;

    fn real(&self) -> JsValue {
        self.shown.borrow().as_ref().map_or(JsValue::UNDEFINED, |real| real.publisher.clone().into())
    }

    fn get(self: &Rc<Self>, name: &str) -> Option<JsValue> {
        match name {
            "element" => self.tile.element().map(Into::into),
            "id" => self.tile.element().map(|element| element.id().into()),
            "session" => self.call.borrow().upgrade().map(|call| call.proxy()),
            "stream" => self.stream.borrow().clone(),
            "streamId" => self.stream.borrow().as_ref().map(|stream| js::get(stream, "streamId")),
            _ => None,
        }
    }

    fn emitter(&self) -> Option<&Emitter> {
        Some(&self.emitter)
    }

    fn listen(self: &Rc<Self>, name: &str) {
        let reals = self.reals.borrow().clone();
        for real in reals {
            self.relay(&real, name);
        }
    }

    fn called(self: &Rc<Self>, name: &str, args: &Array) -> bool {
        self.state.borrow_mut().insert(name.to_owned(), args.clone());
        let reals = self.reals.borrow().clone();
        for real in reals.iter().filter(|real| !self.is_shown(real)) {
            js::apply(&real.publisher, name, args);
        }
        true
    }
}
