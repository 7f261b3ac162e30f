//! The subscriber as the app holds it.

use std::rc::Rc;

use js_sys::Array;
use wasm_bindgen::prelude::*;

use super::{Feed, STATE_CALLS, View};
use crate::shell::durable::Durable;
use crate::shell::js;

impl Durable for View {
    const METHODS: &'static [&'static str] = &["on", "once", "off", "setAudioVolume"];

    fn real(&self) -> JsValue {
        self.shown.borrow().as_ref().map_or(JsValue::UNDEFINED, |feed| feed.subscriber.clone().into())
    }

    fn get(&self, name: &str) -> Option<JsValue> {
        match name {
            "element" => self.slot.borrow().as_ref().map(|slot| slot.element().clone().into()),
            "id" => self.slot.borrow().as_ref().map(|slot| slot.element().id().into()),
            "stream" => {
                let call = self.call.upgrade()?;
                call.stream_proxy(&self.stream)
            }
            "streamId" => Some(self.stream.as_str().into()),
            _ => None,
        }
    }

    fn call(self: &Rc<Self>, name: &str, args: &Array) -> Result<JsValue, JsValue> {
        match name {
            "setAudioVolume" => {
                *self.volume.borrow_mut() = args.get(0);
                if let Some(feed) = &*self.shown.borrow() {
                    js::apply(&feed.subscriber, name, args);
                }
            }
            "off" => self.emitter.off(args),
            _ => {
                for name in self.emitter.on(args, name == "once") {
                    let feeds: Vec<Rc<Feed>> = self.feeds.borrow().values().cloned().collect();
                    for feed in feeds {
                        self.relay(&feed, &name);
                    }
                }
            }
        }
        Ok(self.proxy())
    }

    fn called(&self, name: &str, args: &Array) {
        if name == "destroy" {
            self.ending.set(true);
        }
        if !STATE_CALLS.contains(&name) {
            return;
        }
        self.state.borrow_mut().insert(name.to_owned(), args.clone());
        let shown = self.shown.borrow().clone();
        let feeds: Vec<Rc<Feed>> = self.feeds.borrow().values().cloned().collect();
        for feed in feeds {
            if shown.as_ref().is_some_and(|shown| Rc::ptr_eq(shown, &feed)) {
                continue;
            }
            js::apply(&feed.subscriber, name, args);
            let _ = feed.subscriber.set_audio_volume(&JsValue::from_f64(0.0));
        }
    }
}
