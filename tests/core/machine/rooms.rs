//! Who is who in rooms of two, three and more, and when the old session is left.

use opentok_handover::core::error::Code;
use opentok_handover::core::ids::{ConnectionId, LegId, PublisherId, SessionId};
use opentok_handover::core::protocol::{ConnectionInfo, Input, SignalKind, WireMessage};
use opentok_handover::core::receipt::{Outcome, Tile};

use super::desk::{CAMERA, Desk, failure, seconds};

const OLD: LegId = LegId(1);
const NEW: LegId = LegId(2);

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
fn a_newcomer_on_the_successor_is_told_of_at_once_if_nobody_is_missing() {
    let mut desk = overlapping(&["ann"]);
    desk.arrives("ann");
    desk.arrives("zoe");
    assert_eq!(desk.news(), ["zoe@two joined", "zoe-camera@two joined"]);
}

#[test]
fn a_newcomer_with_data_of_their_own_is_told_of_though_others_are_missing() {
    let mut desk = overlapping(&["ann"]);
    desk.arrives("zoe");
    assert_eq!(desk.news(), ["zoe@two joined", "zoe-camera@two joined"]);
    desk.watch("zoe");
    desk.presented("zoe");
    desk.arrives("ann");
    desk.presented("ann");
    desk.settles("ann");
    desk.closed(OLD);
    assert_eq!((desk.shown("zoe"), desk.outcomes()), (Some(NEW), vec![Outcome::Completed]));
}

#[test]
fn people_without_data_are_known_by_their_word() {
    for word_comes_first in [true, false] {
        let mut desk = with_strangers(&["ann", "bob"]);
        if word_comes_first {
            desk.says_moved("ann");
            desk.says_moved("bob");
        }
        desk.comes("bob", None);
        desk.comes("ann", None);
        if !word_comes_first {
            desk.says_moved("ann");
            desk.says_moved("bob");
        }
        desk.presented("ann");
        desk.presented("bob");
        assert_eq!((desk.shown("ann"), desk.shown("bob")), (Some(NEW), Some(NEW)));
        settle_all(&mut desk, &["ann", "bob"]);
        assert_eq!((desk.news(), desk.outcomes()), (vec![], vec![Outcome::Completed]));
    }
}

#[test]
fn a_word_before_the_announcement_is_remembered() {
    let mut desk = Desk::in_call(&[]);
    desk.comes("ann", None);
    desk.watch("ann");
    let moved = WireMessage::Moved { to: SessionId::new("two"), connection: ConnectionId::new("ann@two") };
    desk.signal(OLD, Some(ConnectionId::new("ann@one")), SignalKind::Wire(moved));
    let _ = desk.news();
    go_over(&mut desk);
    desk.comes("ann", None);
    assert_eq!(desk.news(), [""; 0]);
    assert_eq!(desk.ledger.people(), ["ann@one", "me@one"]);
}

#[test]
fn people_without_data_and_without_a_word_are_newcomers_after_a_moment() {
    let mut desk = with_strangers(&["ann"]);
    desk.comes("ann", None);
    assert_eq!(desk.news(), [""; 0]);
    desk.wait(seconds(2));
    assert_eq!(desk.news(), ["ann@two joined", "ann-camera@two joined"]);
}

#[test]
fn whoever_is_held_back_is_forgotten_with_the_successor() {
    let mut desk = with_strangers(&["ann"]);
    desk.comes("ann", None);
    desk.dies(NEW);
    desk.wait(seconds(3));
    assert_eq!(desk.news(), [""; 0]);
}

#[test]
fn two_tabs_with_the_same_data_are_told_apart_by_their_word_alone() {
    let mut desk = Desk::in_call(&[]);
    for tab in ["tab1", "tab2"] {
        desk.comes(tab, Some("ann"));
        desk.watch(tab);
        desk.presented(tab);
    }
    let _ = desk.news();
    go_over(&mut desk);
    desk.comes("tab2", Some("ann"));
    desk.comes("tab1", Some("ann"));
    assert_eq!(desk.news(), [""; 0]);
    desk.says_moved("tab1");
    desk.says_moved("tab2");
    for tab in ["tab1", "tab2"] {
        desk.presented(tab);
        assert_eq!(desk.machine.connection_on(NEW, &id(&format!("{tab}@one"))), Some(&id(&format!("{tab}@two"))));
    }
    settle_all(&mut desk, &["tab1", "tab2"]);
    assert_eq!((desk.news(), desk.outcomes()), (vec![], vec![Outcome::Completed]));
}

#[test]
fn another_tab_of_our_own_is_not_taken_for_us() {
    let mut desk = Desk::in_call(&[]);
    desk.comes("tab", Some("me"));
    desk.watch("tab");
    desk.presented("tab");
    let _ = desk.news();
    go_over(&mut desk);
    desk.comes("tab", Some("me"));
    desk.presented("tab");
    desk.settles("tab");
    desk.closed(OLD);
    assert_eq!((desk.news(), desk.outcomes()), (vec![], vec![Outcome::Completed]));
    assert_eq!(desk.ledger.people(), ["me@one", "tab@one"]);
}

#[test]
fn a_forged_word_does_not_take_somebody_with_other_data() {
    let mut desk = overlapping(&["ann", "bob"]);
    let forged = WireMessage::Moved { to: SessionId::new("two"), connection: id("ann@two") };
    desk.signal(OLD, Some(id("bob@one")), SignalKind::Wire(forged));
    desk.arrives("ann");
    assert_eq!(desk.machine.durable_connection(NEW, &id("ann@two")), Some(id("ann@one")));
}

#[test]
fn a_latecomer_to_the_old_session_is_introduced() {
    let mut desk = overlapping(&["ann"]);
    late(&mut desk, "zoe");
    assert_eq!(desk.commands(), ["say moved to zoe@one on 1"]);
    let mut desk = moved(&["ann"]);
    late(&mut desk, "zoe");
    assert_eq!(desk.commands(), ["say moved to zoe@one on 1", "say settled to zoe@one on 1"]);
    desk.settles("ann");
    assert_eq!(desk.ledger.open_legs(), [OLD, NEW]);
    desk.arrives("zoe");
    desk.settles("zoe");
    assert_eq!(desk.ledger.open_legs(), [NEW]);
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
fn a_word_about_a_later_session_outlives_the_move_to_an_earlier_one() {
    let mut desk = with_strangers(&["ann"]);
    desk.says_moved("ann");
    desk.comes("ann", None);
    let later = WireMessage::Moved { to: SessionId::new("three"), connection: id("ann@three") };
    desk.signal(NEW, Some(id("ann@two")), SignalKind::Wire(later));
    desk.presented("ann");
    settle_all(&mut desk, &["ann"]);
    desk.announce("three");
    desk.renewed("three");
    desk.connected();
    desk.comes("ann", None);
    assert_eq!(desk.machine.durable_connection(desk.leg(), &id("ann@three")), Some(id("ann@one")));
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
fn our_own_connection_is_ours_even_if_it_is_told_of_before_we_are_connected() {
    let mut desk = Desk::in_call(&[]);
    desk.comes("tab", Some("me"));
    desk.announce("two");
    desk.renewed("two");
    let own = ConnectionInfo { id: id("me@two"), identity: Some("me".into()) };
    desk.feed(Input::ConnectionCreated { leg: NEW, connection: own });
    let _ = desk.news();
    desk.connected();
    desk.live();
    desk.says_moved("tab");
    desk.comes("tab", Some("me"));
    assert_eq!(desk.machine.connection_on(NEW, &id("me@one")), Some(&id("me@two")));
    assert_eq!(desk.machine.connection_on(NEW, &id("tab@one")), Some(&id("tab@two")));
    assert_eq!(desk.news(), [""; 0]);
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
fn overlapping(people: &[&str]) -> Desk {
    let mut desk = Desk::in_call(people);
    go_over(&mut desk);
    let _ = desk.commands();
    desk
}

/// With these people and their pictures in both sessions.
fn moved(people: &[&str]) -> Desk {
    let mut desk = overlapping(people);
    for person in people {
        desk.arrives(person);
        desk.presented(person);
    }
    let _ = desk.commands();
    desk
}

/// As `overlapping`, with people whose connections have no data.
fn with_strangers(people: &[&str]) -> Desk {
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

fn go_over(desk: &mut Desk) {
    desk.announce("two");
    desk.renewed("two");
    desk.connected();
    desk.live();
}

fn settle_all(desk: &mut Desk, people: &[&str]) {
    for person in people {
        desk.settles(person);
    }
    desk.closed(OLD);
}

/// Somebody joins the session that is being left.
fn late(desk: &mut Desk, person: &str) {
    let connection = ConnectionInfo { id: id(&format!("{person}@one")), identity: Some(person.into()) };
    desk.feed(Input::ConnectionCreated { leg: OLD, connection });
}

fn id(connection: &str) -> ConnectionId {
    ConnectionId::new(connection)
}
