//! What a second publisher is given.

use js_sys::{Function, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test as test;
use web_sys::{MediaStream, MediaStreamTrack, MediaStreamTrackState};

use crate::js::{NOTHING, array, call, count, get, heard, object, recorder, set, text};
use crate::page::Film;

#[wasm_bindgen(module = "/tests/browser/fixtures.js")]
extern "C" {
    fn succeed(options: &JsValue, current: &JsValue, media: &JsValue);

    #[wasm_bindgen(js_name = standIn)]
    fn stand_in(connector: &JsValue) -> JsValue;

    #[wasm_bindgen(js_name = capturesOnce)]
    fn captures_once(navigator: &JsValue) -> bool;
}

#[test]
fn a_camera_and_a_microphone_are_opened_again_by_their_ids() {
    let film = Film::new();
    let options = object([("name", "Ada".into())]);
    succeed(&options, &capturing("camera", &film.track()), &stream(&film.track()));
    assert_eq!((text(&options, "videoSource"), text(&options, "name")), ("camera-2".into(), "Ada".into()));
    assert!(get(&options, "audioSource").is_string(), "{:?}", get(&options, "audioSource"));
}

#[test]
fn what_the_app_supplied_or_does_without_is_left_as_it_is() {
    let film = Film::new();
    for (video, audio) in [(film.track().into(), JsValue::NULL), (JsValue::FALSE, film.track().into())] {
        let options = object([("videoSource", video.clone()), ("audioSource", audio.clone())]);
        succeed(&options, &capturing("camera", &film.track()), &stream(&film.track()));
        assert_eq!((get(&options, "videoSource"), get(&options, "audioSource")), (video, audio));
    }
}

#[test]
fn a_shared_screen_is_cloned_and_shown_as_before() {
    let film = Film::new();
    let options = object([("videoSource", "screen".into()), ("audioSource", JsValue::NULL)]);
    succeed(&options, &capturing("screen", &film.track()), &stream(&film.track()));
    let copy: MediaStreamTrack = get(&options, "videoSource").dyn_into().expect("a track");
    assert_ne!(copy, film.track());
    assert_eq!((get(&options, "mirror"), text(&options, "fitMode")), (JsValue::FALSE, "contain".into()));
    copy.stop();
}

#[test]
fn a_camera_that_is_gone_is_not_opened_again() {
    let film = Film::new();
    film.track().stop();
    let options = object([]);
    succeed(&options, &capturing("camera", &film.track()), &stream(&film.track()));
    assert!(get(&options, "videoSource").is_instance_of::<MediaStreamTrack>());
    assert_eq!(get(&options, "mirror"), true, "as the camera that it was");
}

#[test]
fn a_camera_that_is_off_is_opened_by_its_id_for_its_black_picture_shows_nothing() {
    let film = Film::new();
    let options = object([]);
    let current = capturing("camera", &film.track());
    set(&get(&current, "source"), "track", JsValue::NULL);
    film.track().stop();
    succeed(&options, &current, &stream(&film.track()));
    assert_eq!(text(&options, "videoSource"), "camera-2");
}

#[test]
fn devices_that_capture_once_are_known_by_what_they_say_they_are() {
    let cases = [
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X)", 5, true),
        ("Mozilla/5.0 (iPad; CPU OS 12_2 like Mac OS X)", 5, true),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)", 5, true),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)", 0, false),
        ("Mozilla/5.0 (X11; Linux x86_64)", 10, false),
    ];
    for (agent, touches, once) in cases {
        let navigator = object([("userAgent", agent.into()), ("maxTouchPoints", touches.into())]);
        assert_eq!(captures_once(&navigator), once, "{agent}, {touches} touch points");
    }
}

#[test]
async fn of_one_processor_each_publisher_gets_a_track_of_its_own() {
    let (film, output) = (Film::new(), Film::new());
    let (connector, fed, destroyed) = connector(&output.track());
    let (first, second) = (stand_in(&connector), stand_in(&connector));
    let tracks = [given(&first, &film.track()).await, given(&second, &film.track()).await];
    assert_eq!(count(&fed), 1, "one pipeline");
    assert_ne!(tracks[0], tracks[1]);
    settled(&call(&first, "destroy", []).unwrap()).await;
    assert_eq!((is_live(&tracks[0]), is_live(&tracks[1]), count(&destroyed)), (false, true, 0));
    let source: MediaStreamTrack = heard(&fed, 0).unchecked_into();
    film.track().stop();
    assert!(is_live(&source), "no publisher's end is its end");
    settled(&call(&second, "destroy", []).unwrap()).await;
    assert_eq!((is_live(&source), count(&destroyed)), (false, 1));
}

#[test]
async fn a_publisher_that_changes_its_device_changes_what_goes_into_the_processor() {
    let (film, other, output) = (Film::new(), Film::new(), Film::new());
    let (connector, fed, _) = connector(&output.track());
    let publisher = stand_in(&connector);
    given(&publisher, &film.track()).await;
    let before: MediaStreamTrack = heard(&fed, 0).unchecked_into();
    given(&publisher, &other.track()).await;
    assert_eq!((count(&fed), is_live(&before)), (2, false));
    settled(&call(&publisher, "destroy", []).unwrap()).await;
}

#[test]
async fn the_black_picture_of_a_camera_that_is_off_goes_through_no_processor() {
    let (film, output) = (Film::new(), Film::new());
    let (connector, fed, _) = connector(&output.track());
    set(&film.track(), "isCreatedCanvas", true);
    assert_eq!(given(&stand_in(&connector), &film.track()).await, film.track());
    assert_eq!(count(&fed), 0);
}

#[test]
async fn a_processor_that_fails_fails_for_its_publisher_and_can_be_tried_again() {
    let (film, output) = (Film::new(), Film::new());
    let (connector, fed, _) = connector(&output.track());
    let publisher = stand_in(&connector);
    set(&fed, "answer", Promise::reject(&"no model".into()));
    let failed = call(&publisher, "setTrack", [&film.track()]).unwrap();
    assert_eq!(JsFuture::from(Promise::resolve(&failed)).await.unwrap_err(), "no model");
    set(&fed, "answer", Promise::resolve(&output.track()));
    assert!(is_live(&given(&publisher, &film.track()).await));
}

#[test]
fn what_is_no_processor_is_the_sdks_to_judge() {
    for value in [JsValue::NULL, NOTHING, "blur".into(), object([("setTrack", recorder().into())])] {
        assert_eq!(stand_in(&value), value);
    }
}

/// A publisher of the SDK's that captures a track.
fn capturing(kind: &str, track: &MediaStreamTrack) -> JsValue {
    let device = if kind == "camera" { "camera-2".into() } else { JsValue::NULL };
    let source = object([("deviceId", device), ("type", kind.into()), ("track", track.into())]);
    let publisher = object([("source", source)]);
    set(&publisher, "getVideoSource", Function::new_no_args("return this.source"));
    set(&publisher, "getAudioSource", Function::new_no_args("return { getSettings: () => ({ deviceId: 'mic' }) }"));
    publisher
}

fn stream(track: &MediaStreamTrack) -> JsValue {
    MediaStream::new_with_tracks(&array([track])).unwrap().into()
}

/// An app's processor that answers with a track, what it is fed with, and its end.
fn connector(output: &MediaStreamTrack) -> (JsValue, Function, Function) {
    let (fed, destroyed) = (recorder(), recorder());
    set(&fed, "answer", Promise::resolve(output));
    (object([("setTrack", fed.clone().into()), ("destroy", destroyed.clone().into())]), fed, destroyed)
}

async fn given(stand_in: &JsValue, track: &MediaStreamTrack) -> MediaStreamTrack {
    settled(&call(stand_in, "setTrack", [track]).unwrap()).await.unchecked_into()
}

async fn settled(promise: &JsValue) -> JsValue {
    JsFuture::from(Promise::resolve(promise)).await.unwrap()
}

fn is_live(track: &MediaStreamTrack) -> bool {
    track.ready_state() == MediaStreamTrackState::Live
}
