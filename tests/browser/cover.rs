//! The last picture of a video that loses its stream.

use std::cell::RefCell;
use std::rc::Rc;

use opentok_handover::dom::LastPicture;
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test as test;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

use crate::js::{get, set};
use crate::page::{Film, style, until};

/// `HTMLMediaElement.HAVE_CURRENT_DATA`.
const HAVE_CURRENT_DATA: u16 = 2;

#[test]
async fn a_video_that_loses_its_stream_leaves_a_still_of_its_last_picture() {
    let film = playing().await;
    let (stills, _kept) = kept(&film);
    let stream = get(&film.video(), "srcObject");
    assert!(stream.is_instance_of::<web_sys::MediaStream>());
    set(&film.video(), "srcObject", JsValue::NULL);
    let [still] = &stills.borrow()[..] else { panic!("there is not exactly one still") };
    assert_eq!((still.width(), still.height()), (300, 150));
    // Teal, as the first frame is drawn, give or take what the video's colours lose.
    let [red, green, blue] = middle(still);
    assert!(red < 60 && green.abs_diff(128) < 40 && blue.abs_diff(128) < 40, "{red} {green} {blue}");
    assert!(get(&film.video(), "srcObject").is_null(), "the stream is gone all the same");
}

#[test]
async fn the_still_fills_its_place_as_the_video_did() {
    let film = playing().await;
    let (stills, _kept) = kept(&film);
    film.video().set_attribute("style", "object-fit: cover; transform: scale(-1, 1)").unwrap();
    set(&film.video(), "srcObject", JsValue::NULL);
    let still = stills.borrow_mut().remove(0);
    film.video().after_with_node_1(&still).unwrap();
    assert_eq!(style(&still, "object-fit"), "cover");
    assert_eq!(style(&still, "transform"), "matrix(-1, 0, 0, 1, 0, 0)");
    still.remove();
}

#[test]
async fn what_is_hidden_or_has_no_picture_leaves_none() {
    let blank = Film::new();
    let (stills, _kept) = kept(&blank);
    set(&blank.video(), "srcObject", JsValue::NULL);
    assert!(stills.borrow().is_empty(), "it has no picture yet");

    let hidden = playing().await;
    let (stills, _kept) = kept(&hidden);
    hidden.video().set_attribute("style", "display: none").unwrap();
    set(&hidden.video(), "srcObject", JsValue::NULL);
    assert!(stills.borrow().is_empty(), "nobody sees it");
}

#[test]
async fn another_stream_is_no_loss() {
    let film = playing().await;
    let other = Film::new();
    let (stills, _kept) = kept(&film);
    let stream = get(&other.video(), "srcObject");
    set(&film.video(), "srcObject", stream.clone());
    assert!(stills.borrow().is_empty());
    assert_eq!(get(&film.video(), "srcObject"), stream);
}

#[test]
async fn when_it_is_not_kept_any_more_the_video_is_as_it_was() {
    let film = playing().await;
    let (stills, last) = kept(&film);
    assert!(has_own_source(&film));
    drop(last);
    assert!(!has_own_source(&film));
    set(&film.video(), "srcObject", JsValue::NULL);
    assert!(stills.borrow().is_empty());
}

async fn playing() -> Film {
    let film = Film::new();
    film.draw();
    until("the video has a picture", || film.video().ready_state() >= HAVE_CURRENT_DATA).await;
    film
}

type Stills = Rc<RefCell<Vec<HtmlCanvasElement>>>;

fn kept(film: &Film) -> (Stills, LastPicture) {
    let stills = Stills::default();
    let taken = Rc::clone(&stills);
    (stills, LastPicture::of(&film.video(), move |still| taken.borrow_mut().push(still)))
}

fn has_own_source(film: &Film) -> bool {
    let descriptor = js_sys::Reflect::get_own_property_descriptor(&film.video(), &"srcObject".into());
    !descriptor.unwrap().is_undefined()
}

/// The red, green and blue in the middle of a canvas.
fn middle(canvas: &HtmlCanvasElement) -> [u8; 3] {
    let context: CanvasRenderingContext2d = canvas.get_context("2d").unwrap().unwrap().unchecked_into();
    let (x, y) = (f64::from(canvas.width()) / 2.0, f64::from(canvas.height()) / 2.0);
    let data = context.get_image_data(x, y, 1.0, 1.0).unwrap().data();
    [data[0], data[1], data[2]]
}
