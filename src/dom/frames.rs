//! When frames of a video are really presented.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use wasm_bindgen::prelude::*;
use web_sys::{Element, HtmlVideoElement};

use super::changes::Changes;
use super::painted::Painted;

#[wasm_bindgen]
extern "C" {
    #[derive(Clone)]
    #[wasm_bindgen(extends = HtmlVideoElement)]
    type FrameVideo;

    #[wasm_bindgen(method, getter, js_name = requestVideoFrameCallback)]
    fn request(this: &FrameVideo) -> Option<js_sys::Function>;

    #[wasm_bindgen(method, js_name = requestVideoFrameCallback)]
    fn request_frame(this: &FrameVideo, callback: &js_sys::Function) -> u32;

    #[wasm_bindgen(method, js_name = cancelVideoFrameCallback)]
    fn cancel_frame(this: &FrameVideo, handle: u32);

    /// What a browser tells of a frame.
    type Frame;

    #[wasm_bindgen(method, getter, js_name = rtpTimestamp)]
    fn rtp_timestamp(this: &Frame) -> Option<f64>;
}

/// `HTMLMediaElement.HAVE_CURRENT_DATA`: there is a picture for this moment.
const HAVE_CURRENT_DATA: u16 = 2;

/// How many black frames may come before the first that was sent: of two pixels, then of full size.
const FILLERS: u32 = 3;

/// What a video shows first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beginning {
    /// A frame of its source.
    Frame,
    /// Perhaps black frames that the browser makes up: the video is shown before anything was sent, or with its track
    /// disabled.
    Filler,
}

/// How many frames that were made up may yet come.
#[derive(Clone, Default)]
struct Fillers(Rc<Cell<u32>>);

impl Fillers {
    /// Without frame callbacks they can't be told.
    fn of(video: &FrameVideo, beginning: Beginning) -> Self {
        let may_come = beginning == Beginning::Filler && video.request().is_some();
        Self(Rc::new(Cell::new(if may_come { FILLERS } else { 0 })))
    }

    /// Whether a frame is one. What was sent says so, in most browsers.
    fn take(&self, frame: &Frame) -> bool {
        let left = if frame.rtp_timestamp().is_some() { 0 } else { self.0.get() };
        self.0.set(left.saturating_sub(1));
        left > 0
    }

    /// Whether none is to be expected.
    fn are_over(&self) -> bool {
        self.0.get() == 0
    }
}

/// Waits for the first frame of a video that can be seen. Dropping it gives the wait up.
///
/// Evidence is `requestVideoFrameCallback`, but it tells only of frames that come after the question. The SDK puts a
/// video into the page when it has its first frame, and of a still picture there is no second one. So a frame that is at
/// hand counts, too, once the page has been painted with it. A page in the background presents nothing and some browsers
/// have no such callback; there, playing with a picture at hand is the best evidence to be had, checked four times a
/// second by the video's own `timeupdate`.
pub struct FirstFrame {
    video: FrameVideo,
    handle: Rc<Cell<u32>>,
    on_time: Closure<dyn FnMut()>,
    on_data: Closure<dyn FnMut()>,
    _on_frame: Rc<RefCell<Option<OnFrame>>>,
    _painted: Rc<RefCell<Option<Painted>>>,
    _changes: Changes,
}

impl FirstFrame {
    /// Calls `presented` once, with the time (`performance.now()`), when a frame was presented and `uncovered` holds: a
    /// video can play behind something that covers it. That can change with what is in `within`.
    pub fn new(
        video: &HtmlVideoElement,
        beginning: Beginning,
        within: &Element,
        uncovered: impl Fn() -> bool + 'static,
        presented: impl FnOnce(f64) + 'static,
    ) -> Self {
        let video: FrameVideo = video.clone().unchecked_into();
        let uncovered = Rc::new(uncovered);
        let presented = Rc::new(RefCell::new(Some(presented)));
        let (clear, once) = (Rc::clone(&uncovered), Rc::clone(&presented));
        let framed = Rc::new(Cell::new(false));
        let one = Rc::clone(&framed);
        let see = Rc::new(move |now| {
            one.set(true);
            let done = clear();
            if done {
                call_once(&once, now);
            }
            !done
        });
        let fillers = Fillers::of(&video, beginning);
        let (seen, made_up) = (Rc::clone(&see), fillers.clone());
        let (handle, on_frame) = each_frame(&video, move |now, frame| made_up.take(frame) || seen(now));
        let painted: Rc<RefCell<Option<Painted>>> = Rc::default();
        let (paint, shown) = (Rc::downgrade(&painted), video.clone());
        let on_data = Closure::<dyn FnMut()>::new(move || {
            if let Some(paint) = paint.upgrade() {
                let (see, shown, fillers) = (Rc::clone(&see), shown.clone(), fillers.clone());
                *paint.borrow_mut() = Some(Painted::new(move |now| {
                    if has_picture(&shown) && fillers.are_over() {
                        see(now);
                    }
                }));
            }
        });
        let (clear, once) = (Rc::clone(&uncovered), Rc::clone(&presented));
        let changes = Changes::within(within, move || {
            if framed.get() && clear() {
                call_once(&once, now());
            }
        });
        let seen = video.clone();
        let on_time = Closure::<dyn FnMut()>::new(move || {
            let blind = is_hidden() || seen.request().is_none();
            if blind && has_picture(&seen) && uncovered() {
                call_once(&presented, now());
            }
        });
        // Adding a listener to a living element does not fail.
        let _ = video.add_event_listener_with_callback("timeupdate", on_time.as_ref().unchecked_ref());
        let _ = video.add_event_listener_with_callback("loadeddata", on_data.as_ref().unchecked_ref());
        if has_picture(&video) {
            let _ = on_data.as_ref().unchecked_ref::<js_sys::Function>().call0(&JsValue::UNDEFINED);
        }
        Self { video, handle, on_time, on_data, _on_frame: on_frame, _painted: painted, _changes: changes }
    }
}

impl Drop for FirstFrame {
    fn drop(&mut self) {
        cancel(&self.video, &self.handle);
        let _ = self.video.remove_event_listener_with_callback("timeupdate", self.on_time.as_ref().unchecked_ref());
        let _ = self.video.remove_event_listener_with_callback("loadeddata", self.on_data.as_ref().unchecked_ref());
    }
}

fn call_once<F: FnOnce(f64)>(presented: &RefCell<Option<F>>, now: f64) {
    // Taken out first: the callback may drop the wait.
    let presented = presented.borrow_mut().take();
    if let Some(presented) = presented {
        presented(now);
    }
}

type OnFrame = Closure<dyn FnMut(f64, Frame)>;

/// Calls `run` at each frame that is presented, as long as it returns `true` and the closure is kept. In a browser
/// without frame callbacks it is never called.
fn each_frame(
    video: &FrameVideo,
    mut run: impl FnMut(f64, &Frame) -> bool + 'static,
) -> (Rc<Cell<u32>>, Rc<RefCell<Option<OnFrame>>>) {
    let handle = Rc::new(Cell::new(0));
    let on_frame: Rc<RefCell<Option<OnFrame>>> = Rc::default();
    if video.request().is_none() {
        return (handle, on_frame);
    }
    let (followed, next, again) = (video.clone(), Rc::clone(&handle), Rc::downgrade(&on_frame));
    let closure: OnFrame = Closure::new(move |now, frame| {
        next.set(0);
        if run(now, &frame)
            && let Some(again) = again.upgrade()
            && let Some(closure) = &*again.borrow()
        {
            next.set(followed.request_frame(closure.as_ref().unchecked_ref()));
        }
    });
    handle.set(video.request_frame(closure.as_ref().unchecked_ref()));
    *on_frame.borrow_mut() = Some(closure);
    (handle, on_frame)
}

fn cancel(video: &FrameVideo, handle: &Cell<u32>) {
    if handle.get() != 0 {
        video.cancel_frame(handle.get());
    }
}

/// Follows a video and knows when its last frame was presented. Dropping it stops that.
pub struct LastFrame {
    video: FrameVideo,
    handle: Rc<Cell<u32>>,
    at: Rc<Cell<Option<f64>>>,
    _on_frame: Rc<RefCell<Option<OnFrame>>>,
}

impl LastFrame {
    /// Starts to follow a video.
    pub fn follow(video: &HtmlVideoElement) -> Self {
        let video: FrameVideo = video.clone().unchecked_into();
        let at = Rc::new(Cell::new(None));
        let seen = Rc::clone(&at);
        let (handle, on_frame) = each_frame(&video, move |now, _| {
            seen.set(Some(now));
            true
        });
        Self { video, handle, at, _on_frame: on_frame }
    }

    /// When the last frame was presented (`performance.now()`), if one was since this follows the video.
    pub fn at(&self) -> Option<f64> {
        self.at.get()
    }
}

impl Drop for LastFrame {
    fn drop(&mut self) {
        cancel(&self.video, &self.handle);
    }
}

fn has_picture(video: &FrameVideo) -> bool {
    video.ready_state() >= HAVE_CURRENT_DATA
}

fn is_hidden() -> bool {
    web_sys::window().and_then(|window| window.document()).is_some_and(|document| document.hidden())
}

/// `performance.now()`.
fn now() -> f64 {
    web_sys::window().and_then(|window| window.performance()).map_or(0.0, |clock| clock.now())
}
