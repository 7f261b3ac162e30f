//! What the page tells: the network comes and goes, and so does the page itself.

use wasm_bindgen::prelude::*;
use web_sys::EventTarget;

use super::js;

/// What has happened to the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Happening {
    /// There is a network, or there is none.
    Online(bool),
    /// It may have been frozen or asleep, and is not any more.
    Awake,
    /// It goes to where the browser keeps pages for the way back.
    Stored,
    /// It has come back from there.
    Restored,
}

/// Listens to the page, as long as it lives.
pub(super) struct Surroundings(Vec<Heard>);

/// What is listened to: whose event, its name, and with what.
type Heard = (EventTarget, &'static str, Closure<dyn FnMut(JsValue)>);

impl Surroundings {
    pub(super) fn listen(hear: impl Fn(Happening) + Clone + 'static) -> Self {
        let mut listeners: Vec<Heard> = Vec::new();
        let Some(window) = web_sys::window() else { return Self(listeners) };
        let document = window.document().map(EventTarget::from);
        let window = EventTarget::from(window);
        let mut on = |target: &EventTarget, name: &'static str, what: fn(bool) -> Option<Happening>| {
            let hear = hear.clone();
            let listener = Closure::<dyn FnMut(JsValue)>::new(move |event: JsValue| {
                if let Some(what) = what(js::get(&event, "persisted").is_truthy()) {
                    hear(what);
                }
            });
            // Adding a listener to a living object does not fail.
            let _ = target.add_event_listener_with_callback(name, listener.as_ref().unchecked_ref());
            listeners.push((target.clone(), name, listener));
        };
        on(&window, "online", |_| Some(Happening::Online(true)));
        on(&window, "offline", |_| Some(Happening::Online(false)));
        on(&window, "pagehide", |persisted| persisted.then_some(Happening::Stored));
        on(&window, "pageshow", |persisted| Some(if persisted { Happening::Restored } else { Happening::Awake }));
        if let Some(document) = document {
            on(&document, "visibilitychange", |_| Some(Happening::Awake));
            on(&document, "resume", |_| Some(Happening::Awake));
        }
        Self(listeners)
    }
}

impl Drop for Surroundings {
    fn drop(&mut self) {
        for (target, name, listener) in &self.0 {
            let _ = target.remove_event_listener_with_callback(name, listener.as_ref().unchecked_ref());
        }
    }
}

/// Whether the browser believes that there is a network.
pub(super) fn is_online() -> bool {
    js::get(&js::get(&js_sys::global(), "navigator"), "onLine").as_bool() != Some(false)
}
