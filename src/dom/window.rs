//! What of the page can be seen.

use wasm_bindgen::JsValue;
use web_sys::Element;

/// Whether some of an element lies within the window. What is hidden has no size, and doesn't.
#[must_use]
pub fn is_in_window(element: &Element) -> bool {
    let Some(window) = web_sys::window() else { return true };
    let length = |value: Result<JsValue, JsValue>| value.ok().and_then(|value| value.as_f64()).unwrap_or(f64::INFINITY);
    let (width, height) = (length(window.inner_width()), length(window.inner_height()));
    let it = element.get_bounding_client_rect();
    it.width() > 0.0
        && it.height() > 0.0
        && it.right() > 0.0
        && it.bottom() > 0.0
        && it.left() < width
        && it.top() < height
}
