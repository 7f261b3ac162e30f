//! The tile of a subscriber or publisher, which outlives the pictures in it.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use js_sys::Object;
use wasm_bindgen::prelude::*;
use web_sys::{HtmlCanvasElement, HtmlElement, HtmlVideoElement, MediaStream};

use super::host::{Host, Screen};
use super::js;
use super::picture::Picture;
use crate::dom::{Changes, InsertMode, Layer, Slot};

/// The default size of a tile in the SDK.
const DEFAULT_SIZE: (&str, &str) = ("264px", "198px");

/// Whose tile it is, in the SDK's class names.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    Publisher,
    Subscriber,
}

impl Kind {
    /// The classes by which apps and the SDK's own style sheet know the tile: it has them in the place of its pictures.
    fn classes(self) -> [&'static str; 2] {
        ["OT_root", if matches!(self, Self::Publisher) { "OT_publisher" } else { "OT_subscriber" }]
    }
}

/// Where one picture after the other is shown: in a slot, with the SDK's own controls, or in a video of the app's.
pub(super) struct Tile {
    /// Whether the app shows the video itself.
    bare: bool,
    kind: Kind,
    slot: Rc<RefCell<Option<Slot>>>,
    /// Follows the looks of the picture in the slot.
    looks: RefCell<Option<Changes>>,
    screen: Screen,
    /// What hides that the picture in the slot has lost its video.
    cover: RefCell<Option<Layer>>,
    /// Whether it has had a picture.
    used: Cell<bool>,
    /// Whether the app has been given its stream, and its video.
    given: Cell<bool>,
    given_video: Cell<bool>,
}

impl Tile {
    /// Makes the tile that the SDK would make for these arguments.
    pub(super) fn mount(host: &Host, kind: Kind, target: &JsValue, options: &Object) -> Result<Self, JsValue> {
        let bare = js::get(options, "insertDefaultUI").as_bool() == Some(false);
        let slot = if bare { None } else { Some(mount(kind, target, options)?) };
        let screen = host.screen();
        if let Some(slot) = &slot {
            screen.watch(slot.element());
        }
        Ok(Self {
            bare,
            kind,
            slot: Rc::new(RefCell::new(slot)),
            looks: RefCell::default(),
            screen,
            cover: RefCell::default(),
            used: Cell::default(),
            given: Cell::default(),
            given_video: Cell::default(),
        })
    }

    /// Whether the app shows the video itself.
    pub(super) fn is_bare(&self) -> bool {
        self.bare
    }

    /// The element in the app's layout; there is none if the app shows the video itself.
    pub(super) fn element(&self) -> Option<HtmlElement> {
        self.slot.borrow().as_ref().map(|slot| slot.element().clone())
    }

    /// Makes room for a picture and tells the SDK by `options` to fill it.
    pub(super) fn place(&self, options: &Object) -> Result<Rc<Picture>, JsValue> {
        Picture::place(self.slot.borrow().as_ref(), options)
    }

    /// The SDK has filled a picture; it is `shown` if nothing else is.
    pub(super) fn settle(&self, picture: &Picture, shown: bool) {
        let (Some(slot), Some(layer)) = (&*self.slot.borrow(), picture.layer()) else { return };
        if self.used.replace(true) {
            picture.keep_calm();
        }
        take_names(self.kind, slot, &layer);
        if shown && self.cover.borrow().is_none() {
            self.wear(&layer);
        }
    }

    /// The slot looks like a layer from now on, whatever the SDK makes of that.
    fn wear(&self, layer: &Layer) {
        let (slot, worn, kind) = (Rc::clone(&self.slot), layer.downgrade(), self.kind);
        let wear = move || {
            if let (Some(slot), Some(layer)) = (&*slot.borrow(), worn.upgrade()) {
                take_names(kind, slot, &layer);
                slot.wear(&layer);
            }
        };
        wear();
        *self.looks.borrow_mut() = Some(Changes::within(layer.element(), wear));
    }

    /// The SDK has a stream for the app. Returns the one to give to the app in its place, if it has none yet.
    pub(super) fn take_stream(&self, picture: &Picture, stream: JsValue, shown: bool) -> Option<MediaStream> {
        let stream: MediaStream = stream.dyn_into().ok()?;
        self.screen.hush(&stream);
        // The stream's own clone() would be another stream, whose tracks nobody stops.
        picture.set_stream(Clone::clone(&stream));
        if shown && !self.screen.holds() {
            self.screen.follow(&stream);
        }
        (!self.given.replace(true)).then(|| self.screen.stream())
    }

    /// The SDK has a video for an app that shows it itself. Returns whether it is the one that the app is to get.
    pub(super) fn take_video(&self, video: &HtmlVideoElement, shown: bool) -> bool {
        let first = self.screen.attach(video);
        if shown && !self.screen.holds() {
            self.screen.show(video);
        }
        self.given_video.set(true);
        first
    }

    /// Whether the app shows a video of ours itself.
    pub(super) fn has_video(&self) -> bool {
        self.given_video.get()
    }

    /// Shows a picture, in the next frame that the browser paints.
    pub(super) fn show(&self, picture: &Picture) {
        if let (Some(slot), Some(layer)) = (&*self.slot.borrow(), picture.layer()) {
            slot.promote(&layer);
            self.wear(&layer);
            picture.show_controls();
        }
        match picture.video().filter(|_| self.bare) {
            Some(video) => self.screen.show(&video),
            None => picture.stream().iter().for_each(|stream| self.screen.follow(stream)),
        }
        self.cover.take();
    }

    /// Holds the last of a picture in its place, which is about to go.
    pub(super) fn hold(&self, picture: &Picture) {
        if self.bare {
            self.screen.hold();
        } else if let Some(still) = picture.still() {
            self.cover(&still);
        }
    }

    /// Covers what is in the slot with a still; what is shown outside of it holds its own.
    pub(super) fn cover(&self, still: &HtmlCanvasElement) {
        self.screen.hold();
        if let Some(slot) = &*self.slot.borrow()
            && let Ok(layer) = slot.add_layer()
            && layer.element().append_child(still).is_ok()
        {
            slot.promote(&layer);
            *self.cover.borrow_mut() = Some(layer);
        }
    }

    /// Takes it out of the page.
    pub(super) fn close(&self) {
        self.looks.take();
        self.cover.take();
        self.slot.take();
        self.screen.close();
    }
}

/// What the SDK calls a layer, the slot is called: the classes by which a tile is known, and the ID that the app may know
/// and ask for. The SDK fills a publisher's layer only when the page has loaded.
fn take_names(kind: Kind, slot: &Slot, layer: &Layer) {
    layer.shed(&kind.classes());
    let id = layer.element().id();
    if slot.element().id().is_empty() && !id.is_empty() {
        slot.element().set_id(&id);
        // Removing an attribute does not fail.
        let _ = layer.element().remove_attribute("id");
    }
}

/// Makes the slot of a tile.
fn mount(kind: Kind, target: &JsValue, options: &Object) -> Result<Slot, JsValue> {
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
    Slot::mount(element.as_ref(), mode, &kind.classes(), (&width, &height))
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
