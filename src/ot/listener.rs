//! A listener on an object of the SDK's: made, it listens; dropped, it does not.

use js_sys::Function;
use wasm_bindgen::prelude::*;

use super::Event;

#[wasm_bindgen]
extern "C" {
    /// Whatever dispatches the SDK's events.
    pub(crate) type Emits;

    #[wasm_bindgen(method, catch)]
    fn on(this: &Emits, name: &str, handler: &Function) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn off(this: &Emits, name: &str, handler: &Function) -> Result<JsValue, JsValue>;
}

/// Listens as long as it lives.
pub(crate) struct Listener {
    target: Emits,
    name: String,
    handler: Function,
}

impl Listener {
    /// Listens to an event. The function lives as long as somebody on the JavaScript side can still call it, so a
    /// dispatch that is under way when the listener is dropped does no harm.
    pub(crate) fn new(target: impl Into<JsValue>, name: &str, handler: impl FnMut(Event) + 'static) -> Self {
        Self::with(target, name, Closure::<dyn FnMut(Event)>::new(handler).into_js_value().unchecked_into())
    }

    /// Listens to an event with a function of JavaScript's.
    pub(crate) fn with(target: impl Into<JsValue>, name: &str, handler: Function) -> Self {
        let target: Emits = target.into().unchecked_into();
        // `on` throws only for arguments of the wrong kind.
        let _ = target.on(name, &handler);
        Self { target, name: name.to_owned(), handler }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let _ = self.target.off(&self.name, &self.handler);
    }
}
