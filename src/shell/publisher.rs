//! A durable publisher: the app's, whichever real publishers stand in for it on the legs.

use litemap::LiteMap;
use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use js_sys::{Array, Function, Object, Reflect};
use wasm_bindgen::prelude::*;
use web_sys::{HtmlElement, HtmlVideoElement};

use super::call::Call;
use super::durable::{self, Durable};
use super::emitter::Emitter;
use super::js;
use super::shared::Shared;
use super::tracks::{self, Ended};
use crate::core::ids::{LegId, PublisherId};
use crate::core::protocol::Input;
use crate::dom::{FirstFrame, InsertMode, LastFrame, Layer, Slot, WeakLayer};
use crate::ot::{self, Event, Listener};

/// Calls that say how a publisher is to be: made again on the next leg, and on both while there are two.
const STATE_CALLS: [&str; 10] = [
    "publishAudio",
    "publishVideo",
    "publishCaptions",
    "setStyle",
    "applyVideoFilter",
    "applyAudioFilter",
    "setPreferredFrameRate",
    "setPreferredResolution",
    "setVideoContentHint",
    "setVideoBitratePreset",
];

/// Those of them that are options of a new publisher as well.
const STATE_OPTIONS: [&str; 3] = ["publishAudio", "publishVideo", "publishCaptions"];

/// The default size of a tile in the SDK.
pub(super) const DEFAULT_SIZE: (&str, &str) = ("264px", "198px");

/// A durable publisher.
pub(super) struct Publisher {
    pub(super) id: PublisherId,
    shared: Rc<Shared>,
    call: RefCell<Weak<Call>>,
    options: Object,
    slot: RefCell<Option<Slot>>,
    emitter: Emitter,
    reals: RefCell<Vec<Rc<Real>>>,
    shown: RefCell<Option<Rc<Real>>>,
    state: RefCell<LiteMap<String, Array>>,
    /// What the app itself listens to the end of its tracks with.
    ended_of_app: Ended,
    proxy: RefCell<JsValue>,
    /// The stream that the app knows as this publisher's.
    stream: RefCell<Option<JsValue>>,
    published: RefCell<Option<Function>>,
}

/// A publisher of the SDK's.
struct Real {
    publisher: ot::Publisher,
    leg: Cell<Option<LegId>>,
    layer: RefCell<Option<Layer>>,
    standing: Cell<Standing>,
    listeners: RefCell<Vec<Listener>>,
    video: RefCell<Option<HtmlVideoElement>>,
    first_frame: RefCell<Option<FirstFrame>>,
    last_frame: RefCell<Option<LastFrame>>,
    presented_at: Cell<Option<f64>>,
    /// Whether it is published on its leg.
    live: Cell<bool>,
    /// What listened to the end of the app's tracks before this one did.
    ended_before: RefCell<Ended>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    /// On a leg, or on its way there.
    Active,
    /// Its leg is gone; it goes on on the next one.
    Kept,
    /// Being destroyed by us: the app hears nothing of it.
    Retired,
}

impl Publisher {
    /// What `initPublisher(target, options, callback)` does.
    pub(super) fn create(
        shared: &Rc<Shared>,
        target: &JsValue,
        options: &JsValue,
        callback: Option<Function>,
    ) -> Result<Rc<Self>, JsValue> {
        let options = js::copy(options);
        let slot = mount(target, &options)?;
        let ended_of_app = Ended::now(&options);
        let publisher = Rc::new(Self {
            id: shared.next_publisher(),
            ended_of_app,
            shared: Rc::clone(shared),
            call: RefCell::new(Weak::new()),
            options,
            slot: RefCell::new(slot),
            emitter: Emitter::default(),
            reals: RefCell::default(),
            shown: RefCell::default(),
            state: RefCell::default(),
            proxy: RefCell::new(JsValue::UNDEFINED),
            stream: RefCell::default(),
            published: RefCell::default(),
        });
        let done = js::callback(move |error| {
            if let Some(callback) = &callback {
                let result = if js::is_error(&error) {
                    callback.call1(&JsValue::UNDEFINED, &error)
                } else {
                    callback.call0(&JsValue::UNDEFINED)
                };
                if let Err(error) = result {
                    super::emitter::report(error);
                }
            }
        });
        let real = publisher.make_real(publisher.options.clone(), &done)?;
        let proxy = durable::make(&shared.host, &durable::shape_of(&real.publisher), &publisher);
        shared.host.remember(&real.publisher, &proxy);
        *publisher.proxy.borrow_mut() = proxy;
        *publisher.shown.borrow_mut() = Some(real);
        shared.publishers.borrow_mut().push(Rc::clone(&publisher));
        Ok(publisher)
    }

    pub(super) fn is(&self, durable: &JsValue) -> bool {
        *self.proxy.borrow() == *durable
    }

    pub(super) fn proxy(&self) -> JsValue {
        self.proxy.borrow().clone()
    }

    /// The ID of its stream as the app knows it; empty before it has one.
    pub(super) fn stream_id(&self) -> String {
        let stream = self.stream.borrow();
        stream.as_ref().and_then(|stream| js::get_string(stream, "streamId")).unwrap_or_default()
    }

    /// The session that publishes it, and what to call when it is live.
    pub(super) fn attach(&self, call: &Rc<Call>, published: Option<Function>) {
        *self.call.borrow_mut() = Rc::downgrade(call);
        *self.published.borrow_mut() = published;
    }

    /// Whether a session publishes it already.
    pub(super) fn is_attached(&self) -> bool {
        self.call.borrow().upgrade().is_some()
    }

    /// The app's `session.publish()` has its answer.
    pub(super) fn answer(&self, error: &JsValue) {
        let callback = self.published.borrow_mut().take();
        if let Some(callback) = callback
            && let Err(error) = callback.call1(&JsValue::UNDEFINED, error)
        {
            super::emitter::report(error);
        }
    }

    /// No session publishes it any more.
    pub(super) fn detach(&self) {
        *self.call.borrow_mut() = Weak::new();
    }

    /// Publishes on a leg: with a real publisher that has no leg, else with a second one beside it.
    pub(super) fn publish(self: &Rc<Self>, leg: LegId, session: &ot::Session) -> Result<(), JsValue> {
        let free = self.reals.borrow().iter().find(|real| real.is_free()).cloned();
        let real = match free {
            Some(real) => {
                if real.standing.get() == Standing::Kept
                    && let Some(dead) = real.publisher.session()
                {
                    // Still attached to the session that died (SDK-FACTS section 5, c5).
                    let _ = dead.unpublish(&real.publisher);
                }
                real
            }
            None => self.make_real(self.second_options(), &js::callback(|_| {}))?,
        };
        real.leg.set(Some(leg));
        real.standing.set(Standing::Active);
        real.live.set(false);
        let publisher = Rc::downgrade(self);
        let watched = Rc::downgrade(&real);
        let done = js::callback(move |error| {
            let (Some(publisher), Some(real)) = (publisher.upgrade(), watched.upgrade()) else { return };
            publisher.live(&real, leg, &error);
        });
        session.publish(&real.publisher, &done)?;
        Ok(())
    }

    fn live(self: &Rc<Self>, real: &Rc<Real>, leg: LegId, error: &JsValue) {
        if js::is_error(error) {
            let Some(call) = self.call.borrow().upgrade() else { return };
            call.publish_failed(leg, self.id, error);
            return;
        }
        self.remember_stream(real);
        real.live.set(true);
        self.feed(Input::Published { leg, publisher: self.id });
        self.judge(real);
    }

    /// The preview of a publisher that is live counts as presented with its first frame, or without pictures at once.
    fn judge(&self, real: &Real) {
        let pictures = self.slot.borrow().is_some()
            && real.publisher.stream().and_then(|stream| stream.has_video()).unwrap_or(false);
        if let Some(leg) = real.leg.get()
            && real.live.get()
            && (!pictures || real.presented_at.get().is_some())
        {
            self.feed(Input::PreviewPresented { leg, publisher: self.id });
        }
    }

    /// Puts the preview of a leg on screen and returns the gap in its pictures, in ms.
    pub(super) fn show(&self, leg: LegId) -> Option<f64> {
        let real = self.on_leg(leg)?;
        let before = self.shown.replace(Some(Rc::clone(&real)));
        if let (Some(slot), Some(layer)) = (&*self.slot.borrow(), &*real.layer.borrow()) {
            slot.promote(layer);
        }
        let before = before?;
        let last = before.last_frame.borrow().as_ref().and_then(LastFrame::at)?;
        Some((real.presented_at.get()? - last).max(0.0))
    }

    /// Ends the real publisher of a leg without a word to the app.
    pub(super) fn retire(&self, leg: LegId) {
        let Some(real) = self.on_leg(leg) else { return };
        self.reals.borrow_mut().retain(|other| !Rc::ptr_eq(other, &real));
        self.destroy_real(&real);
    }

    /// The leg is gone: its real publisher waits for the next one, and goes on showing its preview.
    pub(super) fn keep(&self, leg: LegId) {
        if let Some(real) = self.on_leg(leg) {
            real.leg.set(None);
            real.standing.set(Standing::Kept);
        }
    }

    /// The app unpublishes it, or an SDK's own way of ending is wanted: the app hears of it.
    pub(super) fn unpublish(&self, leg: LegId, session: &ot::Session) {
        let Some(real) = self.on_leg(leg) else { return };
        if self.shown.borrow().as_ref().is_some_and(|shown| Rc::ptr_eq(shown, &real)) {
            let _ = session.unpublish(&real.publisher);
            real.leg.set(None);
        } else {
            self.retire(leg);
        }
    }

    /// Ends all of it. The app hears nothing.
    pub(super) fn close(&self) {
        for real in self.reals.take() {
            real.standing.set(Standing::Retired);
            let _ = real.publisher.destroy();
        }
        self.shown.take();
        self.slot.take();
        self.detach();
    }

    fn destroy_real(&self, real: &Real) {
        real.standing.set(Standing::Retired);
        real.first_frame.take();
        real.last_frame.take();
        tracks::shielded(&self.options, || {
            let _ = real.publisher.destroy();
        });
        let newer = self.reals.borrow().iter().any(|other| other.leg.get() > real.leg.get());
        if !newer {
            real.ended_before.borrow().restore();
        }
        real.listeners.take();
        real.layer.take();
    }

    fn on_leg(&self, leg: LegId) -> Option<Rc<Real>> {
        self.reals.borrow().iter().find(|real| real.leg.get() == Some(leg)).cloned()
    }

    fn feed(&self, input: Input) {
        if let Some(call) = self.call.borrow().upgrade() {
            call.feed(input);
        }
    }

    /// The options of a publisher that goes on where the one on screen is, exactly as muted.
    fn second_options(&self) -> Object {
        let options = js::copy(&self.options);
        let state = self.state.borrow();
        for name in STATE_OPTIONS {
            if let Some(args) = state.get(name) {
                js::set(&options, name, args.get(0));
            }
        }
        if let Some(shown) = &*self.shown.borrow() {
            tracks::succeed(&options, &shown.publisher);
        }
        options
    }

    fn make_real(self: &Rc<Self>, options: Object, done: &Function) -> Result<Rc<Real>, JsValue> {
        let layer = match &*self.slot.borrow() {
            Some(slot) => {
                js::set(&options, "insertMode", "append");
                js::set(&options, "width", "100%");
                js::set(&options, "height", "100%");
                Some(slot.add_layer()?)
            }
            None => None,
        };
        let target = layer.as_ref().map_or(JsValue::UNDEFINED, |layer| layer.element().clone().into());
        let ended_before = Ended::now(&options);
        self.ended_of_app.restore();
        let publisher = self.shared.ot.init_publisher(&target, &options, done)?;
        let real = Rc::new(Real {
            publisher,
            leg: Cell::new(None),
            layer: RefCell::new(layer),
            standing: Cell::new(Standing::Active),
            listeners: RefCell::default(),
            video: RefCell::default(),
            first_frame: RefCell::default(),
            last_frame: RefCell::default(),
            presented_at: Cell::new(None),
            live: Cell::new(false),
            ended_before: RefCell::new(ended_before),
        });
        self.listen(&real);
        for (name, args) in &*self.state.borrow() {
            if !STATE_OPTIONS.contains(&name.as_str()) {
                apply(&real.publisher, name, args);
            }
        }
        // From now on it matters when the one on screen shows its frames.
        if let Some(shown) = &*self.shown.borrow() {
            *shown.last_frame.borrow_mut() = shown.video.borrow().as_ref().map(LastFrame::follow);
        }
        self.reals.borrow_mut().push(Rc::clone(&real));
        Ok(real)
    }

    fn listen(self: &Rc<Self>, real: &Rc<Real>) {
        let on = |name: &str, run: fn(&Rc<Self>, &Rc<Real>, &Event)| {
            let (publisher, watched) = (Rc::downgrade(self), Rc::downgrade(real));
            Listener::new(real.publisher.clone(), name, move |event| {
                if let (Some(publisher), Some(real)) = (publisher.upgrade(), watched.upgrade()) {
                    run(&publisher, &real, &event);
                }
            })
        };
        let own = vec![
            on("videoElementCreated", Self::on_video),
            on("streamCreated", Self::on_stream_created),
            on("streamDestroyed", Self::on_stream_destroyed),
            on("destroyed", Self::on_destroyed),
            on("muteForced", Self::on_mute_forced),
        ];
        real.listeners.borrow_mut().extend(own);
        for name in self.emitter.names() {
            self.relay(real, &name);
        }
    }

    /// Passes on an event that we don't listen to ourselves, as long as this real publisher is on screen.
    fn relay(self: &Rc<Self>, real: &Rc<Real>, name: &str) {
        if OWN_EVENTS.contains(&name) {
            return;
        }
        let (publisher, watched, kind) = (Rc::downgrade(self), Rc::downgrade(real), name.to_owned());
        let listener = Listener::new(real.publisher.clone(), name, move |event| {
            if let (Some(publisher), Some(real)) = (publisher.upgrade(), watched.upgrade())
                && publisher.is_shown(&real)
            {
                publisher.emit(&kind, &event);
            }
        });
        real.listeners.borrow_mut().push(listener);
    }

    fn is_shown(&self, real: &Rc<Real>) -> bool {
        self.shown.borrow().as_ref().is_none_or(|shown| Rc::ptr_eq(shown, real))
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

    fn on_video(self: &Rc<Self>, real: &Rc<Real>, event: &Event) {
        if let Ok(video) = event.element().dyn_into::<HtmlVideoElement>() {
            // Nobody is to hear themselves, not even for the moment before the SDK mutes a preview.
            video.set_muted(true);
            let (publisher, watched) = (Rc::downgrade(self), Rc::downgrade(real));
            let first_frame = FirstFrame::new(&video, uncovered(real.layer.borrow().as_ref()), move |now| {
                let (Some(publisher), Some(real)) = (publisher.upgrade(), watched.upgrade()) else { return };
                real.presented_at.set(Some(now));
                real.first_frame.take();
                publisher.judge(&real);
            });
            *real.first_frame.borrow_mut() = Some(first_frame);
            *real.video.borrow_mut() = Some(video);
        }
        if self.is_only() {
            self.emit("videoElementCreated", event);
        }
    }

    fn on_stream_created(self: &Rc<Self>, real: &Rc<Real>, event: &Event) {
        self.remember_stream(real);
        if self.is_only() && real.standing.get() == Standing::Active {
            self.emit("streamCreated", event);
        }
    }

    /// The app knows the stream of its publisher by the first object that it saw.
    fn remember_stream(&self, real: &Real) {
        let Some(stream) = real.publisher.stream() else { return };
        let mut known = self.stream.borrow_mut();
        match &*known {
            None => *known = Some(stream.into()),
            Some(first) if *first != *stream => self.shared.host.remember(&stream, first),
            Some(_) => {}
        }
    }

    fn on_stream_destroyed(self: &Rc<Self>, real: &Rc<Real>, event: &Event) {
        match real.standing.get() {
            Standing::Retired => {}
            Standing::Kept => {
                let _ = event.prevent_default();
            }
            // A second publisher that was refused: its publish() tells.
            Standing::Active if !self.is_shown(real) && !real.live.get() => {}
            Standing::Active => {
                if let Some(leg) = real.leg.get() {
                    self.feed(Input::PublisherEnded { leg, publisher: self.id });
                }
                self.emit("streamDestroyed", event);
                *self.stream.borrow_mut() = None;
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
            self.slot.take();
            self.shared.publishers.borrow_mut().retain(|other| other.id != self.id);
        }
    }

    fn on_mute_forced(self: &Rc<Self>, real: &Rc<Real>, event: &Event) {
        self.state.borrow_mut().insert("publishAudio".to_owned(), Array::of1(&JsValue::FALSE));
        if self.is_shown(real) {
            self.emit("muteForced", event);
        }
    }
}

/// Events that we listen to ourselves on every real publisher.
const OWN_EVENTS: [&str; 5] = ["videoElementCreated", "streamCreated", "streamDestroyed", "destroyed", "muteForced"];

impl Real {
    fn is_free(&self) -> bool {
        self.leg.get().is_none() && self.standing.get() != Standing::Retired
    }
}

impl Durable for Publisher {
    const METHODS: &'static [&'static str] = &["on", "once", "off"];

    fn real(&self) -> JsValue {
        self.shown.borrow().as_ref().map_or(JsValue::UNDEFINED, |real| real.publisher.clone().into())
    }

    fn get(&self, name: &str) -> Option<JsValue> {
        match name {
            "element" => self.slot.borrow().as_ref().map(|slot| slot.element().clone().into()),
            "id" => {
                let slot = self.slot.borrow();
                slot.as_ref().map(|slot| slot.element().id().into())
            }
            "session" => self.call.borrow().upgrade().map(|call| call.proxy()),
            "stream" => self.stream.borrow().clone(),
            "streamId" => self.stream.borrow().as_ref().map(|stream| js::get(stream, "streamId")),
            _ => None,
        }
    }

    fn call(self: &Rc<Self>, name: &str, args: &Array) -> Result<JsValue, JsValue> {
        match name {
            "off" => self.emitter.off(args),
            _ => {
                for name in self.emitter.on(args, name == "once") {
                    let reals = self.reals.borrow().clone();
                    for real in reals {
                        self.relay(&real, &name);
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
        let reals = self.reals.borrow().clone();
        for real in reals.iter().filter(|real| !self.is_shown(real)) {
            apply(&real.publisher, name, args);
        }
    }
}

/// Calls a method of the SDK's object by its name, if it has it. What it says of bad arguments, the object on screen
/// says to the app.
pub(super) fn apply(object: &JsValue, name: &str, args: &Array) {
    if let Some(method) = js::function(js::get(object, name)) {
        let _ = Reflect::apply(&method, object, args);
    }
}

/// Whether the SDK has taken its loading spinner off the picture.
pub(super) fn uncovered(layer: Option<&Layer>) -> impl Fn() -> bool + 'static {
    let layer = layer.map(Layer::downgrade);
    move || layer.as_ref().and_then(WeakLayer::upgrade).is_none_or(|layer| layer.is_free_of(".OT_loading"))
}

/// Makes the slot of a tile; `None` if the app shows the video itself.
pub(super) fn mount(target: &JsValue, options: &Object) -> Result<Option<Slot>, JsValue> {
    if js::get(options, "insertDefaultUI").as_bool() == Some(false) {
        return Ok(None);
    }
    let element = match target.as_string() {
        Some(id) => web_sys::window()
            .and_then(|window| window.document())
            .and_then(|document| document.get_element_by_id(&id))
            .and_then(|element| element.dyn_into::<HtmlElement>().ok()),
        None => target.dyn_ref::<HtmlElement>().cloned(),
    };
    let mode = InsertMode::parse(js::get_string(options, "insertMode").as_deref());
    let width = css(&js::get(options, "width"), DEFAULT_SIZE.0);
    let height = css(&js::get(options, "height"), DEFAULT_SIZE.1);
    let slot = Slot::mount(element.as_ref(), mode, &width, &height)?;
    Ok(Some(slot))
}

/// A size as the SDK takes it: a number of pixels, or CSS.
fn css(value: &JsValue, default: &str) -> String {
    if let Some(pixels) = value.as_f64() {
        return format!("{}px", pixels as i32);
    }
    match value.as_string() {
        Some(text) if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) => text + "px",
        Some(text) if !text.is_empty() => text,
        _ => default.to_owned(),
    }
}
