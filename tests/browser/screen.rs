//! What an app shows by itself: one stream and one video that outlive the SDK's.

use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test as test;
use web_sys::{HtmlElement, HtmlVideoElement, MediaStream, MediaStreamTrack};

use crate::js::{get, set};
use crate::page::{Film, Stage, next_frame, until};

#[wasm_bindgen(module = "/tests/browser/fixtures.js")]
extern "C" {
    type Screen;

    #[wasm_bindgen(constructor)]
    fn new() -> Screen;

    #[wasm_bindgen(method, getter)]
    fn stream(this: &Screen) -> MediaStream;

    #[wasm_bindgen(method, getter)]
    fn holds(this: &Screen) -> bool;

    #[wasm_bindgen(method)]
    fn follow(this: &Screen, source: &MediaStream);

    #[wasm_bindgen(method)]
    fn attach(this: &Screen, video: &HtmlVideoElement) -> bool;

    #[wasm_bindgen(method)]
    fn show(this: &Screen, video: &HtmlVideoElement);

    #[wasm_bindgen(method)]
    fn hold(this: &Screen);

    #[wasm_bindgen(method)]
    fn close(this: &Screen);
}

#[test]
async fn its_stream_has_the_tracks_of_the_one_it_follows_and_what_becomes_of_them() {
    let (screen, first, second) = (Screen::new(), Film::new(), Film::new());
    let [source, other] = [&first, &second].map(source);
    screen.follow(&source);
    assert_eq!(tracks(&screen.stream()), [first.track()]);
    source.add_track(&second.track());
    source.remove_track(&first.track());
    assert_eq!(tracks(&screen.stream()), [second.track()], "the SDK has exchanged them");

    screen.follow(&other);
    source.add_track(&first.track());
    assert_eq!(tracks(&screen.stream()), [second.track()], "it follows another one");
}

#[test]
async fn the_first_video_is_kept_and_goes_on_when_the_sdk_takes_it_away() {
    let (screen, film, next) = (Screen::new(), playing().await, playing().await);
    let video = film.video();
    assert!(screen.attach(&video));
    screen.show(&video);
    assert!(plays_its_stream(&screen, &video));
    until("it has a picture", || film_goes_on(&film)).await;

    assert!(!screen.attach(&next.video()), "this one is not for the app");
    screen.show(&next.video());
    assert_eq!(tracks(&screen.stream()), [next.track()]);

    // As the SDK destroys a subscriber, in one task.
    set(&video, "srcObject", JsValue::NULL);
    assert!(video.parent_node().is_none(), "the SDK does not find where it is");
    next_frame().await;
    assert!(video.is_connected() && video.parent_node().is_some());
    assert!(plays_its_stream(&screen, &video));
    assert!(!screen.holds(), "it shows another one by now");
    screen.close();
}

#[test]
async fn videos_beneath_are_unheard_and_what_is_done_to_the_sound_of_the_one_shown_is_done_to_the_first() {
    let (screen, first, second, third) = (Screen::new(), Film::new(), Film::new(), Film::new());
    let [app, shown, beneath] = [&first, &second, &third].map(Film::video);
    for video in [&app, &shown, &beneath] {
        screen.attach(video);
    }
    app.set_muted(false);
    screen.show(&shown);
    for (video, volume) in [(&shown, 0.5), (&beneath, 0.1)] {
        set(video, "volume", JsValue::from_f64(volume));
    }
    assert_eq!(app.volume(), 0.5);
    assert_eq!(get(&shown, "volume"), JsValue::from_f64(0.5), "the SDK reads what it has written");
    set(&shown, "muted", JsValue::TRUE);
    assert!(app.muted());
    for video in [&shown, &beneath] {
        assert!(native_muted(video), "nobody hears this one");
    }
    screen.close();
}

#[test]
async fn a_lost_picture_is_held_until_there_is_another_one() {
    let (screen, film, next) = (Screen::new(), playing().await, Film::new());
    let video = film.video();
    screen.attach(&video);
    screen.show(&video);
    until("it has a picture", || film_goes_on(&film)).await;
    set(&video, "srcObject", JsValue::NULL);
    assert!(screen.holds());
    let [still] = &tracks(&screen.stream())[..] else { panic!("there is not exactly one still") };
    assert_ne!(*still, film.track());

    screen.follow(&source(&next));
    assert!(!screen.holds());
    assert_eq!(tracks(&screen.stream()), [next.track()]);
    assert_eq!(get(still, "readyState"), JsValue::from_str("ended"));
    screen.close();
}

#[test]
async fn of_an_app_that_plays_the_stream_in_a_video_of_its_own_the_picture_of_that_is_held() {
    let (screen, film) = (Screen::new(), playing().await);
    let stage = Stage::new(r#"<video id="own"></video>"#);
    let own: HtmlVideoElement = stage.find("#own").unchecked_into();
    own.set_muted(true);
    set(&own, "srcObject", screen.stream());
    let _ = own.play();
    screen.follow(&source(&film));
    until("the app's own video has a picture", || film_goes_on(&film) && own.ready_state() >= 2).await;
    screen.hold();
    assert!(screen.holds());
    screen.close();
}

#[test]
async fn without_a_picture_there_is_nothing_to_hold() {
    let (screen, blank) = (Screen::new(), Film::new());
    screen.hold();
    assert!(!screen.holds());
    screen.attach(&blank.video());
    screen.show(&blank.video());
    screen.hold();
    assert!(!screen.holds());
    screen.close();
}

#[test]
async fn when_it_is_over_the_video_is_out_of_the_page_and_as_it_was() {
    let (screen, film) = (Screen::new(), Film::new());
    let stage = Stage::new(r#"<div id="place"></div>"#);
    let (video, place): (HtmlVideoElement, HtmlElement) = (film.video(), stage.find("#place"));
    place.append_child(&video).unwrap();
    screen.attach(&video);
    screen.close();
    assert!(!video.is_connected());
    assert!(get(&video, "srcObject").is_null());
    let own = js_sys::Object::get_own_property_names(video.unchecked_ref::<js_sys::Object>());
    assert_eq!(own.length(), 0, "{own:?}");
}

fn plays_its_stream(screen: &Screen, video: &HtmlVideoElement) -> bool {
    let stream: JsValue = screen.stream().into();
    get(video, "srcObject") == stream
}

/// A stream as the SDK has it, of the film's track.
fn source(film: &Film) -> MediaStream {
    MediaStream::new_with_tracks(&js_sys::Array::of1(&film.track())).unwrap()
}

fn tracks(stream: &MediaStream) -> Vec<MediaStreamTrack> {
    stream.get_tracks().iter().map(JsCast::unchecked_into).collect()
}

async fn playing() -> Film {
    let film = Film::new();
    until("the video has a picture", || film_goes_on(&film)).await;
    film
}

fn film_goes_on(film: &Film) -> bool {
    film.draw();
    film.video().video_width() > 0
}

/// What the element itself says.
fn native_muted(video: &HtmlVideoElement) -> bool {
    let prototype = js_sys::Object::get_prototype_of(&js_sys::Object::get_prototype_of(video));
    let muted = js_sys::Reflect::get_own_property_descriptor(&prototype, &"muted".into()).unwrap();
    let read: js_sys::Function = get(&muted, "get").unchecked_into();
    read.call0(video).unwrap().is_truthy()
}
