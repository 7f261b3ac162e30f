//! The picture of one real publisher or subscriber: its layer in the slot, and when its frames are presented.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use js_sys::{Array, Object};
use wasm_bindgen::prelude::*;
use web_sys::{HtmlCanvasElement, HtmlVideoElement, MediaStream};

use super::js;
use crate::dom::{Beginning, Changes, FirstFrame, LastFrame, LastPicture, Layer, Slot, WeakLayer, still};

/// What the SDK shows over a picture until that plays.
const SPINNER: &str = ".OT_loading";

/// What the SDK's controls have for two seconds after they are made: it shows them, to let them slide away.
const ON_HOLD: &str = "OT_mode-on-hold";

/// What the SDK shows it in.
const VIDEO: &str = "video";

/// One picture in a slot; without a slot, the video of an app that shows it itself.
#[derive(Default)]
pub(super) struct Picture {
    layer: RefCell<Option<Layer>>,
    video: RefCell<Option<HtmlVideoElement>>,
    stream: RefCell<Option<MediaStream>>,
    appearance: RefCell<Option<Changes>>,
    calm: RefCell<Option<Changes>>,
    first_frame: RefCell<Option<FirstFrame>>,
    /// The frames of the picture in whose place it is to be.
    before: RefCell<Option<LastFrame>>,
    last_picture: RefCell<Option<LastPicture>>,
    presented_at: Cell<Option<f64>>,
}

impl Picture {
    /// Makes room for a picture, under what is in the slot already, and tells the SDK by `options` to fill it.
    pub(super) fn place(slot: Option<&Slot>, options: &Object) -> Result<Rc<Self>, JsValue> {
        let picture = Self::default();
        if let Some(slot) = slot {
            js::set(options, "insertMode", "replace");
            js::set(options, "width", "100%");
            js::set(options, "height", "100%");
            *picture.layer.borrow_mut() = Some(slot.add_layer()?);
        }
        Ok(Rc::new(picture))
    }

    /// Where the SDK is to put it.
    pub(super) fn target(&self) -> Option<JsValue> {
        self.layer.borrow().as_ref().map(|layer| layer.element().clone().into())
    }

    /// Calls `appeared` when the SDK has put a video into the layer. It tells of it only when that plays: then its first
    /// frame is past, and the next one may be long in coming.
    pub(super) fn on_appearance(&self, appeared: impl Fn(&HtmlVideoElement) + 'static) {
        *self.appearance.borrow_mut() = self.layer.borrow().as_ref().map(|layer| {
            let (place, element) = (layer.downgrade(), layer.element());
            Changes::within(element, move || {
                if let Some(video) = place.upgrade().and_then(|layer| layer.find(VIDEO)) {
                    appeared(video.unchecked_ref());
                }
            })
        });
    }

    /// It takes the place of another one: its controls don't show themselves before it does.
    pub(super) fn keep_calm(&self) {
        *self.calm.borrow_mut() = self.layer.borrow().as_ref().map(|layer| {
            layer.strip(ON_HOLD);
            let place = layer.downgrade();
            Changes::within(layer.element(), move || {
                if let Some(layer) = place.upgrade() {
                    layer.strip(ON_HOLD);
                }
            })
        });
    }

    /// It is shown: from now on its controls do as the SDK wants.
    pub(super) fn show_controls(&self) {
        self.calm.take();
    }

    /// This is its video: `presented` is called with its first frame that nothing covers.
    pub(super) fn watch(
        self: &Rc<Self>,
        video: &HtmlVideoElement,
        beginning: Beginning,
        presented: impl FnOnce() + 'static,
    ) {
        self.appearance.take();
        if self.first_frame.borrow().is_some() && self.video.borrow().as_ref() == Some(video) {
            return;
        }
        let picture = Rc::downgrade(self);
        let layer = self.layer.borrow();
        let within = layer.as_ref().map_or(video.as_ref(), |layer| layer.element().as_ref());
        let first_frame = FirstFrame::new(video, beginning, within, uncovered(layer.as_ref()), move |now| {
            let Some(picture) = picture.upgrade() else { return };
            picture.presented_at.set(Some(now));
            picture.first_frame.take();
            presented();
        });
        *self.first_frame.borrow_mut() = Some(first_frame);
        *self.video.borrow_mut() = Some(video.clone());
    }

    /// Whether a frame of it has been presented.
    pub(super) fn is_presented(&self) -> bool {
        self.presented_at.get().is_some()
    }

    /// When its video, which [`watch`](Self::watch) knows, loses its pictures, `taken` is called with the last one.
    pub(super) fn keep_last(&self, taken: impl FnMut(HtmlCanvasElement) + 'static) {
        *self.last_picture.borrow_mut() = self.video.borrow().as_ref().map(|video| LastPicture::of(video, taken));
    }

    /// What its video shows.
    pub(super) fn still(&self) -> Option<HtmlCanvasElement> {
        self.video.borrow().as_ref().and_then(still)
    }

    /// It is to take the place of another picture: as long as both are there, it matters when that one's frames are
    /// presented.
    pub(super) fn follow(&self, before: &Self) {
        *self.before.borrow_mut() = before.video.borrow().as_ref().map(LastFrame::follow);
    }

    /// Its layer in the slot.
    pub(super) fn layer(&self) -> Option<Layer> {
        self.layer.borrow().clone()
    }

    /// Its video, if the SDK has told of it.
    pub(super) fn video(&self) -> Option<HtmlVideoElement> {
        self.video.borrow().clone()
    }

    /// The output device that it is heard from; empty for the system's own, or if there is none to be chosen.
    pub(super) fn output(&self) -> String {
        self.video.borrow().as_ref().and_then(|video| js::get_string(video, "sinkId")).unwrap_or_default()
    }

    /// It is to be heard from an output device.
    pub(super) fn set_output(&self, device: &str) {
        if let Some(video) = self.video().filter(|_| self.output() != device) {
            js::apply(&video, "setSinkId", &Array::of1(&device.into()));
        }
    }

    /// The stream that the SDK gives to the app; of one before 2.30, which gives none, what its video plays.
    pub(super) fn stream(&self) -> Option<MediaStream> {
        self.stream.borrow().clone().or_else(|| self.video()?.src_object())
    }

    /// The SDK has a stream to give to the app.
    pub(super) fn set_stream(&self, stream: MediaStream) {
        *self.stream.borrow_mut() = Some(stream);
    }

    /// It has taken the place of the picture that it followed. Returns the time between the last frame of that and its
    /// own first one, in ms; `None` if one of them had no frames.
    pub(super) fn gap(&self) -> Option<f64> {
        let last = self.before.take()?.at()?;
        Some((self.presented_at.get()? - last).max(0.0))
    }

    /// Stops watching it. Called before the SDK destroys what it shows.
    pub(super) fn release(&self) {
        self.appearance.take();
        self.calm.take();
        self.first_frame.take();
        self.before.take();
        self.last_picture.take();
    }

    /// Takes it out of the page.
    pub(super) fn remove(&self) {
        self.release();
        self.layer.take();
    }
}

/// Whether nothing of the SDK's covers the picture.
fn uncovered(layer: Option<&Layer>) -> impl Fn() -> bool + 'static {
    let layer = layer.map(Layer::downgrade);
    move || layer.as_ref().and_then(WeakLayer::upgrade).is_none_or(|layer| !layer.is(SPINNER))
}
