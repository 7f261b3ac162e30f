//! In large calls: whose turn it is to be subscribed to in the successor.

use opentok_handover::core::error::Code;
use opentok_handover::core::ids::ViewId;
use opentok_handover::core::protocol::Input;

use super::desk::{Desk, failure};
use super::rooms::{NEW, OLD, go_over, overlapping};

const SIX: [&str; 6] = ["ann", "bob", "cat", "dan", "eve", "fay"];

/// Six people come to the successor within one moment.
fn six() -> Desk {
    let mut desk = overlapping(&SIX);
    come(&mut desk);
    desk
}

/// Nine do.
fn many() -> Desk {
    let people = [&SIX[..], &["gus", "hal", "ida"]].concat();
    let mut desk = overlapping(&people);
    people.iter().for_each(|person| desk.arrives(person));
    let _ = begun(&mut desk);
    desk
}

fn come(desk: &mut Desk) {
    for person in SIX {
        desk.arrives(person);
    }
}

/// Who is subscribed to on the successor since the commands were last looked at.
fn begun(desk: &mut Desk) -> String {
    let words = desk.commands();
    let names = words.iter().filter_map(|word| word.strip_prefix("subscribe to ")?.split('-').next());
    names.collect::<Vec<_>>().join(" ")
}

#[test]
fn a_few_begin_at_once_and_two_for_each_that_is_soon_there() {
    let mut desk = six();
    assert_eq!(begun(&mut desk), "ann bob cat dan");
    desk.wait(400);
    assert_eq!(begun(&mut desk), "");
    desk.presented("cat");
    assert_eq!(begun(&mut desk), "eve");
    desk.wait(19);
    assert_eq!(begun(&mut desk), "");
    desk.wait(1);
    assert_eq!(begun(&mut desk), "fay");
}

#[test]
fn whoever_has_no_picture_after_a_second_keeps_nobody_waiting() {
    let mut desk = six();
    let _ = begun(&mut desk);
    desk.wait(999);
    assert_eq!(begun(&mut desk), "");
    desk.wait(21);
    assert_eq!(begun(&mut desk), "eve fay");
}

#[test]
fn on_a_machine_that_is_late_fewer_begin_at_once() {
    let mut desk = many();
    ["ann", "bob", "cat"].iter().for_each(|person| desk.presented(person));
    desk.sleep(20 + 120);
    desk.feed(Input::Timeout);
    desk.wait(119);
    assert_eq!(begun(&mut desk), "");
    desk.wait(101);
    assert_eq!(begun(&mut desk), "eve fay gus", "four with Dan");
    desk.presented("dan");
    assert_eq!(begun(&mut desk), "hal");
}

#[test]
fn whoever_cannot_be_had_keeps_nobody_waiting() {
    let mut desk = six();
    let _ = begun(&mut desk);
    for _ in 0..4 {
        desk.feed(Input::SubscribeFailed { leg: NEW, view: ViewId(0), failure: failure(Code::SubscribeFailed) });
    }
    desk.wait(20);
    assert!(begun(&mut desk).ends_with("eve"));
}

#[test]
fn what_can_be_seen_comes_first() {
    let mut desk = Desk::in_call(&SIX);
    go_over(&mut desk);
    assert!(desk.commands().contains(&"survey".to_owned()));
    let views = vec![desk.view("fay"), desk.view("bob")];
    desk.feed(Input::InView(views));
    come(&mut desk);
    let _ = desk.commands();
    desk.presented("ann");
    desk.wait(20);
    assert_eq!(begun(&mut desk), "fay");
}

#[test]
fn in_a_large_call_nothing_comes_twice_for_longer_than_it_must() {
    let mut desk = six();
    let _ = begun(&mut desk);
    desk.presented("bob");
    let words = desk.commands();
    assert_eq!(words[..2], ["swap view 1 to 2", "unsubscribe view 1 on 1"]);
    desk.presented("bob");
    assert_eq!(desk.commands(), [""; 0]);
}

#[test]
fn who_goes_back_is_subscribed_to_there_again() {
    let mut desk = six();
    desk.presented("bob");
    let _ = desk.commands();
    desk.leaves(NEW, "bob");
    assert_eq!(desk.commands(), ["unsubscribe view 1 on 2", "subscribe to bob-camera@one on 1"]);
    assert_eq!((desk.shown("bob"), desk.news()), (Some(OLD), vec![]));
}

#[test]
fn all_are_subscribed_to_again_when_the_successor_is_given_back() {
    let mut desk = six();
    desk.presented("bob");
    desk.presented("dan");
    let _ = desk.commands();
    desk.dies(NEW);
    assert_eq!(begun(&mut desk), "bob dan");
    assert!(SIX.iter().all(|person| desk.shown(person) == Some(OLD)));
}

#[test]
fn a_subscriber_that_the_successor_takes_away_is_replaced_from_both() {
    let mut desk = six();
    desk.presented("bob");
    let _ = desk.commands();
    desk.feed(Input::ViewLost { leg: NEW, view: ViewId(1) });
    assert_eq!(desk.commands(), ["unsubscribe view 1 on 2", "subscribe to bob-camera@one on 1"]);
    desk.presented("ann");
    desk.wait(60);
    assert_eq!(begun(&mut desk), "eve fay bob");
}

#[test]
fn in_a_small_call_nobody_looks_where_the_tiles_are() {
    let mut desk = Desk::in_call(&SIX[..4]);
    go_over(&mut desk);
    assert!(!desk.commands().contains(&"survey".to_owned()));
}

#[test]
fn a_machine_that_is_late_is_left_as_much_time_again_but_once_only() {
    let mut desk = six();
    desk.presented("ann");
    let _ = begun(&mut desk);
    desk.sleep(20 + 120);
    desk.feed(Input::Timeout);
    assert_eq!(begun(&mut desk), "");
    desk.wait(119);
    assert_eq!(begun(&mut desk), "");
    desk.sleep(1 + 5000);
    desk.feed(Input::Timeout);
    assert_eq!(begun(&mut desk), "eve");
}

#[test]
fn all_that_wait_begin_at_once_when_the_old_leg_is_gone() {
    let mut desk = six();
    let _ = begun(&mut desk);
    desk.dies(OLD);
    assert_eq!(begun(&mut desk), "eve fay");
}

#[test]
fn nobody_s_turn_comes_on_a_successor_that_is_given_back() {
    let mut desk = six();
    let _ = begun(&mut desk);
    desk.dies(NEW);
    desk.wait(100);
    assert_eq!(begun(&mut desk), "");
}

#[test]
fn who_has_left_the_old_session_needs_no_turn() {
    let mut desk = six();
    let _ = begun(&mut desk);
    desk.leaves(OLD, "eve");
    assert_eq!(begun(&mut desk), "eve");
    desk.presented("eve");
    assert_eq!((desk.shown("eve"), desk.news()), (Some(NEW), vec![]));
}

#[test]
fn a_view_that_the_old_session_denies_waits_for_its_turn_no_longer() {
    let mut desk = six();
    let _ = begun(&mut desk);
    let (leg, view) = (OLD, desk.view("fay"));
    for _ in 0..4 {
        desk.feed(Input::ViewLost { leg, view });
    }
    assert!(begun(&mut desk).starts_with("fay"));
    desk.presented("fay");
    assert_eq!((desk.shown("fay"), desk.news()), (Some(NEW), vec![]));
}

#[test]
fn whoever_leaves_while_waiting_has_no_turn() {
    let mut desk = six();
    let _ = begun(&mut desk);
    desk.leaves(NEW, "eve");
    desk.leaves(OLD, "eve");
    desk.presented("ann");
    desk.wait(20);
    assert_eq!(begun(&mut desk), "fay");
}
