//! Several managers of one `OT`.

use js_sys::Function;
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::rig::{Rig, settled};
use crate::js::{NOTHING, all_heard, call, number, object, recorder, text};
use crate::page::until;

#[test]
async fn a_session_is_the_same_for_both_and_is_left_with_the_last_of_them() {
    let one = Rig::new(&NOTHING);
    let session = one.connected();
    let other = one.beside(&NOTHING);
    assert_eq!(other.manager.state(), "idle");
    assert!(other.session() == session);
    assert_eq!(other.manager.state(), "connected");

    settled(one.manager.close()).await.unwrap();
    assert_eq!(number(&one.leg("A"), "disconnects"), 0.0);
    assert_eq!(other.manager.state(), "connected");
    settled(other.manager.close()).await.unwrap();
    assert_eq!(number(&one.leg("A"), "disconnects"), 1.0);
}

#[test]
async fn a_session_that_only_one_of_them_was_asked_for_is_left_with_that_one() {
    let one = Rig::new(&NOTHING);
    let _session = one.connected();
    let other = one.beside(&NOTHING);
    other.manager.init_session("app".into(), "B".into(), &NOTHING).unwrap();
    settled(one.manager.close()).await.unwrap();
    assert_eq!(number(&one.leg("A"), "disconnects"), 1.0);
    assert_eq!(other.manager.state(), "idle");
}

#[test]
async fn either_publishes_what_the_other_has_made_and_each_closes_its_own() {
    let one = Rig::new(&NOTHING);
    let session = one.connected();
    let other = one.beside(&NOTHING);
    other.session();
    let first = one.publishing(&session, &NOTHING);
    let second = other.publishing(&session, &NOTHING);
    let heard = recorder();
    for publisher in [&first, &second] {
        call(publisher, "on", [&"destroyed streamDestroyed".into(), &heard]).unwrap();
    }
    settled(one.manager.close()).await.unwrap();
    assert_eq!((number(&one.publisher(0), "destroyed"), number(&one.publisher(1), "destroyed")), (1.0, 0.0));
    assert!(all_heard(&heard).is_empty());
    // It is not published again, and cannot be.
    assert_eq!(text(&call(&session, "publish", [&first]).unwrap_err(), "code"), "foreign_object");
}

#[test]
async fn both_are_told_and_the_newest_is_asked() {
    let named = |name: &str| {
        let answer = ["return { sessionId, token: '", name, "' }"].concat();
        object([("renew", Function::new_with_args("{ sessionId }", &answer).into())])
    };
    let one = Rig::new(&named("one"));
    let session = one.connected();
    let other = one.beside(&named("other"));
    let both = one.beside(&NOTHING);
    other.session();
    let successor = one.connecting("B").await;
    assert_eq!(text(&successor, "connects.0.token"), "other");
    successor.admit();
    until("both are told", || !one.told("handoverend").is_empty() && !other.told("handoverend").is_empty()).await;
    assert!(both.told("handoverend").is_empty());
    assert!(other.session() == session);
}
