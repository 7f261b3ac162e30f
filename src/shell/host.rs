//! The JavaScript half, as it is handed in: what Rust can't express, and errors that are `instanceof` the package's.

use js_sys::{Function, Object};
use wasm_bindgen::prelude::*;

use super::emitter::Emitter;

#[wasm_bindgen]
extern "C" {
    /// What `index.js` hands to the manager.
    #[derive(Clone)]
    pub(crate) type Host;

    /// Dispatches an event on the manager.
    #[wasm_bindgen(method, catch)]
    pub(crate) fn notify(this: &Host, kind: &str, detail: &JsValue) -> Result<(), JsValue>;

    /// Makes a `HandoverError`.
    #[wasm_bindgen(method)]
    pub(crate) fn error(this: &Host, code: &str, message: &str, cause: &JsValue) -> JsValue;

    /// Makes a durable object; see `durable.js`.
    #[wasm_bindgen(method)]
    pub(crate) fn durable(this: &Host, shape: &JsValue, behind: &Object) -> JsValue;

    /// Makes what keeps the app's listeners; see `emitter.js`.
    #[wasm_bindgen(method)]
    pub(crate) fn emitter(this: &Host) -> Emitter;

    /// Makes a listener that passes on an event of the SDK's; see `emitter.js`.
    #[wasm_bindgen(method)]
    pub(crate) fn relay(this: &Host, name: &str, emitter: &Emitter, target: &Function) -> Function;

    /// Wraps an event of the SDK's.
    #[wasm_bindgen(method, js_name = durableEvent)]
    pub(crate) fn durable_event(this: &Host, event: &JsValue, target: &JsValue, over: &JsValue) -> JsValue;

    /// Makes an event in the SDK's form.
    #[wasm_bindgen(method, js_name = sdkEvent)]
    pub(crate) fn sdk_event(this: &Host, kind: &str, target: &JsValue, properties: &JsValue) -> JsValue;

    /// What the app may see of a value.
    #[wasm_bindgen(method, js_name = durableOf)]
    pub(crate) fn durable_of(this: &Host, value: &JsValue) -> JsValue;

    /// What the SDK may see of a value.
    #[wasm_bindgen(method, js_name = realOf)]
    pub(crate) fn real_of(this: &Host, value: &JsValue) -> JsValue;

    /// Remembers which durable object stands for an object of the SDK's.
    #[wasm_bindgen(method)]
    pub(crate) fn remember(this: &Host, real: &JsValue, durable: &JsValue);
}
