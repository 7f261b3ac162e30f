//! From a notice to everybody moved.

use opentok_handover_server::plan::config::{Config, Settings, Strategy, When};
use opentok_handover_server::plan::protocol::{Answer, Command, Ignored, Input};
use serde_json::json;

use crate::desk::{BEGIN, Desk, HOUR, MINUTE, migrating, session_event, stream_event};

#[test]
fn a_notice_makes_one_successor_and_everybody_is_told_of_it() {
    let mut desk = Desk::new(Config { session: json!({ "mediaMode": "routed" }), ..Config::default() });
    desk.notice("a");
    let to = desk.current();
    assert_ne!(to, "a");
    assert_eq!(desk.announcements(), [("ann ben".to_owned(), to.clone())]);
    assert_eq!(desk.platform.bound.get(&to).map(String::as_str), Some("a"));
    let told = desk.told("successor");
    assert_eq!((told.len(), &told[0]["to"]), (1, &json!(to)));
    assert_eq!(told[0]["deadline"], BEGIN + HOUR);
}

#[test]
fn a_successor_is_created_with_the_properties_of_the_first() {
    let mut desk = Desk::new(Config { session: json!({ "mediaMode": "routed" }), ..Config::default() });
    desk.put(Input::Callback { body: session_event("a", "sessionNotification", "serverRotation", BEGIN).to_string() });
    let create = desk.open.iter().find_map(|issued| match &issued.command {
        Command::CreateSession { properties } => Some(properties.clone()),
        _ => None,
    });
    assert_eq!(create, Some(json!({ "mediaMode": "routed" })));
}

#[test]
fn nobody_is_sent_to_a_successor_whose_callbacks_would_not_find_the_plan() {
    let mut desk = Desk::new(Config::default());
    desk.fail(|command| matches!(command, Command::Bind { .. }), crate::platform::status(500));
    desk.notice("a");
    assert_eq!(desk.current(), "a");
    assert!(desk.announcements().is_empty());
    desk.pass(MINUTE);
    assert_eq!(desk.announcements().len(), 1);
}

#[test]
fn whoever_comes_to_the_old_session_late_is_told_by_name() {
    let mut desk = Desk::new(Config::default());
    desk.notice("a");
    let to = desk.current();
    desk.pass(3 * MINUTE);
    desk.joins("a", "cem");
    assert_eq!(desk.announcements().last(), Some(&("cem".to_owned(), to.clone())));
    desk.all_move("a", &to);
    desk.destroyed("a", "clientDisconnected");
    desk.joins("a", "dora");
    assert_eq!(desk.announcements().last(), Some(&("dora".to_owned(), to)));
}

#[test]
fn an_application_without_connection_callbacks_tells_who_comes_late() {
    let mut desk = Desk::new(Config::default());
    desk.notice("a");
    desk.platform.join("a", "cem");
    let joined = || Input::Joined { session_id: "a".into(), connection_id: "cem".into() };
    assert_eq!(desk.take(joined()), Answer::Ok);
    assert_eq!(desk.announcements().last().unwrap().0, "cem");
}

#[test]
fn whoever_stays_is_told_again_with_the_same_epoch_until_nobody_is_there() {
    let mut desk = Desk::new(Config::default());
    desk.notice("a");
    let to = desk.current();
    desk.pass(11 * MINUTE);
    assert_eq!(desk.announcements().len(), 3);
    let epochs: Vec<_> =
        desk.platform.sent.iter().map(|sent| serde_json::to_value(&sent.message).unwrap()["epoch"].clone()).collect();
    assert!(epochs.iter().all(|epoch| epoch == &epochs[0]));
    desk.all_move("a", &to);
    desk.pass(30 * MINUTE);
    assert_eq!(desk.announcements().len(), 4, "once more, and then there is nobody");
}

#[test]
fn a_rotation_ends_when_the_old_session_does() {
    let mut desk = Desk::new(Config::default());
    desk.notice("a");
    let to = desk.current();
    desk.all_move("a", &to);
    desk.pass(MINUTE);
    assert!(desk.told("rotationEnded").is_empty());
    desk.destroyed("a", "clientDisconnected");
    assert_eq!(desk.told("rotationEnded")[0]["outcome"], "moved");
}

#[test]
fn a_rotation_ends_some_time_after_its_deadline_without_a_word_of_the_platform() {
    let mut desk = Desk::new(Config::default());
    desk.notice("a");
    desk.pass(HOUR + 11 * MINUTE);
    assert_eq!(desk.told("rotationEnded").len(), 1);
    assert!(desk.plan().pending.is_empty());
}

#[test]
fn a_late_move_begins_the_lead_time_before_the_deadline() {
    let mut desk = Desk::new(Config { when: When::Late, lead: 20 * MINUTE, ..Config::default() });
    desk.notice("a");
    desk.pass(40 * MINUTE - 1);
    assert_eq!(desk.current(), "a");
    desk.pass(1);
    assert_ne!(desk.current(), "a");
}

#[test]
fn a_notice_hours_ahead_waits_until_the_room_is_quiet() {
    let mut desk = Desk::new(Config { when: When::Quiet, notice: 4 * HOUR, ..Config::default() });
    for person in ["ann", "ben"] {
        desk.joins("a", person);
    }
    desk.notice("a");
    desk.pass(HOUR);
    desk.callback(stream_event("a", "streamDestroyed", "ann", BEGIN + 1));
    assert_eq!(desk.current(), "a", "ben goes on talking");
    desk.callback(stream_event("a", "streamDestroyed", "ben", BEGIN + 1));
    assert_ne!(desk.current(), "a");
}

#[test]
fn a_room_that_is_never_quiet_moves_when_the_deadline_is_near() {
    let mut desk = Desk::new(Config { when: When::Quiet, notice: 4 * HOUR, ..Config::default() });
    desk.joins("a", "ann");
    desk.notice("a");
    desk.pass(4 * HOUR - 10 * MINUTE - 1);
    assert_eq!(desk.current(), "a");
    desk.pass(1);
    assert_ne!(desk.current(), "a");
}

#[test]
fn a_stream_whose_end_is_told_before_its_beginning_does_not_keep_a_room_from_being_quiet() {
    let mut desk = Desk::new(Config { when: When::Quiet, ..Config::default() });
    desk.callback(stream_event("a", "streamCreated", "ben", BEGIN));
    desk.callback(stream_event("a", "streamDestroyed", "ann", BEGIN + 1));
    desk.callback(stream_event("a", "streamCreated", "ann", BEGIN));
    desk.notice("a");
    assert_eq!(desk.current(), "a");
    desk.callback(stream_event("a", "streamDestroyed", "ben", BEGIN + 2));
    assert_ne!(desk.current(), "a");
}

#[test]
fn the_application_says_itself_that_a_moment_is_good() {
    let mut desk = Desk::new(Config { when: When::Quiet, ..Config::default() });
    desk.notice("a");
    assert_eq!(desk.current(), "a");
    desk.take(Input::Quiet);
    assert_ne!(desk.current(), "a");
}

#[test]
fn a_second_notice_of_the_same_rotation_makes_no_second_successor() {
    let mut desk = Desk::new(Config::default());
    desk.notice("a");
    let to = desk.current();
    desk.pass(10 * MINUTE);
    desk.notice("a");
    assert_eq!(desk.current(), to);
    assert_eq!(desk.told("successor").len(), 1);
    assert_eq!(desk.announcements().len(), 4, "those who are still there are reminded: at 0, 5, 10 minutes and now");
}

#[test]
fn a_second_notice_brings_the_deadline_forward_and_never_back() {
    let mut desk = Desk::new(Config { when: When::Late, notice: 4 * HOUR, ..Config::default() });
    desk.notice("a");
    desk.pass(3 * HOUR);
    desk.notice("a");
    desk.pass(50 * MINUTE);
    assert_ne!(desk.current(), "a", "ten minutes before the first deadline");
}

#[test]
fn a_successor_is_rotated_in_its_turn_and_whoever_is_in_the_first_goes_to_the_last() {
    let mut desk = Desk::new(Config::default());
    desk.notice("a");
    let second = desk.current();
    desk.joins(&second, "cem");
    desk.pass(MINUTE);
    desk.notice(&second);
    let third = desk.current();
    assert_ne!(third, second);
    let told = desk.announcements();
    assert!(told.contains(&("ann ben".to_owned(), third.clone())));
    assert!(told.contains(&("cem".to_owned(), third.clone())));
    desk.joins("a", "dora");
    assert_eq!(desk.announcements().last(), Some(&("dora".to_owned(), third)));
}

#[test]
fn epochs_rise_from_rotation_to_rotation() {
    let mut desk = Desk::new(Config::default());
    desk.notice("a");
    let second = desk.current();
    desk.notice(&second);
    let epochs: Vec<_> = desk.told("successor").iter().map(|told| told["epoch"].as_u64().unwrap()).collect();
    assert!(epochs[0] < epochs[1], "{epochs:?}");
}

#[test]
fn servers_that_go_without_notice_get_a_successor_and_whoever_asks_waits_for_it() {
    let mut desk = Desk::new(Config::default());
    desk.platform.cut("a", "session ended", BEGIN);
    desk.platform.room("a").people.clear();
    desk.put(Input::Callback { body: session_event("a", "sessionDestroyed", "serverRotation", BEGIN).to_string() });
    assert!(matches!(desk.put(Input::Credentials { session_id: "a".into() }), Answer::Wait { .. }));
    desk.carry_out();
    assert_ne!(desk.current(), "a");
    desk.joins("a", "ann");
    assert_eq!(desk.announcements().last().unwrap().0, "ann", "who came back to the old one all the same");
}

#[test]
fn without_a_successor_the_call_goes_on_in_the_old_session() {
    let mut desk = Desk::new(Config::default());
    for _ in 0..2000 {
        desk.fail(|command| matches!(command, Command::CreateSession { .. }), crate::platform::status(503));
    }
    desk.destroyed("a", "serverRotation");
    desk.pass(HOUR);
    assert_eq!(desk.current(), "a");
    assert_eq!(desk.told("rotationEnded")[0]["outcome"], "failed");
    assert_eq!(desk.told("gaveUp")[0]["what"], "createSession");
    assert!(desk.plan().pending.is_empty());
}

#[test]
fn a_room_that_empties_before_its_rotation_needs_none() {
    let mut desk = Desk::new(Config { when: When::Late, ..Config::default() });
    desk.notice("a");
    desk.pass(MINUTE);
    desk.destroyed("a", "clientDisconnected");
    assert_eq!(desk.told("rotationEnded")[0]["outcome"], "empty");
    desk.pass(2 * HOUR);
    assert_eq!(desk.current(), "a");
}

#[test]
fn the_application_moves_everybody_when_it_likes() {
    let mut desk = Desk::new(Config::default());
    desk.take(Input::Rotate { session_id: "a".into(), successor: None, deadline: None });
    assert_ne!(desk.current(), "a");
    let again = desk.take(Input::Rotate { session_id: "a".into(), successor: None, deadline: None });
    assert_eq!(again, Answer::Ignored { reason: Ignored::NotCurrent });
    assert_eq!(desk.told("successor").len(), 1);
}

#[test]
fn the_application_brings_a_successor_of_its_own() {
    let mut desk = Desk::new(Config::default());
    desk.take(Input::Rotate { session_id: "a".into(), successor: Some("own".into()), deadline: None });
    assert_eq!(desk.current(), "own");
    let back = desk.take(Input::Rotate { session_id: "own".into(), successor: Some("a".into()), deadline: None });
    assert!(matches!(back, Answer::Refused { status: 409, .. }));
}

#[test]
fn a_call_may_have_a_strategy_of_its_own() {
    let mut desk = Desk::new(Config::default());
    let settings = Settings { strategy: Some(Strategy::Migrate), ..Settings::default() };
    desk.take(Input::Open { session_id: "a".into(), settings });
    desk.notice("a");
    assert_eq!(desk.current(), "a");
    assert!(desk.announcements().is_empty());
}

#[test]
fn a_session_that_the_platform_moves_stays_the_same() {
    let mut desk = Desk::new(migrating());
    desk.notice("a");
    desk.pass(HOUR);
    desk.destroyed("a", "serverRotation");
    assert_eq!(desk.current(), "a");
    desk.pass(11 * MINUTE);
    assert_eq!(desk.told("rotationEnded")[0]["outcome"], "migrated");
    assert!(desk.plan().pending.is_empty());
}

#[test]
fn a_call_that_is_ended_is_forgotten_after_a_day() {
    let mut desk = Desk::new(Config::default());
    desk.notice("a");
    desk.take(Input::End);
    assert_eq!(desk.notice("a"), Answer::Ignored { reason: Ignored::Outdated });
    desk.pass(25 * HOUR);
    assert!(desk.stored.is_none());
    assert_eq!(desk.unbind.len(), 2);
}

#[test]
fn a_call_that_everybody_has_left_is_forgotten_and_one_that_somebody_comes_back_to_is_not() {
    for comes_back in [true, false] {
        let mut desk = Desk::new(Config::default());
        desk.notice("a");
        let to = desk.current();
        desk.all_move("a", &to);
        desk.destroyed("a", "clientDisconnected");
        desk.pass(MINUTE);
        desk.destroyed(&to, "clientDisconnected");
        desk.pass(HOUR);
        if comes_back {
            desk.joins(&to, "ann");
        }
        desk.pass(26 * HOUR);
        assert_eq!(desk.stored.is_some(), comes_back);
    }
}

#[test]
fn the_end_of_the_old_session_told_late_does_not_keep_those_from_hearing_who_have_come_back_to_it() {
    let mut desk = Desk::new(Config::default());
    desk.fail(|command| matches!(command, Command::Signal { .. }), crate::platform::status(503));
    desk.notice("a");
    let to = desk.current();
    assert!(desk.announcements().is_empty());
    desk.callback(session_event("a", "sessionDestroyed", "serverRotation", BEGIN - 1_000));
    desk.pass(MINUTE);
    assert_eq!(desk.announcements(), [("ann ben".to_owned(), to)]);
}
