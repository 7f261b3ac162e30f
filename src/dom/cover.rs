//! The last picture of a video, to be held in its place until there is another.

use js_sys::{Function, Object, Reflect};
use wasm_bindgen::prelude::*;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, HtmlElement, HtmlVideoElement, MediaStream};

use crate::property::Property;

#[wasm_bindgen]
extern "C" {
    /// What all videos have.
    #[wasm_bindgen(thread_local_v2, js_namespace = HTMLMediaElement, js_name = prototype)]
    static MEDIA_ELEMENT: Object;
}

const SOURCE: &str = "srcObject";

/// `HTMLMediaElement.HAVE_CURRENT_DATA`: there is a picture for this moment.
const HAVE_CURRENT_DATA: u16 = 2;

/// Takes a still of a video's last picture at the moment when its stream is taken away, which the SDK does before it
/// tells anybody anything, and after which there is nothing left to be seen (SDK-FACTS section 3). Until then it costs
/// nothing: the video has a `srcObject` of its own, which passes everything on. Dropping it takes that away.
pub struct LastPicture {
    _source: Property,
}

impl LastPicture {
    /// Calls `taken` with the still, if there was a picture, whenever the video loses its stream.
    pub fn of(video: &HtmlVideoElement, mut taken: impl FnMut(HtmlCanvasElement) + 'static) -> Self {
        let native = MEDIA_ELEMENT.with(|shared| Reflect::get_own_property_descriptor(shared, &SOURCE.into()));
        let native = native.unwrap_or_default();
        let accessor =
            |kind: &str| Reflect::get(&native, &kind.into()).unwrap_or_default().unchecked_into::<Function>();
        let (get, pass_on, element) = (accessor("get"), accessor("set"), video.clone());
        let set = move |stream: JsValue| {
            if !stream.is_instance_of::<MediaStream>()
                && let Some(still) = still(&element)
            {
                taken(still);
            }
            // It fails only for what is no stream, which is the SDK's mistake then.
            let _ = pass_on.call1(&element, &stream);
        };
        Self { _source: Property::define(video, SOURCE, &get, set) }
    }
}

/// What a video shows, in the way it shows it. `None` if it shows nothing: no frame yet, or hidden.
pub fn still(video: &HtmlVideoElement) -> Option<HtmlCanvasElement> {
    if video.ready_state() < HAVE_CURRENT_DATA || video.video_width() == 0 || video.offset_width() == 0 {
        return None;
    }
    let window = web_sys::window()?;
    let canvas: HtmlCanvasElement = window.document()?.create_element("canvas").ok()?.dyn_into().ok()?;
    canvas.set_width(video.video_width());
    canvas.set_height(video.video_height());
    let context: CanvasRenderingContext2d = canvas.get_context("2d").ok()??.dyn_into().ok()?;
    context.draw_image_with_html_video_element(video, 0.0, 0.0).ok()?;
    let shown = window.get_computed_style(video).ok()??;
    let style = HtmlElement::style(&canvas);
    for (name, value) in [("width", "100%"), ("height", "100%"), ("background", "#000")] {
        style.set_property(name, value).ok()?;
    }
    for name in ["object-fit", "object-position", "transform"] {
        style.set_property(name, &shown.get_property_value(name).ok()?).ok()?;
    }
    Some(canvas)
}
