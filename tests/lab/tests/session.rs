//! A session from its clients' side, without sockets.

use std::time::Duration;

use crate::support::{Closed, World};
use rotation_lab::rumor::{self, Frame, Kind};
use rotation_lab::token::Role;
use serde_json::{Value, json};

#[test]
fn whoever_joins_hears_of_itself_and_the_others_hear_of_it() {
    let mut world = World::new();
    let ann = world.join("ann", "s");
    let ben = world.join("ben", "s");
    assert_eq!(world.heard(&ann), ["created connection/ann", "created connection/ben"]);
    assert_eq!(world.heard(&ben), ["created connection/ben"]);
}

#[test]
fn whoever_joins_late_is_told_the_state_of_things() {
    let mut world = World::new();
    let ann = world.join("ann", "s");
    world.publish(&ann, "st");
    let ben = world.open("ben", "s", 0);
    let (status, state) = world.connect(&ben, Role::Subscriber, &[]);
    assert_eq!(status, 200);
    let ids =
        |kind: &str| state[kind].as_array().map(|all| all.iter().map(|one| one["id"].clone()).collect::<Vec<_>>());
    assert_eq!(ids("connection"), Some(vec![json!("ann"), json!("ben")]));
    assert_eq!(ids("stream"), Some(vec![json!("st")]));
    assert_eq!(state["connection"][1]["permissions"], json!(["subscribe"]));
    assert_eq!(state["stream"][0]["connection"]["data"], json!("ann"));
}

#[test]
fn a_client_that_suppresses_connection_events_hears_of_itself_only() {
    let mut world = World::new();
    let ann = world.open("ann", "s", 0);
    let token = world.control("token", json!({ "session": "s" }))["token"].as_str().map(str::to_owned);
    let content = json!({ "capabilities": [], "connectionEventsSuppressed": true });
    let frame = world.request(&ann, "create", "/connection/ann", content);
    world.hand_in(ann.wire, &frame.with(rumor::TOKEN, token.expect("a token")));
    let ben = world.join("ben", "s");
    world.hand_in(ben.wire, &Frame::new(Kind::Disconnect));
    assert_eq!(world.heard(&ann), ["created connection/ann"]);
}

#[test]
fn a_subscription_makes_the_publisher_offer_and_the_rest_is_passed_on() {
    let mut world = World::new();
    let (ann, ben) = (world.join("ann", "s"), world.join("ben", "s"));
    world.publish(&ann, "st");
    world.subscribe(&ben, "st", "su");
    let path = "/stream/st/subscriber/su";
    let asked = world.told(&ann).pop().expect("a request for an offer");
    assert_eq!((asked.method.as_str(), asked.from.as_str()), ("generateoffer", "ben"));
    assert_eq!(asked.content["sourceStreamId"], json!("P2P"));
    world.told(&ben);

    world.ask(&ann, "offer", path, json!({ "sdp": "offer" }));
    world.ask(&ben, "answer", path, json!({ "sdp": "answer" }));
    world.ask(&ann, "candidate", path, json!({ "candidate": "a" }));
    world.ask(&ben, "candidate", path, json!({ "candidate": "b" }));
    let (to_ann, to_ben) = (world.told(&ann), world.told(&ben));
    assert_eq!([&to_ann[0].method, &to_ann[1].method], ["answer", "candidate"]);
    assert_eq!([&to_ben[0].method, &to_ben[1].method], ["offer", "candidate"]);
    assert_eq!((to_ben[0].from.as_str(), &to_ben[0].content["sdp"]), ("ann", &json!("offer")));
}

#[test]
fn in_a_routed_session_each_subscription_has_its_own_peer_on_each_generation() {
    let mut world = World::new();
    let (ann, ben) = (world.join("ann", "routed"), world.join("ben", "routed"));
    world.publish(&ann, "st");
    world.subscribe(&ben, "st", "su");
    let before = world.told(&ann).pop().expect("a request for an offer").content;
    assert_eq!(before["sourceStreamId"], json!("MANTIS"));
    world.control("notify", json!({ "session": "routed" }));
    let ben = world.join("ben", "routed");
    world.subscribe(&ben, "st", "su");
    let after = world.told(&ann).pop().expect("a request for an offer").content;
    assert_ne!(before["peerId"], after["peerId"]);
}

#[test]
fn an_ended_subscription_is_told_to_the_publisher() {
    let mut world = World::new();
    let (ann, ben) = (world.join("ann", "s"), world.join("ben", "s"));
    world.publish(&ann, "st");
    world.subscribe(&ben, "st", "su");
    world.told(&ann);
    world.ask(&ben, "delete", "/stream/st/subscriber/su", json!({}));
    let told = world.told(&ann);
    assert_eq!((told[0].method.as_str(), told[0].from.as_str()), ("deleted", "ben"));
}

#[test]
fn a_subscriber_that_leaves_is_told_to_the_publisher() {
    let mut world = World::new();
    let (ann, ben) = (world.join("ann", "s"), world.join("ben", "s"));
    world.publish(&ann, "st");
    world.subscribe(&ben, "st", "su");
    world.told(&ann);
    world.hand_in(ben.wire, &Frame::new(Kind::Disconnect));
    let expected = ["deleted stream/st/subscriber/su", "deleted connection/ben (clientDisconnected)"];
    assert_eq!(world.heard(&ann), expected);
}

#[test]
fn unpublishing_is_told_to_the_others_but_not_to_oneself() {
    let mut world = World::new();
    let (ann, ben) = (world.join("ann", "s"), world.join("ben", "s"));
    world.publish(&ann, "st");
    world.forget_told([&ann, &ben]);
    world.ask(&ann, "delete", "/stream/st", json!({}));
    assert!(world.heard(&ann).is_empty());
    assert_eq!(world.heard(&ben), ["deleted stream/st (clientDisconnected)"]);
}

#[test]
fn the_list_of_streams_tells_what_is_on_at_the_moment() {
    let mut world = World::new();
    let ann = world.join("ann", "s");
    world.publish(&ann, "st");
    let now_on = |world: &mut World| {
        let stream = world.control("session", json!({ "session": "s" }))["streams"][0].clone();
        (stream["hasAudio"].as_bool(), stream["hasVideo"].as_bool())
    };
    assert_eq!(now_on(&mut world), (Some(true), Some(true)));
    world.ask(&ann, "update", "/stream/st/channel/audio1", json!({ "active": false }));
    assert_eq!(now_on(&mut world), (Some(false), Some(true)));
    world.ask(&ann, "update", "/stream/st/channel/video1", json!({ "width": 320 }));
    assert_eq!(now_on(&mut world), (Some(false), Some(true)));
    assert_eq!(world.heard(&ann).last().map(String::as_str), Some("updated stream/st/channel/video1"));
}

#[test]
fn a_signal_reaches_everybody_and_its_sender() {
    let mut world = World::new();
    let (ann, ben) = (world.join("ann", "s"), world.join("ben", "s"));
    world.forget_told([&ann, &ben]);
    world.ask(&ann, "signal", "/signal/1", json!({ "type": "chat", "data": "hi" }));
    for client in [&ann, &ben] {
        let told = world.told(client).pop().expect("the signal");
        assert_eq!(
            (told.from.as_str(), &told.content["type"], &told.content["data"]),
            ("ann", &json!("chat"), &json!("hi"))
        );
        assert_eq!(told.content["connection"]["id"], json!("ann"));
    }
}

#[test]
fn a_signal_to_one_reaches_nobody_else_and_to_nobody_fails() {
    let mut world = World::new();
    let (ann, ben) = (world.join("ann", "s"), world.join("ben", "s"));
    world.forget_told([&ann, &ben]);
    let content = json!({ "type": "chat" });
    assert_eq!(world.ask(&ann, "signal", "/connection/ben/signal/1", content.clone()).0, 200);
    assert_eq!((world.heard(&ann).len(), world.heard(&ben).len()), (0, 1));
    assert_eq!(world.ask(&ann, "signal", "/connection/eve/signal/2", content).0, 404);
}

#[test]
fn each_role_may_do_what_it_may_and_no_more() {
    const MODERATOR_ONLY: u16 = 0b1000;
    let deeds: [(&str, &str, Value, u16); 8] = [
        ("create", "/stream/own", json!({ "channel": [] }), 0b1110),
        ("create", "/stream/st/subscriber/su", json!({}), 0b1011),
        ("signal", "/signal/1", json!({ "type": "t" }), 0b1010),
        ("delete", "/stream/st", json!({}), MODERATOR_ONLY),
        ("update", "/stream/st", json!({ "active": true }), MODERATOR_ONLY),
        ("update", "/stream/st/channel/audio1", json!({ "active": false }), MODERATOR_ONLY),
        ("update", "", json!({ "active": true }), MODERATOR_ONLY),
        ("delete", "/connection/ann", json!({}), MODERATOR_ONLY),
    ];
    let roles = [Role::Subscriber, Role::Publisher, Role::PublisherOnly, Role::Moderator];
    for (at, role) in roles.into_iter().enumerate() {
        for (method, path, content, who) in &deeds {
            let mut world = World::new();
            let ann = world.join("ann", "s");
            world.publish(&ann, "st");
            let ben = world.join_as("ben", "s", role, &[]);
            let (status, answer) = world.ask(&ben, method, path, content.clone());
            let expected = if who & (1 << at) == 0 { 403 } else { 200 };
            assert_eq!(status, expected, "{role:?} {method} {path}: {answer}");
        }
    }
}

#[test]
fn a_moderator_ends_somebody_elses_stream_and_connection() {
    let mut world = World::new();
    let ann = world.join("ann", "s");
    world.publish(&ann, "st");
    let ben = world.join_as("ben", "s", Role::Moderator, &[]);
    world.forget_told([&ann, &ben]);
    world.ask(&ben, "delete", "/stream/st", json!({}));
    world.ask(&ben, "delete", "/connection/ann", json!({}));
    assert_eq!(
        world.heard(&ann),
        ["deleted stream/st (forceUnpublished)", "deleted connection/ann (forceDisconnected)"]
    );
    assert_eq!(
        world.heard(&ben),
        ["deleted stream/st (forceUnpublished)", "deleted connection/ann (forceDisconnected)"]
    );
    world.pass(Duration::from_millis(200));
    assert_eq!(world.wire(ann.wire).closed, Some(Closed::With(1000)));
}

#[test]
fn a_moderator_mutes_all_but_some_and_whoever_comes_later() {
    let mut world = World::new();
    let (ann, ben) = (world.join("ann", "s"), world.join("ben", "s"));
    world.publish(&ann, "st");
    world.publish(&ben, "other");
    let eve = world.join_as("eve", "s", Role::Moderator, &[]);
    world.forget_told([&ann, &ben]);
    world.ask(&eve, "update", "", json!({ "reason": "mute", "active": true, "exclusion": ["other"] }));
    assert_eq!(world.heard(&ann), ["update ", "update stream/st"]);
    assert_eq!(world.heard(&ben), ["update "]);
    let late = world.open("late", "s", 0);
    assert_eq!(world.connect(&late, Role::Publisher, &[]).1["mute"]["active"], json!(true));
}

#[test]
fn the_end_of_mute_on_entry_mutes_nobody() {
    let mut world = World::new();
    let ann = world.join_as("ann", "s", Role::Moderator, &[]);
    world.publish(&ann, "st");
    world.ask(&ann, "update", "", json!({ "reason": "mute", "active": true }));
    world.told(&ann);
    world.ask(&ann, "update", "", json!({ "reason": "mute", "active": false }));
    assert_eq!(world.heard(&ann), ["update "]);
    let late = world.open("late", "s", 0);
    assert_eq!(world.connect(&late, Role::Publisher, &[]).1.get("mute"), None);
}

#[test]
fn somebody_elses_stream_cannot_be_taken_over() {
    let mut world = World::new();
    let (ann, ben) = (world.join("ann", "s"), world.join("ben", "s"));
    world.publish(&ann, "st");
    assert_eq!(world.publish(&ben, "st").0, 409);
}

#[test]
fn a_token_for_another_session_or_time_does_not_let_one_in() {
    let mut world = World::new();
    let ann = world.open("ann", "s", 0);
    for arguments in [json!({ "session": "other" }), json!({ "session": "s", "expire": -1 })] {
        let token = world.control("token", arguments)["token"].as_str().map(str::to_owned).expect("a token");
        assert_eq!(world.connect_with(&ann, &token, &[]).0, 403);
    }
    assert_eq!(world.connect_with(&ann, "nonsense", &[]).0, 403);
    assert_eq!(world.ask(&ann, "signal", "/signal/1", json!({})).0, 404, "not connected");
}

#[test]
fn nonsense_is_noted_and_ignored() {
    let mut world = World::new();
    let ann = world.join("ann", "s");
    world.lab.handle_frame(ann.wire, &[1, 2, 3], world.now);
    world.hand_in(ann.wire, &Frame::new(Kind::Other(99)));
    assert_eq!(world.ask(&ann, "frobnicate", "/widget/1", json!(null)).0, 200);
    let bad = world.request(&ann, "create", "/stream/st", json!({ "channel": 7 }));
    let transaction = world.hand_in(ann.wire, &bad);
    assert_eq!(world.answer(&ann, &transaction).map(|(status, _)| status), Some(400));
    let log = world.control("log", json!({}));
    let nonsense = log.as_array().map(|lines| lines.iter().filter(|line| line["kind"] == "nonsense").count());
    assert_eq!(nonsense, Some(2));
    assert_eq!(world.publish(&ann, "st").0, 200, "life goes on");
}
