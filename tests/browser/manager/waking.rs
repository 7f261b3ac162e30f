//! The machine sleeps for two hours, and wakes up: its clock jumps, and whatever was due comes at once.

use js_sys::{Error, Function, Promise};
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::rig::{FakeSession, Rig};
use crate::js::{call, count, number, object, recorder, set, text};
use crate::page::{Sleep, happens, next_frame, until};

/// ms: what everything in a call has to do is over by then.
const TWO_HOURS: f64 = 7_200_000.0;

/// ms: longer than an attempt waits at first.
const SECONDS: f64 = 10_000.0;

#[test]
async fn a_handover_that_waits_for_its_next_attempt_makes_it_at_once() {
    let sleep = Sleep::new();
    let (rig, renew) = unlucky();
    let _session = rig.connected();
    rig.announce("B");
    rig.until_told("attemptfailed").await;
    grant(&renew, "B");
    sleep.wake_after(TWO_HOURS);
    assert_eq!((count(&renew), rig.manager.state()), (2, "handover".into()));
    let successor = rig.leg("B");
    until("the successor is to be connected", || successor.count("connects") == 1).await;
    successor.admit();
    until("the old leg is left", || {
        sleep.wake_after(0.0);
        !rig.told("handoverend").is_empty()
    })
    .await;
    assert_eq!(text(&rig.told("handoverend")[0], "outcome"), "completed");
    let _ = rig.manager.close();
}

#[test]
async fn a_handover_whose_deadline_has_passed_meanwhile_has_no_other_attempt_than_that() {
    let sleep = Sleep::new();
    let (rig, renew) = unlucky();
    let session = rig.connected();
    let heard = recorder();
    call(&session, "on", [&"sessionReconnecting sessionDisconnected".into(), &heard]).unwrap();
    rig.announce("B");
    rig.until_told("attemptfailed").await;
    sleep.wake_after(TWO_HOURS);
    let receipt = rig.until_told("handoverend").await;
    assert_eq!((text(&receipt, "outcome"), number(&receipt, "attempts")), ("abandoned".into(), 2.0));
    assert_eq!((count(&renew), rig.manager.state(), count(&heard)), (2, "connected".into(), 0));
    let _ = rig.manager.close();
}

#[test]
async fn a_page_that_is_seen_again_does_not_wait_for_its_timers() {
    let sleep = Sleep::new();
    let (rig, renew) = unlucky();
    let _session = rig.connected();
    rig.announce("B");
    rig.until_told("attemptfailed").await;
    sleep.pass(TWO_HOURS);
    assert_eq!(count(&renew), 1);
    happens("visibilitychange");
    assert_eq!(count(&renew), 2);
    let _ = rig.manager.close();
}

#[test]
async fn servers_that_have_gone_meanwhile_are_recovered_from_as_if_they_had_gone_now() {
    let sleep = Sleep::new();
    let (rig, renew) = unlucky();
    let _session = rig.connected();
    sleep.wake_after(TWO_HOURS);
    rig.leg("A").lose("serverRotation");
    assert_eq!((count(&renew), rig.manager.state()), (1, "recovering".into()));
    let failed = rig.until_told("attemptfailed").await;
    assert!(number(&failed, "retryIn") >= 0.0, "there is time for another attempt");
    let _ = rig.manager.close();
}

#[test]
async fn a_recovery_that_waits_for_its_next_attempt_makes_it_at_once() {
    let sleep = Sleep::new();
    let (rig, renew) = unlucky();
    let _session = rig.connected();
    let leg = rig.leg("A");
    leg.lose("serverRotation");
    rig.until_told("attemptfailed").await;
    grant(&renew, "A");
    sleep.wake_after(TWO_HOURS);
    assert_eq!((count(&renew), rig.manager.state()), (2, "recovering".into()));
    comes_back(&rig, &leg).await;
}

#[test]
async fn a_recovery_whose_first_attempt_after_waking_fails_has_another_one() {
    let sleep = Sleep::new();
    let (rig, renew) = unlucky();
    let _session = rig.connected();
    let leg = rig.leg("A");
    leg.lose("serverRotation");
    rig.until_told("attemptfailed").await;
    // The network is the last to wake up.
    sleep.wake_after(TWO_HOURS);
    until("the second attempt has failed", || rig.told("attemptfailed").len() == 2).await;
    assert!(number(&rig.told("attemptfailed")[1], "retryIn") >= 0.0, "there is time for another attempt");
    grant(&renew, "A");
    sleep.wake_after(SECONDS);
    comes_back(&rig, &leg).await;
}

#[test]
async fn a_recovery_whose_renew_slept_too_asks_again_at_once() {
    let sleep = Sleep::new();
    let (rig, renew) = unlucky();
    set(&renew, "answer", Promise::new(&mut |_, _| {}));
    let _session = rig.connected();
    let leg = rig.leg("A");
    leg.lose("serverRotation");
    assert_eq!(count(&renew), 1);
    grant(&renew, "A");
    sleep.wake_after(TWO_HOURS);
    assert_eq!((count(&renew), rig.manager.state()), (2, "recovering".into()));
    comes_back(&rig, &leg).await;
}

#[test]
async fn a_recovery_that_slept_while_it_connected_asks_again_at_once() {
    let sleep = Sleep::new();
    let (rig, renew) = unlucky();
    grant(&renew, "A");
    let _session = rig.connected();
    let leg = rig.leg("A");
    leg.lose("serverRotation");
    until("it is to be connected", || leg.count("connects") == 2).await;
    sleep.wake_after(TWO_HOURS);
    assert_eq!((count(&renew), rig.manager.state()), (2, "recovering".into()));
    until("it is to be connected again", || leg.count("connects") == 3).await;
    leg.admit();
    until("the call goes on", || rig.manager.state() == "connected").await;
    let _ = rig.manager.close();
}

#[test]
async fn a_call_that_nothing_has_happened_to_goes_on_as_if_it_had_not_slept() {
    let sleep = Sleep::new();
    let (rig, renew) = unlucky();
    let _session = rig.connected();
    sleep.wake_after(TWO_HOURS);
    happens("visibilitychange");
    next_frame().await;
    assert_eq!((count(&renew), rig.manager.state()), (0, "connected".into()));
    assert_eq!(rig.leg("A").count("signals"), 0);
    let _ = rig.manager.close();
}

/// A manager whose `renew` fails, until something is granted.
fn unlucky() -> (Rig, Function) {
    let renew = recorder();
    set(&renew, "answer", Promise::reject(&Error::new("no network")));
    (Rig::new(&object([("renew", renew.clone().into())])), renew)
}

/// From now on `renew` answers with a session.
fn grant(renew: &Function, session: &str) {
    set(renew, "answer", object([("sessionId", session.into()), ("token", "a new one".into())]));
}

/// The service lets the client in again, and the call goes on.
async fn comes_back(rig: &Rig, leg: &FakeSession) {
    until("it is to be connected", || leg.count("connects") == 2).await;
    leg.admit();
    until("the call goes on", || rig.manager.state() == "connected").await;
    let _ = rig.manager.close();
}
