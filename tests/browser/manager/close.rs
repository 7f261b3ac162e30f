//! The end of a manager.

use js_sys::{Function, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::rig::{Rig, code, settled};
use crate::js::{NOTHING, all_heard, call, count, get, number, object, recorder, set};
use crate::page::document;

#[test]
async fn close_destroys_every_publisher_leaves_every_session_and_resolves() {
    let rig = Rig::new(&NOTHING);
    let session = rig.connected();
    rig.publishing(&session, &NOTHING);
    rig.manager.init_publisher(&NOTHING, &NOTHING, NOTHING).unwrap();
    settled(rig.manager.close()).await.unwrap();
    assert_eq!((number(&rig.publisher(0), "destroyed"), number(&rig.publisher(1), "destroyed")), (1.0, 1.0));
    assert_eq!(number(&rig.leg("A"), "disconnects"), 1.0);
    assert_eq!(number(&rig.leg("A"), "handlers.length"), 0.0);
    assert_eq!(rig.manager.state(), "closed");
}

#[test]
async fn close_says_nothing_to_the_apps_listeners_and_leaves_none_on_the_sdks_objects() {
    let rig = Rig::new(&NOTHING);
    let session = rig.connected();
    let publisher = rig.publishing(&session, &NOTHING);
    let heard = recorder();
    call(&session, "on", [&"sessionDisconnected streamDestroyed".into(), &heard]).unwrap();
    call(&publisher, "on", [&"destroyed streamDestroyed".into(), &heard]).unwrap();
    settled(rig.manager.close()).await.unwrap();
    assert_eq!(count(&heard), 0);
    assert_eq!(number(&rig.publisher(0), "handlers.length"), 0.0);
}

#[test]
async fn close_takes_every_tile_out_of_the_page() {
    let before = document().body().unwrap().child_element_count();
    let rig = Rig::new(&NOTHING);
    let session = rig.connected();
    let joined = recorder();
    call(&session, "on", [&"streamCreated".into(), &joined]).unwrap();
    rig.publishing(&session, &NOTHING);
    rig.leg("A").join("ada");
    call(&session, "subscribe", [&get(&all_heard(&joined)[0], "stream")]).unwrap();
    assert_eq!(document().body().unwrap().child_element_count(), before + 2);
    settled(rig.manager.close()).await.unwrap();
    assert_eq!(document().body().unwrap().child_element_count(), before);
}

#[test]
async fn close_resolves_even_if_the_sdk_never_says_that_it_has_disconnected() {
    let rig = Rig::new(&NOTHING);
    let _session = rig.connected();
    set(&rig.leg("A"), "departure", Promise::new(&mut |_, _| {}));
    settled(rig.manager.close()).await.unwrap();
}

#[test]
async fn close_in_the_middle_of_a_handover_leaves_both_sessions_and_ends_it() {
    let rig = Rig::that_renews();
    let session = rig.connected();
    rig.publishing(&session, &NOTHING);
    let moved = rig.manager.handover(&object([("sessionId", "B".into())])).unwrap();
    let successor = rig.leg("B");
    crate::page::until("the successor is to be connected", || successor.count("connects") == 1).await;
    successor.admit();
    settled(rig.manager.close()).await.unwrap();
    assert_eq!((number(&rig.leg("A"), "disconnects"), number(&successor, "disconnects")), (1.0, 1.0));
    assert_eq!((number(&rig.publisher(0), "destroyed"), number(&rig.publisher(1), "destroyed")), (1.0, 1.0));
    assert_eq!(code(settled(moved).await), "handover_cancelled");
}

#[test]
async fn close_without_a_session_resolves() {
    settled(Rig::new(&NOTHING).manager.close()).await.unwrap();
}

#[test]
async fn a_session_that_is_used_after_close_says_so() {
    let rig = Rig::new(&NOTHING);
    let session = rig.connected();
    settled(rig.manager.close()).await.unwrap();
    for method in
        ["connect", "disconnect", "publish", "unpublish", "subscribe", "unsubscribe", "signal", "forceMuteAll"]
    {
        let method: Function = get(&session, method).unchecked_into();
        assert_eq!(code(method.call1(&session, &JsValue::from_str("x"))), "closed");
    }
}

#[test]
async fn the_end_of_a_closed_leg_changes_nothing() {
    let rig = Rig::new(&NOTHING);
    rig.connected();
    let connected = rig.leg("A").callback("connects");
    settled(rig.manager.close()).await.unwrap();
    let changes = rig.told("statechange").len();
    connected.call0(&NOTHING).unwrap();
    connected.call1(&NOTHING, &"too late".into()).unwrap();
    rig.leg("A").lose("serverRotation");
    assert_eq!((rig.manager.state(), rig.told("statechange").len()), ("closed".into(), changes));
}
