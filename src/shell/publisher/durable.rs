//! The publisher as the app holds it.

use std::rc::Rc;

use js_sys::Array;
use wasm_bindgen::prelude::*;

use super::Publisher;
use super::said::STATES;
use crate::shell::durable::Durable;
use crate::shell::emitter::Emitter;
use crate::shell::js;

impl Durable for Publisher {
    const METHODS: &'static [&'static str] = &[
        "cycleVideo",
        "setVideoSource",
        "setAudioSource",
        "applyVideoFilter",
        "clearVideoFilter",
        "applyAudioFilter",
        "clearAudioFilter",
        "setVideoMediaProcessorConnector",
        "setAudioMediaProcessorConnector",
    ];
    const PROPERTIES: &'static [&'static str] = &["element", "id", "session", "stream", "streamId"];
    const STATES: &'static [&'static str] = &STATES;

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

    fn call(self: &Rc<Self>, name: &str, args: &Array) -> Result<JsValue, JsValue> {
        self.arrange(name, args)
    }

    fn called(self: &Rc<Self>, name: &str, args: &Array) -> bool {
        self.said.note(name, args);
        let shown = self.shown.borrow().clone();
        if let Some(shown) = shown {
            self.tell_others(&shown, name, args);
        }
        true
    }
}
