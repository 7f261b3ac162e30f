//! The app's listeners on a durable object, in all the SDK's forms.

use std::cell::{Cell, RefCell};

use js_sys::{Array, Function, Object};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// The page's own way to tell of an exception that nobody caught.
    #[wasm_bindgen(catch, js_name = reportError)]
    fn report_error(error: &JsValue) -> Result<(), JsValue>;
}

/// Keeps listeners and calls them.
#[derive(Debug, Default)]
pub struct Emitter {
    handlers: RefCell<Vec<Handler>>,
    next: Cell<u32>,
}

#[derive(Clone, Debug)]
struct Handler {
    id: u32,
    name: String,
    function: Function,
    context: JsValue,
    once: bool,
}

impl Emitter {
    /// `on(names, handler, context)` and `on(map, context)`; `names` may be several, with spaces between. Returns
    /// the names that were not listened to before.
    pub fn on(&self, args: &Array, once: bool) -> Vec<String> {
        let mut fresh = Vec::new();
        for (name, function, context) in parse(args) {
            let Some(function) = function else { continue };
            if !self.listens(&name) && !fresh.contains(&name) {
                fresh.push(name.clone());
            }
            let id = self.next.get();
            self.next.set(id.wrapping_add(1));
            self.handlers.borrow_mut().push(Handler { id, name, function, context, once });
        }
        fresh
    }

    /// `off()`, `off(names)`, `off(names, handler, context)` and `off(map, context)`.
    pub fn off(&self, args: &Array) {
        if args.length() == 0 || args.get(0).is_undefined() {
            self.handlers.borrow_mut().clear();
            return;
        }
        for (name, function, context) in parse(args) {
            self.handlers.borrow_mut().retain(|handler| {
                let same = handler.name == name
                    && function.as_ref().is_none_or(|function| *function == handler.function)
                    && (context.is_undefined() || context == handler.context);
                !same
            });
        }
    }

    /// Calls the listeners of an event. One that throws is reported to the page, as if it had thrown in a listener of
    /// the page's own, and the others are called all the same.
    pub fn emit(&self, name: &str, event: &JsValue) {
        let called: Vec<Handler> =
            self.handlers.borrow().iter().filter(|handler| handler.name == name).cloned().collect();
        for handler in called {
            let mut handlers = self.handlers.borrow_mut();
            let Some(index) = handlers.iter().position(|other| other.id == handler.id) else {
                continue;
            };
            if handler.once {
                handlers.remove(index);
            }
            drop(handlers);
            if let Err(error) = handler.function.call1(&handler.context, event) {
                report(error);
            }
        }
    }

    /// Whether anybody listens to an event.
    pub fn listens(&self, name: &str) -> bool {
        self.handlers.borrow().iter().any(|handler| handler.name == name)
    }

    /// The events that somebody listens to.
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for handler in &*self.handlers.borrow() {
            if !names.contains(&handler.name) {
                names.push(handler.name.clone());
            }
        }
        names
    }
}

fn parse(args: &Array) -> Vec<(String, Option<Function>, JsValue)> {
    let first = args.get(0);
    if let Some(names) = first.as_string() {
        let function = args.get(1).dyn_into::<Function>().ok();
        let context = args.get(2);
        return names.split_whitespace().map(|name| (name.to_owned(), function.clone(), context.clone())).collect();
    }
    let Some(map) = first.dyn_ref::<Object>() else {
        return Vec::new();
    };
    let context = args.get(1);
    Object::entries(map)
        .iter()
        .filter_map(|entry| {
            let entry: Array = entry.unchecked_into();
            let name = entry.get(0).as_string()?;
            Some((name, entry.get(1).dyn_into::<Function>().ok(), context.clone()))
        })
        .collect()
}

/// Reports what a function of the app's threw: once, and outside the SDK.
pub(super) fn report(error: JsValue) {
    wasm_bindgen_futures::spawn_local(async move {
        // In a browser without it there is nobody to tell.
        let _ = report_error(&error);
    });
}
