//! The subscriber as the app holds it.

use std::rc::Rc;

use js_sys::{Array, Object};
use wasm_bindgen::prelude::*;

use super::{Feed, View, is_loud};
use crate::core::protocol::Input;
use crate::shell::durable::Durable;
use crate::shell::emitter::Emitter;
use crate::shell::js;

/// Calls that say how a subscriber is to be and that are options of a new one as well, and which.
pub(super) const STATE_OPTIONS: [(&str, &str); 7] = [
    ("subscribeToAudio", "subscribeToAudio"),
    ("subscribeToVideo", "subscribeToVideo"),
    ("subscribeToCaptions", "subscribeToCaptions"),
    ("setPreferredResolution", "preferredResolution"),
    ("setPreferredFrameRate", "preferredFrameRate"),
    ("setCaptionsTranslationLanguage", "captionsTranslationLanguage"),
    ("setStyle", "style"),
];

/// Those that no option says, or none before SDK 2.35: made again on the next leg.
pub(super) const STATE_CALLS: [&str; 2] = ["restrictFrameRate", "subscribeToCaptions"];

/// What the app puts in the way of the sound or the pictures. It serves one subscriber at a time.
pub(super) const CONNECTORS: [&str; 2] = ["setVideoMediaProcessorConnector", "setAudioMediaProcessorConnector"];

impl Durable for View {
    const METHODS: &'static [&'static str] = &["isAudioBlocked"];
    const PROPERTIES: &'static [&'static str] = &["element", "id", "stream", "streamId"];
    const STATES: &'static [&'static str] = &[
        "subscribeToAudio",
        "subscribeToVideo",
        "subscribeToCaptions",
        "setPreferredResolution",
        "setPreferredFrameRate",
        "setCaptionsTranslationLanguage",
        "setStyle",
        "restrictFrameRate",
        "setVideoMediaProcessorConnector",
        "setAudioMediaProcessorConnector",
        "setAudioVolume",
        "destroy",
    ];

    fn real(&self) -> JsValue {
        self.latest.borrow().clone()
    }

    fn get(self: &Rc<Self>, name: &str) -> Option<JsValue> {
        match name {
            "element" => self.tile.element().map(Into::into),
            "id" => self.tile.element().map(|element| element.id().into()),
            "stream" => self.call.upgrade()?.stream_proxy(&self.stream),
            _ => Some(self.stream.as_str().into()),
        }
    }

    fn call(self: &Rc<Self>, _name: &str, _args: &Array) -> Result<JsValue, JsValue> {
        Ok(self.blocked.get().into())
    }

    fn emitter(&self) -> Option<&Emitter> {
        Some(&self.emitter)
    }

    fn listen(self: &Rc<Self>, name: &str) {
        for feed in self.all_feeds() {
            self.relay(&feed, name);
        }
    }

    fn called(self: &Rc<Self>, name: &str, args: &Array) -> bool {
        let shown = self.shown.borrow().clone();
        match name {
            "destroy" => {
                self.ending.set(true);
                if shown.is_none() {
                    self.feed(Input::Unsubscribe(self.id));
                }
            }
            "setAudioVolume" => {
                let volume = args.get(0);
                if is_loud(&volume) && !self.hears() {
                    self.note("subscribeToAudio", &Array::of1(&JsValue::TRUE));
                }
                *self.volume.borrow_mut() = volume;
            }
            "setStyle" => {
                // `setStyle(name, value)` or `setStyle(styles)`: each adds to what was said before.
                let said = self.state.borrow().get(name).map_or(JsValue::UNDEFINED, |args| args.get(0));
                let style = js::copy(&said);
                match args.get(0).as_string() {
                    Some(name) => js::set(&style, &name, args.get(1)),
                    None => drop(Object::assign(&style, &js::copy(&args.get(0)))),
                }
                self.note(name, &Array::of1(&style));
            }
            _ => self.note(name, args),
        }
        let said = STATE_OPTIONS.iter().any(|(call, _)| *call == name) || STATE_CALLS.contains(&name);
        for feed in
            self.all_feeds().into_iter().filter(|feed| said && !shown.as_ref().is_some_and(|s| Rc::ptr_eq(s, feed)))
        {
            js::apply(&feed.subscriber, name, args);
            self.quiet(&feed);
        }
        shown.is_some()
    }
}

impl View {
    fn note(&self, name: &str, args: &Array) {
        self.state.borrow_mut().insert(name.to_owned(), args.clone());
    }

    pub(super) fn all_feeds(&self) -> Vec<Rc<Feed>> {
        self.feeds.borrow().values().cloned().collect()
    }

    /// Says in the options of a new subscriber how the app wants it to be.
    pub(super) fn say_state(&self, options: &Object) {
        for (call, option) in STATE_OPTIONS {
            let Some(said) = self.state.borrow().get(call).map(|args| args.get(0)) else { continue };
            if call == "setStyle" {
                let style = js::copy(&js::get(options, option));
                Object::assign(&style, &js::copy(&said));
                js::set(options, option, style);
            } else {
                js::set(options, option, said);
            }
        }
    }

    /// Gives what the app put in the way of sound or pictures to the feed on screen, once it has some.
    pub(super) fn process(&self, feed: &Rc<Feed>) {
        if !(feed.connected.get() && self.is_shown(feed)) {
            return;
        }
        for name in CONNECTORS {
            if let Some(args) = self.state.borrow().get(name).filter(|args| args.get(0).is_object()) {
                js::apply(&feed.subscriber, name, args);
            }
        }
    }

    /// Takes it from a feed that is on screen no more: the SDK would end it with the feed.
    pub(super) fn unprocess(&self, feed: &Rc<Feed>) {
        for name in CONNECTORS {
            if self.state.borrow().get(name).is_some_and(|args| args.get(0).is_object()) {
                js::apply(&feed.subscriber, name, &Array::of1(&JsValue::NULL));
            }
        }
    }
}
