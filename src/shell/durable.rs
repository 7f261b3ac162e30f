//! Objects that the app holds and that outlive the leg under them.

use std::rc::Rc;

use js_sys::{Array, Function, Object};
use wasm_bindgen::prelude::*;

use super::host::Host;

/// What a durable object answers itself. Everything else is the SDK's object of the moment.
pub(super) trait Durable: 'static {
    /// Names of the methods that [`Durable::call`] answers.
    const METHODS: &'static [&'static str];

    /// The SDK's object of the moment.
    fn real(&self) -> JsValue;

    /// A property of our own; `None` for the SDK's.
    fn get(&self, name: &str) -> Option<JsValue>;

    /// Answers a method of our own.
    fn call(self: &Rc<Self>, name: &str, args: &Array) -> Result<JsValue, JsValue>;

    /// Hears of every call that is passed on to the SDK's object.
    fn called(&self, _name: &str, _args: &Array) {}
}

/// Makes the object for the app. It lives as long as the app or the shell holds it, and keeps `durable` alive.
pub(super) fn make<D: Durable>(host: &Host, shape: &JsValue, durable: &Rc<D>) -> JsValue {
    let own: Array = D::METHODS.iter().map(|name| JsValue::from_str(name)).collect();
    let real = {
        let durable = Rc::clone(durable);
        function(Closure::<dyn Fn() -> JsValue>::new(move || durable.real()).into_js_value())
    };
    let get = {
        let durable = Rc::clone(durable);
        let closure = Closure::<dyn Fn(String) -> JsValue>::new(move |name: String| {
            durable.get(&name).unwrap_or(JsValue::UNDEFINED)
        });
        function(closure.into_js_value())
    };
    let call = {
        let durable = Rc::clone(durable);
        let closure =
            Closure::<dyn Fn(String, Array) -> Result<JsValue, JsValue>>::new(move |name: String, args: Array| {
                durable.call(&name, &args)
            });
        function(closure.into_js_value())
    };
    let called = {
        let durable = Rc::clone(durable);
        let closure = Closure::<dyn Fn(String, Array)>::new(move |name: String, args: Array| {
            durable.called(&name, &args);
        });
        function(closure.into_js_value())
    };
    host.durable(shape, &own, &real, &get, &call, &called)
}

/// The prototype of an object of the SDK's.
pub(super) fn shape_of(real: &JsValue) -> JsValue {
    match real.dyn_ref::<Object>() {
        Some(object) => Object::get_prototype_of(object).into(),
        None => JsValue::NULL,
    }
}

fn function(value: JsValue) -> Function {
    value.unchecked_into()
}
