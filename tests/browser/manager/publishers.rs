//! The app's publishers, and those that stand in for them.

use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::rig::{FakePublisher, Rig, code};
use crate::js::{NOTHING, call, get, number, object, recorder, text};
use crate::page::until;

#[test]
fn a_publisher_that_the_manager_did_not_make_is_refused() {
    let rig = Rig::new(&NOTHING);
    let session = rig.connected();
    let foreign: JsValue = FakePublisher::new(&NOTHING).into();
    let refused = call(&session, "publish", [&foreign]);
    assert_eq!(get(refused.as_ref().unwrap_err(), "cause"), foreign);
    assert_eq!(code(refused), "foreign_object");
    assert_eq!(code(call(&session, "unpublish", [&foreign])), "foreign_object");
    assert_eq!(rig.leg("A").count("publishes"), 0);
}

#[test]
fn a_publisher_of_another_manager_is_refused() {
    let (rig, other) = (Rig::new(&NOTHING), Rig::new(&NOTHING));
    let session = rig.connected();
    let publisher = other.manager.init_publisher(&NOTHING, &NOTHING, NOTHING).unwrap();
    assert_eq!(code(call(&session, "publish", [&publisher])), "foreign_object");
}

#[test]
fn streams_and_subscribers_that_are_not_the_sessions_are_refused() {
    let rig = Rig::new(&NOTHING);
    let session = rig.connected();
    let bare = rig.leg("A").join("ada");
    assert_eq!(code(call(&session, "subscribe", [&bare])), "foreign_object");
    assert_eq!(code(call(&session, "unsubscribe", [&object([])])), "foreign_object");
}

#[test]
async fn the_second_publisher_is_as_muted_as_the_first_is_at_that_moment() {
    for (audio, video) in [(true, false), (false, true), (false, false), (true, true)] {
        let rig = Rig::that_renews();
        let session = rig.connected();
        let options = object([("publishAudio", (!audio).into()), ("name", "Ada".into())]);
        let publisher = rig.publishing(&session, &options);
        call(&publisher, "publishAudio", [&audio.into()]).unwrap();
        call(&publisher, "publishVideo", [&video.into()]).unwrap();
        rig.hand_over("B").await;
        let second = rig.publisher(1);
        assert_eq!(get(&second, "options.publishAudio"), audio);
        assert_eq!(get(&second, "options.publishVideo"), video);
        assert_eq!(text(&second, "options.name"), "Ada");
    }
}

#[test]
async fn a_publisher_that_a_moderator_muted_stays_muted_on_the_next_leg() {
    let rig = Rig::that_renews();
    let session = rig.connected();
    let publisher = rig.publishing(&session, &NOTHING);
    let muted = recorder();
    call(&publisher, "on", [&"muteForced".into(), &muted]).unwrap();
    call(&rig.publisher(0), "dispatch", [&"muteForced".into()]).unwrap();
    assert_eq!(crate::js::count(&muted), 1);
    rig.hand_over("B").await;
    assert_eq!(get(&rig.publisher(1), "options.publishAudio"), false);
}

#[test]
async fn what_is_muted_while_there_are_two_is_muted_on_both() {
    let rig = Rig::that_renews();
    let session = rig.connected();
    let publisher = rig.publishing(&session, &NOTHING);
    rig.hand_over("B").await;
    call(&publisher, "publishAudio", [&false.into()]).unwrap();
    assert_eq!(get(&rig.publisher(0), "audio"), false);
    assert_eq!(get(&rig.publisher(1), "audio"), false);
}

#[test]
async fn a_moderator_who_mutes_while_there_are_two_mutes_both() {
    let rig = Rig::that_renews();
    let session = rig.connected();
    rig.publishing(&session, &NOTHING);
    rig.hand_over("B").await;
    call(&rig.publisher(0), "dispatch", [&"muteForced".into()]).unwrap();
    assert_eq!(get(&rig.publisher(1), "audio"), false);
}

#[test]
async fn the_second_publisher_gets_its_devices_while_its_leg_connects() {
    let rig = Rig::that_renews();
    let session = rig.connected();
    rig.publishing(&session, &NOTHING);
    let successor = rig.connecting("B").await;
    assert_eq!(number(&rig.ot, "publishers.length"), 2.0);
    assert_eq!(successor.count("publishes"), 0);
    successor.admit();
    assert_eq!(successor.count("publishes"), 1);
    assert_eq!(number(&rig.ot, "publishers.length"), 2.0);
}

#[test]
async fn what_is_muted_while_the_second_leg_connects_is_muted_there() {
    let rig = Rig::that_renews();
    let session = rig.connected();
    let publisher = rig.publishing(&session, &NOTHING);
    rig.connecting("B").await;
    call(&publisher, "publishAudio", [&false.into()]).unwrap();
    assert_eq!(get(&rig.publisher(1), "audio"), false);
}

#[test]
async fn a_second_publisher_that_no_session_admits_is_destroyed() {
    let rig = Rig::that_renews();
    let session = rig.connected();
    rig.publishing(&session, &NOTHING);
    rig.hand_over_refused("B").await;
    assert_eq!(rig.destroyed(), [false, true]);
    assert_eq!(number(&rig.ot, "publishers.length"), 2.0, "each attempt finds the same one");
}

#[test]
async fn a_second_publisher_is_destroyed_when_the_app_unpublishes_while_its_leg_connects() {
    let rig = Rig::that_renews();
    let session = rig.connected();
    let publisher = rig.publishing(&session, &NOTHING);
    let successor = rig.connecting("B").await;
    call(&session, "unpublish", [&publisher]).unwrap();
    assert_eq!(rig.destroyed(), [false, true], "the first one is the SDK's to destroy");
    successor.admit();
    assert_eq!(successor.count("publishes"), 0);
}

#[test]
async fn the_first_publisher_goes_on_if_its_leg_dies_while_the_second_connects() {
    let rig = Rig::that_renews();
    let session = rig.connected();
    rig.publishing(&session, &NOTHING);
    let successor = rig.connecting("B").await;
    rig.leg("A").lose("serverRotation");
    successor.admit();
    assert_eq!(rig.destroyed(), [false, true]);
    assert_eq!(successor.count("publishes"), 1);
}

#[test]
async fn the_second_publisher_captures_the_device_that_the_first_does() {
    let rig = Rig::that_renews();
    let session = rig.connected();
    rig.publishing(&session, &NOTHING);
    rig.hand_over("B").await;
    assert_eq!(text(&rig.publisher(1), "options.videoSource"), "camera-2");
}

#[test]
async fn the_second_publisher_is_published_behind_the_filter_of_the_first() {
    let rig = Rig::that_renews();
    let session = rig.connected();
    let publisher = rig.publishing(&session, &object([("videoFilter", object([]))]));
    let blur = object([("type", "backgroundBlur".into())]);
    call(&publisher, "applyVideoFilter", [&blur]).unwrap();
    let successor = rig.hand_over("B").await;
    until("the second one is to be published", || successor.count("publishes") == 1).await;
    let second = rig.publisher(1);
    assert_eq!(get(&second, "options.videoFilter"), NOTHING, "whether it was applied would not be told");
    assert_eq!(get(&second, "filters.0"), blur);
}

#[test]
async fn a_second_publisher_whose_filter_fails_is_not_published() {
    let rig = Rig::that_renews();
    let session = rig.connected();
    let publisher = rig.publishing(&session, &NOTHING);
    call(&publisher, "applyVideoFilter", [&object([("type", "backgroundBlur".into())])]).unwrap();
    let no_model = js_sys::Promise::reject(&js_sys::Error::new("no model"));
    crate::js::set(&get(&rig.ot, "publishers.0.constructor.prototype"), "filtersFail", no_model);
    let successor = rig.hand_over("B").await;
    until("the second one is to be given up", || rig.destroyed()[1]).await;
    assert_eq!(successor.count("publishes"), 0);
    crate::js::set(&get(&rig.ot, "publishers.0.constructor.prototype"), "filtersFail", NOTHING);
}

#[test]
async fn the_camera_that_is_chosen_while_there_are_two_is_that_of_both() {
    let rig = Rig::that_renews();
    let session = rig.connected();
    let publisher = rig.publishing(&session, &NOTHING);
    rig.hand_over("B").await;
    call(&publisher, "cycleVideo", []).unwrap();
    until("the second one is to hear of it", || get(&rig.publisher(1), "cameras.0") == "camera-3").await;
    assert_eq!(get(&rig.publisher(0), "cameras.0"), NOTHING, "it knows");
}

#[test]
async fn the_end_of_a_second_stream_that_nobody_sees_yet_is_not_told() {
    let rig = Rig::that_renews();
    let session = rig.connected();
    let publisher = rig.publishing(&session, &NOTHING);
    let heard = recorder();
    call(&publisher, "on", [&"streamDestroyed".into(), &heard]).unwrap();
    let stream = get(&publisher, "stream");
    rig.hand_over("B").await;
    call(&rig.publisher(1), "dispatch", [&"streamDestroyed".into()]).unwrap();
    assert_eq!((crate::js::count(&heard), get(&publisher, "stream")), (0, stream));
}

#[test]
async fn the_first_publisher_is_destroyed_with_its_leg_and_the_app_hears_nothing_of_it() {
    let rig = Rig::that_renews();
    let session = rig.connected();
    let publisher = rig.publishing(&session, &NOTHING);
    let heard = recorder();
    call(&publisher, "on", [&"streamCreated streamDestroyed destroyed".into(), &heard]).unwrap();
    let stream = get(&publisher, "stream");
    rig.hand_over("B").await.golive();
    rig.until_arrived().await;
    assert_eq!(rig.destroyed(), [true, false]);
    assert_eq!(crate::js::count(&heard), 0);
    assert_eq!(get(&publisher, "stream"), stream, "the app knows it by the same stream");
    assert_eq!(get(&publisher, "session"), session);
}

#[test]
async fn of_two_legs_that_die_one_publisher_goes_on_and_the_other_is_destroyed() {
    let rig = Rig::that_renews();
    let session = rig.connected();
    rig.publishing(&session, &NOTHING);
    let first = rig.leg("A");
    let second = rig.hand_over("B").await;
    first.lose("serverRotation");
    second.golive();
    second.lose("serverRotation");
    until("the call is to be connected again", || second.count("connects") == 2).await;
    second.admit();
    assert_eq!(rig.destroyed().iter().filter(|destroyed| **destroyed).count(), 1);
    assert_eq!(number(&rig.ot, "publishers.length"), 2.0);
}

#[test]
async fn a_publisher_migrates_with_its_own_session_only() {
    let rig = Rig::that_renews();
    let session = rig.connected();
    rig.publishing(&session, &NOTHING);
    rig.hand_over("B").await.golive();
    call(&rig.ot, "migrate", [&"A".into()]).unwrap();
    assert_eq!((number(&rig.publisher(0), "migrations"), number(&rig.publisher(1), "migrations")), (1.0, 0.0));
}

#[test]
fn init_publisher_takes_its_arguments_in_all_the_forms_of_the_sdk() {
    let rig = Rig::new(&NOTHING);
    let (done, options) = (recorder(), object([("name", "Ada".into()), ("insertDefaultUI", false.into())]));
    rig.manager.init_publisher(&NOTHING, &NOTHING, NOTHING).unwrap();
    rig.manager.init_publisher(&NOTHING, &options, done.clone().into()).unwrap();
    rig.manager.init_publisher(&NOTHING, &done, NOTHING).unwrap();
    rig.manager.init_publisher(&done, &NOTHING, NOTHING).unwrap();
    assert_eq!(number(&rig.ot, "publishers.length"), 4.0);
    assert_eq!(text(&rig.publisher(1), "options.name"), "Ada");
    rig.close_publishers();
}

impl Rig {
    /// Of the first two publishers of the SDK's, which have been destroyed.
    fn destroyed(&self) -> [bool; 2] {
        [0, 1].map(|index| number(&self.publisher(index), "destroyed") > 0.0)
    }

    /// Takes their tiles out of the page.
    fn close_publishers(&self) {
        let _ = self.manager.close();
    }
}
