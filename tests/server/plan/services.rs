//! What runs beside a call follows it.

use opentok_handover_server::plan::config::Config;
use opentok_handover_server::plan::protocol::{Answer, Command, Input, Kind};
use serde_json::{Value, json};

use crate::desk::{Desk, HOUR, MINUTE, archive, migrating, recording};
use crate::platform::status;

#[test]
fn a_recording_goes_on_in_the_successor_when_somebody_is_there_and_the_old_one_is_stopped() {
    let mut desk = Desk::new(recording());
    let old = desk.starts(Kind::Archive, "a", archive("lesson"));
    desk.pass(MINUTE);
    desk.notice("a");
    let to = desk.current();
    assert_eq!(desk.platform.running(Kind::Archive, "a").len(), 1, "nobody is in the successor yet");
    desk.all_move("a", &to);
    let running = desk.platform.running(Kind::Archive, &to);
    assert_eq!(running.len(), 1);
    assert_eq!(running[0].options, old.options);
    assert!(desk.platform.running(Kind::Archive, "a").is_empty());
    desk.pass(2 * HOUR);
    assert_eq!(desk.platform.things.len(), 2, "once");
}

#[test]
fn the_pieces_of_a_recording_are_in_a_manifest_with_their_gap() {
    let mut desk = Desk::new(recording());
    let first = desk.starts(Kind::Archive, "a", archive("lesson"));
    desk.pass(10 * MINUTE);
    // The servers go, and it takes 7 s until somebody is in the successor.
    for thing in desk.platform.cut("a", "session ended", desk.now) {
        desk.callback(ended(&thing.object(), "stopped", "session ended"));
    }
    desk.destroyed("a", "serverRotation");
    let to = desk.current();
    desk.platform.room("a").people.clear();
    desk.pass(7_000);
    desk.joins(&to, "ann");
    let Answer::Manifest { recordings } = desk.take(Input::Manifest) else { panic!() };
    assert_eq!((recordings.len(), recordings[0].name.as_str(), recordings[0].running), (1, "lesson", true));
    let pieces = &recordings[0].pieces;
    assert_eq!(pieces[0].archive_id.as_ref(), Some(&first.id));
    assert_eq!(pieces[0].ended_at, Some(first.started + 10 * MINUTE));
    assert_eq!((pieces[0].gap, pieces[1].gap), (None, Some(7_000)));
    assert_eq!(pieces[1].session_id, to);
    let told = desk.told("recording");
    assert_eq!(told.last().unwrap()["recording"]["pieces"][1]["gap"], 7_000);
}

#[test]
fn pieces_that_overlap_have_a_negative_gap() {
    let mut desk = Desk::new(recording());
    desk.starts(Kind::Archive, "a", archive("lesson"));
    desk.notice("a");
    let to = desk.current();
    desk.pass(5_000);
    desk.joins(&to, "ann");
    let old = desk.platform.things[0].clone();
    // The platform's own word on how long the first piece is comes later than the answer to the stop.
    let mut object = old.object();
    object["duration"] = json!(9);
    desk.callback(ended(&object, "available", ""));
    let Answer::Manifest { recordings } = desk.take(Input::Manifest) else { panic!() };
    assert_eq!(recordings[0].pieces[1].gap, Some(-4_000));
}

#[test]
fn nothing_is_recorded_again_before_everybody_agrees() {
    let mut desk = Desk::new(Config::default());
    desk.starts(Kind::Archive, "a", archive("lesson"));
    desk.notice("a");
    let to = desk.current();
    desk.all_move("a", &to);
    desk.pass(20 * MINUTE);
    assert!(desk.platform.running(Kind::Archive, &to).is_empty());
    assert_eq!(desk.told("consentNeeded").len(), 1);
    assert_eq!(desk.told("consentNeeded")[0]["sessionId"], to);
    desk.take(Input::Consent { session_id: None, given: true });
    desk.pass(MINUTE);
    assert_eq!(desk.platform.running(Kind::Archive, &to).len(), 1);
    assert!(desk.platform.running(Kind::Archive, "a").is_empty());
}

#[test]
fn a_recording_that_nobody_agrees_to_is_stopped_with_its_session() {
    let mut desk = Desk::new(Config::default());
    desk.starts(Kind::Archive, "a", archive("lesson"));
    desk.notice("a");
    let to = desk.current();
    desk.all_move("a", &to);
    desk.take(Input::Consent { session_id: None, given: false });
    desk.pass(2 * HOUR);
    assert!(desk.platform.things.iter().all(|thing| thing.ended.is_some()));
    assert_eq!(desk.platform.things.len(), 1);
}

#[test]
fn a_broadcast_has_another_address_and_everybody_is_told() {
    let mut desk = Desk::new(Config::default());
    desk.starts(Kind::Broadcast, "a", json!({ "outputs": { "hls": {}, "rtmp": [] } }));
    desk.notice("a");
    let to = desk.current();
    desk.joins(&to, "ann");
    let new = desk.platform.running(Kind::Broadcast, &to)[0].clone();
    let signalled: Vec<Value> = desk
        .platform
        .sent
        .iter()
        .map(|sent| json!([sent.session, serde_json::to_value(&sent.message).unwrap()]))
        .filter(|sent| sent[1]["type"] == "broadcastUrl")
        .collect();
    assert_eq!(signalled.len(), 2, "where people are, and where they were: {signalled:?}");
    assert!(signalled.iter().all(|sent| sent[1]["urls"]["hls"] == format!("https://hls/{}", new.id)));
    let told = desk.told("serviceRestarted");
    assert_eq!((told.len(), &told[0]["urls"]["hls"]), (1, &json!(format!("https://hls/{}", new.id))));
    assert!(desk.platform.running(Kind::Broadcast, "a").is_empty());
}

#[test]
fn a_broadcast_to_a_streaming_server_is_stopped_before_it_starts_again() {
    let mut desk = Desk::new(Config::default());
    let rtmp = json!([{ "id": "tv", "serverUrl": "rtmps://tv", "streamName": "key" }]);
    desk.starts(Kind::Broadcast, "a", json!({ "outputs": { "rtmp": rtmp } }));
    desk.pass(MINUTE);
    desk.notice("a");
    let to = desk.current();
    desk.pass(MINUTE);
    desk.platform.join(&to, "ann");
    desk.pass(MINUTE);
    let things = &desk.platform.things;
    assert_eq!(things.len(), 2);
    assert!(things[0].ended.is_some());
    assert_eq!(desk.platform.second_sources, 0, "one source at a time");
}

#[test]
fn captions_and_experience_composers_follow_once_each() {
    let mut desk = Desk::new(Config::default());
    desk.starts(Kind::Captions, "a", json!({ "languageCode": "en-US" }));
    desk.starts(Kind::Composer, "a", json!({ "url": "https://scene", "resolution": "1280x720" }));
    desk.notice("a");
    let to = desk.current();
    desk.all_move("a", &to);
    desk.pass(2 * HOUR);
    for kind in [Kind::Captions, Kind::Composer] {
        assert_eq!(desk.platform.running(kind, &to).len(), 1, "{kind:?}");
        assert!(desk.platform.running(kind, "a").is_empty(), "{kind:?}");
    }
    assert_eq!(desk.platform.things.len(), 4);
}

#[test]
fn an_experience_composer_that_was_started_twice_is_stopped_once() {
    let mut desk = Desk::new(Config::default());
    let options = json!({ "url": "https://scene" });
    desk.starts(Kind::Composer, "a", options.clone());
    desk.notice("a");
    let to = desk.current();
    desk.joins(&to, "ann");
    // Another instance was at the same command and came a moment later.
    desk.platform.start(Kind::Composer, &to, options, desk.now);
    desk.pass(MINUTE);
    assert_eq!(desk.platform.running(Kind::Composer, &to).len(), 1);
}

#[test]
fn what_the_application_does_not_want_again_is_only_stopped() {
    let mut desk = Desk::new(Config { restart: vec![], ..Config::default() });
    desk.starts(Kind::Broadcast, "a", json!({ "outputs": { "hls": {} } }));
    desk.notice("a");
    let to = desk.current();
    desk.all_move("a", &to);
    desk.destroyed("a", "clientDisconnected");
    assert_eq!(desk.platform.things.len(), 1);
    assert!(desk.platform.things[0].ended.is_some());
}

#[test]
fn what_nobody_has_told_of_is_found_by_looking() {
    let mut desk = Desk::new(recording());
    desk.platform.start(Kind::Archive, "a", archive("untold"), desk.now);
    desk.notice("a");
    let to = desk.current();
    desk.all_move("a", &to);
    assert_eq!(desk.platform.running(Kind::Archive, &to).len(), 1);
    assert!(desk.platform.running(Kind::Archive, "a").is_empty());
}

#[test]
fn what_somebody_started_in_the_successor_already_is_not_started_again() {
    let mut desk = Desk::new(recording());
    desk.starts(Kind::Archive, "a", archive("lesson"));
    desk.notice("a");
    let to = desk.current();
    desk.platform.join(&to, "ann");
    desk.platform.start(Kind::Archive, &to, archive("lesson"), desk.now);
    desk.pass(MINUTE);
    assert_eq!(desk.platform.running(Kind::Archive, &to).len(), 1);
    assert!(desk.platform.running(Kind::Archive, "a").is_empty());
    let Answer::Manifest { recordings } = desk.take(Input::Manifest) else { panic!() };
    assert_eq!((recordings.len(), recordings[0].pieces.len()), (1, 2));
}

#[test]
fn a_session_that_is_archived_by_itself_is_not_archived_twice() {
    let mut desk = Desk::new(Config { session: json!({ "archiveMode": "always" }), ..recording() });
    desk.starts(Kind::Archive, "a", json!({ "outputMode": "composed" }));
    desk.notice("a");
    let to = desk.current();
    desk.joins(&to, "ann");
    desk.pass(2_000);
    let automatic = desk.platform.start(Kind::Archive, &to, json!({ "outputMode": "composed" }), desk.now);
    desk.pass(5 * MINUTE);
    assert_eq!(desk.platform.things.len(), 2);
    let Answer::Manifest { recordings } = desk.take(Input::Manifest) else { panic!() };
    assert_eq!(recordings[0].pieces[1].archive_id, Some(automatic.id));
    assert!(desk.platform.running(Kind::Archive, "a").is_empty());
}

#[test]
fn what_a_person_stops_stays_stopped() {
    let mut desk = Desk::new(recording());
    let old = desk.starts(Kind::Archive, "a", archive("lesson"));
    desk.notice("a");
    desk.platform.things[0].ended = Some(desk.now + 1000);
    let object = desk.platform.things[0].object();
    desk.callback(ended(&object, "stopped", "user initiated"));
    let to = desk.current();
    desk.all_move("a", &to);
    desk.pass(HOUR);
    assert_eq!(desk.platform.things.len(), 1, "{old:?}");
}

#[test]
fn a_person_who_stops_a_recording_while_it_is_being_started_again_is_heard() {
    let mut desk = Desk::new(recording());
    let old = desk.starts(Kind::Archive, "a", archive("lesson"));
    desk.notice("a");
    let to = desk.current();
    desk.platform.join(&to, "ann");
    desk.now += 20_000;
    desk.put(Input::Tick);
    // The list comes back, the start goes out, and then the person stops the old one.
    let look = desk.open.remove(0);
    let listed = desk.platform.carry_out(&look.id, &look.command, desk.now).unwrap();
    desk.put(Input::Result { command: look.id, attempt: look.attempt, value: Some(listed), error: None });
    assert_eq!(desk.open_types(), ["start"]);
    desk.put(Input::ServiceStopped { kind: Kind::Archive, id: old.id.clone() });
    desk.platform.things[0].ended = Some(desk.now);
    desk.carry_out();
    desk.pass(MINUTE);
    assert!(desk.platform.running(Kind::Archive, &to).is_empty());
}

#[test]
fn nothing_is_started_where_nobody_is_and_it_is_tried_until_somebody_comes() {
    let mut desk = Desk::new(recording());
    desk.starts(Kind::Archive, "a", archive("lesson"));
    desk.notice("a");
    let to = desk.current();
    desk.pass(3 * MINUTE);
    assert!(desk.platform.running(Kind::Archive, &to).is_empty());
    assert_eq!(desk.platform.running(Kind::Archive, "a").len(), 1, "people are still there");
    desk.platform.join(&to, "ann");
    desk.pass(MINUTE);
    assert_eq!(desk.platform.running(Kind::Archive, &to).len(), 1);
}

#[test]
fn a_wrong_request_is_given_up_and_told() {
    let mut desk = Desk::new(recording());
    desk.starts(Kind::Archive, "a", archive("lesson"));
    desk.fail(|command| matches!(command, Command::Start { .. }), status(400));
    desk.notice("a");
    let to = desk.current();
    desk.joins(&to, "ann");
    desk.pass(20 * MINUTE);
    assert_eq!(desk.told("gaveUp")[0]["what"], "start");
    assert_eq!(desk.platform.things.len(), 1);
}

#[test]
fn a_migrated_session_has_its_services_started_again_in_itself() {
    let mut desk = Desk::new(migrating());
    desk.starts(Kind::Archive, "a", archive("lesson"));
    desk.starts(Kind::Broadcast, "a", json!({ "outputs": { "hls": {}, "rtmp": [] } }));
    desk.starts(Kind::Captions, "a", json!({ "languageCode": "en-US" }));
    desk.notice("a");
    desk.pass(HOUR);
    assert_eq!(desk.platform.things.len(), 3, "nothing is touched before");
    desk.platform.cut("a", "session ended", desk.now);
    desk.destroyed("a", "serverRotation");
    desk.pass(MINUTE);
    for kind in [Kind::Archive, Kind::Broadcast, Kind::Captions] {
        assert_eq!(desk.platform.running(kind, "a").len(), 1, "{kind:?}");
    }
    desk.pass(2 * HOUR);
    assert_eq!(desk.platform.things.len(), 6);
}

#[test]
fn an_archive_that_stops_by_a_rotation_is_told_from_one_that_stops() {
    for (noticed, reason, again) in
        [(true, "session ended", true), (true, "user initiated", false), (false, "session ended", false)]
    {
        let mut desk = Desk::new(migrating());
        desk.starts(Kind::Archive, "a", archive("lesson"));
        if noticed {
            desk.notice("a");
        }
        desk.pass(HOUR);
        for thing in desk.platform.cut("a", "session ended", desk.now) {
            desk.callback(ended(&thing.object(), "stopped", reason));
        }
        desk.pass(MINUTE);
        assert_eq!(desk.platform.running(Kind::Archive, "a").len(), usize::from(again), "{noticed} {reason}");
    }
}

#[test]
fn what_survives_a_migration_is_left_alone() {
    let mut desk = Desk::new(migrating());
    desk.starts(Kind::Archive, "a", archive("lesson"));
    desk.pass(HOUR);
    desk.destroyed("a", "serverRotation");
    desk.pass(HOUR);
    assert_eq!(desk.platform.things.len(), 1);
    assert!(desk.platform.things[0].ended.is_none());
}

#[test]
fn a_call_that_is_ended_leaves_nothing_running() {
    let mut desk = Desk::new(recording());
    desk.starts(Kind::Archive, "a", archive("lesson"));
    desk.notice("a");
    let to = desk.current();
    desk.joins(&to, "ann");
    desk.take(Input::End);
    assert!(desk.platform.things.iter().all(|thing| thing.ended.is_some()));
    assert!(desk.plan().pending.is_empty());
}

pub(crate) fn ended(object: &Value, status: &str, reason: &str) -> Value {
    let mut object = object.clone();
    object["status"] = json!(status);
    object["reason"] = json!(reason);
    object
}
