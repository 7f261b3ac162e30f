//! Small helpers for plain JavaScript values.

use js_sys::{Array, Function, Object, Reflect};
use wasm_bindgen::prelude::*;

/// A property of an object; `undefined` if it has none or is not an object.
pub(super) fn get(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &JsValue::from_str(name)).unwrap_or(JsValue::UNDEFINED)
}

/// A string property.
pub(super) fn get_string(object: &JsValue, name: &str) -> Option<String> {
    get(object, name).as_string()
}

/// Sets a property of an object of our own.
pub(super) fn set(object: &Object, name: &str, value: impl Into<JsValue>) {
    // Setting a property of a plain object does not fail.
    let _ = Reflect::set(object, &JsValue::from_str(name), &value.into());
}

/// A copy of an options object, or an empty one.
pub(super) fn copy(options: &JsValue) -> Object {
    let empty = Object::new();
    match options.dyn_ref::<Object>() {
        Some(options) => Object::assign(&empty, options),
        None => empty,
    }
}

/// The value as a function, if it is one.
pub(super) fn function(value: JsValue) -> Option<Function> {
    value.dyn_into().ok()
}

/// A one-off callback for the SDK: `(error?) => void`. It lives as long as the SDK holds it.
pub(super) fn callback(run: impl FnMut(JsValue) + 'static) -> Function {
    Closure::<dyn FnMut(JsValue)>::new(run).into_js_value().unchecked_into()
}

/// A function for the JavaScript half, which asks something again and again.
pub(super) fn answer(ask: impl Fn() -> Option<JsValue> + 'static) -> Function {
    let ask = move || ask().unwrap_or(JsValue::UNDEFINED);
    Closure::<dyn Fn() -> JsValue>::new(ask).into_js_value().unchecked_into()
}

/// The `message` of an error, or the value as text.
pub(super) fn message(error: &JsValue) -> String {
    get_string(error, "message").or_else(|| error.as_string()).unwrap_or_else(|| "unknown error".to_owned())
}

/// Whether a callback got an error.
pub(super) fn is_error(value: &JsValue) -> bool {
    !value.is_undefined() && !value.is_null()
}

/// Calls a method of the SDK's object by its name, if it has it. What it says of bad arguments, the object on screen
/// says to the app.
pub(super) fn apply(object: &JsValue, name: &str, args: &Array) {
    if let Some(method) = function(get(object, name)) {
        let _ = Reflect::apply(&method, object, args).map(quiet);
    }
}

/// Newer SDKs answer with a promise, too; where nobody waits for it, its rejection is nobody's business.
pub(super) fn quiet(result: JsValue) {
    if let Some(catch) = function(get(&result, "catch")) {
        let ignore = Closure::<dyn FnMut(JsValue)>::new(|_| {}).into_js_value();
        let _ = catch.call1(&result, &ignore);
    }
}
