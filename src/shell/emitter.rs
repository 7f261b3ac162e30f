//! The app's listeners on a durable object: see `emitter.js`.

use js_sys::Array;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// Keeps listeners and calls them.
    #[derive(Clone, Debug)]
    pub(crate) type Emitter;

    #[wasm_bindgen(method)]
    fn count(this: &Emitter, name: &str) -> u32;

    #[wasm_bindgen(method, js_name = names)]
    fn all_names(this: &Emitter) -> Array;

    /// Calls the listeners of an event.
    #[wasm_bindgen(method)]
    pub(crate) fn emit(this: &Emitter, name: &str, event: &JsValue);

    /// The page's own way to tell of an exception that nobody caught.
    #[wasm_bindgen(catch, js_name = reportError)]
    fn report_error(error: &JsValue) -> Result<(), JsValue>;
}

impl Emitter {
    /// Whether anybody listens to an event.
    pub(crate) fn listens(&self, name: &str) -> bool {
        self.count(name) > 0
    }

    /// The events that somebody has ever listened to.
    pub(crate) fn names(&self) -> Vec<String> {
        self.all_names().iter().filter_map(|name| name.as_string()).collect()
    }
}

/// Reports what a function of the app's threw: once, and outside the SDK.
pub(super) fn report(error: JsValue) {
    wasm_bindgen_futures::spawn_local(async move {
        // In a browser without it there is nobody to tell.
        let _ = report_error(&error);
    });
}
