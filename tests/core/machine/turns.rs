//! In large calls: whose turn it is to be subscribed to in the successor.

use opentok_handover::core::protocol::Input;

use super::desk::Desk;
use super::rooms::{NEW, OLD, go_over, overlapping};

const SIX: [&str; 6] = ["ann", "bob", "cat", "dan", "eve", "fay"];

/// Six people come to the successor within one moment.
fn six() -> Desk {
    let mut desk = overlapping(&SIX);
    come(&mut desk);
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
fn a_few_begin_at_once_and_the_others_one_after_the_other() {
    let mut desk = six();
    assert_eq!(begun(&mut desk), "ann bob cat dan");
    desk.wait(19);
    assert_eq!(begun(&mut desk), "");
    desk.wait(1);
    assert_eq!(begun(&mut desk), "eve");
    desk.wait(20);
    assert_eq!(begun(&mut desk), "fay");
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
    desk.wait(20);
    assert_eq!(begun(&mut desk), "fay");
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
    desk.wait(100);
    assert_eq!(begun(&mut desk), "fay");
}
