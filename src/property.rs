//! A property of somebody else's object that is watched.

use js_sys::{Function, Object, Reflect};
use wasm_bindgen::prelude::*;

/// Stands in for a property of an object, as long as it lives: costs nothing until somebody reads or writes it.
pub(crate) struct Property {
    object: Object,
    name: &'static str,
    set: Closure<dyn FnMut(JsValue)>,
}

impl Property {
    /// From now on `get` answers who reads the property, called as the object's method, and `set` hears who writes it.
    pub(crate) fn define(
        object: &Object,
        name: &'static str,
        get: &Function,
        set: impl FnMut(JsValue) + 'static,
    ) -> Self {
        let set = Closure::<dyn FnMut(JsValue)>::new(set);
        let accessor = Object::new();
        // Setting a property of a plain object does not fail, nor does defining one that can be changed.
        for (key, value) in [("configurable", &JsValue::TRUE), ("get", get), ("set", set.as_ref())] {
            let _ = Reflect::set(&accessor, &key.into(), value);
        }
        let _ = Reflect::define_property(object, &name.into(), &accessor);
        Self { object: object.clone(), name, set }
    }
}

impl Drop for Property {
    fn drop(&mut self) {
        let name = self.name.into();
        let now = Reflect::get_own_property_descriptor(&self.object, &name).unwrap_or_default();
        // Somebody else may stand in for it since.
        if Reflect::get(&now, &"set".into()).is_ok_and(|set| set == *self.set.as_ref()) {
            let _ = Reflect::delete_property(&self.object, &name);
        }
    }
}
