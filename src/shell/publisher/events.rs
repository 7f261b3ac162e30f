//! What a real publisher tells: what concerns us, and what goes on to the app.

use std::rc::Rc;

use js_sys::{Array, Object};
use wasm_bindgen::prelude::*;
use web_sys::HtmlVideoElement;

use super::{Publisher, Real, Standing};
use crate::core::protocol::Input;
use crate::dom::Beginning;
use crate::ot::{Event, Listener};
use crate::shell::js;

/// Events that we listen to ourselves on every real publisher.
const OWN_EVENTS: [&str; 6] =
    ["mediaStreamAvailable", "videoElementCreated", "streamCreated", "streamDestroyed", "destroyed", "muteForced"];

impl Publisher {
    pub(super) fn listen(self: &Rc<Self>, real: &Rc<Real>) {
        let on = |name: &str, run: fn(&Rc<Self>, &Rc<Real>, &Event)| {
            let (publisher, watched) = (Rc::downgrade(self), Rc::downgrade(real));
            Listener::new(real.publisher.clone(), name, move |event| {
                if let (Some(publisher), Some(real)) = (publisher.upgrade(), watched.upgrade()) {
                    run(&publisher, &real, &event);
                }
            })
        };
        let own = vec![
            on("mediaStreamAvailable", Self::on_stream),
            on("videoElementCreated", Self::on_video),
            on("streamCreated", Self::on_stream_created),
            on("streamDestroyed", Self::on_stream_destroyed),
            on("destroyed", Self::on_destroyed),
            on("muteForced", Self::on_mute_forced),
            on("mediaStreamAvailable", Self::on_media),
        ];
        real.listeners.borrow_mut().extend(own);
        for name in self.emitter.names() {
            self.relay(real, &name);
        }
    }

    /// Passes on an event that we don't listen to ourselves, as long as this real publisher is on screen.
    pub(super) fn relay(self: &Rc<Self>, real: &Rc<Real>, name: &str) {
        if OWN_EVENTS.contains(&name) {
            return;
        }
        let (publisher, watched) = (Rc::downgrade(self), Rc::downgrade(real));
        let target = js::answer(move || {
            let (publisher, real) = (publisher.upgrade()?, watched.upgrade()?);
            publisher.is_shown(&real).then(|| publisher.proxy())
        });
        let handler = self.shared.host.relay(name, &self.emitter, &target);
        real.listeners.borrow_mut().push(Listener::with(real.publisher.clone(), name, handler));
    }

    pub(super) fn is_shown(&self, real: &Rc<Real>) -> bool {
        self.shown.borrow().as_ref().is_none_or(|shown| Rc::ptr_eq(shown, real))
    }

    /// Whether the app wants it to be heard.
    fn speaks(&self) -> bool {
        self.said.last("publishAudio").unwrap_or_else(|| js::get(&self.options, "publishAudio")) != JsValue::FALSE
    }

    fn is_only(&self) -> bool {
        self.reals.borrow().len() == 1
    }

    fn emit(&self, name: &str, event: &Event) {
        if self.emitter.listens(name) {
            let event = self.shared.host.durable_event(event, &self.proxy(), &Object::new());
            self.emitter.emit(name, &event);
        }
    }

    /// The app knows one stream, whose tracks are always those of its preview.
    fn on_stream(self: &Rc<Self>, real: &Rc<Real>, event: &Event) {
        let stream = self.tile.take_stream(&real.picture, event.media_stream(), self.is_shown(real));
        if let Some(stream) = stream
            && self.emitter.listens("mediaStreamAvailable")
        {
            let over = Object::new();
            js::set(&over, "mediaStream", stream);
            let event = self.shared.host.durable_event(event, &self.proxy(), &over);
            self.emitter.emit("mediaStreamAvailable", &event);
        }
    }

    fn on_video(self: &Rc<Self>, real: &Rc<Real>, event: &Event) {
        if let Ok(video) = event.element().dyn_into::<HtmlVideoElement>() {
            // Nobody is to hear themselves, not even for the moment before the SDK mutes a preview.
            video.set_muted(true);
            if self.tile.is_bare() {
                self.tile.take_video(&video, self.is_shown(real));
            }
            let (publisher, watched) = (Rc::downgrade(self), Rc::downgrade(real));
            real.picture.watch(&video, Beginning::Frame, move || {
                if let (Some(publisher), Some(real)) = (publisher.upgrade(), watched.upgrade()) {
                    publisher.judge(&real);
                }
            });
        }
        if self.is_only() {
            self.emit("videoElementCreated", event);
        }
    }

    fn on_media(self: &Rc<Self>, real: &Rc<Real>, event: &Event) {
        *real.media.borrow_mut() = js::get(event, "mediaStream");
    }

    fn on_stream_created(self: &Rc<Self>, real: &Rc<Real>, event: &Event) {
        // The app's own stream outlives the legs.
        let is_new = self.stream.borrow().is_none();
        self.remember_stream(real);
        if is_new {
            self.emit("streamCreated", event);
        }
    }

    /// The app knows the stream of its publisher by the first object that it saw.
    pub(super) fn remember_stream(self: &Rc<Self>, real: &Real) {
        let Some(stream) = real.publisher.stream() else { return };
        let known = self.stream.borrow().clone();
        match known {
            None => *self.stream.borrow_mut() = self.call.borrow().upgrade().map(|call| call.own_stream(self, &stream)),
            Some(known) => self.shared.host.remember(&stream, &known),
        }
    }

    fn on_stream_destroyed(self: &Rc<Self>, real: &Rc<Real>, event: &Event) {
        match real.standing.get() {
            Standing::Ready | Standing::Retired => {}
            Standing::Kept => {
                let _ = event.prevent_default();
            }
            // Refused where it goes on, or a second one: its publish() tells.
            Standing::Active if !real.live.get() && (!self.is_shown(real) || self.stream.borrow().is_some()) => {}
            Standing::Active => {
                if let Some(leg) = real.leg.get() {
                    self.feed(Input::PublisherEnded { leg, publisher: self.id });
                }
                // The end of one that nobody sees yet, or any more, is not the app's stream's.
                if self.is_shown(real) {
                    self.emit("streamDestroyed", event);
                    *self.stream.borrow_mut() = None;
                }
            }
        }
    }

    fn on_destroyed(self: &Rc<Self>, real: &Rc<Real>, event: &Event) {
        if real.standing.get() == Standing::Retired {
            return;
        }
        self.reals.borrow_mut().retain(|other| !Rc::ptr_eq(other, real));
        if self.is_shown(real) {
            if let Some(leg) = real.leg.take() {
                self.feed(Input::Unpublish(self.id));
                let _ = leg;
            }
            self.emit("destroyed", event);
            self.tile.close();
            self.shared.publishers.borrow_mut().retain(|other| other.id != self.id);
        }
    }

    fn on_mute_forced(self: &Rc<Self>, real: &Rc<Real>, event: &Event) {
        let moved = self.stream.borrow().is_some();
        let call = self.call.borrow().upgrade();
        let counts = real.live.get() && real.leg.get().zip(call).is_none_or(|(leg, call)| call.is_primary(leg));
        if moved && !counts {
            // As one who comes into a session in which everybody is muted: but it was in the call before.
            if self.speaks() {
                js::apply(&real.publisher, "publishAudio", &Array::of1(&JsValue::TRUE));
            }
            return;
        }
        let muted = Array::of1(&JsValue::FALSE);
        self.said.note("publishAudio", &muted);
        self.tell_others(real, "publishAudio", &muted);
        if self.is_shown(real) {
            self.emit("muteForced", event);
        }
    }
}
