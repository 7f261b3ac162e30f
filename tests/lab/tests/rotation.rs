//! What the lab is for: servers that rotate, in virtual time.

use std::time::Duration;

use crate::support::{Closed, World};
use rotation_lab::rumor::{Frame, Kind};
use rotation_lab::token::Role;
use serde_json::json;

const MOMENT: Duration = Duration::from_millis(200);

#[test]
fn a_rotation_tells_each_client_only_of_itself_and_closes_its_socket_a_moment_later() {
    let mut world = World::new();
    let (ann, ben) = (world.join("ann", "s"), world.join("ben", "s"));
    world.publish(&ann, "st");
    world.forget_told([&ann, &ben]);
    let answer = world.control("rotate", json!({ "session": "s" }));
    assert_eq!(answer, json!({ "disconnected": 2, "migrated": 0, "generation": 1 }));
    assert_eq!(world.heard(&ann), ["deleted connection/ann (serverRotation)"]);
    assert_eq!(world.heard(&ben), ["deleted connection/ben (serverRotation)"]);
    world.pass(MOMENT - Duration::from_millis(1));
    assert_eq!(world.wire(ann.wire).closed, None);
    world.pass(Duration::from_millis(1));
    assert_eq!(world.wire(ann.wire).closed, Some(Closed::With(1000)));
    let state = world.control("session", json!({ "session": "s" }));
    assert_eq!((&state["connections"], &state["streams"], &state["subscribers"]), (&json!([]), &json!([]), &json!([])));
}

#[test]
fn with_others_each_client_hears_first_that_the_others_are_gone() {
    let mut world = World::new();
    let (ann, ben) = (world.join("ann", "s"), world.join("ben", "s"));
    world.publish(&ann, "st");
    world.forget_told([&ann, &ben]);
    world.control("rotate", json!({ "session": "s", "others": true, "reason": "because" }));
    assert_eq!(world.heard(&ann), ["deleted connection/ben (because)", "deleted connection/ann (because)"]);
    let expected =
        ["deleted stream/st (because)", "deleted connection/ann (because)", "deleted connection/ben (because)"];
    assert_eq!(world.heard(&ben), expected);
}

#[test]
fn a_rotation_of_one_is_told_to_those_who_stay() {
    let mut world = World::new();
    let (ann, ben) = (world.join("ann", "s"), world.join("ben", "s"));
    world.publish(&ann, "st");
    world.told(&ben);
    let answer = world.control("rotate", json!({ "session": "s", "conn": "ann", "closeAfter": 0 }));
    assert_eq!(answer["disconnected"], json!(1));
    assert_eq!(world.heard(&ben), ["deleted stream/st (serverRotation)", "deleted connection/ann (serverRotation)"]);
    world.pass(Duration::ZERO);
    assert_eq!((world.wire(ann.wire).closed, world.wire(ben.wire).closed), (Some(Closed::With(1000)), None));
}

#[test]
fn with_migrate_those_who_can_are_told_to_and_the_others_are_disconnected() {
    let mut world = World::new();
    let (ann, ben) = (world.join("ann", "s"), world.join_as("ben", "s", Role::Publisher, &["forceMute"]));
    world.forget_told([&ann, &ben]);
    let answer = world.control("rotate", json!({ "session": "s", "migrate": true }));
    assert_eq!(answer, json!({ "disconnected": 1, "migrated": 1, "generation": 1 }));
    assert_eq!(world.heard(&ben), ["deleted connection/ben (serverRotation)"]);
    assert_eq!(world.heard(&ann), ["notification notification", "deleted connection/ben (serverRotation)"]);
}

#[test]
fn a_migration_keeps_the_client_its_stream_and_its_subscriptions() {
    let mut world = World::new();
    let (ann, ben) = (world.join("ann", "s"), world.join("ben", "s"));
    world.publish(&ann, "st");
    world.subscribe(&ben, "st", "su");
    world.control("notify", json!({ "session": "s" }));
    world.forget_told([&ann, &ben]);

    let moved = world.join("ann", "s");
    assert_eq!(world.heard(&moved), ["created connection/ann"]);
    assert!(world.heard(&ben).is_empty(), "nobody hears that somebody moved");
    world.publish(&moved, "st");
    assert_eq!(world.heard(&moved), ["created stream/st"]);
    assert!(world.heard(&ben).is_empty(), "a stream is news on its own servers only");

    world.hand_in(ann.wire, &Frame::new(Kind::Disconnect));
    world.lose(ann.wire);
    world.pass(Duration::from_secs(60));
    let state = world.control("session", json!({ "session": "s" }));
    let ids: Vec<_> = ["connections", "streams", "subscribers"].map(|kind| state[kind][0]["id"].clone()).into();
    assert_eq!(ids, [json!("ann"), json!("st"), json!("su")]);
    assert_eq!(state["connections"][0]["generation"], json!(1));
}

#[test]
fn what_is_said_to_a_client_that_moved_goes_to_its_new_server() {
    let mut world = World::new();
    let (ann, ben) = (world.join("ann", "s"), world.join("ben", "s"));
    world.control("notify", json!({ "session": "s" }));
    let moved = world.join("ann", "s");
    world.forget_told([&ann, &moved]);
    world.ask(&ben, "signal", "/signal/1", json!({ "type": "t" }));
    assert_eq!((world.heard(&ann).len(), world.heard(&moved).len()), (0, 1));
    assert_eq!(world.ask(&ann, "signal", "/signal/2", json!({ "type": "t" })).0, 200, "the old socket still listens");
}

#[test]
fn a_notice_goes_to_those_who_can_migrate_unless_it_is_forced() {
    let mut world = World::new();
    let ann = world.join_as("ann", "s", Role::Publisher, &[]);
    world.told(&ann);
    let answer = world.control("notify", json!({ "session": "s", "sameServer": true }));
    assert_eq!(answer, json!({ "notified": 0, "generation": 0 }));
    let answer = world.control("notify", json!({ "session": "s", "force": true, "reason": "why" }));
    assert_eq!(answer, json!({ "notified": 1, "generation": 1 }));
    assert_eq!(world.told(&ann)[0].content["reason"], json!("why"));
}

#[test]
fn the_sdks_own_wish_to_migrate_is_granted() {
    let mut world = World::new();
    let ann = world.join("ann", "s");
    world.told(&ann);
    world.ask(&ann, "migrate", "/migrate", json!({}));
    assert_eq!(world.heard(&ann), ["notification notification"]);
    assert_eq!(world.control("session", json!({ "session": "s" }))["generation"], json!(1));
}

#[test]
fn old_sockets_can_be_dropped_from_under_a_migration() {
    let mut world = World::new();
    let ann = world.join("ann", "s");
    world.control("notify", json!({ "session": "s" }));
    let moved = world.join("ann", "s");
    let answer = world.control("drop", json!({ "session": "s", "old": true, "code": 1001 }));
    assert_eq!(answer, json!({ "dropped": 1 }));
    assert_eq!((world.wire(ann.wire).closed, world.wire(moved.wire).closed), (Some(Closed::With(1001)), None));
    let wire = world.open_wire("s", 0, &ann.socket_id, true);
    assert_eq!(world.wire(wire).closed, Some(Closed::With(1003)), "the old server has forgotten who moved away");
}

#[test]
fn an_announcement_creates_the_successor_and_tells_everybody_without_a_sender() {
    let mut world = World::new();
    let (ann, _ben) = (world.join("ann", "routed"), world.join("ben", "routed"));
    world.told(&ann);
    let answer = world.control("announce", json!({ "session": "routed" }));
    assert_eq!(answer, json!({ "successor": "routed-2", "sent": 2 }));
    let told = world.told(&ann).pop().expect("the announcement");
    assert_eq!(
        (told.from.as_str(), &told.content["type"], &told.content["data"]),
        ("", &json!("newSession"), &json!("routed-2"))
    );
    assert_eq!(world.control("session", json!({ "session": "routed-2" }))["mode"], json!("routed"));
    assert_eq!(world.control("announce", json!({ "session": "routed-2" }))["successor"], json!("routed-3"));
}

#[test]
fn an_announcement_with_a_deadline_is_json_with_a_point_in_time() {
    let mut world = World::new();
    let ann = world.join("ann", "s");
    world.told(&ann);
    world.control("announce", json!({ "session": "s", "successor": "t", "type": "move", "deadline": 5_000 }));
    let told = world.told(&ann).pop().expect("the announcement");
    let data = told.content["data"].as_str().and_then(|data| serde_json::from_str::<serde_json::Value>(data).ok());
    assert_eq!(told.content["type"], json!("move"));
    assert_eq!(data, Some(json!({ "sessionId": "t", "deadline": world.now.as_millis() + 5_000 })));
}
