//! The SDK's callbacks and events that come twice, or when nobody waits for them any more.

use js_sys::{Error, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::rig::{Rig, settled};
use crate::js::{NOTHING, all_heard, call, count, get, number, object, recorder, set, text};
use crate::page::{next_frame, until};

#[test]
fn a_connection_that_is_reported_twice_is_told_once() {
    let rig = Rig::new(&NOTHING);
    let session = rig.session();
    let (connected, answered) = (recorder(), recorder());
    call(&session, "on", [&"sessionConnected".into(), &connected]).unwrap();
    call(&session, "connect", [&"token".into(), &answered]).unwrap();
    rig.leg("A").admit();
    rig.leg("A").admit();
    assert_eq!((count(&connected), count(&answered)), (1, 1));
    assert_eq!(rig.told("statechange").len(), 2, "connecting, connected");
}

#[test]
fn a_failure_after_success_changes_nothing() {
    let rig = Rig::new(&NOTHING);
    rig.connected();
    rig.leg("A").callback("connects").call1(&NOTHING, &Error::new("too late")).unwrap();
    assert_eq!(rig.manager.state(), "connected");
}

#[test]
fn a_failure_that_is_reported_twice_is_told_once() {
    let rig = Rig::new(&NOTHING);
    let session = rig.session();
    let answered = recorder();
    call(&session, "connect", [&"token".into(), &answered]).unwrap();
    let error: JsValue = Error::new("refused").into();
    let done = rig.leg("A").callback("connects");
    done.call1(&NOTHING, &error).unwrap();
    done.call1(&NOTHING, &error).unwrap();
    assert_eq!(all_heard(&answered), [error]);
    assert_eq!(rig.manager.state(), "disconnected");
}

#[test]
fn a_success_after_failure_does_not_connect() {
    let rig = Rig::new(&NOTHING);
    let session = rig.session();
    let connected = recorder();
    call(&session, "on", [&"sessionConnected".into(), &connected]).unwrap();
    call(&session, "connect", [&"token".into(), &recorder()]).unwrap();
    rig.leg("A").callback("connects").call1(&NOTHING, &Error::new("refused")).unwrap();
    rig.leg("A").admit();
    assert_eq!((rig.manager.state(), count(&connected)), ("disconnected".into(), 0));
}

#[test]
fn the_callbacks_of_publish_subscribe_and_signal_are_called_once() {
    let rig = Rig::new(&NOTHING);
    let session = rig.connected();
    let (published, subscribed, signalled, joined) = (recorder(), recorder(), recorder(), recorder());
    call(&session, "on", [&"streamCreated".into(), &joined]).unwrap();
    let leg = rig.leg("A");

    let publisher = rig.manager.init_publisher(&NOTHING, &NOTHING, NOTHING).unwrap();
    call(&session, "publish", [&publisher, &published]).unwrap();
    leg.golive();
    leg.golive();
    leg.callback("publishes").call1(&NOTHING, &Error::new("too late")).unwrap();
    assert_eq!(all_heard(&published), [JsValue::NULL]);

    leg.join("ada");
    let stream = get(&all_heard(&joined)[0], "stream");
    call(&session, "subscribe", [&stream, &NOTHING, &NOTHING, &subscribed]).unwrap();
    for _ in 0..2 {
        leg.callback("subscribes").call0(&NOTHING).unwrap();
    }
    assert_eq!(all_heard(&subscribed), [JsValue::NULL]);

    call(&session, "signal", [&object([("type", "chat".into())]), &signalled]).unwrap();
    for _ in 0..2 {
        leg.callback("signals").call0(&NOTHING).unwrap();
    }
    assert_eq!(all_heard(&signalled), [NOTHING]);
}

#[test]
async fn a_leg_that_is_gone_is_silent() {
    let rig = Rig::that_renews();
    let session = rig.connected();
    rig.publishing(&session, &NOTHING);
    let old = rig.leg("A");
    let joined = recorder();
    call(&session, "on", [&"streamCreated".into(), &joined]).unwrap();
    old.join("ada");
    let stream = get(&all_heard(&joined)[0], "stream");
    call(&session, "subscribe", [&stream]).unwrap();
    old.callback("subscribes").call0(&NOTHING).unwrap();

    let new = rig.hand_over("B").await;
    new.golive();
    new.join("ada");
    new.callback("subscribes").call0(&NOTHING).unwrap();
    old.dispatch("connectionDestroyed", &object([("connection", get(&stream, "connection"))]));
    rig.until_arrived().await;
    assert_eq!(number(&old, "handlers.length"), 0.0, "nobody listens to the old session");

    let everything = recorder();
    let names = "sessionDisconnected sessionReconnecting streamCreated streamDestroyed signal connectionDestroyed";
    call(&session, "on", [&names.into(), &everything]).unwrap();
    let changes = rig.told("statechange").len();
    let error = Error::new("too late");
    for calls in ["connects", "publishes", "subscribes"] {
        old.callback(calls).call1(&NOTHING, &error).unwrap();
        old.callback(calls).call0(&NOTHING).unwrap();
    }
    old.receive("chat", &"late".into(), &JsValue::NULL);
    old.join("late");
    old.lose("serverRotation");
    next_frame().await;
    assert_eq!(count(&everything), 0);
    assert_eq!((rig.manager.state(), rig.told("statechange").len()), ("connected".into(), changes));
}

#[test]
async fn what_an_abandoned_successor_says_late_is_not_heard() {
    let renew = recorder();
    let rig = Rig::new(&object([("renew", renew.clone().into())]));
    let session = rig.connected();
    let everything = recorder();
    call(&session, "on", [&"sessionConnected sessionDisconnected signal".into(), &everything]).unwrap();
    set(&renew, "answer", object([("sessionId", "B".into()), ("token", "for B".into())]));
    let failed = rig.hand_over_refused("B").await;
    assert_eq!(text(&failed, "errors.0.code"), "connect_failed");
    let stray = rig.leg("B");
    stray.admit();
    stray.receive("chat", &"stray".into(), &JsValue::NULL);
    stray.lose("serverRotation");
    assert_eq!((rig.manager.state(), count(&everything)), ("connected".into(), 0));
    assert_eq!(number(&rig.leg("A"), "disconnects"), 0.0, "the old leg goes on");
}

#[test]
async fn a_session_that_is_closing_is_connected_again_only_when_it_is_closed() {
    let rig = Rig::that_renews();
    let session = rig.connected();
    rig.publishing(&session, &NOTHING);
    let successor = rig.hand_over("B").await;
    let mut leave = None;
    set(&successor, "departure", Promise::new(&mut |resolve, _| leave = Some(resolve)));
    successor.callback("publishes").call1(&NOTHING, &Error::new("refused")).unwrap();
    until("the second attempt is to connect", || {
        rig.told("phasechange").iter().filter(|phase| text(phase, "phase") == "connecting").count() == 2
    })
    .await;
    next_frame().await;
    assert_eq!((number(&successor, "disconnects"), successor.count("connects")), (1.0, 1));
    successor.lose("clientDisconnected");
    leave.unwrap().call0(&NOTHING).unwrap();
    until("it is connected again", || successor.count("connects") == 2).await;
    successor.admit();
    successor.golive();
    rig.until_arrived().await;
}

#[test]
async fn who_asks_for_the_handover_after_this_one_is_answered_with_the_end_of_that_one() {
    let rig = Rig::that_renews();
    rig.connected();
    let ask = |to: &str| rig.manager.handover(&object([("sessionId", to.into())])).unwrap();
    let mut leave = None;
    set(&rig.leg("A"), "departure", Promise::new(&mut |resolve, _| leave = Some(resolve)));
    let first = ask("B");
    let successor = rig.leg("B");
    until("B is to be connected", || successor.count("connects") == 1).await;
    successor.admit();
    until("the old leg is to be left", || number(&rig.leg("A"), "disconnects") == 1.0).await;
    let second = ask("C");
    leave.unwrap().call0(&NOTHING).unwrap();
    assert_eq!(text(&settled(first).await.unwrap(), "to"), "B");
    let next = rig.leg("C");
    until("C is to be connected", || next.count("connects") == 1).await;
    next.admit();
    assert_eq!(text(&settled(second).await.unwrap(), "to"), "C");
}

#[test]
fn a_disconnection_that_is_reported_twice_is_told_once() {
    let rig = Rig::new(&NOTHING);
    let session = rig.connected();
    let disconnected = recorder();
    call(&session, "on", [&"sessionDisconnected".into(), &disconnected]).unwrap();
    rig.leg("A").lose("forceDisconnected");
    rig.leg("A").lose("forceDisconnected");
    assert_eq!((rig.manager.state(), count(&disconnected)), ("disconnected".into(), 1));
}
