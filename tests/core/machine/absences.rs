//! Others are cut off, and come back or not.

use opentok_handover::core::error::Code;
use opentok_handover::core::ids::{ConnectionId, LegId};
use opentok_handover::core::protocol::{Input, LossReason, SignalKind, WireMessage};

use super::desk::{CAMERA, Desk, failure, seconds};

const OLD: LegId = LegId(1);
const NEW: LegId = LegId(2);

#[test]
fn whoever_was_rotated_alone_is_the_same_person_when_they_are_back() {
    for reason in [LossReason::ServerRotation, LossReason::NetworkDisconnected] {
        let mut desk = Desk::in_call(&["ann", "bob"]);
        desk.is_gone(OLD, "ann", reason);
        assert_eq!(desk.commands(), ["unsubscribe view 0 on 1"]);
        desk.wait(seconds(1));
        desk.comes("ann-again", Some("ann"));
        assert_eq!(desk.commands(), ["subscribe to ann-again-camera@one on 1"]);
        desk.presented("ann");
        desk.wait(seconds(60));
        assert_eq!((desk.news(), desk.shown("ann")), (vec![], Some(OLD)));
        assert_eq!(desk.ledger.people(), ["ann@one", "bob@one", "me@one"]);
    }
}

#[test]
fn whoever_does_not_come_back_has_left_once() {
    let mut desk = Desk::in_call(&["ann"]);
    desk.is_gone(OLD, "ann", LossReason::ServerRotation);
    desk.wait(seconds(9));
    assert_eq!(desk.news(), Vec::<String>::new());
    desk.wait(seconds(1));
    assert_eq!(desk.news(), ["ann-camera@one left", "a view ended", "ann@one left"]);
    desk.wait(seconds(60));
    assert_eq!(desk.news(), Vec::<String>::new());
}

#[test]
fn whoever_leaves_on_purpose_has_left_at_once() {
    for reason in [LossReason::ClientDisconnected, LossReason::Final, LossReason::Unknown] {
        let mut desk = Desk::in_call(&["ann"]);
        desk.is_gone(OLD, "ann", reason);
        assert_eq!(desk.news(), ["ann-camera@one left", "a view ended", "ann@one left"]);
        assert_eq!(desk.machine.poll_timeout(), None);
    }
}

#[test]
fn somebody_else_does_not_come_back_in_their_place() {
    let mut desk = Desk::in_call(&["ann"]);
    desk.is_gone(OLD, "ann", LossReason::ServerRotation);
    desk.comes("bob", Some("bob"));
    assert_eq!(desk.news(), ["bob@one joined", "bob-camera@one joined"]);
}

#[test]
fn whoever_comes_back_without_data_says_who_they_were() {
    let mut desk = Desk::in_call(&[]);
    desk.comes("ann", None);
    desk.watch("ann");
    desk.presented("ann");
    desk.is_gone(OLD, "ann", LossReason::ServerRotation);
    let _ = desk.news();
    desk.comes("ann-again", None);
    says_was(&mut desk, OLD, "ann-again", "ann@one");
    desk.presented("ann");
    desk.wait(seconds(60));
    assert_eq!(desk.news(), Vec::<String>::new());
    assert_eq!(desk.ledger.people(), ["ann@one", "me@one"]);
}

#[test]
fn a_stream_that_does_not_come_back_with_its_person_has_left() {
    let mut desk = Desk::in_call(&["ann"]);
    desk.is_gone(OLD, "ann", LossReason::ServerRotation);
    let again = desk.connection_of("ann-again", Some("ann"));
    desk.feed(Input::ConnectionCreated { leg: OLD, connection: again });
    desk.wait(seconds(60));
    assert_eq!(desk.news(), ["ann-camera@one left", "a view ended"]);
    assert_eq!(desk.ledger.people(), ["ann@one", "me@one"]);
}

#[test]
fn whoever_comes_back_beside_their_ghost_takes_its_place_by_their_word() {
    let mut desk = Desk::in_call(&["ann"]);
    desk.comes("ann-again", Some("ann"));
    assert_eq!(desk.news(), Vec::<String>::new());
    says_was(&mut desk, OLD, "ann-again", "ann@one");
    assert_eq!(desk.commands(), ["unsubscribe view 0 on 1", "subscribe to ann-again-camera@one on 1"]);
    desk.presented("ann");
    desk.is_gone(OLD, "ann", LossReason::NetworkDisconnected);
    desk.wait(seconds(60));
    assert_eq!((desk.news(), desk.shown("ann")), (vec![], Some(OLD)));
    assert_eq!(desk.ledger.people(), ["ann@one", "me@one"]);
}

#[test]
fn a_ghost_is_known_again_by_whoever_comes_back_too() {
    for ghost_is_told_first in [true, false] {
        let mut desk = Desk::in_call(&["ann"]);
        desk.comes("ann-again", Some("ann"));
        says_was(&mut desk, OLD, "ann-again", "ann@one");
        desk.presented("ann");
        desk.dies(OLD);
        desk.renewed("one");
        desk.connected();
        let mut told = ["ann", "ann-again"];
        if !ghost_is_told_first {
            told.reverse();
        }
        told.iter().for_each(|connection| desk.comes(connection, Some("ann")));
        desk.live();
        desk.presented("ann");
        let _ = desk.news();
        desk.is_gone(NEW, "ann", LossReason::NetworkDisconnected);
        desk.wait(seconds(60));
        assert_eq!((desk.news(), desk.shown("ann")), (vec![], Some(NEW)), "ghost first: {ghost_is_told_first}");
        assert_eq!(desk.ledger.people(), ["ann@one", "me@one"]);
    }
}

#[test]
fn a_second_device_of_the_same_person_is_told_of_a_moment_later() {
    let mut desk = Desk::in_call(&["ann"]);
    desk.comes("ann-too", Some("ann"));
    desk.wait(seconds(1));
    assert_eq!(desk.news(), ["ann-too@one joined", "ann-too-camera@one joined"]);
    assert_eq!(desk.machine.poll_timeout(), None);
}

#[test]
fn nobody_takes_the_place_of_somebody_who_is_there_and_has_other_data_or_none() {
    for data in [Some("eve"), None] {
        let mut desk = Desk::in_call(&[]);
        desk.comes("ann", data.map(|_| "ann"));
        desk.watch("ann");
        desk.presented("ann");
        let _ = desk.news();
        desk.comes("eve", data);
        says_was(&mut desk, OLD, "eve", "ann@one");
        says_was(&mut desk, OLD, "eve", "me@one");
        assert_eq!(desk.news(), ["eve@one joined", "eve-camera@one joined"]);
        assert_eq!(desk.ledger.people(), ["ann@one", "eve@one", "me@one"]);
    }
}

#[test]
fn whoever_comes_back_says_who_they_were_to_those_who_come_later_too() {
    let mut desk = Desk::in_call(&["ann"]);
    desk.dies(OLD);
    desk.renewed("one");
    let _ = desk.commands();
    desk.feed(Input::LegConnected { leg: NEW, own: ConnectionId::new("me-again@one") });
    assert_eq!(desk.commands(), ["say was to all on 2", "publish on 2"]);
    desk.live();
    desk.listens("ann");
    assert_eq!(desk.commands(), [""; 0], "who was there has heard it");
    says_was(&mut desk, NEW, "me-again", "me@one");
    desk.listens("bob");
    assert_eq!(desk.commands(), ["say was to bob@one on 2"]);
    desk.wait(seconds(121));
    let _ = desk.commands();
    desk.listens("cat");
    assert_eq!(desk.commands(), Vec::<String>::new());
}

#[test]
fn who_gives_a_connection_up_to_come_back_says_so() {
    let mut desk = Desk::in_call(&["ann"]);
    desk.dies(OLD);
    desk.renewed("two");
    desk.connected();
    let _ = desk.commands();
    desk.feed(Input::PublishFailed { leg: NEW, publisher: CAMERA, failure: failure(Code::PublishFailed) });
    assert_eq!(desk.commands(), ["say returning to all on 2", "drop 2"]);
}

#[test]
fn whoever_said_that_they_come_back_is_waited_for() {
    let mut desk = Desk::in_call(&["ann"]);
    let from = Some(ConnectionId::new("ann@one"));
    desk.signal(OLD, from, SignalKind::Wire(WireMessage::Returning));
    desk.leaves(OLD, "ann");
    desk.comes("ann-again", Some("ann"));
    desk.presented("ann");
    assert_eq!(desk.news(), Vec::<String>::new());
    desk.leaves(OLD, "ann-again");
    assert_eq!(desk.news(), ["ann-camera@one left", "a view ended", "ann@one left"]);
}

#[test]
fn while_servers_migrate_whoever_leaves_is_waited_for() {
    let mut desk = Desk::in_call(&["ann"]);
    desk.feed(Input::Migrating(OLD));
    desk.leaves(OLD, "ann");
    assert_eq!(desk.news(), Vec::<String>::new());
    desk.comes("ann-again", Some("ann"));
    desk.presented("ann");
    assert_eq!((desk.news(), desk.shown("ann")), (vec![], Some(OLD)));
}

#[test]
fn others_who_are_told_to_be_gone_just_before_oneself_come_back_with_the_call() {
    let mut desk = Desk::in_call(&["ann"]);
    desk.is_gone(OLD, "ann", LossReason::ServerRotation);
    desk.dies(OLD);
    desk.renewed("two");
    desk.connected();
    desk.live();
    desk.arrives("ann");
    desk.presented("ann");
    desk.wait(seconds(60));
    assert_eq!(desk.news(), ["reconnecting", "reconnected"]);
    assert_eq!(desk.ledger.people(), ["ann@one", "me@one"]);
}

#[test]
fn the_pictures_of_who_comes_back_late_have_time_to_come_too() {
    let mut desk = Desk::in_call(&["ann"]);
    desk.is_gone(OLD, "ann", LossReason::NetworkDisconnected);
    desk.wait(seconds(9));
    desk.feed(Input::ConnectionCreated { leg: OLD, connection: desk.connection_of("ann-again", Some("ann")) });
    desk.wait(seconds(9));
    assert_eq!(desk.news(), [""; 0]);
    desk.wait(seconds(2));
    assert_eq!(desk.news(), ["ann-camera@one left", "a view ended"]);
}

#[test]
fn nobody_is_taken_for_gone_by_who_is_cut_off() {
    let mut desk = Desk::in_call(&["ann"]);
    desk.is_gone(OLD, "ann", LossReason::ServerRotation);
    desk.dies(OLD);
    desk.renewed("two");
    desk.wait(seconds(11));
    desk.connected();
    desk.live();
    desk.arrives("ann");
    desk.presented("ann");
    assert_eq!(desk.news(), ["reconnecting", "reconnected"]);
    assert_eq!(desk.ledger.people(), ["ann@one", "me@one"]);
}

/// Somebody on a leg says that an earlier connection was theirs.
fn says_was(desk: &mut Desk, leg: LegId, person: &str, before: &str) {
    let from = ConnectionId::new(format!("{person}@{}", desk.session_of(leg)));
    let word = WireMessage::Was { connections: vec![ConnectionId::new(before)] };
    desk.signal(leg, Some(from), SignalKind::Wire(word));
}
