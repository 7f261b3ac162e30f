//! The bridge's rules, one at a time.

mod adverse;
mod desk;
mod simulation;
mod world;

use opentok_handover::core::ids::LegId;

use self::desk::{Desk, HOLD, NEW, OLD, deliver, discard, id, stamp};

#[test]
fn with_one_leg_everything_passes() {
    let mut desk = Desk::with_one_leg();
    desk.signal(OLD, "ann", 1);
    desk.signal_from_server(OLD, 2);
    assert_eq!(desk.outputs(), [deliver(1), deliver(2)]);
    assert_eq!(desk.bridge.next_stamp(desk.now), None);
    assert_eq!(desk.bridge.poll_timeout(), None);
}

#[test]
fn a_copy_from_the_new_leg_gives_way_to_the_one_from_the_old_leg() {
    let mut desk = Desk::overlapping();
    desk.copy(NEW, "ann2", "ann", 1, 10);
    assert_eq!(desk.outputs(), []);
    desk.copy(OLD, "ann", "ann", 1, 11);
    assert_eq!(desk.outputs(), [deliver(11), discard(10)]);
}

#[test]
fn a_copy_from_the_new_leg_is_dropped_if_the_old_leg_was_faster() {
    let mut desk = Desk::overlapping();
    desk.copy(OLD, "ann", "ann", 1, 10);
    desk.copy(NEW, "ann2", "ann", 1, 11);
    assert_eq!(desk.outputs(), [deliver(10), discard(11)]);
}

#[test]
fn what_was_sent_before_the_overlap_comes_before_the_held_copy() {
    let mut desk = Desk::overlapping();
    desk.copy(NEW, "ann2", "ann", 1, 10);
    desk.signal(OLD, "ann", 11);
    desk.copy(OLD, "ann", "ann", 1, 12);
    assert_eq!(desk.outputs(), [deliver(11), deliver(12), discard(10)]);
}

#[test]
fn held_copies_go_out_in_order_when_their_sender_settles() {
    let mut desk = Desk::overlapping();
    desk.copy(NEW, "ann2", "ann", 1, 10);
    desk.copy(NEW, "ann2", "ann", 2, 11);
    desk.bridge.handle_settled(OLD, &id("ann"), desk.now);
    assert_eq!(desk.outputs(), [deliver(10), deliver(11)]);
    desk.copy(NEW, "ann2", "ann", 3, 12);
    assert_eq!(desk.outputs(), [deliver(12)]);
}

#[test]
fn whoever_settled_before_the_overlap_is_not_waited_for() {
    let mut desk = Desk::with_one_leg();
    desk.bridge.handle_settled(OLD, &id("ann"), desk.now);
    desk.open(OLD, NEW);
    desk.copy(NEW, "ann2", "ann", 1, 10);
    assert_eq!(desk.outputs(), [deliver(10)]);
}

#[test]
fn whoever_settled_and_came_back_before_the_overlap_is_waited_for() {
    let mut desk = Desk::with_one_leg();
    desk.bridge.handle_settled(OLD, &id("ann"), desk.now);
    desk.signal(OLD, "ann", 10);
    desk.open(OLD, NEW);
    desk.copy(NEW, "ann2", "ann", 1, 11);
    assert_eq!(desk.outputs(), [deliver(10)]);
}

#[test]
fn whoever_sends_on_the_old_leg_after_settling_is_waited_for_again() {
    let mut desk = Desk::overlapping();
    desk.bridge.handle_settled(OLD, &id("ann"), desk.now);
    desk.signal(OLD, "ann", 10);
    desk.copy(NEW, "ann2", "ann", 1, 11);
    desk.copy(OLD, "ann", "ann", 1, 12);
    assert_eq!(desk.outputs(), [deliver(10), deliver(12), discard(11)]);
}

#[test]
fn settling_on_the_new_leg_says_nothing_about_the_old_one() {
    let mut desk = Desk::overlapping();
    desk.copy(NEW, "ann2", "ann", 1, 10);
    desk.bridge.handle_settled(NEW, &id("ann"), desk.now);
    desk.bridge.handle_settled(NEW, &id("ann2"), desk.now);
    assert_eq!(desk.outputs(), []);
}

#[test]
fn held_copies_go_out_when_their_sender_leaves_the_old_leg() {
    let mut desk = Desk::overlapping();
    desk.copy(NEW, "ann2", "ann", 1, 10);
    desk.bridge.member_gone(NEW, &id("ann"), desk.now);
    assert_eq!(desk.outputs(), []);
    desk.bridge.member_gone(OLD, &id("ann"), desk.now);
    assert_eq!(desk.outputs(), [deliver(10)]);
}

#[test]
fn held_copies_go_out_when_the_old_leg_is_gone() {
    let mut desk = Desk::overlapping();
    desk.copy(NEW, "ann2", "ann", 1, 10);
    desk.signal(NEW, "ann2", 11);
    desk.copy(NEW, "bob2", "bob", 7, 12);
    desk.bridge.old_leg_gone(desk.now);
    assert_eq!(desk.outputs(), [deliver(10), deliver(11), deliver(12)]);
}

#[test]
fn a_copy_that_comes_after_the_old_leg_is_gone_is_still_known() {
    let mut desk = Desk::overlapping();
    desk.copy(OLD, "ann", "ann", 1, 10);
    desk.bridge.old_leg_gone(desk.now);
    desk.copy(NEW, "ann2", "ann", 1, 11);
    desk.copy(NEW, "ann2", "ann", 2, 12);
    assert_eq!(desk.outputs(), [deliver(10), discard(11), deliver(12)]);
}

#[test]
fn a_copy_that_came_before_the_overlap_is_known() {
    let mut desk = Desk::with_one_leg();
    desk.copy(OLD, "ann", "ann", 1, 10);
    desk.open(OLD, NEW);
    desk.copy(NEW, "ann2", "ann", 1, 11);
    assert_eq!(desk.outputs(), [deliver(10), discard(11)]);
}

#[test]
fn held_copies_go_out_when_the_hold_time_has_passed() {
    let mut desk = Desk::overlapping();
    desk.copy(NEW, "ann2", "ann", 1, 10);
    assert_eq!(desk.bridge.poll_timeout(), Some(desk.now + HOLD));
    desk.wait(1999);
    assert_eq!(desk.outputs(), []);
    desk.wait(1);
    assert_eq!(desk.outputs(), [deliver(10)]);
    desk.copy(OLD, "ann", "ann", 1, 11);
    assert_eq!(desk.outputs(), [discard(11)]);
}

#[test]
fn a_later_number_on_the_old_leg_shows_that_the_held_one_is_lost_there() {
    let mut desk = Desk::overlapping();
    desk.copy(NEW, "ann2", "ann", 1, 10);
    desk.copy(NEW, "ann2", "ann", 2, 11);
    desk.copy(OLD, "ann", "ann", 2, 12);
    assert_eq!(desk.outputs(), [deliver(10), deliver(12), discard(11)]);
    desk.copy(OLD, "ann", "ann", 4, 13);
    desk.copy(NEW, "ann2", "ann", 3, 14);
    assert_eq!(desk.outputs(), [deliver(13), deliver(14)]);
}

#[test]
fn unstamped_signals_queue_behind_the_held_ones_of_their_sender() {
    let mut desk = Desk::overlapping();
    desk.copy(NEW, "ann2", "ann", 1, 10);
    desk.signal(NEW, "ann2", 11);
    assert_eq!(desk.outputs(), []);
    desk.copy(OLD, "ann", "ann", 1, 12);
    assert_eq!(desk.outputs(), [deliver(12), discard(10), deliver(11)]);
}

#[test]
fn people_who_are_not_in_the_old_leg_are_heard_at_once() {
    let mut desk = Desk::overlapping();
    desk.copy(NEW, "eve2", "eve", 1, 10);
    desk.copy(OLD, "eve", "eve", 1, 11);
    assert_eq!(desk.outputs(), [deliver(10), discard(11)]);
    desk.wait(2000);
    desk.signal(NEW, "joe", 12);
    assert_eq!(desk.outputs(), [deliver(12)]);
}

#[test]
fn a_first_signal_right_after_joining_waits_for_the_stamp_after_it() {
    let mut desk = Desk::overlapping();
    desk.copy(OLD, "ann", "ann", 1, 10);
    // We joined when the stamp before it had just been sent.
    desk.signal(NEW, "ann2", 11);
    assert_eq!(desk.outputs(), [deliver(10)]);
    desk.bridge.handle_stamped(NEW, &id("ann2"), stamp("ann", 1), desk.now);
    assert_eq!(desk.outputs(), [discard(11)]);
    // The same, and the other copy is yet to come.
    desk.signal(NEW, "bob2", 12);
    desk.bridge.handle_stamped(NEW, &id("bob2"), stamp("bob", 1), desk.now);
    desk.copy(OLD, "bob", "bob", 1, 13);
    assert_eq!(desk.outputs(), [deliver(13), discard(12)]);
}

#[test]
fn a_first_signal_without_any_stamp_waits_for_half_a_second() {
    let mut desk = Desk::overlapping();
    desk.signal(NEW, "joe", 10);
    desk.signal(NEW, "joe", 11);
    desk.wait(499);
    assert_eq!(desk.outputs(), []);
    desk.wait(1);
    assert_eq!(desk.outputs(), [deliver(10), deliver(11)]);
    desk.signal(NEW, "joe", 12);
    assert_eq!(desk.outputs(), [deliver(12)]);
}

#[test]
fn a_first_signal_waits_though_the_old_leg_goes_meanwhile() {
    let mut desk = Desk::overlapping();
    desk.copy(OLD, "ann", "ann", 1, 10);
    desk.bridge.old_leg_gone(desk.now);
    desk.signal(NEW, "ann2", 11);
    assert_eq!(desk.outputs(), [deliver(10)]);
    desk.bridge.handle_stamped(NEW, &id("ann2"), stamp("ann", 1), desk.now);
    assert_eq!(desk.outputs(), [discard(11)]);
}

#[test]
fn people_who_join_the_old_leg_late_are_waited_for() {
    let mut desk = Desk::overlapping();
    desk.bridge.member_joined(OLD, id("eve"));
    desk.bridge.member_joined(NEW, id("joe"));
    desk.copy(NEW, "eve2", "eve", 1, 10);
    desk.copy(NEW, "joe2", "joe", 1, 11);
    assert_eq!(desk.outputs(), [deliver(11)]);
}

#[test]
fn the_server_is_heard_at_once() {
    let mut desk = Desk::overlapping();
    desk.copy(NEW, "ann2", "ann", 1, 10);
    desk.signal_from_server(NEW, 11);
    desk.signal_from_server(OLD, 12);
    assert_eq!(desk.outputs(), [deliver(11), deliver(12)]);
}

#[test]
fn own_signals_that_come_back_follow_the_same_rules() {
    let mut desk = Desk::overlapping();
    let stamp = desk.bridge.next_stamp(desk.now).expect("two legs");
    assert_eq!(stamp.of, id("me"));
    desk.stamped(NEW, "me2", stamp.clone(), 10);
    assert_eq!(desk.outputs(), []);
    desk.stamped(OLD, "me", stamp, 11);
    assert_eq!(desk.outputs(), [deliver(11), discard(10)]);
}

#[test]
fn after_a_rollback_held_copies_wait_for_the_old_leg_and_then_everything_passes() {
    let mut desk = Desk::overlapping();
    desk.copy(NEW, "ann2", "ann", 1, 10);
    desk.copy(NEW, "bob2", "bob", 1, 11);
    desk.bridge.new_leg_gone(desk.now);
    desk.signal(OLD, "ann", 12);
    desk.copy(OLD, "ann", "ann", 1, 13);
    assert_eq!(desk.outputs(), [deliver(12), deliver(13), discard(10)]);
    desk.wait(2000);
    assert_eq!(desk.outputs(), [deliver(11)]);
    desk.copy(OLD, "bob", "bob", 1, 14);
    desk.signal(OLD, "bob", 15);
    assert_eq!(desk.outputs(), [discard(14), deliver(15)]);
}

#[test]
fn stamps_are_numbered_for_ever_and_go_on_for_a_hold_time_after_settling() {
    let mut desk = Desk::overlapping();
    assert_eq!(desk.next_number(), Some(1));
    desk.bridge.settle(desk.now);
    assert_eq!(desk.next_number(), Some(2));
    desk.wait(1999);
    assert_eq!(desk.next_number(), Some(3));
    desk.wait(1);
    assert_eq!(desk.next_number(), None);
    desk.bridge.old_leg_gone(desk.now);
    assert_eq!(desk.next_number(), None);
    desk.open(NEW, LegId(3));
    assert_eq!(desk.next_number(), Some(4));
    desk.bridge.new_leg_gone(desk.now);
    assert_eq!(desk.next_number(), None);
    desk.open(NEW, LegId(4));
    assert_eq!(desk.next_number(), Some(5));
}

#[test]
fn losing_the_old_leg_is_settling() {
    let mut desk = Desk::overlapping();
    desk.bridge.old_leg_gone(desk.now);
    assert_eq!(desk.next_number(), Some(1));
    desk.wait(2000);
    assert_eq!(desk.next_number(), None);
}

#[test]
fn somebody_elses_move_that_is_one_behind_ours_is_understood() {
    let mut desk = Desk::overlapping();
    desk.copy(OLD, "ann", "ann", 1, 10);
    desk.bridge.old_leg_gone(desk.now);
    desk.open(NEW, LegId(3));
    // Ann still is between the first two sessions, while we are between the second and the third.
    desk.copy(NEW, "ann2", "ann", 1, 11);
    desk.copy(NEW, "ann2", "ann", 2, 12);
    assert_eq!(desk.outputs(), [deliver(10), discard(11), deliver(12)]);
    // Then she follows.
    desk.copy(LegId(3), "ann3", "ann2", 3, 13);
    desk.copy(NEW, "ann2", "ann2", 3, 14);
    assert_eq!(desk.outputs(), [deliver(14), discard(13)]);
}

#[test]
fn a_second_attempt_takes_over_what_the_first_one_held() {
    let mut desk = Desk::overlapping();
    desk.copy(NEW, "ann2", "ann", 1, 10);
    desk.bridge.new_leg_gone(desk.now);
    desk.open(OLD, LegId(3));
    desk.copy(LegId(3), "ann3", "ann", 2, 11);
    desk.signal(OLD, "ann", 12);
    desk.copy(OLD, "ann", "ann", 1, 13);
    desk.copy(OLD, "ann", "ann", 2, 14);
    assert_eq!(desk.outputs(), [deliver(12), deliver(13), discard(10), deliver(14), discard(11)]);
}
