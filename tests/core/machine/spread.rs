//! When a move begins that was announced in good time.

use std::time::Duration;

use opentok_handover::core::announcement::Deadline;
use opentok_handover::core::config::Config;
use opentok_handover::core::protocol::{Event, Input};
use opentok_handover::core::receipt::Outcome;
use opentok_handover::core::state::Status;

use super::desk::{Desk, announcement};

const HOUR: Deadline = Deadline::In(3_600_000);

/// For how many milliseconds a desk waits until it asks for credentials.
fn waits(desk: &mut Desk) -> u64 {
    let began = desk.now;
    while !asks(desk) {
        let (at, _) = desk.machine.poll_timeout().expect("it never begins");
        desk.wait(at.as_millis() - desk.now);
    }
    desk.now - began
}

fn asks(desk: &mut Desk) -> bool {
    desk.commands().iter().any(|command| command.starts_with("renew "))
}

/// In a call, with a successor that was announced an hour ahead, for which it waits.
fn biding() -> Desk {
    let mut desk = Desk::in_call(&["ann"]);
    desk.announce_until("two", HOUR);
    assert!(!asks(&mut desk), "it begins at once");
    desk
}

#[test]
fn a_move_that_was_announced_in_good_time_begins_at_a_moment_of_its_own() {
    let mut desk = Desk::in_call(&["ann"]);
    desk.announce_until("two", HOUR);
    assert_eq!(desk.machine.status(), Status::Handover);
    let told = desk.events().into_iter().find_map(|event| match event {
        Event::HandoverStart { wait, .. } => Some(wait),
        _ => None,
    });
    let waited = waits(&mut desk);
    assert!((1..=60_000).contains(&waited), "{waited}");
    assert_eq!(told, Some(Duration::from_millis(waited)));
}

#[test]
fn the_people_of_one_call_begin_within_two_seconds_of_each_other() {
    let all: Vec<u64> = (0..20)
        .map(|seed| {
            let mut desk = Desk::with_seed(seed);
            desk.announce_until("two", HOUR);
            waits(&mut desk)
        })
        .collect();
    let first = all.iter().min().expect("somebody");
    assert!(all.iter().all(|begun| begun - first < 2_000) && all.iter().any(|begun| begun != first), "{all:?}");
}

#[test]
fn what_is_announced_late_or_without_a_deadline_or_by_the_app_begins_at_once() {
    for deadline in [Deadline::None, Deadline::In(1), Deadline::In(120_000)] {
        let mut desk = Desk::in_call(&["ann"]);
        desk.announce_until("two", deadline);
        assert!(asks(&mut desk), "{deadline:?}");
    }
    let mut desk = Desk::in_call(&["ann"]);
    desk.feed(Input::Handover(announcement("two", HOUR)));
    assert!(asks(&mut desk));
    let mut desk = Desk::with(Config { spread: Duration::ZERO, ..Config::default() });
    desk.announce_until("two", HOUR);
    assert!(asks(&mut desk));
}

#[test]
fn nobody_waits_so_long_that_no_time_is_left_for_the_move() {
    for seed in 0..50 {
        let mut desk = Desk::with_seed(seed);
        desk.announce_until("two", Deadline::In(125_000));
        assert!(waits(&mut desk) <= 5_000);
    }
}

#[test]
fn whoever_waits_for_their_moment_begins_at_once_when_the_servers_go() {
    let mut desk = biding();
    desk.dies(desk.leg());
    assert!(asks(&mut desk));
    assert_eq!(desk.machine.status(), Status::Recovering);
}

#[test]
fn without_a_network_it_begins_when_that_is_back() {
    let mut desk = biding();
    desk.feed(Input::Online(false));
    desk.dies(desk.leg());
    assert!(!asks(&mut desk));
    desk.feed(Input::Online(true));
    assert!(asks(&mut desk));
}

#[test]
fn the_app_may_say_that_now_is_the_moment() {
    let mut desk = biding();
    desk.feed(Input::RetryNow);
    assert!(asks(&mut desk));
}

#[test]
fn whoever_waits_goes_to_what_was_announced_last() {
    let mut desk = biding();
    desk.announce("three");
    assert!(desk.commands().contains(&"renew three #1".into()));
    assert_eq!(desk.outcomes(), [Outcome::Superseded]);
}

#[test]
fn the_app_may_leave_meanwhile() {
    let mut desk = biding();
    desk.feed(Input::Disconnect);
    assert_eq!(desk.outcomes(), [Outcome::Cancelled]);
    desk.wait(120_000);
    assert!(!asks(&mut desk));
}
