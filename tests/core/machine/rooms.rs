//! Who is who in rooms of two, three and more, and when the old session is left.

use opentok_handover::core::error::Code;
use opentok_handover::core::ids::{ConnectionId, LegId, PublisherId};
use opentok_handover::core::protocol::{ConnectionInfo, Input};
use opentok_handover::core::receipt::{Outcome, Tile};

use super::desk::{CAMERA, Desk, failure, seconds};

pub(super) const OLD: LegId = LegId(1);
pub(super) const NEW: LegId = LegId(2);

#[test]
fn each_tile_swaps_on_its_own_first_frame() {
    let mut desk = overlapping(&["ann", "bob"]);
    desk.arrives("ann");
    desk.arrives("bob");
    assert_eq!(desk.commands(), ["subscribe to ann-camera@two on 2", "subscribe to bob-camera@two on 2"]);
    desk.presented("bob");
    assert_eq!((desk.shown("ann"), desk.shown("bob")), (Some(OLD), Some(NEW)));
    assert_eq!(desk.commands(), ["swap view 1 to 2"]);
    desk.wait(300);
    desk.presented("ann");
    assert_eq!(desk.commands(), ["swap view 0 to 2", "say settled to all on 1"]);
    settle_all(&mut desk, &["ann", "bob"]);
    let tiles: Vec<_> = desk.receipt().tiles.iter().map(|(tile, at)| (*tile, at.as_millis())).collect();
    let [ann, bob] = ["ann", "bob"].map(|name| Tile::View(desk.view(name)));
    assert_eq!(tiles, [(Tile::Preview(CAMERA), 0), (bob, 0), (ann, 300)]);
}

#[test]
fn the_old_leg_is_left_when_the_last_of_those_who_are_still_there_has_settled() {
    let mut desk = moved(&["ann", "bob", "cat"]);
    desk.settles("ann");
    desk.leaves(OLD, "bob");
    assert_eq!(desk.commands(), ["unsubscribe view 1 on 1"]);
    desk.settles("cat");
    assert_eq!(desk.commands(), ["close 1"]);
}

#[test]
fn whoever_settled_before_us_is_not_waited_for() {
    let mut desk = overlapping(&["ann"]);
    desk.arrives("ann");
    desk.settles("ann");
    assert_eq!(desk.ledger.open_legs(), [OLD, NEW]);
    desk.presented("ann");
    assert_eq!(desk.ledger.open_legs(), [NEW]);
}

#[test]
fn those_who_have_come_but_never_say_so_are_waited_for_ten_seconds() {
    let mut desk = moved(&["ann", "bob"]);
    desk.settles("ann");
    desk.wait(seconds(10) - 1);
    assert_eq!(desk.ledger.open_legs(), [OLD, NEW]);
    desk.wait(1);
    assert_eq!(desk.ledger.open_legs(), [NEW]);
}

#[test]
fn whoever_says_to_have_come_is_waited_for_half_a_minute() {
    let mut desk = moved(&["ann", "bob"]);
    desk.says_moved("ann");
    desk.wait(seconds(30) - 1);
    assert_eq!(desk.ledger.open_legs(), [OLD, NEW], "ann is slow, and bob doesn't matter");
    desk.settles("ann");
    assert_eq!(desk.ledger.open_legs(), [NEW]);
    let mut desk = moved(&["ann", "bob"]);
    desk.says_moved("ann");
    desk.wait(seconds(30));
    assert_eq!(desk.ledger.open_legs(), [NEW]);
}

#[test]
fn those_who_have_not_come_are_waited_for_until_the_deadline_and_reported_once() {
    let mut desk = overlapping(&["ann", "bob"]);
    desk.arrives("ann");
    desk.presented("ann");
    desk.wait(seconds(119));
    assert_eq!((desk.ledger.open_legs(), desk.news()), (vec![OLD, NEW], vec![]));
    desk.wait(seconds(2));
    assert_eq!(desk.news(), ["bob-camera@one left", "a view ended", "bob@one left"]);
    desk.closed(OLD);
    assert_eq!(desk.outcomes(), [Outcome::Completed]);
}

#[test]
fn whoever_leaves_during_a_handover_is_reported_once_and_not_waited_for() {
    let mut desk = overlapping(&["ann", "bob"]);
    desk.arrives("ann");
    desk.presented("ann");
    desk.leaves(OLD, "bob");
    assert_eq!(desk.news(), ["bob-camera@one left", "a view ended", "bob@one left"]);
    desk.settles("ann");
    desk.closed(OLD);
    assert_eq!((desk.outcomes(), desk.news()), (vec![Outcome::Completed], vec![]));
}

#[test]
fn viewers_without_streams_are_waited_for_and_never_reported() {
    let mut desk = Desk::in_call(&[]);
    desk.listens("ann");
    desk.listens("bob");
    let _ = desk.news();
    go_over(&mut desk);
    desk.listens("ann");
    assert_eq!(desk.commands().last().map(String::as_str), Some("swap preview to 2"));
    desk.listens("bob");
    assert_eq!(desk.commands(), ["say settled to all on 1"]);
    settle_all(&mut desk, &["ann", "bob"]);
    assert_eq!((desk.outcomes(), desk.news()), (vec![Outcome::Completed], vec![]));
}

#[test]
fn whoever_is_alone_leaves_at_once() {
    let mut desk = Desk::in_call(&[]);
    go_over(&mut desk);
    assert_eq!(desk.ledger.open_legs(), [NEW]);
}

#[test]
fn a_viewer_who_publishes_nothing_moves_with_the_pictures() {
    let mut desk = Desk::in_call(&["ann"]);
    desk.feed(Input::Unpublish(CAMERA));
    desk.announce("two");
    desk.renewed("two");
    desk.connected();
    desk.arrives("ann");
    assert_eq!(desk.shown("ann"), Some(OLD));
    desk.presented("ann");
    desk.settles("ann");
    assert_eq!((desk.shown("ann"), desk.ledger.open_legs()), (Some(NEW), vec![NEW]));
}

#[test]
fn a_view_that_cannot_subscribe_in_the_successor_is_tried_again_and_then_holds_nobody_up() {
    let mut desk = overlapping(&["ann"]);
    desk.arrives("ann");
    let _ = desk.commands();
    let refuse = |desk: &mut Desk| {
        let view = desk.view("ann");
        desk.feed(Input::SubscribeFailed { leg: NEW, view, failure: failure(Code::SubscribeFailed) });
    };
    for _ in 0..2 {
        refuse(&mut desk);
        assert_eq!(desk.commands(), ["unsubscribe view 0 on 2", "subscribe to ann-camera@two on 2"]);
    }
    refuse(&mut desk);
    assert_eq!((desk.commands(), desk.shown("ann")), (vec!["say settled to all on 1".into()], Some(OLD)));
    desk.settles("ann");
    desk.closed(OLD);
    assert_eq!((desk.outcomes(), desk.news()), (vec![Outcome::Completed], vec!["a view ended".into()]));
}

#[test]
fn a_stream_that_ends_on_the_old_leg_is_seen_from_the_new_one_with_its_first_frame() {
    let mut desk = overlapping(&["ann"]);
    desk.arrives("ann");
    desk.leaves(OLD, "ann");
    assert_eq!((desk.shown("ann"), desk.news()), (None, vec![]));
    desk.presented("ann");
    assert_eq!((desk.shown("ann"), desk.ledger.open_legs()), (Some(NEW), vec![NEW]));
}

#[test]
fn what_the_app_publishes_while_settling_is_on_both_legs_and_moves_too() {
    let publisher = PublisherId(2);
    let live = |leg| Input::Published { leg, publisher };
    let seen = |leg| Input::PreviewPresented { leg, publisher };
    for steps in [[live(OLD), seen(OLD), live(NEW), seen(NEW)], [seen(OLD), live(OLD), seen(NEW), live(NEW)]] {
        let mut desk = moved(&["ann"]);
        desk.feed(Input::Publish(publisher));
        assert_eq!(desk.commands(), ["publish on 1", "publish on 2"]);
        desk.settles("ann");
        for step in steps {
            assert_eq!(desk.ledger.open_legs(), [OLD, NEW]);
            desk.feed(step);
        }
        assert_eq!(desk.ledger.open_legs(), [NEW]);
    }
}

#[test]
fn signals_are_numbered_during_the_overlap_and_a_moment_longer() {
    let mut desk = overlapping(&["ann"]);
    assert!(desk.numbers_its_signals());
    desk.arrives("ann");
    desk.presented("ann");
    desk.wait(1000);
    assert!(desk.numbers_its_signals());
    desk.wait(2000);
    assert!(!desk.numbers_its_signals());
}

#[test]
fn signals_are_not_numbered_once_the_successor_is_given_back() {
    let mut desk = overlapping(&["ann"]);
    desk.dies(NEW);
    assert_eq!(desk.send(None), [OLD]);
    assert!(!desk.numbers_its_signals());
}

#[test]
fn whoever_settled_in_a_session_long_ago_is_waited_for_when_we_go_there_again() {
    let mut desk = moved(&["ann"]);
    settle_all(&mut desk, &["ann"]);
    for (session, left) in [("one", 2), ("two", 3)] {
        desk.announce(session);
        desk.renewed(session);
        desk.connected();
        desk.live();
        desk.arrives("ann");
        desk.presented("ann");
        assert_eq!(desk.ledger.open_legs(), [LegId(left), desk.leg()]);
        desk.wait(seconds(10));
        desk.closed(LegId(left));
    }
}

#[test]
fn signals_go_out_on_both_legs_until_all_of_ours_has_moved() {
    let mut desk = Desk::in_call(&["ann"]);
    assert_eq!(desk.send(None), [OLD]);
    go_over(&mut desk);
    assert_eq!((desk.send(None), desk.send(Some("ann@one"))), (vec![OLD, NEW], vec![OLD]));
    desk.arrives("ann");
    assert_eq!(desk.send(Some("ann@one")), [OLD, NEW]);
    desk.presented("ann");
    assert_eq!((desk.send(None), desk.send(Some("ann@one"))), (vec![NEW], vec![NEW]));
    late(&mut desk, "zoe");
    assert_eq!(desk.send(Some("zoe@one")), [OLD]);
}

/// With these people in session "one", connected and live in session "two".
pub(super) fn overlapping(people: &[&str]) -> Desk {
    let mut desk = Desk::in_call(people);
    go_over(&mut desk);
    let _ = desk.commands();
    desk
}

/// With these people and their pictures in both sessions.
pub(super) fn moved(people: &[&str]) -> Desk {
    let mut desk = overlapping(people);
    for person in people {
        desk.arrives(person);
        desk.presented(person);
    }
    let _ = desk.commands();
    desk
}

/// As `overlapping`, with people whose connections have no data.
pub(super) fn with_strangers(people: &[&str]) -> Desk {
    let mut desk = Desk::in_call(&[]);
    for person in people {
        desk.comes(person, None);
        desk.watch(person);
        desk.presented(person);
    }
    go_over(&mut desk);
    let _ = desk.commands();
    desk
}

pub(super) fn go_over(desk: &mut Desk) {
    desk.announce("two");
    desk.renewed("two");
    desk.connected();
    desk.live();
}

pub(super) fn settle_all(desk: &mut Desk, people: &[&str]) {
    for person in people {
        desk.settles(person);
    }
    desk.closed(OLD);
}

/// Somebody joins the session that is being left.
pub(super) fn late(desk: &mut Desk, person: &str) {
    let connection = ConnectionInfo { id: id(&format!("{person}@one")), identity: Some(person.into()) };
    desk.feed(Input::ConnectionCreated { leg: OLD, connection });
}

pub(super) fn id(connection: &str) -> ConnectionId {
    ConnectionId::new(connection)
}
