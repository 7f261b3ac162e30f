//! What a real subscriber tells: what concerns us, and what goes on to the app.

use std::rc::Rc;

use gloo_timers::future::TimeoutFuture;
use js_sys::Object;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::HtmlVideoElement;

use super::{Feed, INTERNAL, LAST_WORDS, View};
use crate::core::protocol::Input;
use crate::dom::Beginning;
use crate::ot::{Event, Listener, shows_frames_only};
use crate::shell::call::Call;
use crate::shell::js;

/// Events that we listen to ourselves on every real subscriber.
const OWN_EVENTS: [&str; 6] =
    ["mediaStreamAvailable", "videoElementCreated", "videoDisabled", "destroyed", "audioBlocked", "audioUnblocked"];

impl View {
    pub(super) fn listen(self: &Rc<Self>, feed: &Rc<Feed>) {
        let on = |name: &str, run: fn(&Rc<Self>, &Rc<Feed>, &Event)| {
            let (view, watched) = (Rc::downgrade(self), Rc::downgrade(feed));
            Listener::new(feed.subscriber.clone(), name, move |event| {
                if let (Some(view), Some(feed)) = (view.upgrade(), watched.upgrade()) {
                    run(&view, &feed, &event);
                }
            })
        };
        let own = vec![
            on("mediaStreamAvailable", Self::on_stream),
            on("videoElementCreated", Self::on_video),
            on("videoDisabled", |view, feed, event| {
                view.judge(feed);
                view.pass("videoDisabled", feed, event);
            }),
            on("destroyed", Self::on_destroyed),
            on("audioBlocked", |view, feed, _| view.tell_blocked(feed)),
            on("audioUnblocked", |view, feed, _| view.tell_blocked(feed)),
        ];
        feed.listeners.borrow_mut().extend(own);
        for name in self.emitter.names() {
            self.relay(feed, &name);
        }
    }

    pub(super) fn relay(self: &Rc<Self>, feed: &Rc<Feed>, name: &str) {
        if OWN_EVENTS.contains(&name) {
            return;
        }
        let (view, watched) = (Rc::downgrade(self), Rc::downgrade(feed));
        let target = js::answer(move || {
            let (view, feed) = (view.upgrade()?, watched.upgrade()?);
            view.speaks(&feed).then(|| view.proxy())
        });
        let handler = self.shared.host.relay(name, &self.emitter, &target);
        feed.listeners.borrow_mut().push(Listener::with(feed.subscriber.clone(), name, handler));
    }

    /// Whether what a feed tells is the app's to hear: it is on screen.
    fn speaks(&self, feed: &Rc<Feed>) -> bool {
        !feed.retired.get() && self.shown.borrow().as_ref().is_none_or(|shown| Rc::ptr_eq(shown, feed))
    }

    /// Passes an event on if its feed is on screen.
    pub(super) fn pass(&self, name: &str, feed: &Rc<Feed>, event: &Event) {
        if self.speaks(feed) {
            self.emit(name, event, &Object::new());
        }
    }

    fn emit(&self, name: &str, event: &Event, over: &Object) {
        if self.emitter.listens(name) {
            let event = self.shared.host.durable_event(event, &self.proxy(), over);
            self.emitter.emit(name, &event);
        }
    }

    /// Watches the video of a feed from when it appears on. Its sound starts when the SDK tells of it; so this is for
    /// feeds that have no other one above them, which they would silence too early.
    pub(super) fn watch_early(self: &Rc<Self>, feed: &Rc<Feed>) {
        let (view, watched) = (Rc::downgrade(self), Rc::downgrade(feed));
        feed.picture.on_appearance(move |video| {
            if let (Some(view), Some(feed)) = (view.upgrade(), watched.upgrade()) {
                view.watch(&feed, video);
            }
        });
    }

    fn watch(self: &Rc<Self>, feed: &Rc<Feed>, video: &HtmlVideoElement) {
        let (view, watched) = (Rc::downgrade(self), Rc::downgrade(feed));
        let only_frames = shows_frames_only(self.shared.ot.version().as_deref());
        let beginning = if only_frames { Beginning::Frame } else { Beginning::Filler };
        feed.picture.watch(video, beginning, move || {
            if let (Some(view), Some(feed)) = (view.upgrade(), watched.upgrade()) {
                if view.is_shown(&feed) {
                    view.tile.show(&feed.picture);
                }
                view.feed(Input::Presented { leg: feed.leg, view: view.id });
            }
        });
    }

    /// The app knows one stream, whose tracks are always those on screen.
    fn on_stream(self: &Rc<Self>, feed: &Rc<Feed>, event: &Event) {
        let shown = self.shown.borrow().is_none() || self.is_shown(feed);
        if let Some(stream) = self.tile.take_stream(&feed.picture, event.media_stream(), shown) {
            let over = Object::new();
            js::set(&over, "mediaStream", stream);
            self.emit("mediaStreamAvailable", event, &over);
        }
    }

    fn on_video(self: &Rc<Self>, feed: &Rc<Feed>, event: &Event) {
        let under = self.shown.borrow().is_some() && !self.is_shown(feed);
        let mut fresh = true;
        if let Ok(video) = event.element().dyn_into::<HtmlVideoElement>() {
            if self.tile.is_bare() {
                fresh = self.tile.take_video(&video, !under);
            }
            self.watch(feed, &video);
        }
        if !self.tile.is_bare() {
            let (view, watched) = (Rc::downgrade(self), Rc::downgrade(feed));
            feed.picture.keep_last(move |still| {
                if let (Some(view), Some(feed)) = (view.upgrade(), watched.upgrade())
                    && view.is_shown(&feed)
                {
                    view.note_sound(&feed);
                    view.tile.cover(&still);
                }
            });
        }
        if !self.tile.is_bare() {
            let shown = self.shown.borrow().as_ref().filter(|_| under).map(|shown| shown.picture.output());
            match shown {
                Some(device) => feed.picture.set_output(&device),
                // What was chosen for all while nobody was on screen, the SDK has set already.
                None if feed.picture.output().is_empty() => feed.picture.set_output(&self.output.borrow()),
                None => {}
            }
        }
        if under && self.hears() {
            // From here on the sound runs along, unheard: a router needs a moment to start sending it.
            let _ = feed.subscriber.set_audio_volume(&JsValue::from_f64(0.0));
            let _ = feed.subscriber.subscribe_to_audio_now(true, INTERNAL);
            let _ = feed.subscriber.set_audio_volume(&JsValue::from_f64(0.0));
        }
        if !under {
            if self.tile.is_bare() && !fresh && self.blocked.get() {
                // The app's video is muted by the subscriber before.
                let _ = feed.subscriber.set_audio_volume(&self.volume.borrow());
            }
            self.tell_blocked(feed);
        }
        if under && fresh {
            *feed.video_event.borrow_mut() = Some(event.clone());
        } else if fresh {
            self.pass("videoElementCreated", feed, event);
        }
    }

    /// Tells the app, once, that the browser blocks the sound of what is on screen, and that it does no more.
    pub(super) fn tell_blocked(&self, feed: &Rc<Feed>) {
        if !self.is_shown(feed) || feed.retired.get() {
            return;
        }
        let blocked = feed.subscriber.is_audio_blocked().unwrap_or_default();
        if self.blocked.replace(blocked) != blocked {
            // What was subscribed to aloud because nobody would hear it: until its video is there, it is to be silent.
            for other in self.all_feeds() {
                if !self.is_shown(&other) && other.picture.video().is_none() {
                    let _ = other.subscriber.subscribe_to_audio_now(false, INTERNAL);
                }
            }
            self.emitter.emit(if blocked { "audioBlocked" } else { "audioUnblocked" }, &JsValue::UNDEFINED);
        }
    }

    /// The SDK has destroyed a subscriber: because its stream has ended or the app wanted it; or because its leg dies,
    /// or it has given the subscriber up by itself, though the stream goes on. Which of these is clear in a moment.
    fn on_destroyed(self: &Rc<Self>, feed: &Rc<Feed>, event: &Event) {
        let Some(call) = self.call.upgrade().filter(|_| !feed.retired.get()) else { return };
        if self.ending.get() || !call.has_stream(feed.leg, &feed.stream) {
            self.over(&call, feed, event);
            return;
        }
        let (view, feed, event) = (Rc::clone(self), Rc::clone(feed), event.clone());
        spawn_local(async move {
            TimeoutFuture::new(LAST_WORDS).await;
            if feed.retired.get() {
                return;
            }
            if view.ending.get() {
                view.over(&call, &feed, &event);
            } else {
                call.feed(Input::ViewLost { leg: feed.leg, view: view.id });
            }
        });
    }

    fn over(&self, call: &Rc<Call>, feed: &Rc<Feed>, event: &Event) {
        self.pass("destroyed", feed, event);
        self.close();
        call.view_destroyed(self.id);
    }
}
