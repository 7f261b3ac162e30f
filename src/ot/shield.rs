//! Keeps the migration of one session away from the publishers of another.

use js_sys::{Array, Function, Object, Reflect};
use wasm_bindgen::prelude::*;

use super::Publisher;

const START: &str = "startMigration";

/// From now on, a publisher migrates with its own session only. The SDK tells every publisher of the page to, and each
/// then announces its stream a second time on its own servers, which know nothing of it (SDK-FACTS section 4, c6). Without
/// the private half that this is about, nothing is changed.
pub(crate) fn shield(publisher: &Publisher) {
    let private = Reflect::get(publisher, &"_".into()).unwrap_or_default();
    let Ok(start) = Reflect::get(&private, &START.into()).and_then(JsCast::dyn_into::<Function>) else { return };
    let (within, shielded) = (private.clone(), publisher.clone());
    let own_only = Closure::<dyn FnMut() -> JsValue>::new(move || {
        let state = shielded.session().and_then(|session| session.state());
        if state.as_deref() == Some("migrating") {
            Reflect::apply(&start, &within, &Array::new()).unwrap_or_default()
        } else {
            JsValue::UNDEFINED
        }
    });
    // The object is the SDK's, and not frozen; at worst the publisher stays as it was.
    let _ = Reflect::set(private.unchecked_ref::<Object>(), &START.into(), &own_only.into_js_value());
}
