//! Plain JavaScript values, shortly.

use js_sys::{Array, Function, Object, Reflect};
use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/tests/browser/fixtures.js")]
extern "C" {
    /// A function that remembers how it was called.
    pub(crate) fn recorder() -> Function;
}

/// `undefined`.
pub(crate) const NOTHING: JsValue = JsValue::UNDEFINED;

/// A property; dots lead on to properties of properties.
pub(crate) fn get(object: &JsValue, path: &str) -> JsValue {
    path.split('.').fold(object.clone(), |object, name| {
        Reflect::get(&object, &name.into()).unwrap_or_else(|_| panic!("nothing holds the {name} of {path}"))
    })
}

/// A property that is text.
pub(crate) fn text(object: &JsValue, path: &str) -> String {
    get(object, path).as_string().unwrap_or_else(|| panic!("{path} is no text, but {:?}", get(object, path)))
}

/// A property that is a number.
pub(crate) fn number(object: &JsValue, path: &str) -> f64 {
    get(object, path).as_f64().unwrap_or_else(|| panic!("{path} is no number, but {:?}", get(object, path)))
}

pub(crate) fn set(object: &JsValue, name: &str, value: impl Into<JsValue>) {
    Reflect::set(object, &name.into(), &value.into()).unwrap();
}

pub(crate) fn object<const N: usize>(properties: [(&str, JsValue); N]) -> JsValue {
    let object = Object::new();
    for (name, value) in properties {
        set(&object, name, value);
    }
    object.into()
}

/// Calls a method.
pub(crate) fn call<const N: usize>(object: &JsValue, name: &str, args: [&JsValue; N]) -> Result<JsValue, JsValue> {
    let method: Function = get(object, name).dyn_into().unwrap_or_else(|_| panic!("{name} is no method"));
    method.apply(object, &array(args))
}

pub(crate) fn array<const N: usize>(items: [&JsValue; N]) -> Array {
    items.into_iter().collect()
}

/// How often a recorder was called.
pub(crate) fn count(recorder: &Function) -> usize {
    calls(recorder).length() as usize
}

/// An argument of a recorder's latest call.
pub(crate) fn heard(recorder: &Function, argument: u32) -> JsValue {
    let latest = calls(recorder).iter().last().expect("it was never called");
    get(&latest, "args").unchecked_into::<Array>().get(argument)
}

/// The first arguments of all calls of a recorder.
pub(crate) fn all_heard(recorder: &Function) -> Vec<JsValue> {
    calls(recorder).iter().map(|call| get(&call, "args").unchecked_into::<Array>().get(0)).collect()
}

/// What was `this` in a recorder's latest call.
pub(crate) fn self_of(recorder: &Function) -> JsValue {
    get(&calls(recorder).iter().last().expect("it was never called"), "self")
}

fn calls(recorder: &Function) -> Array {
    get(recorder, "calls").unchecked_into()
}
