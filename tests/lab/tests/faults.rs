//! What goes wrong on a socket, in virtual time. (Over HTTP: see `over_http`.)

use std::time::Duration;

use rotation_lab::fault::{Harm, Point};
use rotation_lab::token::Role;
use serde_json::{Value, json};

use crate::support::{Client, Closed, World};

fn stranger(world: &mut World) -> Client {
    world.control("create", json!({ "session": "s" }));
    world.open("ann", "s", 0)
}

#[test]
fn connecting_is_refused_as_often_as_it_was_told() {
    let mut world = World::new();
    let ann = stranger(&mut world);
    world.control(
        "refuse",
        json!({ "point": "connect", "status": 403, "reason": "connectionLimitExceeded", "times": 1 }),
    );
    assert_eq!(world.connect(&ann, Role::Publisher, &[]), (403, json!({ "reason": "connectionLimitExceeded" })));
    assert_eq!(world.connect(&ann, Role::Publisher, &[]).0, 200);
}

#[test]
fn connecting_waits_and_then_goes_well() {
    let mut world = World::new();
    let ann = stranger(&mut world);
    world.control("refuse", json!({ "point": "connect", "delay": 500 }));
    let transaction = ask_to_connect(&mut world, &ann);
    world.pass(Duration::from_millis(499));
    assert_eq!(world.answer(&ann, &transaction), None);
    world.pass(Duration::from_millis(1));
    assert_eq!(world.answer(&ann, &transaction).map(|(status, _)| status), Some(200));
}

#[test]
fn connecting_waits_and_then_fails() {
    let mut world = World::new();
    let ann = stranger(&mut world);
    world.control("refuse", json!({ "point": "connect", "delay": 500, "status": 500 }));
    let transaction = ask_to_connect(&mut world, &ann);
    world.pass(Duration::from_millis(500));
    assert_eq!(world.answer(&ann, &transaction).map(|(status, _)| status), Some(500));
}

#[test]
fn connecting_hangs_for_ever() {
    let mut world = World::new();
    let ann = stranger(&mut world);
    world.control("refuse", json!({ "point": "connect", "hang": true }));
    let transaction = ask_to_connect(&mut world, &ann);
    world.pass(Duration::from_secs(600));
    assert_eq!(world.answer(&ann, &transaction), None);
    assert_eq!(world.wire(ann.wire).closed, None);
}

#[test]
fn publishing_is_refused_on_one_generation_of_servers_only() {
    let mut world = World::new();
    let ann = world.join("ann", "s");
    world.control("refuse", json!({ "point": "streamCreate", "generation": 1, "destroy": true }));
    assert_eq!(world.publish(&ann, "st").0, 200);
    world.control("notify", json!({ "session": "s" }));
    let moved = world.join("ann", "s");
    let again = world.request(&moved, "create", "/stream/st", json!({ "channel": [] }));
    world.hand_in(moved.wire, &again);
    assert_eq!(world.wire(moved.wire).closed, Some(Closed::Cut));
}

#[test]
fn a_fault_ends_with_its_time_or_when_all_are_cleared() {
    let mut world = World::new();
    let ann = world.join("ann", "s");
    world.control("refuse", json!({ "point": "streamCreate", "for": 100 }));
    assert_eq!(world.publish(&ann, "st").0, 500);
    world.pass(Duration::from_millis(100));
    assert_eq!(world.publish(&ann, "st").0, 200);
    world.control("refuse", json!({ "point": "streamCreate" }));
    assert_eq!(world.control("clear", json!({})), json!({ "cleared": 2 }));
    assert_eq!(world.publish(&ann, "other").0, 200);
}

#[test]
fn each_point_knows_its_harms() {
    let harms = [
        ("config", json!({ "body": "<html>" }), Harm::Body("<html>".to_owned())),
        (
            "info",
            json!({ "status": 429, "body": "slow down" }),
            Harm::Status { code: 429, body: "slow down".to_owned() },
        ),
        ("info", json!({ "error": 404, "reason": "gone" }), Harm::ErrorNode { code: 404, message: "gone".to_owned() }),
        ("socket", json!({ "close": 1003 }), Harm::Close(1003)),
        ("socket", json!({ "hang": true, "destroy": false }), Harm::Hang),
        ("socket", json!({}), Harm::Destroy),
    ];
    for (point, mut arguments, harm) in harms {
        let mut world = World::new();
        arguments["point"] = json!(point);
        world.control("refuse", arguments);
        let place = Point::ALL.into_iter().find(|place| place.name() == point).expect("a point");
        let blow = world.lab.strike(place, None, None, world.now);
        assert_eq!(blow.and_then(|blow| blow.harm), Some(harm));
    }
}

#[test]
fn a_dropped_client_may_come_back_and_a_forgotten_one_may_not() {
    let mut world = World::new();
    let (ann, ben) = (world.join("ann", "s"), world.join("ben", "s"));
    world.told(&ben);
    world.control("drop", json!({ "session": "s", "conn": "ann" }));
    assert_eq!(world.wire(ann.wire).closed, Some(Closed::Cut));
    let wire = world.open_wire("s", 0, &ann.socket_id, true);
    assert_eq!(world.wire(wire).closed, None);

    world.control("forget", json!({ "session": "s", "conn": "ann" }));
    assert_eq!(world.heard(&ben), ["deleted connection/ann (networkDisconnected)"]);
    let wire = world.open_wire("s", 0, &ann.socket_id, true);
    assert_eq!(world.wire(wire).closed, Some(Closed::With(1003)));
}

#[test]
fn a_frozen_client_hears_nothing_until_it_thaws() {
    let mut world = World::new();
    let (ann, ben) = (world.join("ann", "s"), world.join("ben", "s"));
    world.told(&ann);
    world.control("freeze", json!({ "session": "s", "conn": "ann" }));
    world.ask(&ben, "signal", "/signal/1", json!({ "type": "t" }));
    let ignored = world.request(&ann, "signal", "/signal/2", json!({ "type": "t" }));
    world.hand_in(ann.wire, &ignored);
    assert!(world.wire(ann.wire).frames.is_empty());
    world.control("freeze", json!({ "session": "s", "conn": "ann", "on": false }));
    assert_eq!(world.heard(&ann).len(), 1);
}

#[test]
fn a_kick_is_told_to_those_who_stay_and_leaves_the_servers_alone() {
    let mut world = World::new();
    let (ann, ben) = (world.join("ann", "s"), world.join("ben", "s"));
    world.forget_told([&ann, &ben]);
    world.control("kick", json!({ "session": "s", "conn": "ann", "reason": "mediaIdle" }));
    assert_eq!(world.heard(&ann), ["deleted connection/ann (mediaIdle)"]);
    assert_eq!(world.heard(&ben), ["deleted connection/ann (mediaIdle)"]);
    assert_eq!(world.control("session", json!({ "session": "s" }))["generation"], json!(0));
}

fn ask_to_connect(world: &mut World, client: &Client) -> String {
    let token = world.control("token", json!({ "session": client.session }))["token"].clone();
    let Value::String(token) = token else { panic!("no token") };
    let frame = world.request(client, "create", &format!("/connection/{}", client.id), json!({}));
    world.hand_in(client.wire, &frame.with(rotation_lab::rumor::TOKEN, token))
}
