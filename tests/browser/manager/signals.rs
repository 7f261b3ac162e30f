//! Signals that are ours, and those that are the app's.

use js_sys::Function;
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::rig::{Rig, code};
use crate::js::{NOTHING, all_heard, call, count, get, heard, object, recorder, text};
use crate::page::until;

#[test]
fn a_signal_of_the_type_that_is_ours_is_refused() {
    let rig = Rig::new(&NOTHING);
    let session = rig.connected();
    let signal = object([("type", "opentok-handover".into()), ("data", "forged".into())]);
    assert_eq!(code(call(&session, "signal", [&signal, &recorder()])), "invalid_option");
    assert!(rig.leg("A").sent().is_empty());
}

#[test]
fn what_clients_of_this_package_tell_each_other_never_reaches_the_app() {
    let (rig, listeners) = listening("opentok-handover");
    for data in ["{\"settled\":\"B\"}", "{}", "not JSON", ""] {
        rig.leg("A").receive("opentok-handover", &data.into(), &JsValue::NULL);
    }
    rig.leg("A").receive("opentok-handover", &NOTHING, &NOTHING);
    assert_eq!(listeners.each_ref().map(count), [0, 0]);
}

#[test]
fn an_announcement_never_reaches_the_app() {
    let (rig, listeners) = listening("newSession");
    rig.announce("B");
    rig.announce("B");
    rig.leg("A").receive("newSession", &"C".into(), &object([("connectionId", "A-eve".into())]));
    for data in [NOTHING, "".into(), "{broken".into(), 7.into()] {
        rig.leg("A").receive("newSession", &data, &JsValue::NULL);
    }
    assert_eq!(listeners.each_ref().map(count), [0, 0]);
}

#[test]
fn an_announcement_that_is_not_believed_is_told_once_with_the_reason() {
    let (rig, _) = listening("newSession");
    let reasons = [
        ("".into(), JsValue::NULL, "empty"),
        ("x".repeat(8_193).into(), JsValue::NULL, "too_large"),
        ("{broken".into(), JsValue::NULL, "not_json"),
        ("{\"session\":\"B\"}".into(), JsValue::NULL, "invalid"),
        ("A".into(), JsValue::NULL, "current_session"),
        ("{\"sessionId\":\"B\",\"deadline\":1}".into(), JsValue::NULL, "past_deadline"),
        ("B".into(), object([("connectionId", "A-eve".into())]), "from_participant"),
    ];
    for (told, (data, from, reason)) in reasons.into_iter().enumerate() {
        rig.leg("A").receive("newSession", &data, &from);
        let rejected = rig.told("signalrejected");
        assert_eq!(rejected.len(), told + 1, "{reason}");
        assert_eq!(text(&rejected[told], "reason"), reason);
        assert_eq!(
            (text(&rejected[told], "type"), text(&rejected[told], "sessionId")),
            ("newSession".into(), "A".into())
        );
    }
    assert_eq!(rig.manager.state(), "connected");
    assert!(rig.told("handoverstart").is_empty());
}

#[test]
async fn an_announcement_that_was_heard_already_is_told_as_a_duplicate() {
    let rig = Rig::that_renews();
    rig.connected();
    rig.announce("B");
    rig.announce("B");
    assert_eq!(text(&rig.told("signalrejected")[0], "reason"), "duplicate");
    assert_eq!(rig.told("handoverstart").len(), 1);
}

#[test]
fn the_type_that_announces_can_be_chosen_and_then_the_usual_one_is_the_apps() {
    let options = object([("newSessionSignal", "moved".into()), ("renew", never().into())]);
    let rig = Rig::new(&options);
    let session = rig.connected();
    let listener = recorder();
    call(&session, "on", [&"signal".into(), &listener]).unwrap();
    rig.announce("B");
    assert_eq!((count(&listener), rig.manager.state()), (1, "connected".into()));
    rig.leg("A").receive("moved", &"B".into(), &JsValue::NULL);
    assert_eq!((count(&listener), rig.manager.state()), (1, "handover".into()));
}

#[test]
fn announcements_of_participants_are_believed_if_the_app_says_so() {
    let rig = Rig::new(&object([("newSessionFrom", "anyone".into()), ("renew", never().into())]));
    rig.connected();
    rig.leg("A").receive("newSession", &"B".into(), &object([("connectionId", "A-ada".into())]));
    assert_eq!(rig.manager.state(), "handover");
}

#[test]
fn a_signal_of_the_apps_is_heard_once_in_each_of_its_forms() {
    let (rig, [any, named]) = listening("chat");
    rig.leg("A").receive("chat", &"hello".into(), &JsValue::NULL);
    rig.leg("A").receive("else", &"other".into(), &JsValue::NULL);
    assert_eq!((count(&any), count(&named)), (2, 1));
    assert_eq!(text(&heard(&named, 0), "data"), "hello");
    assert_eq!(text(&heard(&named, 0), "type"), "signal:chat");
}

#[test]
fn a_signal_says_by_which_durable_connection_it_was_sent() {
    let (rig, [any, _]) = listening("chat");
    let stream = rig.leg("A").join("ada");
    rig.leg("A").receive("chat", &"hello".into(), &get(&stream, "connection"));
    assert_eq!(text(&heard(&any, 0), "from.data"), "ada");
}

#[test]
async fn a_signal_waits_for_a_call_that_is_cut_off() {
    let rig = Rig::that_renews();
    let session = rig.connected();
    let [sent, refused] = [recorder(), recorder()];
    let first = rig.leg("A");
    rig.forgets_sessions();
    first.lose("serverRotation");
    let signal = |wait: bool| object([("type", "chat".into()), ("retryAfterReconnect", wait.into())]);
    call(&session, "signal", [&signal(true), &sent]).unwrap();
    call(&session, "signal", [&signal(false), &refused]).unwrap();
    assert_eq!((count(&sent), count(&refused)), (0, 1));
    assert_eq!(text(&all_heard(&refused)[0], "code"), "not_connected");
    let leg = rig.leg("A");
    until("the client is to be connected again", || leg.count("connects") == 1).await;
    assert_ne!(JsValue::from(leg.clone()), JsValue::from(first), "nothing of the first can end it");
    leg.admit();
    until("the signal is sent", || leg.sent().contains(&"chat".to_owned())).await;
}

/// A connected call, with listeners to all signals and to those of one type.
fn listening(kind: &str) -> (Rig, [Function; 2]) {
    let rig = Rig::new(&object([("renew", never().into())]));
    let session = rig.connected();
    let listeners = [recorder(), recorder()];
    call(&session, "on", [&"signal".into(), &listeners[0]]).unwrap();
    call(&session, "on", [&["signal:", kind].concat().into(), &listeners[1]]).unwrap();
    (rig, listeners)
}

/// A `renew` that does not answer.
fn never() -> Function {
    Function::new_no_args("return new Promise(() => {})")
}
