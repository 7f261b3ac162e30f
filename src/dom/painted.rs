//! When what is in the page has been painted.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use wasm_bindgen::prelude::*;

/// A page is painted after the callbacks of its animation frame; so in the second one from now it has been painted once.
const FRAMES: u32 = 2;

type OnFrame = Closure<dyn FnMut(f64)>;

/// Waits until what is in the page has been painted. Dropping it gives the wait up. A page in the background paints
/// nothing.
pub(super) struct Painted {
    handle: Rc<Cell<i32>>,
    _on_frame: Rc<RefCell<Option<OnFrame>>>,
}

impl Painted {
    /// Calls `painted` once, in an animation frame, with its time (`performance.now()`).
    pub(super) fn new(mut painted: impl FnMut(f64) + 'static) -> Self {
        let handle = Rc::new(Cell::new(0));
        let on_frame: Rc<RefCell<Option<OnFrame>>> = Rc::default();
        let (next, again) = (Rc::clone(&handle), Rc::downgrade(&on_frame));
        let mut left = FRAMES;
        let closure = OnFrame::new(move |now| {
            left -= 1;
            if left == 0 {
                next.set(0);
                painted(now);
            } else if let Some(again) = again.upgrade()
                && let Some(closure) = &*again.borrow()
            {
                next.set(request(closure));
            }
        });
        handle.set(request(&closure));
        *on_frame.borrow_mut() = Some(closure);
        Self { handle, _on_frame: on_frame }
    }
}

impl Drop for Painted {
    fn drop(&mut self) {
        if let Some(window) = web_sys::window() {
            let _ = window.cancel_animation_frame(self.handle.get());
        }
    }
}

/// Zero, which is no handle, where there are no animation frames.
fn request(closure: &OnFrame) -> i32 {
    let callback = closure.as_ref().unchecked_ref();
    web_sys::window().and_then(|window| window.request_animation_frame(callback).ok()).unwrap_or_default()
}
