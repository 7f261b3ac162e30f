//! A durable publisher: the app's, whichever real publishers stand in for it on the legs.

mod durable;
mod events;
mod said;
mod second;

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use js_sys::{Array, Function, Object};
use wasm_bindgen::prelude::*;

use self::said::Said;
use self::second::Making;
use super::call::Call;
use super::durable as objects;
use super::emitter::Emitter;
use super::js;
use super::picture::Picture;
use super::shared::{Ending, Shared};
use super::tile::{Kind, Tile};
use super::tracks::{self, Ended};
use crate::core::ids::{LegId, PublisherId};
use crate::core::protocol::Input;
use crate::ot::{self, Listener};

/// A durable publisher.
pub(super) struct Publisher {
    pub(super) id: PublisherId,
    shared: Rc<Shared>,
    call: RefCell<Weak<Call>>,
    options: Object,
    tile: Tile,
    emitter: Emitter,
    reals: RefCell<Vec<Rc<Real>>>,
    /// How many it has had.
    count: Cell<u32>,
    shown: RefCell<Option<Rc<Real>>>,
    said: Said,
    /// What the app itself listens to the end of its tracks with.
    ended_of_app: Ended,
    proxy: RefCell<JsValue>,
    /// The stream that the app knows as this publisher's.
    stream: RefCell<Option<JsValue>>,
    published: RefCell<Option<Function>>,
}

/// A publisher of the SDK's.
struct Real {
    /// Counts them in the order in which they were made.
    number: u32,
    publisher: ot::Publisher,
    picture: Rc<Picture>,
    leg: Cell<Option<LegId>>,
    standing: Cell<Standing>,
    making: RefCell<Making>,
    /// What it captures, once it does.
    media: RefCell<JsValue>,
    listeners: RefCell<Vec<Listener>>,
    /// Whether it is published on its leg.
    live: Cell<bool>,
    /// What listened to the end of the app's tracks before this one did.
    ended_before: RefCell<Ended>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    /// Made for the next leg, which is on its way.
    Ready,
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
    ) -> Result<Option<Rc<Self>>, JsValue> {
        let options = js::copy(options);
        let tile = Tile::mount(&shared.host, Kind::Publisher, target, &options)?;
        let ended_of_app = Ended::now(&options);
        let publisher = Rc::new(Self {
            id: shared.next_publisher(),
            ended_of_app,
            shared: Rc::clone(shared),
            call: RefCell::new(Weak::new()),
            options,
            tile,
            emitter: shared.host.emitter(),
            reals: RefCell::default(),
            count: Cell::new(0),
            shown: RefCell::default(),
            said: Said::default(),
            proxy: RefCell::new(JsValue::UNDEFINED),
            stream: RefCell::default(),
            published: RefCell::default(),
        });
        let done = js::callback(move |error| {
            if let Some(callback) = &callback
                && let Err(error) = callback.call1(&JsValue::UNDEFINED, &error)
            {
                super::emitter::report(error);
            }
        });
        // Of a target for what has no tile, the SDK says what is wrong.
        let target = if publisher.tile.is_bare() { target } else { &JsValue::UNDEFINED };
        let Some(real) = publisher.make_real(publisher.options.clone(), target, &done)? else { return Ok(None) };
        let proxy = objects::make(&shared.host, &objects::shape_of(&real.publisher), &publisher);
        shared.host.remember(&real.publisher, &proxy);
        *publisher.proxy.borrow_mut() = proxy;
        *publisher.shown.borrow_mut() = Some(real);
        shared.publishers.borrow_mut().push(Rc::clone(&publisher));
        Ok(Some(publisher))
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

    /// Whether the app means its stream.
    pub(super) fn published_as(&self, stream: &JsValue) -> bool {
        self.stream.borrow().as_ref().is_some_and(|own| own == stream || js::get(own, "streamId") == *stream)
    }

    /// The SDK's object of its stream on a leg.
    pub(super) fn stream_on(&self, leg: LegId) -> Option<ot::Stream> {
        self.on_leg(leg)?.publisher.stream()
    }

    /// The SDK's object of its stream on screen.
    pub(super) fn shown_stream(&self) -> Option<ot::Stream> {
        self.shown.borrow().as_ref()?.publisher.stream()
    }

    /// Mutes it as the SDK does when everybody is muted who publishes; one that has been published has been heard of.
    pub(super) fn mute_on_entry(self: &Rc<Self>) {
        if self.stream.borrow().is_none()
            && let Some(real) = self.shown.borrow().clone()
        {
            let muted = Array::of1(&JsValue::FALSE);
            js::apply(&real.publisher, "publishAudio", &muted);
            self.said.note("publishAudio", &muted);
            let event = self.shared.host.sdk_event("muteForced", &self.proxy(), &Object::new());
            self.emitter.emit("muteForced", &event);
        }
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
            && let Err(error) = if error.is_undefined() {
                callback.call2(error, &JsValue::NULL, &self.proxy())
            } else {
                callback.call1(&JsValue::UNDEFINED, error)
            }
        {
            super::emitter::report(error);
        }
    }

    /// No session publishes it any more.
    pub(super) fn detach(&self) {
        *self.call.borrow_mut() = Weak::new();
        self.unprepare();
    }

    /// Makes the second publisher for the next leg, so that it has its devices by the time that the leg is connected. If
    /// there is one without a leg, that one goes on, and no second is needed.
    pub(super) fn prepare(self: &Rc<Self>) {
        if self.find(|real| real.leg.get().is_none()).is_none()
            // If it can't be made, publishing says so.
            && let Ok(real) = self.make_second()
        {
            real.standing.set(Standing::Ready);
        }
    }

    /// The second publisher is not needed, or not any more.
    pub(super) fn unprepare(&self) {
        if let Some(ready) = self.ready() {
            self.discard(&ready);
        }
    }

    fn ready(&self) -> Option<Rc<Real>> {
        self.find(|real| real.standing.get() == Standing::Ready)
    }

    /// Publishes on a leg: with a real publisher that has no leg, else with a second one beside it.
    pub(super) fn publish(self: &Rc<Self>, leg: LegId, session: &ot::Session) -> Result<(), JsValue> {
        let real = match self.take_free() {
            Some(real) => {
                self.unprepare();
                if real.standing.get() == Standing::Kept
                    && let Some(dead) = real.publisher.session()
                {
                    // Still attached to the session that died (SDK-FACTS section 5, c5). The SDK tells the end of a stream
                    // once, by its ID, and destroys the publisher unless somebody prevents that; a stream that is gone
                    // has no ID, so that only the first of them would be told.
                    js::set(
                        real.publisher.unchecked_ref::<Object>(),
                        "streamId",
                        ["gone from ", &leg.0.to_string()].concat(),
                    );
                    let _ = dead.unpublish(&real.publisher);
                }
                real
            }
            None => self.ready().map_or_else(|| self.make_second(), Ok)?,
        };
        real.leg.set(Some(leg));
        real.standing.set(Standing::Active);
        real.live.set(false);
        if real.waits(session)? {
            return Ok(());
        }
        self.publish_real(&real, leg, session)
    }

    fn publish_real(self: &Rc<Self>, real: &Rc<Real>, leg: LegId, session: &ot::Session) -> Result<(), JsValue> {
        let publisher = Rc::downgrade(self);
        let watched = Rc::downgrade(real);
        let done = js::callback(move |error| {
            let (Some(publisher), Some(real)) = (publisher.upgrade(), watched.upgrade()) else { return };
            publisher.live(&real, leg, &error);
        });
        session.publish(&real.publisher, &done)?;
        Ok(())
    }

    /// A real publisher that has no leg: the one on screen if it has none. If two legs have died there is another one, of
    /// no use any more, which would keep its camera open.
    fn take_free(&self) -> Option<Rc<Real>> {
        let mut free: Vec<_> = self.reals.borrow().iter().filter(|real| real.is_free()).cloned().collect();
        let best = free.iter().position(|real| self.is_shown(real)).unwrap_or(0);
        let best = (!free.is_empty()).then(|| free.swap_remove(best));
        for spare in free {
            self.discard(&spare);
        }
        best
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
        let pictures = real.publisher.stream().and_then(|stream| stream.has_video()).unwrap_or(false);
        if let Some(leg) = real.leg.get()
            && real.live.get()
            && (!pictures || real.picture.is_presented())
        {
            self.feed(Input::PreviewPresented { leg, publisher: self.id });
        }
    }

    /// Puts the preview of a leg on screen and returns the gap in its pictures, in ms.
    pub(super) fn show(&self, leg: LegId) -> Option<f64> {
        let real = self.on_leg(leg)?;
        *self.shown.borrow_mut() = Some(Rc::clone(&real));
        self.tile.show(&real.picture);
        real.picture.gap()
    }

    /// Ends the real publisher of a leg without a word to the app.
    #[must_use]
    pub(super) fn retire(self: &Rc<Self>, leg: LegId) -> Option<Ending> {
        let real = self.on_leg(leg)?;
        self.put_away(&real);
        let publisher = Rc::clone(self);
        Some(Box::new(move || publisher.destroy_real(&real)))
    }

    fn discard(&self, real: &Rc<Real>) {
        self.put_away(real);
        self.destroy_real(real);
    }

    fn put_away(&self, real: &Rc<Real>) {
        self.reals.borrow_mut().retain(|other| !Rc::ptr_eq(other, real));
        real.standing.set(Standing::Retired);
        real.picture.release();
    }

    /// The leg is gone: its real publisher waits for the next one, and goes on showing its preview.
    pub(super) fn keep(&self, leg: LegId) {
        if let Some(real) = self.on_leg(leg) {
            real.leg.set(None);
            real.standing.set(Standing::Kept);
        }
    }

    /// The app unpublishes it, or an SDK's own way of ending is wanted: the app hears of it.
    pub(super) fn unpublish(self: &Rc<Self>, leg: LegId, session: &ot::Session) {
        let Some(real) = self.on_leg(leg) else { return };
        if self.shown.borrow().as_ref().is_some_and(|shown| Rc::ptr_eq(shown, &real)) {
            let _ = session.unpublish(&real.publisher);
            real.leg.set(None);
        } else if let Some(end) = self.retire(leg) {
            end();
        }
    }

    /// Whether this manager made it.
    pub(super) fn is_of(&self, manager: &Rc<Shared>) -> bool {
        Rc::ptr_eq(&self.shared, manager)
    }

    /// Ends all of it. The app hears nothing.
    pub(super) fn close(&self) {
        let call = self.call.borrow().upgrade();
        for real in self.reals.take() {
            real.standing.set(Standing::Retired);
            let _ = real.publisher.destroy();
        }
        self.shown.take();
        self.tile.close();
        self.detach();
        if let Some(call) = call {
            call.drop_publisher(self.id);
        }
    }

    fn destroy_real(&self, real: &Real) {
        tracks::shielded(&self.options, || {
            let _ = real.publisher.destroy();
        });
        let newer = self.reals.borrow().iter().any(|other| other.number > real.number);
        if !newer {
            real.ended_before.borrow().restore();
        }
        real.listeners.take();
        real.picture.remove();
    }

    fn on_leg(&self, leg: LegId) -> Option<Rc<Real>> {
        self.find(|real| real.leg.get() == Some(leg))
    }

    fn find(&self, is: impl Fn(&Real) -> bool) -> Option<Rc<Real>> {
        self.reals.borrow().iter().find(|real| is(real)).cloned()
    }

    fn feed(&self, input: Input) {
        if let Some(call) = self.call.borrow().upgrade() {
            call.feed(input);
        }
    }

    /// Makes a real publisher; the SDK makes none of some options, and tells `done`.
    fn make_real(
        self: &Rc<Self>,
        options: Object,
        target: &JsValue,
        done: &Function,
    ) -> Result<Option<Rc<Real>>, JsValue> {
        let picture = self.tile.place(&options)?;
        let target = picture.target().unwrap_or_else(|| target.clone());
        let ended_before = Ended::now(&options);
        self.ended_of_app.restore();
        let publisher = self.shared.ot.init_publisher(&target, &options, done)?;
        if publisher.is_undefined() {
            return Ok(None);
        }
        self.tile.settle(&picture, self.shown.borrow().is_none());
        ot::shield(&publisher);
        self.count.set(self.count.get() + 1);
        let real = Rc::new(Real {
            number: self.count.get(),
            publisher,
            picture,
            leg: Cell::new(None),
            standing: Cell::new(Standing::Active),
            making: RefCell::new(Making::Done),
            media: RefCell::default(),
            listeners: RefCell::default(),
            live: Cell::new(false),
            ended_before: RefCell::new(ended_before),
        });
        self.listen(&real);
        if let Some(shown) = &*self.shown.borrow() {
            real.picture.follow(&shown.picture);
        }
        self.reals.borrow_mut().push(Rc::clone(&real));
        Ok(Some(real))
    }
}

impl Real {
    fn is_free(&self) -> bool {
        self.leg.get().is_none() && matches!(self.standing.get(), Standing::Active | Standing::Kept)
    }
}
