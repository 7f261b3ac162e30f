//! The page that the tests run in.

use js_sys::Function;
use wasm_bindgen::prelude::*;
use web_sys::{Document, HtmlElement, HtmlVideoElement, MediaStreamTrack};

use crate::js;

#[wasm_bindgen(module = "/tests/browser/fixtures.js")]
extern "C" {
    /// The next animation frame, when all that was under way has had its turn.
    #[wasm_bindgen(js_name = nextFrame)]
    pub(crate) async fn next_frame();

    /// Something that the page is told.
    pub(crate) fn happens(kind: &str);

    #[wasm_bindgen(js_name = Sleep)]
    type JsSleep;

    #[wasm_bindgen(constructor, js_class = "Sleep")]
    fn new() -> JsSleep;

    #[wasm_bindgen(method)]
    fn pass(this: &JsSleep, time: f64);

    #[wasm_bindgen(method)]
    fn wake(this: &JsSleep);

    #[wasm_bindgen(method)]
    fn end(this: &JsSleep);

    pub(crate) fn without(prototype: &JsValue, name: &str) -> Function;

    type Picture;

    #[wasm_bindgen(constructor)]
    fn new() -> Picture;

    #[wasm_bindgen(method, getter)]
    fn video(this: &Picture) -> HtmlVideoElement;

    #[wasm_bindgen(method, getter)]
    fn track(this: &Picture) -> MediaStreamTrack;

    #[wasm_bindgen(method)]
    fn draw(this: &Picture);

    #[wasm_bindgen(method)]
    fn remove(this: &Picture);
}

/// How long a condition may take, ms: a multiple of what a loaded machine needs.
const PATIENCE: f64 = 30_000.0;

/// A page that sleeps as long as this lives: no timer comes by itself.
pub(crate) struct Sleep(JsSleep);

impl Sleep {
    pub(crate) fn new() -> Self {
        Self(JsSleep::new())
    }

    /// It wakes up after so many ms: first of all come the timers that were waited for.
    pub(crate) fn wake_after(&self, time: f64) {
        self.0.pass(time);
        self.0.wake();
    }

    /// It has slept for so many ms, and nothing tells it so yet.
    pub(crate) fn pass(&self, time: f64) {
        self.0.pass(time);
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        self.0.end();
    }
}

/// Waits for something to be so.
pub(crate) async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let start = now();
    while !holds() {
        assert!(now() - start < PATIENCE, "waited in vain until {what}");
        next_frame().await;
    }
}

/// `performance.now()`.
pub(crate) fn now() -> f64 {
    web_sys::window().unwrap().performance().unwrap().now()
}

pub(crate) fn document() -> Document {
    web_sys::window().unwrap().document().unwrap()
}

/// A part of the page that goes with the test.
pub(crate) struct Stage(HtmlElement);

impl Stage {
    /// Its content is HTML.
    pub(crate) fn new(html: &str) -> Self {
        let element: HtmlElement = document().create_element("section").unwrap().unchecked_into();
        element.set_inner_html(html);
        document().body().unwrap().append_child(&element).unwrap();
        Self(element)
    }

    pub(crate) fn find(&self, selector: &str) -> HtmlElement {
        self.0.query_selector(selector).unwrap().unwrap_or_else(|| panic!("there is no {selector}")).unchecked_into()
    }

    /// Its HTML elements in short: tags, in document order.
    pub(crate) fn outline(&self) -> String {
        outline(&self.0)
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.0.remove();
    }
}

fn outline(element: &HtmlElement) -> String {
    let mut names = Vec::new();
    let mut next = element.first_element_child();
    while let Some(child) = next {
        let name = if child.id().is_empty() { child.local_name() } else { child.id() };
        let inner = outline(child.unchecked_ref());
        names.push(if inner.is_empty() { name } else { format!("{name}({inner})") });
        next = child.next_element_sibling();
    }
    names.join(" ")
}

/// The style that an element really has.
pub(crate) fn style(element: &HtmlElement, property: &str) -> String {
    let style = web_sys::window().unwrap().get_computed_style(element).unwrap().unwrap();
    style.get_property_value(property).unwrap()
}

/// A playing video that goes with the test, and that gets a frame with each [`Film::draw`].
pub(crate) struct Film(Picture);

impl Film {
    pub(crate) fn new() -> Self {
        Self(Picture::new())
    }

    pub(crate) fn video(&self) -> HtmlVideoElement {
        self.0.video()
    }

    pub(crate) fn track(&self) -> MediaStreamTrack {
        self.0.track()
    }

    pub(crate) fn draw(&self) {
        self.0.draw();
    }
}

impl Drop for Film {
    fn drop(&mut self) {
        self.0.remove();
    }
}

/// A browser that lacks something, as long as this lives.
pub(crate) struct Lacking(Function);

impl Lacking {
    pub(crate) fn frame_callbacks() -> Self {
        let prototype = js::get(&js_sys::global(), "HTMLVideoElement.prototype");
        Self(without(&prototype, "requestVideoFrameCallback"))
    }
}

impl Drop for Lacking {
    fn drop(&mut self) {
        self.0.call0(&JsValue::UNDEFINED).unwrap();
    }
}

/// Catches what is reported to the page as an exception that nobody caught.
pub(crate) struct Reports {
    heard: Function,
    listener: Closure<dyn FnMut(JsValue)>,
}

impl Reports {
    pub(crate) fn watch() -> Self {
        let heard = js::recorder();
        let kept = heard.clone();
        let listener = Closure::<dyn FnMut(JsValue)>::new(move |event: JsValue| {
            js::call(&event, "preventDefault", []).unwrap();
            kept.call1(&JsValue::UNDEFINED, &js::get(&event, "error")).unwrap();
        });
        let window = web_sys::window().unwrap();
        window.add_event_listener_with_callback("error", listener.as_ref().unchecked_ref()).unwrap();
        Self { heard, listener }
    }

    /// What was thrown.
    pub(crate) fn errors(&self) -> Vec<JsValue> {
        js::all_heard(&self.heard)
    }
}

impl Drop for Reports {
    fn drop(&mut self) {
        let window = web_sys::window().unwrap();
        window.remove_event_listener_with_callback("error", self.listener.as_ref().unchecked_ref()).unwrap();
    }
}

/// What is reported to the page as an uncaught error, as long as this lives: it goes no further.
pub(crate) struct Reported {
    before: JsValue,
    reports: Function,
}

impl Reported {
    pub(crate) fn new() -> Self {
        let page = js_sys::global();
        let reported = Self { before: js::get(&page, "reportError"), reports: js::recorder() };
        js::set(&page, "reportError", reported.reports.clone());
        reported
    }

    pub(crate) fn count(&self) -> usize {
        js::count(&self.reports)
    }
}

impl Drop for Reported {
    fn drop(&mut self) {
        js::set(&js_sys::global(), "reportError", self.before.clone());
    }
}
