//! Sockets that come and go, in virtual time.

use std::time::Duration;

use crate::support::{Client, Closed, World};
use rotation_lab::rumor::{self, Frame, Kind};
use serde_json::json;

const GRACE: Duration = Duration::from_secs(40);
const TICK: Duration = Duration::from_millis(1);

#[test]
fn a_ping_is_answered() {
    let mut world = World::new();
    let ann = world.join("ann", "s");
    world.hand_in(ann.wire, &Frame::new(Kind::Ping));
    assert_eq!(world.wire(ann.wire).frames.last().map(|frame| frame.kind), Some(Kind::Pong));
}

#[test]
fn a_client_that_leaves_is_gone_at_once() {
    let mut world = World::new();
    let (ann, ben) = (world.join("ann", "s"), world.join("ben", "s"));
    world.publish(&ann, "st");
    world.told(&ben);
    world.hand_in(ann.wire, &Frame::new(Kind::Disconnect));
    let expected = ["deleted stream/st (clientDisconnected)", "deleted connection/ann (clientDisconnected)"];
    assert_eq!(world.heard(&ben), expected);
}

#[test]
fn a_client_that_loses_its_socket_is_gone_when_its_grace_ends() {
    let mut world = World::new();
    let (ann, ben) = (world.join("ann", "s"), world.join("ben", "s"));
    world.told(&ben);
    world.lose(ann.wire);
    assert_eq!(world.control("session", json!({ "session": "s" }))["connections"][0]["open"], json!(false));
    world.pass(GRACE - TICK);
    assert!(world.heard(&ben).is_empty());
    world.pass(TICK);
    assert_eq!(world.heard(&ben), ["deleted connection/ann (networkDisconnected)"]);
}

#[test]
fn a_client_that_comes_back_in_time_gets_what_it_missed() {
    let mut world = World::new();
    let (ann, ben) = (world.join("ann", "s"), world.join("ben", "s"));
    world.told(&ann);
    world.lose(ann.wire);
    world.ask(&ben, "signal", "/signal/1", json!({ "type": "missed" }));
    world.pass(GRACE - TICK);
    let wire = world.open_wire("s", 0, &ann.socket_id, true);
    let ann = Client { wire, ..ann };
    assert_eq!(world.told(&ann)[0].content["type"], json!("missed"));
    world.pass(GRACE);
    assert_eq!(world.control("session", json!({ "session": "s" }))["connections"][0]["open"], json!(true));
}

#[test]
fn what_was_acknowledged_is_not_said_again() {
    let mut world = World::new();
    let ann = world.join("ann", "s");
    world.told(&ann);
    world.lose(ann.wire);
    let wire = world.open_wire("s", 0, &ann.socket_id, true);
    assert!(world.wire(wire).frames.is_empty());
}

#[test]
fn a_request_that_is_sent_again_is_carried_out_once() {
    let mut world = World::new();
    let (ann, ben) = (world.join("ann", "s"), world.join("ben", "s"));
    world.told(&ben);
    let signal = world.request(&ann, "signal", "/signal/1", json!({ "type": "once" }));
    world.hand_in(ann.wire, &signal);
    world.lose(ann.wire);
    let wire = world.open_wire("s", 0, &ann.socket_id, true);
    let transaction = world.hand_in(wire, &signal);
    let ann = Client { wire, ..ann };
    assert_eq!(world.answer(&ann, &transaction).map(|(status, _)| status), Some(200));
    assert_eq!(world.heard(&ben).len(), 1);
}

#[test]
fn an_unknown_client_that_wants_to_come_back_is_closed_with_1003() {
    let mut world = World::new();
    world.join("ann", "s");
    let wire = world.open_wire("s", 0, "nobody", true);
    assert_eq!(world.wire(wire).closed, Some(Closed::With(1003)));
}

#[test]
fn a_client_that_means_to_come_back_is_not_gone() {
    let mut world = World::new();
    let (ann, ben) = (world.join("ann", "s"), world.join("ben", "s"));
    world.told(&ben);
    world.hand_in(ann.wire, &Frame::new(Kind::Disconnect).with(rumor::RECONNECT, "1"));
    assert!(world.heard(&ben).is_empty());
}

#[test]
fn a_client_that_comes_back_while_its_old_socket_stands_leaves_the_old_one() {
    let mut world = World::new();
    let ann = world.join("ann", "s");
    let wire = world.open_wire("s", 0, &ann.socket_id, true);
    assert_eq!(world.wire(ann.wire).closed, Some(Closed::Cut));
    world.pass(GRACE);
    let ann = Client { wire, ..ann };
    assert_eq!(world.publish(&ann, "st").0, 200);
}

#[test]
fn a_frozen_client_thaws_when_it_comes_back_on_a_new_socket() {
    let mut world = World::new();
    let ann = world.join("ann", "s");
    world.control("freeze", json!({ "session": "s" }));
    let wire = world.open_wire("s", 0, &ann.socket_id, true);
    let ann = Client { wire, ..ann };
    assert_eq!(world.publish(&ann, "st").0, 200);
}

#[test]
fn a_link_is_resumed_in_its_own_session_only() {
    let mut world = World::new();
    let ann = world.join("ann", "s");
    world.control("create", json!({ "session": "t" }));
    let wire = world.open_wire("t", 0, &ann.socket_id, true);
    assert_eq!(world.wire(wire).closed, Some(Closed::With(1003)));
    assert_eq!(world.publish(&ann, "st").0, 200, "its own socket is left alone");
}
