//! What is told late, or never: nothing runs twice for that, or for ever, and a person is heard all the same.

use opentok_handover_server::plan::config::Config;
use opentok_handover_server::plan::protocol::{Answer, Command, Ignored, Input, Kind, Trouble};
use serde_json::json;

use crate::desk::{Desk, HOUR, MINUTE, archive, migrating, recording, session_event};
use crate::platform::status;
use crate::services::ended;

#[test]
fn what_stopped_a_moment_before_the_platform_tells_of_the_rotation_is_started_again() {
    let mut desk = Desk::new(migrating());
    desk.starts(Kind::Archive, "a", archive("lesson"));
    desk.pass(HOUR);
    for thing in desk.platform.cut("a", "session ended", desk.now) {
        desk.callback(ended(&thing.object(), "stopped", "session ended"));
    }
    desk.pass(2_000);
    desk.destroyed("a", "serverRotation");
    desk.pass(MINUTE);
    assert_eq!(desk.platform.running(Kind::Archive, "a").len(), 1);
}

#[test]
fn what_a_rotation_has_ended_follows_though_a_later_end_of_the_session_was_told_of_first() {
    let mut desk = Desk::new(Config::default());
    desk.starts(Kind::Captions, "a", json!({ "languageCode": "en-US" }));
    desk.pass(HOUR);
    let gone = desk.now;
    for thing in desk.platform.cut("a", "session ended", gone) {
        desk.callback(ended(&thing.object(), "stopped", "session ended"));
    }
    desk.pass(2_000);
    desk.callback(session_event("a", "sessionNotification", "serverRotation", gone - 10_000));
    let to = desk.current();
    desk.joins(&to, "ann");
    desk.pass(MINUTE);
    desk.destroyed("a", "clientDisconnected");
    let answer = desk.callback(session_event("a", "sessionDestroyed", "serverRotation", gone));
    assert_eq!(answer, Answer::Ignored { reason: Ignored::Outdated });
    desk.pass(MINUTE);
    assert_eq!(desk.platform.running(Kind::Captions, &to).len(), 1);
}

#[test]
fn what_the_application_has_started_follows_though_its_end_was_told_before_that() {
    let mut desk = Desk::new(Config::default());
    desk.notice("a");
    let to = desk.current();
    let captions = json!({ "languageCode": "en-US" });
    let thing = desk.platform.start(Kind::Captions, "a", captions.clone(), desk.now);
    desk.joins(&to, "ann");
    desk.pass(MINUTE);
    desk.destroyed("a", "serverRotation");
    for thing in desk.platform.cut("a", "session ended", desk.now) {
        desk.callback(ended(&thing.object(), "stopped", "session ended"));
    }
    desk.take(Input::ServiceStarted {
        kind: Kind::Captions,
        session_id: "a".to_owned(),
        id: thing.id.clone(),
        options: captions,
    });
    desk.pass(MINUTE);
    assert_eq!(desk.platform.running(Kind::Captions, &to).len(), 1);
}

#[test]
fn what_is_first_heard_of_when_it_has_ended_with_a_session_that_was_left_goes_on_in_the_successor() {
    let mut desk = Desk::new(recording());
    let lists = |command: &Command| matches!(command, Command::List { .. });
    desk.fail(lists, status(400));
    desk.platform.start(Kind::Archive, "a", archive("lesson"), desk.now);
    desk.notice("a");
    let to = desk.current();
    desk.joins(&to, "ann");
    desk.pass(MINUTE);
    let gone = desk.platform.cut("a", "maximum idle time exceeded", desk.now);
    desk.destroyed("a", "clientDisconnected");
    for thing in gone {
        desk.callback(ended(&thing.object(), "stopped", "maximum idle time exceeded"));
    }
    desk.pass(MINUTE);
    assert_eq!(desk.platform.running(Kind::Archive, &to).len(), 1);
}

#[test]
fn an_ended_archive_whose_beginning_is_told_last_is_not_taken_for_running() {
    let mut desk = Desk::new(recording());
    desk.starts(Kind::Archive, "a", archive("known"));
    let thing = desk.platform.start(Kind::Archive, "a", archive("other"), desk.now);
    let began = thing.object();
    desk.platform.things[1].ended = Some(desk.now + 1000);
    desk.callback(ended(&desk.platform.things[1].object(), "stopped", "user initiated"));
    desk.callback(began);
    let Answer::Manifest { recordings } = desk.take(Input::Manifest) else { panic!() };
    assert_eq!(recordings.len(), 1);
}

#[test]
fn what_is_first_told_of_after_the_end_of_a_call_is_stopped_if_it_began_before() {
    let mut desk = Desk::new(recording());
    desk.starts(Kind::Archive, "a", archive("lesson"));
    let now = desk.now;
    let before = desk.platform.start(Kind::Composer, "a", json!({ "url": "https://scene" }), now);
    desk.pass(MINUTE);
    desk.take(Input::End);
    desk.callback(before.object());
    assert!(desk.platform.running(Kind::Composer, "a").is_empty());
    desk.pass(1);
    desk.starts(Kind::Composer, "a", json!({ "url": "https://another" }));
    assert_eq!(desk.platform.running(Kind::Composer, "a").len(), 1, "that is the application's own");
}

#[test]
fn a_person_who_stopped_a_recording_before_the_next_piece_began_is_heard_late() {
    let mut desk = Desk::new(recording());
    desk.starts(Kind::Archive, "a", archive("lesson"));
    desk.pass(MINUTE);
    // The callback is on its way, and the list is of a moment before.
    desk.notice("a");
    let to = desk.current();
    desk.platform.things[0].ended = Some(desk.now + 1_000);
    desk.platform.things[0].reason = "user initiated";
    let told = desk.platform.things[0].object();
    desk.pass(5_000);
    let listed = |command: &Command| matches!(command, Command::Stop { .. });
    desk.fail(listed, status(404));
    desk.joins(&to, "ann");
    assert_eq!(desk.platform.running(Kind::Archive, &to).len(), 1);
    desk.callback(told);
    assert!(desk.platform.running(Kind::Archive, &to).is_empty());
}

#[test]
fn a_person_who_stopped_a_recording_that_was_to_be_stopped_with_its_session_is_heard_late() {
    let mut desk = Desk::new(recording());
    desk.starts(Kind::Archive, "a", archive("lesson"));
    desk.pass(MINUTE);
    desk.notice("a");
    let to = desk.current();
    // Whether the next piece runs can't be learnt for a while.
    for _ in 0..6 {
        desk.fail(|command| matches!(command, Command::List { .. }), status(502));
    }
    desk.all_move("a", &to);
    let piece = &mut desk.platform.things[0];
    (piece.ended, piece.reason) = (Some(desk.now), "user initiated");
    let piece = piece.object();
    desk.pass(5_000);
    // The one before is stopped with its session, and isn't there any more.
    desk.fail(|command| matches!(command, Command::Stop { .. }), status(404));
    desk.destroyed("a", "clientDisconnected");
    assert_eq!(desk.platform.things.len(), 1);
    desk.callback(piece);
    desk.pass(HOUR);
    assert_eq!(desk.platform.things.len(), 1);
}

#[test]
fn who_asks_where_to_go_after_a_call_was_ended_while_its_successor_was_made_is_not_told_to_wait() {
    let mut desk = Desk::new(Config::default());
    desk.joins("a", "ann");
    desk.fail(|command| matches!(command, Command::CreateSession { .. }), status(503));
    desk.destroyed("a", "serverRotation");
    let asked = || Input::Credentials { session_id: "a".to_owned() };
    assert!(matches!(desk.take(asked()), Answer::Wait { .. }));
    desk.take(Input::End);
    desk.pass(MINUTE);
    assert!(matches!(desk.take(asked()), Answer::Credentials { session_id, .. } if session_id == "a"));
}

/// A recording was to go on in the successor and does, but nobody heard so.
fn lost_start() -> (Desk, String) {
    let mut desk = Desk::new(recording());
    desk.starts(Kind::Archive, "a", archive("lesson"));
    desk.notice("a");
    let to = desk.current();
    desk.platform.join(&to, "ann");
    desk.now += 20_000;
    desk.put(Input::Tick);
    let look = desk.open.remove(0);
    let listed = desk.platform.carry_out(&look.id, &look.command, desk.now).unwrap();
    desk.put(Input::Result { command: look.id, attempt: look.attempt, value: Some(listed), error: None });
    let start = desk.open.remove(0);
    desk.platform.carry_out(&start.id, &start.command, desk.now).unwrap();
    let lost = Some(Trouble::lost("timeout"));
    desk.put(Input::Result { command: start.id, attempt: start.attempt, value: None, error: lost });
    (desk, to)
}

#[test]
fn a_start_whose_answer_was_lost_is_looked_for_and_not_repeated() {
    let (mut desk, to) = lost_start();
    desk.pass(MINUTE);
    assert_eq!(desk.platform.things.len(), 2);
    assert_eq!(desk.platform.running(Kind::Archive, &to).len(), 1);
    assert!(desk.platform.running(Kind::Archive, "a").is_empty());
    assert_eq!(desk.told("serviceRestarted").len(), 1);
}

#[test]
fn a_person_who_stops_what_nobody_knows_was_started_is_heard() {
    for told in [false, true] {
        let (mut desk, to) = lost_start();
        desk.now += 1_000;
        let piece = desk.platform.things.last_mut().unwrap();
        (piece.ended, piece.reason) = (Some(desk.now), "user initiated");
        let piece = piece.object();
        if told {
            desk.callback(piece);
        }
        desk.pass(HOUR);
        assert!(desk.platform.running(Kind::Archive, &to).is_empty(), "told: {told}");
        assert_eq!(desk.platform.things.len(), 2, "told: {told}");
    }
}

#[test]
fn what_the_application_has_started_follows_though_the_call_moved_before_that_was_told() {
    let mut desk = Desk::new(recording());
    desk.joins("a", "ann");
    let options = json!({ "languageCode": "en-US" });
    let captions = desk.platform.start(Kind::Captions, "a", options.clone(), desk.now);
    desk.notice("a");
    let to = desk.current();
    desk.all_move("a", &to);
    desk.platform.cut("a", "session ended", desk.now);
    desk.destroyed("a", "clientDisconnected");
    desk.take(Input::ServiceStarted { kind: Kind::Captions, session_id: "a".into(), id: captions.id, options });
    desk.pass(MINUTE);
    assert_eq!(desk.platform.running(Kind::Captions, &to).len(), 1);
}

#[test]
fn that_something_began_before_the_servers_went_is_no_sign_that_it_has_survived() {
    let mut desk = Desk::new(migrating());
    desk.starts(Kind::Captions, "a", json!({ "languageCode": "en-US" }));
    let began = desk.platform.things[0].object();
    desk.pass(HOUR);
    desk.platform.cut("a", "session ended", desk.now);
    let gone = session_event("a", "sessionDestroyed", "serverRotation", desk.now);
    desk.put(Input::Callback { body: gone.to_string() });
    // Captions are being started again at this moment.
    desk.put(Input::Callback { body: began.to_string() });
    desk.carry_out();
    desk.pass(MINUTE);
    let again = desk.platform.running(Kind::Captions, "a");
    assert_eq!((again.len(), desk.platform.things.len()), (1, 2));
}

#[test]
fn what_nobody_had_told_of_before_it_ended_with_the_servers_goes_on_in_the_successor() {
    let mut desk = Desk::new(recording());
    desk.joins("a", "ann");
    desk.take(Input::Open { session_id: "a".into(), settings: Default::default() });
    desk.platform.start(Kind::Archive, "a", archive("lesson"), desk.now);
    desk.pass(HOUR);
    desk.platform.cut("a", "session ended", desk.now);
    desk.destroyed("a", "serverRotation");
    let to = desk.current();
    desk.all_move("a", &to);
    assert_eq!(desk.platform.running(Kind::Archive, &to).len(), 1);
}

#[test]
fn what_had_ended_long_before_the_servers_went_does_not_begin_anew() {
    let mut desk = Desk::new(recording());
    desk.joins("a", "ann");
    desk.take(Input::Open { session_id: "a".into(), settings: Default::default() });
    desk.platform.start(Kind::Archive, "a", archive("lesson"), desk.now);
    desk.pass(MINUTE);
    desk.platform.cut("a", "maximum duration exceeded", desk.now);
    desk.pass(HOUR);
    desk.destroyed("a", "serverRotation");
    let to = desk.current();
    desk.all_move("a", &to);
    assert_eq!(desk.platform.things.len(), 1);
}

#[test]
fn a_person_who_stops_a_recording_before_it_is_stopped_with_its_session_is_heard() {
    let mut desk = Desk::new(Config { record_again: false, ..recording() });
    desk.starts(Kind::Archive, "a", archive("lesson"));
    desk.notice("a");
    let to = desk.current();
    desk.all_move("a", &to);
    desk.pass(MINUTE);
    let piece = &mut desk.platform.things[0];
    (piece.ended, piece.reason) = (Some(desk.now), "user initiated");
    let piece = piece.object();
    desk.pass(10_000);
    desk.destroyed("a", "clientDisconnected");
    desk.callback(piece);
    desk.take(Input::Consent { session_id: Some(to), given: true });
    desk.pass(MINUTE);
    assert_eq!(desk.platform.things.len(), 1);
}
