//! The machine sleeps while a call comes back, and wakes up.

use opentok_handover::core::error::Code;
use opentok_handover::core::ids::LegId;
use opentok_handover::core::protocol::Input;
use opentok_handover::core::state::Status;

use super::desk::{Desk, seconds};

const TWO_HOURS: u64 = 7200;

#[test]
fn what_was_under_way_in_a_recovery_begins_anew_at_once() {
    type Way = fn(&mut Desk);
    let under_way: [(Way, &[&str]); 4] = [
        (|_| {}, &["abort renew", "renew one #2"]),
        (|desk| desk.renew_fails(Code::RenewThrew), &["renew one #2"]),
        (|desk| desk.renewed("two"), &["drop 2", "renew one #2"]),
        (
            |desk| {
                desk.renewed("two");
                desk.connected();
            },
            &["drop 2", "renew one #2"],
        ),
    ];
    for (get_there, then) in under_way {
        let mut desk = cut_off();
        get_there(&mut desk);
        let _ = desk.commands();
        desk.sleep(seconds(TWO_HOURS));
        desk.feed(Input::Timeout);
        assert_eq!(desk.commands(), then);
        assert_eq!(desk.status(), Status::Recovering);
    }
}

#[test]
fn no_time_for_coming_back_has_run_out() {
    let mut desk = cut_off();
    desk.sleep(seconds(TWO_HOURS));
    desk.feed(Input::Timeout);
    // The network is the last to wake up.
    desk.renew_fails(Code::RenewThrew);
    desk.wait(seconds(60));
    assert_eq!(desk.status(), Status::Recovering);
    desk.wait(seconds(120));
    assert_eq!(desk.status(), Status::Failed);
}

#[test]
fn what_an_attempt_comes_to_that_slept_too_is_not_heard() {
    let mut desk = cut_off();
    let _ = desk.commands();
    desk.sleep(seconds(TWO_HOURS));
    desk.renew_fails(Code::RenewThrew);
    assert_eq!((desk.commands(), desk.status()), (vec!["renew one #2".into()], Status::Recovering));
}

#[test]
fn without_a_network_the_first_attempt_waits_for_it() {
    let mut desk = cut_off();
    desk.renewed("two");
    desk.feed(Input::Online(false));
    let _ = desk.commands();
    desk.sleep(seconds(TWO_HOURS));
    desk.feed(Input::Timeout);
    assert_eq!(desk.commands(), ["drop 2"]);
    desk.feed(Input::Online(true));
    assert_eq!(desk.commands(), ["renew one #2"]);
}

#[test]
fn timers_of_a_hidden_page_that_come_a_minute_late_are_no_sleep() {
    let mut desk = cut_off();
    desk.renewed("two");
    let _ = desk.commands();
    desk.sleep(seconds(12 + 60));
    desk.feed(Input::Timeout);
    assert_eq!(desk.commands(), ["drop 2"]);
}

/// In session "one", and then not any more.
fn cut_off() -> Desk {
    let mut desk = Desk::in_call(&["ann"]);
    desk.dies(LegId(1));
    desk
}
