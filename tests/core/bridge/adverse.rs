//! The bridge among forgers, floods and leftovers.

use std::time::Duration;

use super::desk::{Desk, NEW, OLD, deliver, discard, id, stamp};

#[test]
fn a_stamp_without_its_signal_is_replaced_by_the_next_one() {
    let mut desk = Desk::overlapping();
    desk.bridge.handle_stamp(NEW, &id("ann2"), stamp("ann", 1), desk.now);
    desk.copy(NEW, "ann2", "ann", 2, 10);
    desk.copy(OLD, "ann", "ann", 1, 11);
    desk.copy(OLD, "ann", "ann", 2, 12);
    assert_eq!(desk.outputs(), [deliver(11), deliver(12), discard(10)]);
}

#[test]
fn a_stamp_whose_signal_could_not_be_sent_is_not_the_next_ones() {
    let mut desk = Desk::overlapping();
    desk.copy(OLD, "ann", "ann", 1, 10);
    desk.bridge.handle_stamp(NEW, &id("ann2"), stamp("ann", 1), desk.now);
    desk.bridge.handle_stamped(NEW, &id("ann2"), stamp("ann", 1), desk.now);
    desk.bridge.old_leg_gone(desk.now);
    desk.wait(2000);
    desk.signal(NEW, "ann2", 11);
    assert_eq!(desk.outputs(), [deliver(10), deliver(11)]);
}

#[test]
fn a_flood_goes_out_early_rather_than_getting_lost() {
    let mut desk = Desk::overlapping();
    for number in 1..=600 {
        desk.copy(NEW, "ann2", "ann", number, number as u32);
    }
    let early: Vec<_> = (1..=88).map(deliver).collect();
    assert_eq!(desk.outputs(), early);
    desk.wait(2000);
    let rest: Vec<_> = (89..=600).map(deliver).collect();
    assert_eq!(desk.outputs(), rest);
}

#[test]
fn a_forged_copy_never_suppresses_the_signal_of_somebody_who_announced_another_connection() {
    let mut desk = Desk::overlapping();
    desk.bridge.handle_moved(OLD, &id("ann"), id("ann2"), desk.now);
    desk.copy(NEW, "mallory2", "ann", 1, 10);
    desk.copy(NEW, "mallory2", "ann", 2, 11);
    desk.copy(OLD, "ann", "ann", 1, 12);
    assert_eq!(desk.outputs(), [deliver(12), discard(10)]);
    desk.wait(2000);
    desk.copy(OLD, "ann", "ann", 2, 13);
    assert_eq!(desk.outputs(), [deliver(11), deliver(13)]);
}

#[test]
fn a_forged_copy_only_delays_the_signal_of_somebody_who_announced_nothing() {
    let mut desk = Desk::overlapping();
    desk.copy(NEW, "mallory2", "ann", 1, 10);
    desk.wait(2000);
    desk.copy(OLD, "ann", "ann", 1, 11);
    desk.copy(NEW, "ann2", "ann", 1, 12);
    assert_eq!(desk.outputs(), [deliver(10), discard(11), deliver(12)]);
}

#[test]
fn a_stamp_on_the_old_leg_counts_for_its_true_sender() {
    let mut desk = Desk::overlapping();
    desk.copy(OLD, "mallory", "ann", 1, 10);
    desk.copy(NEW, "ann2", "ann", 1, 11);
    desk.copy(OLD, "ann", "ann", 1, 12);
    assert_eq!(desk.outputs(), [deliver(10), deliver(12), discard(11)]);
}

#[test]
fn stamps_that_make_no_sense_make_no_difference() {
    let mut desk = Desk::overlapping();
    // Whoever claims two people, or goes back in numbers, sends plain signals.
    desk.copy(NEW, "mallory2", "eve", 5, 10);
    desk.copy(NEW, "mallory2", "ann", 6, 11);
    desk.copy(NEW, "mallory2", "eve", 5, 12);
    assert_eq!(desk.outputs(), [deliver(10), deliver(11), deliver(12)]);
    desk.copy(OLD, "ann", "ann", 6, 13);
    assert_eq!(desk.outputs(), [deliver(13)]);
}

#[test]
fn what_somebody_with_one_leg_remembers_is_forgotten_too() {
    let mut desk = Desk::with_one_leg();
    desk.copy(OLD, "ann", "ann", 1, 10);
    desk.wait(59_999);
    assert!(desk.bridge.poll_timeout().is_some());
    desk.wait(1);
    assert_eq!(desk.bridge.poll_timeout(), None);
}

#[test]
fn a_minute_after_the_last_stamp_everything_is_forgotten() {
    let mut desk = Desk::overlapping();
    desk.copy(OLD, "ann", "ann", 1, 10);
    desk.bridge.old_leg_gone(desk.now);
    desk.wait(2000);
    assert_eq!(desk.bridge.poll_timeout(), Some(desk.now + Duration::from_secs(60)));
    desk.wait(60_000);
    assert_eq!(desk.bridge.poll_timeout(), None);
    desk.copy(NEW, "ann2", "ann", 1, 11);
    assert_eq!(desk.outputs(), [deliver(10), deliver(11)]);
}
