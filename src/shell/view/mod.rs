//! A durable subscriber: one view of a stream, whichever real subscribers feed it on the legs.

mod durable;
mod events;

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use gloo_timers::future::TimeoutFuture;
use js_sys::{Array, Function, Object};
use litemap::LiteMap;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;

use self::durable::STATE_CALLS;
use super::call::Call;
use super::emitter::Emitter;
use super::js;
use super::picture::Picture;
use super::shared::{Ending, Shared};
use super::tile::{Kind, Tile};
use crate::core::ids::{LegId, StreamId, ViewId};
use crate::core::protocol::Input;
use crate::ot::{self, Event, Listener};

/// How long it takes at most until a dying leg itself says that it dies, after its subscribers have, in ms.
const LAST_WORDS: u32 = 200;

/// The SDK's default volume, and its range's upper end.
const FULL_VOLUME: f64 = 100.0;

/// The reason for which the SDK turns sound on and off itself, at once and not when the subscriber is connected.
const INTERNAL: &str = "internal";

/// A durable subscriber.
pub(super) struct View {
    pub(super) id: ViewId,
    pub(super) stream: StreamId,
    shared: Rc<Shared>,
    call: Weak<Call>,
    options: Object,
    tile: Tile,
    emitter: Emitter,
    feeds: RefCell<LiteMap<LegId, Rc<Feed>>>,
    /// How many feeds it has had.
    count: Cell<u32>,
    /// Whether the app has ended it.
    ending: Cell<bool>,
    shown: RefCell<Option<Rc<Feed>>>,
    /// The real subscriber that was on screen last.
    latest: RefCell<JsValue>,
    state: RefCell<LiteMap<String, Array>>,
    volume: RefCell<JsValue>,
    /// The output device that the app has chosen for what was on screen last.
    output: RefCell<String>,
    /// Whether the app knows that the browser blocks its sound.
    blocked: Cell<bool>,
    proxy: RefCell<JsValue>,
    subscribed: RefCell<Option<Function>>,
}

/// A subscriber of the SDK's.
struct Feed {
    leg: LegId,
    /// Tells it from others of its view's on the same leg.
    number: u32,
    subscriber: ot::Subscriber,
    stream: ot::Stream,
    picture: Rc<Picture>,
    retired: Cell<bool>,
    connected: Cell<bool>,
    listeners: RefCell<Vec<Listener>>,
    /// What the app hears of its video when that is on screen.
    video_event: RefCell<Option<Event>>,
}

impl View {
    pub(super) fn create(
        call: &Rc<Call>,
        id: ViewId,
        stream: StreamId,
        target: &JsValue,
        options: &JsValue,
        subscribed: Option<Function>,
    ) -> Result<Rc<Self>, JsValue> {
        let options = js::copy(options);
        let tile = Tile::mount(&call.shared.host, Kind::Subscriber, target, &options)?;
        let volume = js::get(&options, "audioVolume");
        if is_loud(&volume) {
            js::set(&options, "subscribeToAudio", true);
        }
        let volume = if volume.is_undefined() { JsValue::from_f64(FULL_VOLUME) } else { volume };
        Ok(Rc::new(Self {
            id,
            stream,
            shared: Rc::clone(&call.shared),
            call: Rc::downgrade(call),
            options,
            tile,
            emitter: call.shared.host.emitter(),
            feeds: RefCell::default(),
            count: Cell::new(0),
            ending: Cell::new(false),
            shown: RefCell::default(),
            latest: RefCell::new(JsValue::UNDEFINED),
            state: RefCell::default(),
            volume: RefCell::new(volume),
            output: RefCell::default(),
            blocked: Cell::default(),
            proxy: RefCell::new(JsValue::UNDEFINED),
            subscribed: RefCell::new(subscribed),
        }))
    }

    pub(super) fn proxy(&self) -> JsValue {
        self.proxy.borrow().clone()
    }

    pub(super) fn set_proxy(&self, proxy: JsValue) {
        if let Some(feed) = &*self.shown.borrow() {
            self.shared.host.remember(&feed.subscriber, &proxy);
        }
        *self.proxy.borrow_mut() = proxy;
    }

    /// The real subscriber that is on screen.
    pub(super) fn real_subscriber(&self) -> Option<ot::Subscriber> {
        self.shown.borrow().as_ref().map(|feed| feed.subscriber.clone())
    }

    /// Subscribes on a leg; `under` what is on screen, and silent.
    pub(super) fn subscribe(
        self: &Rc<Self>,
        leg: LegId,
        session: &ot::Session,
        stream: &ot::Stream,
        under: bool,
    ) -> Result<(), JsValue> {
        let options = js::copy(&self.options);
        let picture = self.tile.place(&options)?;
        self.say_state(&options);
        let blocked = self.blocked.get();
        let bare = self.tile.is_bare();
        // What is not to be heard yet starts with its sound off: the SDK plays a new stream first in an element of its
        // own, at full volume whatever the options say. Nobody hears what the browser blocks, but the SDK has to find out.
        let hears = self.hears() && !(under && !(bare && blocked));
        let volume = if (under && self.hears() || bare && self.tile.has_video()) && !blocked {
            // Until the SDK tells of its video, that would be heard beside the one on screen: a track that is switched off
            // can be heard for a moment when its first packet comes.
            JsValue::from_f64(0.0)
        } else {
            self.volume.borrow().clone()
        };
        js::set(&options, "subscribeToAudio", hears);
        js::set(&options, "audioVolume", volume);
        let number = self.count.get() + 1;
        self.count.set(number);
        let done = {
            let view = Rc::downgrade(self);
            js::callback(move |error| {
                if let Some(view) = view.upgrade() {
                    view.answered(leg, number, &error);
                }
            })
        };
        let subscriber = session.subscribe(stream, &picture.target().unwrap_or_default(), &options, &done)?;
        if !hears {
            // For the SDK a volume in the options is a wish to hear.
            let _ = subscriber.subscribe_to_audio_now(false, INTERNAL);
        }
        self.tile.settle(&picture, !under);
        let feed = Rc::new(Feed {
            leg,
            number,
            subscriber,
            stream: stream.clone(),
            picture,
            retired: Cell::new(false),
            connected: Cell::new(false),
            listeners: RefCell::default(),
            video_event: RefCell::default(),
        });
        let proxy = self.proxy();
        if !proxy.is_undefined() {
            self.shared.host.remember(&feed.subscriber, &proxy);
        }
        self.listen(&feed);
        for name in STATE_CALLS {
            if let Some(args) = self.state.borrow().get(name) {
                js::apply(&feed.subscriber, name, args);
            }
        }
        if under {
            if let Some(shown) = &*self.shown.borrow() {
                feed.picture.follow(&shown.picture);
            }
            // A video that starts muted is paused when it is to be heard and the user has done nothing yet; one that
            // starts loud is refused, and the SDK knows what to do.
            let (view, watched, loud) = (Rc::downgrade(self), Rc::downgrade(&feed), Cell::new(false));
            feed.picture.on_appearance(move |video| {
                let (Some(view), Some(feed)) = (view.upgrade(), watched.upgrade()) else { return };
                if view.blocked.get() && !loud.replace(true) && !view.is_shown(&feed) {
                    video.set_volume(1.0);
                    video.set_muted(false);
                }
            });
        } else {
            self.watch_early(&feed);
            self.present(&feed);
        }
        self.feeds.borrow_mut().insert(leg, feed);
        Ok(())
    }

    fn answered(self: &Rc<Self>, leg: LegId, number: u32, error: &JsValue) {
        let Some(call) = self.call.upgrade() else { return };
        // What answers for a feed that another one has replaced doesn't matter.
        let current = move |view: &Self| view.on_leg(leg).filter(|feed| feed.number == number);
        if js::is_error(error) {
            // Of a leg that dies, its subscribers hear first; nothing is to be done about those.
            let (view, error) = (Rc::clone(self), error.clone());
            spawn_local(async move {
                TimeoutFuture::new(LAST_WORDS).await;
                if current(&view).is_some() {
                    call.subscribe_failed(leg, view.id, &error);
                }
            });
            return;
        }
        self.answer(&JsValue::UNDEFINED);
        if let Some(feed) = current(self) {
            feed.connected.set(true);
            self.process(&feed);
            self.judge(&feed);
        }
    }

    /// Whether some of it is in the window. What the app shows itself counts as seen.
    pub(super) fn is_in_view(&self) -> bool {
        self.tile.element().is_none_or(|element| crate::dom::is_in_window(&element))
    }

    /// The app's `session.subscribe()` has its answer.
    pub(super) fn answer(&self, error: &JsValue) {
        let callback = self.subscribed.borrow_mut().take();
        if let Some(callback) = callback
            && let Err(error) = if error.is_undefined() {
                callback.call2(error, &JsValue::NULL, &self.proxy())
            } else {
                callback.call1(&JsValue::UNDEFINED, error)
            }
        {
            super::emitter::report(error);
        }
    }

    /// A feed that is connected and has no pictures to show is as good as presented.
    pub(super) fn judge_leg(&self, leg: LegId) {
        if let Some(feed) = self.on_leg(leg) {
            self.judge(&feed);
        }
    }

    /// Whether the app wants to hear this stream.
    fn hears(&self) -> bool {
        self.wants("subscribeToAudio")
    }

    fn wants(&self, option: &str) -> bool {
        let said = self.state.borrow().get(option).map(|args| args.get(0));
        said.unwrap_or_else(|| js::get(&self.options, option)).as_bool().unwrap_or(true)
    }

    fn judge(&self, feed: &Rc<Feed>) {
        let pictures = self.wants("subscribeToVideo") && feed.stream.has_video().unwrap_or(false);
        if feed.connected.get() && !pictures {
            if self.is_shown(feed) {
                self.tile.show(&feed.picture);
            }
            self.feed(Input::Presented { leg: feed.leg, view: self.id });
        }
    }

    /// Puts the picture and the sound of a leg in the place of what is on screen. Returns the gap in its pictures, in
    /// ms, if both have some.
    pub(super) fn show(&self, leg: LegId) -> Option<f64> {
        let feed = self.on_leg(leg)?;
        let before = self.present(&feed);
        before
            .iter()
            .filter(|before| before.leg != leg && !before.retired.get())
            .for_each(|before| self.note_sound(before));
        let video = feed.video_event.take();
        let device = before.as_ref().filter(|_| !self.tile.is_bare()).map(|before| before.picture.output());
        device.iter().for_each(|device| feed.picture.set_output(device));
        self.tile.show(&feed.picture);
        if self.hears() {
            let _ = feed.subscriber.subscribe_to_audio_now(true, INTERNAL);
            if video.is_some() || !self.tile.is_bare() || self.blocked.get() {
                let _ = feed.subscriber.set_audio_volume(&self.volume.borrow());
            }
        }
        self.tell_blocked(&feed);
        let before = before.filter(|before| before.leg != leg);
        if let Some(before) = &before {
            self.unprocess(before);
        }
        self.process(&feed);
        before.iter().for_each(|before| self.quiet(before));
        if let Some(event) = video {
            self.pass("videoElementCreated", &feed, &event);
        }
        before.and_then(|_| feed.picture.gap())
    }

    /// Makes a feed the one on screen. Returns the one before.
    fn present(&self, feed: &Rc<Feed>) -> Option<Rc<Feed>> {
        *self.latest.borrow_mut() = feed.subscriber.clone().into();
        self.shown.replace(Some(Rc::clone(feed)))
    }

    /// The user may have set the volume of what is on screen by its own button, and the app the output device of its
    /// video. The app's own video has its own volume.
    fn note_sound(&self, feed: &Feed) {
        *self.output.borrow_mut() = feed.picture.output();
        if self.hears()
            && (!self.tile.is_bare() || self.blocked.get())
            && let Ok(volume) = feed.subscriber.audio_volume()
            && volume.as_f64().is_some()
        {
            *self.volume.borrow_mut() = volume;
        }
    }

    /// Lets nobody hear a feed. An app that shows the video itself hears what that plays, and decides how loud.
    fn quiet(&self, feed: &Feed) {
        if !self.tile.is_bare() {
            let _ = feed.subscriber.set_audio_volume(&JsValue::from_f64(0.0));
        }
    }

    /// Takes the real subscriber of a leg out of use, without a word to the app. What is returned ends it.
    #[must_use]
    pub(super) fn retire(&self, leg: LegId, session: &ot::Session) -> Option<Ending> {
        let feed = self.feeds.borrow_mut().remove(&leg)?;
        if self.is_shown(&feed) {
            self.note_sound(&feed);
        }
        feed.retired.set(true);
        if self.is_shown(&feed) && self.feeds.borrow().is_empty() {
            self.tile.hold(&feed.picture);
            self.shown.take();
        }
        feed.picture.release();
        let session = session.clone();
        Some(Box::new(move || {
            let _ = session.unsubscribe(&feed.subscriber);
            feed.listeners.take();
            feed.picture.remove();
        }))
    }

    /// The app unsubscribes: the SDK tells it what it always tells.
    pub(super) fn unsubscribe(&self, leg: LegId, session: &ot::Session) {
        self.ending.set(true);
        let shown = self.shown.borrow().as_ref().is_some_and(|shown| shown.leg == leg);
        if !shown {
            if let Some(end) = self.retire(leg, session) {
                end();
            }
            return;
        }
        let Some(feed) = self.on_leg(leg) else { return };
        let _ = session.unsubscribe(&feed.subscriber);
    }

    /// The view is over, and no subscriber of the SDK's is left to say so.
    pub(super) fn end(&self) {
        if self.emitter.listens("destroyed") {
            let event = self.shared.host.sdk_event("destroyed", &self.proxy(), &Object::new());
            self.emitter.emit("destroyed", &event);
        }
        self.close();
    }

    /// The view is over: takes the tile out of the page.
    pub(super) fn close(&self) {
        for (_, feed) in self.feeds.take() {
            feed.retired.set(true);
            feed.listeners.take();
            feed.picture.remove();
        }
        self.tile.close();
    }

    fn is_shown(&self, feed: &Rc<Feed>) -> bool {
        self.shown.borrow().as_ref().is_some_and(|shown| Rc::ptr_eq(shown, feed))
    }

    fn on_leg(&self, leg: LegId) -> Option<Rc<Feed>> {
        self.feeds.borrow().get(&leg).cloned()
    }

    fn feed(&self, input: Input) {
        if let Some(call) = self.call.upgrade() {
            call.feed(input);
        }
    }
}

/// Whether a volume is a wish to hear, as it is in the SDK's options and calls.
fn is_loud(volume: &JsValue) -> bool {
    volume.as_f64().is_some_and(|volume| volume > 0.0)
}
