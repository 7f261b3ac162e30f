//! The publisher as the app holds it.

use std::rc::Rc;

use js_sys::Array;
use wasm_bindgen::prelude::*;

use super::{Publisher, STATE_CALLS};
use crate::shell::durable::Durable;
use crate::shell::js;

impl Durable for Publisher {
    const METHODS: &'static [&'static str] = &["on", "once", "off"];

    fn real(&self) -> JsValue {
        self.shown.borrow().as_ref().map_or(JsValue::UNDEFINED, |real| real.publisher.clone().into())
    }

    fn get(&self, name: &str) -> Option<JsValue> {
        match name {
            "element" => self.slot.borrow().as_ref().map(|slot| slot.element().clone().into()),
            "id" => {
                let slot = self.slot.borrow();
                slot.as_ref().map(|slot| slot.element().id().into())
            }
            "session" => self.call.borrow().upgrade().map(|call| call.proxy()),
            "stream" => self.stream.borrow().clone(),
            "streamId" => self.stream.borrow().as_ref().map(|stream| js::get(stream, "streamId")),
            _ => None,
        }
    }

    fn call(self: &Rc<Self>, name: &str, args: &Array) -> Result<JsValue, JsValue> {
        match name {
            "off" => self.emitter.off(args),
            _ => {
                for name in self.emitter.on(args, name == "once") {
                    let reals = self.reals.borrow().clone();
                    for real in reals {
                        self.relay(&real, &name);
                    }
                }
            }
        }
        Ok(self.proxy())
    }

    fn called(&self, name: &str, args: &Array) {
        if !STATE_CALLS.contains(&name) {
            return;
        }
        self.state.borrow_mut().insert(name.to_owned(), args.clone());
        let reals = self.reals.borrow().clone();
        for real in reals.iter().filter(|real| !self.is_shown(real)) {
            js::apply(&real.publisher, name, args);
        }
    }
}
