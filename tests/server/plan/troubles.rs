//! What the platform refuses, what gets lost, and who crashes.

use opentok_handover_server::plan::config::Config;
use opentok_handover_server::plan::protocol::{Answer, Command, Ignored, Input, Kind, Trouble};
use serde_json::json;

use crate::desk::{BEGIN, Desk, HOUR, MINUTE, archive, recording, session_event};
use crate::platform::status;

fn creates(command: &Command) -> bool {
    matches!(command, Command::CreateSession { .. })
}

fn signals(command: &Command) -> bool {
    matches!(command, Command::Signal { .. })
}

#[test]
fn whatever_may_go_better_is_tried_again() {
    for trouble in [401, 403, 404, 408, 409, 429, 500, 502, 503, 504].map(status).into_iter().chain([lost()]) {
        let mut desk = Desk::new(Config::default());
        desk.fail(creates, trouble.clone());
        desk.notice("a");
        assert_eq!(desk.current(), "a");
        desk.pass(MINUTE);
        assert_ne!(desk.current(), "a", "{trouble:?}");
        assert_eq!(desk.told("successor").len(), 1);
    }
}

#[test]
fn a_request_that_is_wrong_is_not_repeated() {
    let mut desk = Desk::new(Config::default());
    desk.fail(creates, status(400));
    desk.notice("a");
    assert_eq!(desk.told("gaveUp").len(), 1);
    assert_eq!(desk.told("rotationEnded")[0]["outcome"], "failed");
    desk.pass(HOUR);
    assert_eq!(desk.current(), "a");
}

#[test]
fn the_platform_says_when_to_come_back() {
    let mut desk = Desk::new(Config::default());
    desk.fail(creates, Trouble { status: Some(429), retry_after: Some(45_000), message: String::new() });
    desk.notice("a");
    desk.pass(44_999);
    assert_eq!(desk.current(), "a");
    desk.pass(1);
    assert_ne!(desk.current(), "a");
}

#[test]
fn delays_grow_with_jitter_from_the_seed() {
    let mut desk = Desk::new(Config::default());
    for _ in 0..8 {
        desk.fail(creates, status(500));
    }
    let mut times = vec![];
    desk.notice("a");
    while desk.current() == "a" {
        let at = desk.wake_at.unwrap();
        times.push(at - desk.now);
        desk.pass(at - desk.now);
    }
    assert_eq!(times.len(), 8);
    let limits = [500, 1000, 2000, 4000, 8000, 16000, 30000, 30000];
    assert!(times.iter().zip(limits).all(|(time, limit)| *time <= limit), "{times:?}");
    assert!(times.iter().max() > times.first(), "{times:?}");
}

#[test]
fn of_two_sessions_that_were_created_for_one_rotation_one_is_announced() {
    let mut desk = Desk::new(Config::default());
    desk.put(Input::Callback { body: session_event("a", "sessionNotification", "serverRotation", BEGIN).to_string() });
    let create = desk.open.iter().position(|issued| creates(&issued.command)).unwrap();
    let first = desk.open.remove(create);
    // Its answer doesn't come in time, and the command is given again.
    desk.now += 40_000;
    desk.put(Input::Tick);
    desk.now += 1_000;
    desk.put(Input::Tick);
    let create = desk.open.iter().position(|issued| creates(&issued.command)).unwrap();
    let second = desk.open.remove(create);
    assert_eq!((first.id.as_str(), first.attempt, second.attempt), (second.id.as_str(), 1, 2));
    let one = json!({ "sessionId": "one" });
    let other = json!({ "sessionId": "other" });
    desk.put(Input::Result { command: second.id.clone(), attempt: 2, value: Some(one), error: None });
    let answer = desk.put(Input::Result { command: first.id, attempt: 1, value: Some(other), error: None });
    assert_eq!(answer, Answer::Ignored { reason: Ignored::NotAwaited });
    desk.carry_out();
    assert_eq!(desk.current(), "one");
    assert_eq!(desk.announcements(), [("ann ben".to_owned(), "one".to_owned())]);
}

#[test]
fn an_answer_that_comes_late_still_counts() {
    let mut desk = Desk::new(Config::default());
    desk.put(Input::Callback { body: session_event("a", "sessionNotification", "serverRotation", BEGIN).to_string() });
    let create = desk.open.iter().position(|issued| creates(&issued.command)).unwrap();
    let first = desk.open.remove(create);
    desk.now += 40_000;
    desk.put(Input::Tick);
    let value = Some(json!({ "sessionId": "late" }));
    assert_eq!(desk.put(Input::Result { command: first.id, attempt: 1, value, error: None }), Answer::Ok);
    desk.open.retain(|issued| !creates(&issued.command));
    desk.carry_out();
    assert_eq!(desk.current(), "late");
}

#[test]
fn the_failure_of_an_attempt_that_was_given_up_is_no_failure_of_the_next() {
    let mut desk = Desk::new(Config::default());
    desk.put(Input::Callback { body: session_event("a", "sessionNotification", "serverRotation", BEGIN).to_string() });
    let create = desk.open.iter().position(|issued| creates(&issued.command)).unwrap();
    let first = desk.open.remove(create);
    desk.put(Input::Resume);
    let error = Some(status(400));
    let answer = desk.put(Input::Result { command: first.id, attempt: 1, value: None, error });
    assert_eq!(answer, Answer::Ignored { reason: Ignored::NotAwaited });
    desk.carry_out();
    assert_ne!(desk.current(), "a");
}

#[test]
fn an_answer_that_is_not_what_the_reference_says_is_as_good_as_lost() {
    for value in [json!({}), json!(null), json!({ "sessionId": 3 }), json!({ "sessionId": "a" }), json!([])] {
        let mut desk = Desk::new(Config::default());
        desk.put(Input::Callback {
            body: session_event("a", "sessionNotification", "serverRotation", BEGIN).to_string(),
        });
        let create = desk.open.iter().position(|issued| creates(&issued.command)).unwrap();
        let create = desk.open.remove(create);
        desk.put(Input::Result { command: create.id, attempt: 1, value: Some(value), error: None });
        desk.pass(MINUTE);
        assert_eq!(desk.told("successor").len(), 1);
    }
}

#[test]
fn after_a_crash_everything_that_has_no_result_is_commanded_again() {
    let mut desk = Desk::new(Config::default());
    desk.put(Input::Callback { body: session_event("a", "sessionNotification", "serverRotation", BEGIN).to_string() });
    let before: Vec<_> = desk.open.drain(..).map(|issued| issued.id).collect();
    desk.put(Input::Resume);
    let after: Vec<_> = desk.open.iter().map(|issued| issued.id.clone()).collect();
    assert_eq!(before, after);
    assert!(desk.open.iter().all(|issued| issued.attempt == 2));
    assert!(desk.under_way, "somebody has to look whether whoever is at it still lives");
    desk.carry_out();
    assert_eq!(desk.told("successor").len(), 1);
    assert!(!desk.under_way);
}

#[test]
fn an_announcement_is_made_again_until_the_platform_has_taken_it() {
    let mut desk = Desk::new(Config::default());
    for _ in 0..5 {
        desk.fail(signals, status(500));
    }
    desk.notice("a");
    assert!(desk.announcements().is_empty());
    desk.pass(2 * MINUTE);
    assert_eq!(desk.announcements().len(), 1);
}

#[test]
fn what_can_not_be_done_is_given_up_and_told_in_the_end() {
    let mut desk = Desk::new(recording());
    desk.starts(Kind::Archive, "a", archive("lesson"));
    for _ in 0..20_000 {
        desk.fail(|command| !matches!(command, Command::Tell { .. } | Command::Bind { .. }), status(503));
    }
    desk.notice("a");
    desk.pass(5 * HOUR);
    assert!(desk.plan().pending.is_empty());
    assert_eq!(desk.told("rotationEnded")[0]["outcome"], "failed");
}

#[test]
fn an_application_that_does_not_listen_is_told_again_for_a_while() {
    let mut desk = Desk::new(Config::default());
    for _ in 0..3 {
        desk.fail(|command| matches!(command, Command::Tell { .. }), lost());
    }
    desk.notice("a");
    assert!(desk.told("successor").is_empty());
    desk.pass(MINUTE);
    assert_eq!(desk.told("successor").len(), 1);
}

#[test]
fn the_same_steps_give_the_same_plan() {
    let run = || {
        let mut desk = Desk::new(recording());
        desk.starts(Kind::Archive, "a", archive("lesson"));
        desk.fail(creates, status(500));
        desk.notice("a");
        desk.pass(MINUTE);
        (desk.stored, desk.events)
    };
    assert_eq!(run(), run());
}

fn lost() -> Trouble {
    Trouble::lost("timeout")
}
