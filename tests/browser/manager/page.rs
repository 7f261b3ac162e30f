//! The page goes offline, goes away, and comes back.

use js_sys::{Error, Promise};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::rig::Rig;
use crate::js::{NOTHING, all_heard, call, count, get, number, object, recorder, set, text};
use crate::page::{Reported, happens, next_frame, until};

#[test]
async fn without_a_network_no_attempt_is_made_and_with_its_return_one_is() {
    let renew = recorder();
    set(&renew, "answer", Promise::reject(&Error::new("no network")));
    let rig = Rig::new(&object([("renew", renew.clone().into())]));
    let _session = rig.connected();
    happens("offline");
    rig.leg("A").lose("networkDisconnected");
    for _ in 0..60 {
        next_frame().await;
    }
    assert_eq!((rig.manager.state(), count(&renew)), ("recovering".into(), 0));
    happens("online");
    assert_eq!(count(&renew), 1);
    let _ = rig.manager.close();
}

#[test]
async fn a_page_that_is_stored_leaves_and_one_that_is_restored_comes_back() {
    let rig = Rig::that_renews();
    let session = rig.connected();
    let heard = recorder();
    call(&session, "on", [&"sessionReconnecting sessionReconnected".into(), &heard]).unwrap();
    happens("pagehide");
    let leg = rig.leg("A");
    assert_eq!((number(&leg, "disconnects"), rig.manager.state()), (1.0, "recovering".into()));
    leg.lose("clientDisconnected");
    happens("pageshow");
    until("it is connected again", || leg.count("connects") == 2).await;
    leg.admit();
    until("the call goes on", || rig.manager.state() == "connected").await;
    assert_eq!(count(&heard), 2);
    let _ = rig.manager.close();
}

#[test]
async fn retry_now_begins_the_next_attempt_at_once() {
    let renew = recorder();
    set(&renew, "answer", Promise::reject(&Error::new("busy")));
    let rig = Rig::new(&object([("renew", renew.clone().into())]));
    let _session = rig.connected();
    rig.leg("A").lose("serverRotation");
    until("the first attempt has failed", || !rig.told("attemptfailed").is_empty()).await;
    let told = rig.told("attemptfailed").remove(0);
    assert_eq!((number(&told, "attempt"), text(&told, "error.code")), (1.0, "renew_threw".into()));
    assert_eq!(text(&told, "error.cause.message"), "busy");
    let asked = count(&renew);
    rig.manager.retry_now();
    assert_eq!(count(&renew), asked + 1);
    let _ = rig.manager.close();
}

#[test]
async fn after_close_the_page_is_not_listened_to() {
    let rig = Rig::that_renews();
    let _session = rig.connected();
    let _ = rig.manager.close();
    happens("pagehide");
    happens("pageshow");
    assert_eq!((rig.manager.state(), rig.leg("A").count("connects")), ("closed".into(), 1));
}

#[test]
async fn a_session_that_says_it_has_migrated_is_asked_and_a_dead_one_is_recovered() {
    let rig = Rig::that_renews();
    let _session = rig.connected();
    let leg = rig.leg("A");
    set(&leg, "currentState", "migrating");
    set(&leg, "currentState", "connected");
    leg.dispatch("migrated", &NOTHING);
    until("it is asked", || leg.count("signals") == 1).await;
    assert_eq!(text(&leg, "signals.0.signal.to.connectionId"), "A-me");
    leg.callback("signals").call1(&NOTHING, &Error::new("not connected")).unwrap();
    assert_eq!(rig.manager.state(), "recovering");
    let _ = rig.manager.close();
}

#[test]
async fn a_migration_that_works_is_asked_about_once_and_changes_nothing() {
    let rig = Rig::that_renews();
    let session = rig.connected();
    let heard = recorder();
    call(&session, "on", [&"sessionReconnecting sessionReconnected sessionDisconnected".into(), &heard]).unwrap();
    let leg = rig.leg("A");
    set(&leg, "currentState", "migrating");
    set(&leg, "currentState", "connected");
    leg.dispatch("migrated", &NOTHING);
    until("it is asked", || leg.count("signals") == 1).await;
    leg.callback("signals").call0(&NOTHING).unwrap();
    assert_eq!((rig.manager.state(), count(&heard), leg.count("signals")), ("connected".into(), 0, 1));
    let _ = rig.manager.close();
}

#[test]
async fn servers_that_refuse_in_the_middle_of_a_migration_end_the_leg() {
    let rig = Rig::that_renews();
    let _session = rig.connected();
    let leg = rig.leg("A");
    leg.dispatch("sessionConnectFailed", &NOTHING);
    next_frame().await;
    assert_eq!(rig.manager.state(), "connected", "nothing migrates");
    set(&leg, "currentState", "migrating");
    leg.dispatch("sessionConnectFailed", &NOTHING);
    until("it is lost", || rig.manager.state() == "recovering").await;
    let _ = rig.manager.close();
}

#[test]
async fn the_apps_own_policy_is_asked_with_what_went_wrong() {
    let (renew, policy) = (recorder(), recorder());
    set(&renew, "answer", Promise::reject(&Error::new("busy")));
    set(&policy, "answer", 10);
    let rig = Rig::new(&object([("renew", renew.clone().into()), ("retry", policy.clone().into())]));
    let _session = rig.connected();
    rig.leg("A").lose("serverRotation");
    until("it has been asked twice", || count(&policy) >= 2).await;
    let context = all_heard(&policy).remove(1);
    assert_eq!((text(&context, "sessionId"), number(&context, "retryCount")), ("A".into(), 1.0));
    assert_eq!(text(&context, "retryReason.code"), "renew_threw");
    assert!(number(&context, "elapsedMs") >= 0.0);
    set(&policy, "answer", JsValue::NULL);
    until("it gives up", || rig.manager.state() == "failed").await;
    assert!(get(rig.told("attemptfailed").last().unwrap(), "retryIn").is_null());
    let _ = rig.manager.close();
}

#[test]
async fn a_policy_that_answers_nonsense_is_reported_and_not_heard() {
    for nonsense in [f64::NAN.into(), (-1).into(), "soon".into(), JsValue::UNDEFINED] {
        let (renew, policy) = (recorder(), recorder());
        set(&renew, "answer", Promise::reject(&Error::new("busy")));
        set(&policy, "answer", nonsense);
        let rig = Rig::new(&object([("renew", renew.clone().into()), ("retry", policy.clone().into())]));
        let _session = rig.connected();
        let report = Reported::new();
        rig.leg("A").lose("serverRotation");
        until("it has been asked", || count(&policy) >= 1).await;
        assert_eq!(rig.manager.state(), "recovering");
        assert!(number(&rig.told("attemptfailed")[0], "retryIn") >= 0.0);
        until("it is reported", || report.count() >= 1).await;
        let _ = rig.manager.close();
    }
}

#[test]
async fn a_policy_that_throws_means_no_more() {
    let (renew, policy) = (recorder(), recorder());
    set(&renew, "answer", Promise::reject(&Error::new("busy")));
    set(&policy, "fault", Error::new("a mistake of the app's"));
    let rig = Rig::new(&object([("renew", renew.clone().into()), ("retry", policy.clone().into())]));
    let _session = rig.connected();
    let report = Reported::new();
    rig.leg("A").lose("serverRotation");
    until("it gives up", || rig.manager.state() == "failed").await;
    until("it is reported", || report.count() == 1).await;
    let _ = rig.manager.close();
}
