//! What the app's `renew` is asked, and what becomes of its answers.

use js_sys::{Error, Function, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::rig::{HandoverError, Rig};
use crate::js::{NOTHING, all_heard, array, call, count, get, heard, number, object, recorder, set, text};
use crate::page::{next_frame, until};

#[test]
fn renew_is_told_what_is_wanted_and_why() {
    let (rig, renew) = asked();
    rig.connected();
    rig.announce("B");
    let context = heard(&renew, 0);
    assert_eq!((text(&context, "sessionId"), text(&context, "previousSessionId")), ("B".into(), "A".into()));
    assert_eq!((text(&context, "reason"), number(&context, "attempt")), ("handover".into(), 1.0));
    assert!(get(&context, "signal").is_instance_of::<web_sys::AbortSignal>());
    assert_eq!(get(&context, "signal.aborted"), false);
}

#[test]
fn after_a_loss_renew_is_asked_for_a_recovery() {
    let (rig, renew) = asked();
    rig.connected();
    rig.leg("A").lose("serverRotation");
    let context = heard(&renew, 0);
    assert_eq!((text(&context, "sessionId"), text(&context, "previousSessionId")), ("A".into(), "A".into()));
    assert_eq!(text(&context, "reason"), "recovery");
}

#[test]
async fn each_attempt_is_counted() {
    let (rig, renew) = asked();
    rig.connected();
    set(&renew, "fault", Error::new("the app's server is busy"));
    rig.announce("B");
    until("renew is asked again", || count(&renew) == 2).await;
    assert_eq!(all_heard(&renew).iter().map(|context| number(context, "attempt")).collect::<Vec<_>>(), [1.0, 2.0]);
    let failed = rig.told("renewfailed").remove(0);
    assert!(get(&failed, "error").is_instance_of::<HandoverError>());
    assert_eq!(text(&failed, "error.code"), "renew_threw");
    assert_eq!(text(&failed, "error.cause.message"), "the app's server is busy");
    assert!(number(&failed, "retryIn") >= 0.0, "full jitter: from none at all");
    assert_eq!(number(&failed, "attempt"), 1.0);
}

#[test]
async fn what_renew_answers_is_used_for_the_successor() {
    let (rig, renew) = asked();
    rig.connected();
    let answer = [("applicationId", "other".into()), ("sessionId", "B2".into()), ("token", "of B2".into())];
    set(&renew, "answer", Promise::resolve(&object(answer)));
    rig.announce("B");
    until("the successor is to be connected", || rig.leg("B2").count("connects") == 1).await;
    assert_eq!(text(&rig.leg("B2"), "connects.0.token"), "of B2");
    assert_eq!(text(&rig.ot, "inits.1.applicationId"), "other");
}

#[test]
async fn answers_that_admit_to_nothing_are_named() {
    let answers = [
        (NOTHING, "renew_invalid"),
        (JsValue::NULL, "renew_invalid"),
        ("B".into(), "renew_invalid"),
        (object([("token", "t".into())]), "renew_invalid"),
        (object([("sessionId", " ".into()), ("token", "t".into())]), "renew_invalid"),
        (object([("sessionId", "B".into()), ("token", 7.into())]), "renew_invalid"),
        (object([("sessionId", "A".into()), ("token", "t".into())]), "renew_same_session"),
        (Promise::reject(&"a text".into()).into(), "renew_threw"),
    ];
    for (answer, code) in answers {
        let (rig, renew) = asked();
        rig.connected();
        set(&renew, "answer", answer);
        rig.announce("B");
        assert_eq!(text(&rig.until_told("renewfailed").await, "error.code"), code);
        assert_eq!(rig.manager.state(), "handover", "it is tried again");
        let _ = rig.manager.close();
    }
}

#[test]
fn without_a_renew_nothing_is_tried() {
    let rig = Rig::new(&NOTHING);
    rig.connected();
    rig.announce("B");
    let failed = rig.told("renewfailed").remove(0);
    assert_eq!((text(&failed, "error.code"), get(&failed, "retryIn")), ("renew_missing".into(), JsValue::NULL));
    assert_eq!(rig.manager.state(), "connected");
}

#[test]
async fn a_newer_announcement_aborts_the_question_and_its_answer_is_not_used() {
    let (rig, renew) = asked();
    rig.connected();
    let answers = [Answer::new(), Answer::new()];
    set(&renew, "answer", &answers[0].promise);
    rig.announce("B");
    let aborted = recorder();
    let signal = get(&heard(&renew, 0), "signal");
    call(&signal, "addEventListener", [&"abort".into(), &aborted]).unwrap();
    set(&renew, "answer", &answers[1].promise);
    rig.announce("C");
    assert_eq!((get(&signal, "aborted"), count(&aborted)), (true.into(), 1));
    assert_eq!(count(&renew), 2);
    assert_eq!(get(&heard(&renew, 0), "signal.aborted"), false, "the second question stands");
    answers[0].give("B");
    next_frame().await;
    assert_eq!(rig.leg("B").count("connects"), 0);
    answers[1].give("C");
    until("the newer successor is to be connected", || rig.leg("C").count("connects") == 1).await;
    assert_eq!(text(&rig.told("handoverend")[0], "outcome"), "superseded");
}

#[test]
async fn a_question_that_takes_too_long_is_aborted_and_its_answer_is_not_used() {
    let renew = recorder();
    let rig = Rig::new(&object([("renew", renew.clone().into()), ("renewTimeout", 100.into())]));
    rig.connected();
    let late = Answer::new();
    set(&renew, "answer", &late.promise);
    rig.announce("B");
    // The next attempt may come at once: its question is another one, and stays open.
    set(&renew, "answer", &Answer::new().promise);
    let signal = get(&heard(&renew, 0), "signal");
    assert_eq!(text(&rig.until_told("renewfailed").await, "error.code"), "renew_timeout");
    assert_eq!(get(&signal, "aborted"), true);
    late.give("B");
    next_frame().await;
    assert_eq!(rig.leg("B").count("connects"), 0);
}

#[test]
async fn the_end_of_the_call_aborts_the_question() {
    for end in ["disconnect", "close"] {
        let (rig, renew) = asked();
        let session = rig.connected();
        set(&renew, "answer", &Answer::new().promise);
        rig.announce("B");
        if end == "close" {
            let _ = rig.manager.close();
        } else {
            call(&session, end, []).unwrap();
        }
        assert_eq!(get(&heard(&renew, 0), "signal.aborted"), true, "{end}");
    }
}

/// A connected call whose `renew` answers what the test says.
fn asked() -> (Rig, Function) {
    let renew = recorder();
    (Rig::new(&object([("renew", renew.clone().into())])), renew)
}

/// An answer that the app gives when the test says so.
struct Answer {
    promise: Promise,
    resolve: Function,
}

impl Answer {
    fn new() -> Self {
        let mut kept = None;
        let promise = Promise::new(&mut |resolve, _| kept = Some(resolve));
        Self { promise, resolve: kept.unwrap() }
    }

    fn give(&self, session: &str) {
        let credentials = object([("sessionId", session.into()), ("token", "t".into())]);
        self.resolve.apply(&NOTHING, &array([&credentials])).unwrap();
    }
}
