//! The JavaScript half, as it is handed in: what Rust can't express, and errors that are `instanceof` the package's.

use js_sys::{Function, Object};
use wasm_bindgen::prelude::*;
use web_sys::{HtmlElement, HtmlVideoElement, MediaStream};

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

    /// Makes what checks the signatures of announcements; see `verifier.js`.
    #[wasm_bindgen(method)]
    pub(crate) fn verifier(this: &Host, key: &str) -> Function;

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

    /// Makes what an app shows by itself of a subscriber or publisher; see `screen.js`.
    #[wasm_bindgen(method)]
    pub(crate) fn screen(this: &Host) -> Screen;

    /// One stream and one video that outlive the SDK's.
    #[derive(Clone)]
    pub(crate) type Screen;

    /// The stream that the app knows.
    #[wasm_bindgen(method, getter)]
    pub(crate) fn stream(this: &Screen) -> MediaStream;

    /// Whether it holds a last picture.
    #[wasm_bindgen(method, getter)]
    pub(crate) fn holds(this: &Screen) -> bool;

    /// Takes the tracks of a stream in the place of those that it has.
    #[wasm_bindgen(method)]
    pub(crate) fn follow(this: &Screen, source: &MediaStream);

    /// Sees to it that nobody hears what the SDK has switched off in a stream.
    #[wasm_bindgen(method)]
    pub(crate) fn hush(this: &Screen, source: &MediaStream);

    /// The SDK has made a video that the app is to show. Returns whether the app gets this one.
    #[wasm_bindgen(method)]
    pub(crate) fn attach(this: &Screen, video: &HtmlVideoElement) -> bool;

    /// Shows what the SDK plays in a video that is attached.
    #[wasm_bindgen(method)]
    pub(crate) fn show(this: &Screen, video: &HtmlVideoElement);

    /// Looks after what is shown outside of a slot.
    #[wasm_bindgen(method)]
    pub(crate) fn watch(this: &Screen, slot: &HtmlElement);

    /// Holds the last picture.
    #[wasm_bindgen(method)]
    pub(crate) fn hold(this: &Screen);

    /// It is over: the app's video goes.
    #[wasm_bindgen(method)]
    pub(crate) fn close(this: &Screen);

    /// Remembers which durable object stands for an object of the SDK's.
    #[wasm_bindgen(method)]
    pub(crate) fn remember(this: &Host, real: &JsValue, durable: &JsValue);

    /// Makes the options of a second publisher; see `second.js`.
    #[wasm_bindgen(method)]
    pub(crate) fn succeed(this: &Host, options: &Object, current: &JsValue, media: &JsValue);

    /// Makes a second publisher tell of what it shows as the one before it does; see `second.js`.
    #[wasm_bindgen(method)]
    pub(crate) fn resemble(this: &Host, publisher: &JsValue, current: &JsValue);

    /// What a publisher gets in the place of the app's media processor; see `second.js`.
    #[wasm_bindgen(method, js_name = standIn)]
    pub(crate) fn stand_in(this: &Host, connector: &JsValue) -> JsValue;
}
