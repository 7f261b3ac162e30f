//! Objects that the app holds and that outlive the leg under them.

use std::rc::Rc;

use js_sys::{Array, Object};
use wasm_bindgen::prelude::*;

use super::emitter::Emitter;
use super::host::Host;
use super::js;

/// What a durable object answers itself. Everything else is the SDK's object of the moment.
pub(super) trait Durable: 'static {
    /// Names of the methods that [`Durable::call`] answers.
    const METHODS: &'static [&'static str] = &[];

    /// Names of the properties that [`Durable::get`] knows.
    const PROPERTIES: &'static [&'static str];

    /// Names of the calls that [`Durable::called`] is to hear of.
    const STATES: &'static [&'static str] = &[];

    /// The SDK's object of the moment.
    fn real(&self) -> JsValue;

    /// A property of our own; `None` leaves it to the SDK's object.
    fn get(self: &Rc<Self>, name: &str) -> Option<JsValue>;

    /// Answers a method of our own.
    fn call(self: &Rc<Self>, _name: &str, _args: &Array) -> Result<JsValue, JsValue> {
        Ok(JsValue::UNDEFINED)
    }

    /// Hears of a call that is to be passed on to the SDK's object. Says whether there is one.
    fn called(self: &Rc<Self>, _name: &str, _args: &Array) -> bool {
        true
    }

    /// The app's listeners; without it the SDK's object keeps them.
    fn emitter(&self) -> Option<&Emitter> {
        None
    }

    /// An event is listened to for the first time.
    fn listen(self: &Rc<Self>, _name: &str) {}
}

/// Makes the object for the app. It lives as long as the app or the shell holds it, and keeps `durable` alive.
pub(super) fn make<D: Durable>(host: &Host, shape: &JsValue, durable: &Rc<D>) -> JsValue {
    let behind = Object::new();
    for (name, list) in [("methods", D::METHODS), ("properties", D::PROPERTIES), ("states", D::STATES)] {
        let list: Array = list.iter().map(|name| JsValue::from_str(name)).collect();
        js::set(&behind, name, list);
    }
    if let Some(emitter) = durable.emitter() {
        js::set(&behind, "emitter", emitter.clone());
    }
    let it = Rc::clone(durable);
    js::set(&behind, "real", Closure::<dyn Fn() -> JsValue>::new(move || it.real()).into_js_value());
    let it = Rc::clone(durable);
    let get = move |name: String| it.get(&name).unwrap_or(JsValue::UNDEFINED);
    js::set(&behind, "get", Closure::<dyn Fn(String) -> JsValue>::new(get).into_js_value());
    let it = Rc::clone(durable);
    let call = move |name: String, args: Array| it.call(&name, &args);
    js::set(&behind, "call", Closure::<dyn Fn(String, Array) -> Result<JsValue, JsValue>>::new(call).into_js_value());
    let it = Rc::clone(durable);
    let called = move |name: String, args: Array| it.called(&name, &args);
    js::set(&behind, "called", Closure::<dyn Fn(String, Array) -> bool>::new(called).into_js_value());
    let it = Rc::clone(durable);
    let listen = move |name: String| it.listen(&name);
    js::set(&behind, "listen", Closure::<dyn Fn(String)>::new(listen).into_js_value());
    host.durable(shape, &behind)
}

/// The prototype of an object of the SDK's.
pub(super) fn shape_of(real: &JsValue) -> JsValue {
    match real.dyn_ref::<Object>() {
        Some(object) => Object::get_prototype_of(object).into(),
        None => JsValue::NULL,
    }
}
