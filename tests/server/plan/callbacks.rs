//! Callbacks as they come: twice, late, in reverse order, of nobody known, and not callbacks at all.

use opentok_handover_server::plan::config::Config;
use opentok_handover_server::plan::protocol::{Answer, Ignored, Input};
use serde_json::json;

use crate::desk::{BEGIN, Desk, HOUR, MINUTE, session_event};

fn ignored(reason: Ignored) -> Answer {
    Answer::Ignored { reason }
}

#[test]
fn the_same_callback_fifty_times_does_one_thing() {
    let mut desk = Desk::new(Config::default());
    let body = session_event("a", "sessionNotification", "serverRotation", BEGIN).to_string();
    assert_eq!(desk.put(Input::Callback { body: body.clone() }), Answer::Ok);
    let open = desk.open.len();
    for _ in 1..50 {
        assert_eq!(desk.put(Input::Callback { body: body.clone() }), ignored(Ignored::Repeated));
    }
    assert_eq!(desk.open.len(), open);
    desk.carry_out();
    assert_eq!(desk.told("successor").len(), 1);
    assert_eq!(desk.announcements().len(), 1);
}

#[test]
fn a_notice_that_comes_after_the_end_it_is_about_changes_nothing() {
    let mut desk = Desk::new(Config::default());
    desk.callback(session_event("a", "sessionDestroyed", "serverRotation", BEGIN));
    let to = desk.current();
    let answer = desk.callback(session_event("a", "sessionNotification", "serverRotation", BEGIN - HOUR));
    assert_eq!(answer, ignored(Ignored::Outdated));
    assert_eq!(desk.current(), to);
    assert_eq!(desk.told("successor").len(), 1);
}

#[test]
fn an_end_that_is_told_after_the_next_beginning_needs_no_successor() {
    let mut desk = Desk::new(Config::default());
    desk.notice("a");
    let to = desk.current();
    desk.callback(session_event(&to, "sessionDestroyed", "clientDisconnected", BEGIN + 5));
    desk.callback(session_event(&to, "sessionCreated", "", BEGIN + 9));
    let answer = desk.callback(session_event(&to, "sessionDestroyed", "clientDisconnected", BEGIN + 6));
    assert_eq!(answer, ignored(Ignored::Outdated));
    desk.callback(session_event(&to, "sessionDestroyed", "serverRotation", BEGIN + 7));
    assert_eq!(desk.current(), to);
}

#[test]
fn a_clock_of_theirs_two_minutes_ahead_does_not_make_us_late() {
    for skew in [-120_000_i64, 0, 120_000] {
        let mut desk = Desk::new(Config::default());
        let timestamp = BEGIN.strict_add_signed(skew);
        desk.callback(session_event("a", "sessionNotification", "serverRotation", timestamp));
        let deadline = desk.told("successor")[0]["deadline"].as_u64().unwrap();
        assert!((BEGIN + HOUR - 2 * MINUTE..=BEGIN + HOUR).contains(&deadline), "{skew}");
    }
}

#[test]
fn a_callback_of_a_call_that_was_forgotten_begins_no_new_one() {
    let mut desk = Desk::new(Config::default());
    let day = 24 * HOUR;
    for event in ["sessionNotification", "sessionDestroyed"] {
        let answer = desk.callback(session_event("old", event, "serverRotation", BEGIN - day));
        assert_eq!(answer, ignored(Ignored::UnknownSession), "{event}");
    }
    assert!(desk.stored.is_none());
}

#[test]
fn sessions_of_which_nothing_is_known_and_nothing_needs_to_be_leave_no_trace() {
    let mut desk = Desk::new(Config::default());
    for (event, reason) in [
        ("sessionCreated", ""),
        ("connectionCreated", ""),
        ("streamCreated", ""),
        ("sessionDestroyed", "clientDisconnected"),
        ("callCreated", ""),
        ("sessionNotification", "somethingElse"),
    ] {
        let mut body = session_event("x", event, reason, BEGIN);
        body["connection"] = json!({ "id": "c" });
        assert_eq!(desk.callback(body), ignored(Ignored::UnknownSession), "{event}");
    }
    assert!(desk.stored.is_none());
    let Answer::Credentials { session_id, .. } = desk.put(Input::Credentials { session_id: "x".into() }) else {
        panic!()
    };
    assert_eq!(session_id, "x");
    assert!(desk.stored.is_none());
}

#[test]
fn callbacks_of_another_application_are_not_acted_upon() {
    let mut desk = Desk::new(Config { application_id: Some("mine".into()), ..Config::default() });
    assert_eq!(desk.notice("a"), ignored(Ignored::OtherApplication));
    assert!(desk.stored.is_none());
}

#[test]
fn what_changes_nothing_needs_no_store() {
    let mut desk = Desk::new(Config::default());
    desk.notice("a");
    let to = desk.current();
    desk.pass(MINUTE);
    let before = desk.stored.clone();
    desk.joins(&to, "cem");
    desk.joins(&to, "dora");
    assert_eq!(desk.stored, before);
}

#[test]
fn what_is_no_callback_is_refused_with_a_status_and_what_was_expected() {
    let mut desk = Desk::new(Config::default());
    let large = json!({ "sessionId": "a", "event": "x", "filler": "x".repeat(1_000_000) }).to_string();
    for (body, expected, code) in [
        ("", 400, "not_json"),
        ("{", 400, "not_json"),
        ("[]", 400, "not_json"),
        ("null", 400, "not_json"),
        ("{}", 400, "invalid_callback"),
        (r#"{"sessionId":1,"event":"x"}"#, 400, "invalid_callback"),
        (r#"{"sessionId":"","event":"x"}"#, 400, "invalid_callback"),
        (r#"{"sessionId":"a b","event":"x"}"#, 400, "invalid_callback"),
        (r#"{"sessionId":"a"}"#, 400, "invalid_callback"),
        (&large, 413, "too_large"),
    ] {
        match desk.put(Input::Callback { body: body.into() }) {
            Answer::Refused { status, code: said, .. } => {
                assert_eq!((status, said.as_str()), (expected, code), "{body}")
            }
            other => panic!("{other:?}"),
        }
    }
    assert!(desk.stored.is_none());
}

#[test]
fn strange_values_in_a_callback_are_no_harm() {
    let mut desk = Desk::new(Config::default());
    for timestamp in [json!(-1), json!(1e300), json!("yesterday"), json!(null), json!(u64::MAX), json!(0)] {
        desk.callback(json!({
            "sessionId": "a", "event": "sessionNotification", "reason": "serverRotation", "timestamp": timestamp,
        }));
        desk.callback(json!({
            "sessionId": "a", "event": "archive", "status": "started", "id": "x", "createdAt": timestamp,
            "duration": timestamp, "name": timestamp,
        }));
        desk.callback(json!({
            "sessionId": "a", "event": "archive", "status": "stopped", "id": "x", "createdAt": timestamp,
            "duration": timestamp, "name": timestamp,
        }));
    }
    desk.pass(3 * HOUR);
    assert!(desk.plan().pending.is_empty());
}
