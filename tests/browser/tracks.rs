//! The app's own tracks.

use js_sys::{Function, Object};
use opentok_handover::shell::tracks::{Ended, shielded};
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test as test;
use web_sys::{MediaStreamTrack, MediaStreamTrackState};

use crate::js::{object, recorder};
use crate::page::Film;

#[test]
fn the_tracks_of_the_app_survive_the_end_of_a_publisher() {
    let (picture, sound) = (Film::new(), Film::new());
    let tracks = [picture.track(), sound.track()];
    let options = options(&tracks[0], &tracks[1]);
    shielded(&options, || tracks.iter().for_each(MediaStreamTrack::stop));
    assert!(tracks.iter().all(is_live));
}

#[test]
fn the_app_can_stop_its_tracks_afterwards() {
    let film = Film::new();
    let track = film.track();
    shielded(&options(&track, &JsValue::UNDEFINED), || {});
    assert!(!Object::keys(track.unchecked_ref::<Object>()).includes(&"stop".into(), 0), "nothing is left on the track");
    track.stop();
    assert!(!is_live(&track));
}

#[test]
fn tracks_that_the_sdk_captured_itself_end_with_their_publisher() {
    let (given, captured) = (Film::new(), Film::new());
    let options = options(&given.track(), &"a microphone's ID".into());
    shielded(&options, || captured.track().stop());
    assert!(!is_live(&captured.track()));
    assert!(is_live(&given.track()));
}

#[test]
fn the_app_goes_on_listening_to_the_end_of_its_tracks() {
    let film = Film::new();
    let track = film.track();
    let listener = recorder();
    track.set_onended(Some(&listener));
    shielded(&options(&track, &JsValue::NULL), || track.set_onended(None));
    assert_eq!(track.onended().as_ref(), Some(&listener));
}

#[test]
fn listeners_that_a_publisher_chained_to_the_end_of_a_track_can_be_undone() {
    let (film, silent) = (Film::new(), Film::new());
    let own: Function = recorder();
    film.track().set_onended(Some(&own));
    let ended = Ended::now(&options(&film.track(), &silent.track()));
    for track in [film.track(), silent.track()] {
        track.set_onended(Some(&recorder()));
    }
    ended.restore();
    assert_eq!(film.track().onended(), Some(own));
    assert_eq!(silent.track().onended(), None);
}

fn options(video: &JsValue, audio: &JsValue) -> Object {
    object([("videoSource", video.clone()), ("audioSource", audio.clone())]).unchecked_into()
}

fn is_live(track: &MediaStreamTrack) -> bool {
    track.ready_state() == MediaStreamTrackState::Live
}
