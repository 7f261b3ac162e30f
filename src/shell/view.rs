//! A durable subscriber: one view of a stream, whichever real subscribers feed it on the legs.

use litemap::LiteMap;
use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use js_sys::{Array, Function, Object};
use wasm_bindgen::prelude::*;
use web_sys::HtmlVideoElement;

use super::call::Call;
use super::durable::Durable;
use super::emitter::Emitter;
use super::js;
use super::publisher::{apply, mount, uncovered};
use super::shared::Shared;
use crate::core::ids::{LegId, StreamId, ViewId};
use crate::core::protocol::Input;
use crate::dom::{FirstFrame, LastFrame, Layer, Slot};
use crate::ot::{self, Event, Listener};

/// Calls that say how a subscriber is to be: made again on the next leg, and on both while there are two.
const STATE_CALLS: [&str; 7] = [
    "subscribeToAudio",
    "subscribeToVideo",
    "subscribeToCaptions",
    "restrictFrameRate",
    "setPreferredResolution",
    "setPreferredFrameRate",
    "setStyle",
];

/// The SDK's default volume, and its range's upper end.
const FULL_VOLUME: f64 = 100.0;

/// A durable subscriber.
pub(super) struct View {
    pub(super) id: ViewId,
    pub(super) stream: StreamId,
    shared: Rc<Shared>,
    call: Weak<Call>,
    options: Object,
    slot: RefCell<Option<Slot>>,
    emitter: Emitter,
    feeds: RefCell<LiteMap<LegId, Rc<Feed>>>,
    shown: RefCell<Option<Rc<Feed>>>,
    state: RefCell<LiteMap<String, Array>>,
    volume: RefCell<JsValue>,
    proxy: RefCell<JsValue>,
    subscribed: RefCell<Option<Function>>,
}

/// A subscriber of the SDK's.
struct Feed {
    leg: LegId,
    subscriber: ot::Subscriber,
    stream: ot::Stream,
    layer: RefCell<Option<Layer>>,
    retired: Cell<bool>,
    connected: Cell<bool>,
    listeners: RefCell<Vec<Listener>>,
    video: RefCell<Option<HtmlVideoElement>>,
    first_frame: RefCell<Option<FirstFrame>>,
    last_frame: RefCell<Option<LastFrame>>,
    presented_at: Cell<Option<f64>>,
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
        let slot = mount(target, &options)?;
        let volume = js::get(&options, "audioVolume");
        let volume = if volume.is_undefined() { JsValue::from_f64(FULL_VOLUME) } else { volume };
        Ok(Rc::new(Self {
            id,
            stream,
            shared: Rc::clone(&call.shared),
            call: Rc::downgrade(call),
            options,
            slot: RefCell::new(slot),
            emitter: Emitter::default(),
            feeds: RefCell::default(),
            shown: RefCell::default(),
            state: RefCell::default(),
            volume: RefCell::new(volume),
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
        let layer = match &*self.slot.borrow() {
            Some(slot) => {
                js::set(&options, "insertMode", "append");
                js::set(&options, "width", "100%");
                js::set(&options, "height", "100%");
                Some(slot.add_layer()?)
            }
            None => None,
        };
        for name in ["subscribeToAudio", "subscribeToVideo"] {
            if let Some(args) = self.state.borrow().get(name) {
                js::set(&options, name, args.get(0));
            }
        }
        if under {
            // The SDK plays a new stream first in an element of its own, at full volume whatever the options say.
            js::set(&options, "subscribeToAudio", false);
            js::set(&options, "audioVolume", 0);
        } else {
            js::set(&options, "audioVolume", self.volume.borrow().clone());
        }
        let target = layer.as_ref().map_or(JsValue::UNDEFINED, |layer| layer.element().clone().into());
        let done = {
            let view = Rc::downgrade(self);
            js::callback(move |error| {
                if let Some(view) = view.upgrade() {
                    view.answered(leg, &error);
                }
            })
        };
        let subscriber = session.subscribe(stream, &target, &options, &done)?;
        let feed = Rc::new(Feed {
            leg,
            subscriber,
            stream: stream.clone(),
            layer: RefCell::new(layer),
            retired: Cell::new(false),
            connected: Cell::new(false),
            listeners: RefCell::default(),
            video: RefCell::default(),
            first_frame: RefCell::default(),
            last_frame: RefCell::default(),
            presented_at: Cell::new(None),
        });
        let proxy = self.proxy();
        if !proxy.is_undefined() {
            self.shared.host.remember(&feed.subscriber, &proxy);
        }
        self.listen(&feed);
        for (name, args) in &*self.state.borrow() {
            if !under || name != "subscribeToAudio" {
                apply(&feed.subscriber, name, args);
            }
        }
        if under {
            if let Some(shown) = &*self.shown.borrow() {
                *shown.last_frame.borrow_mut() = shown.video.borrow().as_ref().map(LastFrame::follow);
            }
        } else {
            *self.shown.borrow_mut() = Some(Rc::clone(&feed));
        }
        self.feeds.borrow_mut().insert(leg, feed);
        Ok(())
    }

    fn answered(self: &Rc<Self>, leg: LegId, error: &JsValue) {
        let Some(call) = self.call.upgrade() else { return };
        if js::is_error(error) {
            call.subscribe_failed(leg, self.id, error);
            return;
        }
        self.answer(&JsValue::UNDEFINED);
        if let Some(feed) = self.on_leg(leg) {
            feed.connected.set(true);
            self.judge(&feed);
        }
    }

    /// The app's `session.subscribe()` has its answer.
    pub(super) fn answer(&self, error: &JsValue) {
        let callback = self.subscribed.borrow_mut().take();
        if let Some(callback) = callback
            && let Err(error) = callback.call1(&JsValue::UNDEFINED, error)
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

    fn judge(&self, feed: &Feed) {
        let pictures =
            self.wants("subscribeToVideo") && self.slot.borrow().is_some() && feed.stream.has_video().unwrap_or(false);
        if feed.connected.get() && !pictures {
            self.feed(Input::Presented { leg: feed.leg, view: self.id });
        }
    }

    /// Puts the picture and the sound of a leg in the place of what is on screen. Returns the gap in its pictures, in
    /// ms, if both have some.
    pub(super) fn show(&self, leg: LegId) -> Option<f64> {
        let feed = self.on_leg(leg)?;
        let before = self.shown.replace(Some(Rc::clone(&feed)));
        if let (Some(slot), Some(layer)) = (&*self.slot.borrow(), &*feed.layer.borrow()) {
            slot.promote(layer);
        }
        if self.hears() {
            let _ = feed.subscriber.subscribe_to_audio(true);
            let _ = feed.subscriber.set_audio_volume(&self.volume.borrow());
        }
        let before = before.filter(|before| before.leg != leg)?;
        let _ = before.subscriber.set_audio_volume(&JsValue::from_f64(0.0));
        if self.slot.borrow().is_none() {
            replace(before.video.borrow().as_ref(), feed.video.borrow().as_ref());
        }
        let last = before.last_frame.borrow().as_ref().and_then(LastFrame::at)?;
        Some((feed.presented_at.get()? - last).max(0.0))
    }

    /// Ends the real subscriber of a leg without a word to the app.
    pub(super) fn retire(&self, leg: LegId, session: &ot::Session) {
        let Some(feed) = self.feeds.borrow_mut().remove(&leg) else { return };
        feed.retired.set(true);
        feed.first_frame.take();
        feed.last_frame.take();
        let _ = session.unsubscribe(&feed.subscriber);
        feed.listeners.take();
        feed.layer.take();
        let was_shown = self.shown.borrow().as_ref().is_some_and(|shown| Rc::ptr_eq(shown, &feed));
        if was_shown && self.feeds.borrow().is_empty() {
            self.shown.take();
        }
    }

    /// The app unsubscribes: the SDK tells it what it always tells.
    pub(super) fn unsubscribe(&self, leg: LegId, session: &ot::Session) {
        let shown = self.shown.borrow().as_ref().is_some_and(|shown| shown.leg == leg);
        if !shown {
            self.retire(leg, session);
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
            feed.first_frame.take();
            feed.last_frame.take();
            feed.listeners.take();
            feed.layer.take();
        }
        self.slot.take();
    }

    fn on_leg(&self, leg: LegId) -> Option<Rc<Feed>> {
        self.feeds.borrow().get(&leg).cloned()
    }

    fn feed(&self, input: Input) {
        if let Some(call) = self.call.upgrade() {
            call.feed(input);
        }
    }

    fn listen(self: &Rc<Self>, feed: &Rc<Feed>) {
        let on = |name: &str, run: fn(&Rc<Self>, &Rc<Feed>, &Event)| {
            let (view, watched) = (Rc::downgrade(self), Rc::downgrade(feed));
            Listener::new(feed.subscriber.clone(), name, move |event| {
                if let (Some(view), Some(feed)) = (view.upgrade(), watched.upgrade()) {
                    run(&view, &feed, &event);
                }
            })
        };
        let own = vec![
            on("videoElementCreated", Self::on_video),
            on("videoDisabled", |view, feed, event| {
                view.judge(feed);
                view.pass("videoDisabled", feed, event);
            }),
            on("destroyed", Self::on_destroyed),
        ];
        feed.listeners.borrow_mut().extend(own);
        for name in self.emitter.names() {
            self.relay(feed, &name);
        }
    }

    fn relay(self: &Rc<Self>, feed: &Rc<Feed>, name: &str) {
        if OWN_EVENTS.contains(&name) {
            return;
        }
        let (view, watched, kind) = (Rc::downgrade(self), Rc::downgrade(feed), name.to_owned());
        let listener = Listener::new(feed.subscriber.clone(), name, move |event| {
            if let (Some(view), Some(feed)) = (view.upgrade(), watched.upgrade()) {
                view.pass(&kind, &feed, &event);
            }
        });
        feed.listeners.borrow_mut().push(listener);
    }

    /// Passes an event on if its feed is on screen.
    fn pass(&self, name: &str, feed: &Rc<Feed>, event: &Event) {
        let shown = self.shown.borrow().as_ref().is_none_or(|shown| Rc::ptr_eq(shown, feed));
        if shown && !feed.retired.get() && self.emitter.listens(name) {
            let event = self.shared.host.durable_event(event, &self.proxy(), &Object::new());
            self.emitter.emit(name, &event);
        }
    }

    fn on_video(self: &Rc<Self>, feed: &Rc<Feed>, event: &Event) {
        if let Ok(video) = event.element().dyn_into::<HtmlVideoElement>() {
            let (view, watched) = (Rc::downgrade(self), Rc::downgrade(feed));
            let first_frame = FirstFrame::new(&video, uncovered(feed.layer.borrow().as_ref()), move |now| {
                let (Some(view), Some(feed)) = (view.upgrade(), watched.upgrade()) else { return };
                feed.presented_at.set(Some(now));
                feed.first_frame.take();
                view.feed(Input::Presented { leg: feed.leg, view: view.id });
            });
            *feed.first_frame.borrow_mut() = Some(first_frame);
            *feed.video.borrow_mut() = Some(video);
        }
        let under = self.shown.borrow().as_ref().is_some_and(|shown| !Rc::ptr_eq(shown, feed));
        if under && self.hears() {
            // From here on the sound runs along, unheard: a router needs a moment to start sending it.
            let _ = feed.subscriber.set_audio_volume(&JsValue::from_f64(0.0));
            let _ = feed.subscriber.subscribe_to_audio(true);
            let _ = feed.subscriber.set_audio_volume(&JsValue::from_f64(0.0));
        }
        self.pass("videoElementCreated", feed, event);
    }

    fn on_destroyed(self: &Rc<Self>, feed: &Rc<Feed>, event: &Event) {
        if feed.retired.get() {
            return;
        }
        self.pass("destroyed", feed, event);
        self.close();
        if let Some(call) = self.call.upgrade() {
            call.view_destroyed(self.id);
        }
    }
}

/// Events that we listen to ourselves on every real subscriber.
const OWN_EVENTS: [&str; 3] = ["videoElementCreated", "videoDisabled", "destroyed"];

/// Puts one video in the place of another in the app's own layout.
fn replace(old: Option<&HtmlVideoElement>, new: Option<&HtmlVideoElement>) {
    let (Some(old), Some(new)) = (old, new) else { return };
    if old.is_connected() {
        new.set_class_name(&old.class_name());
        if let Some(style) = old.get_attribute("style") {
            let _ = new.set_attribute("style", &style);
        }
        let _ = old.replace_with_with_node_1(new);
    }
}

impl Durable for View {
    const METHODS: &'static [&'static str] = &["on", "once", "off", "setAudioVolume"];

    fn real(&self) -> JsValue {
        self.shown.borrow().as_ref().map_or(JsValue::UNDEFINED, |feed| feed.subscriber.clone().into())
    }

    fn get(&self, name: &str) -> Option<JsValue> {
        match name {
            "element" => self.slot.borrow().as_ref().map(|slot| slot.element().clone().into()),
            "id" => self.slot.borrow().as_ref().map(|slot| slot.element().id().into()),
            "stream" => {
                let call = self.call.upgrade()?;
                call.stream_proxy(&self.stream)
            }
            "streamId" => Some(self.stream.as_str().into()),
            _ => None,
        }
    }

    fn call(self: &Rc<Self>, name: &str, args: &Array) -> Result<JsValue, JsValue> {
        match name {
            "setAudioVolume" => {
                *self.volume.borrow_mut() = args.get(0);
                if let Some(feed) = &*self.shown.borrow() {
                    apply(&feed.subscriber, name, args);
                }
            }
            "off" => self.emitter.off(args),
            _ => {
                for name in self.emitter.on(args, name == "once") {
                    let feeds: Vec<Rc<Feed>> = self.feeds.borrow().values().cloned().collect();
                    for feed in feeds {
                        self.relay(&feed, &name);
                    }
                }
            }
        }
        Ok(self.proxy())
    }

    fn called(&self, name: &str, args: &Array) {
        if !STATE_CALLS.contains(&name) {
            return;
        }
        self.state.borrow_mut().insert(name.to_owned(), args.clone());
        let shown = self.shown.borrow().clone();
        let feeds: Vec<Rc<Feed>> = self.feeds.borrow().values().cloned().collect();
        for feed in feeds {
            if shown.as_ref().is_some_and(|shown| Rc::ptr_eq(shown, &feed)) {
                continue;
            }
            apply(&feed.subscriber, name, args);
            let _ = feed.subscriber.set_audio_volume(&JsValue::from_f64(0.0));
        }
    }
}
