//! What is tried again, when, and what is not.

use std::time::Duration;

use opentok_handover::core::config::Config;
use opentok_handover::core::error::{Class, Code, Failure};
use opentok_handover::core::ids::{LegId, OutgoingId};
use opentok_handover::core::machine::TimeoutReason;
use opentok_handover::core::protocol::{Event, Input};
use opentok_handover::core::receipt::Outcome;
use opentok_handover::core::state::Status;

use super::desk::{At, CAMERA, Desk, credentials, seconds};

const FIRST: LegId = LegId(1);

#[test]
fn a_connect_that_the_sdk_never_answers_is_tried_once_more_and_then_told() {
    let mut desk = Desk::new();
    desk.feed(Input::Connect(credentials("one")));
    desk.wait(seconds(12));
    assert_eq!(desk.commands(), ["open 1 in one", "close 1", "open 2 in one"]);
    assert_eq!(desk.status(), Status::Connecting);
    desk.wait(seconds(24));
    let told = |event: &Event| matches!(event, Event::ConnectFailed(failure) if failure.code == Code::ConnectTimeout);
    assert!(desk.events().iter().any(told));
    assert_eq!((desk.status(), desk.machine.poll_timeout()), (Status::Disconnected, None));
}

#[test]
fn a_second_try_that_works_is_all_that_the_app_hears_of() {
    let mut desk = Desk::new();
    desk.feed(Input::Connect(credentials("one")));
    desk.wait(seconds(12));
    desk.connected();
    assert_eq!(desk.status(), Status::Connected);
    assert!(!desk.events().iter().any(|event| matches!(event, Event::ConnectFailed(_))));
}

#[test]
fn what_the_app_asks_for_while_it_connects_is_done_when_it_is_connected() {
    let mut desk = Desk::new();
    desk.feed(Input::Connect(credentials("one")));
    desk.feed(Input::Publish(CAMERA));
    desk.feed(Input::Send { outgoing: OutgoingId(1), to: None, wait: true });
    assert_eq!(desk.commands(), ["open 1 in one"]);
    desk.connected();
    assert_eq!(desk.commands(), ["publish on 1", "send"]);
}

#[test]
fn what_the_app_asks_for_while_it_connects_fails_with_the_connect() {
    let mut desk = Desk::new();
    desk.feed(Input::Connect(credentials("one")));
    desk.feed(Input::Publish(CAMERA));
    desk.feed(Input::Send { outgoing: OutgoingId(1), to: None, wait: true });
    desk.connect_fails();
    assert_eq!(desk.refused(), [(1, Code::NotConnected)]);
    let failed = |event: &Event| matches!(event, Event::PublishFailed { publisher: CAMERA, .. });
    assert!(desk.events().iter().any(failed));
}

#[test]
fn a_leg_that_follows_one_that_never_connected_is_watched_for_a_while() {
    let given_up: [fn(&mut Desk); 3] = [
        |desk| desk.wait(seconds(12)),
        |desk| {
            desk.connect_fails();
            desk.feed(Input::Connect(credentials("one")));
        },
        |desk| {
            desk.feed(Input::Disconnect);
            desk.feed(Input::Connect(credentials("one")));
        },
    ];
    for give_up in given_up {
        let mut desk = Desk::new();
        desk.feed(Input::Connect(credentials("one")));
        give_up(&mut desk);
        desk.connected();
        let leg = desk.leg();
        for _ in 0..15 {
            assert_eq!(desk.machine.poll_timeout().map(|(_, why)| why), Some(TimeoutReason::Migration));
            desk.wait(seconds(2));
            desk.answers(leg, true);
        }
        assert_eq!((desk.status(), desk.machine.poll_timeout()), (Status::Connected, None));
    }
}

#[test]
fn what_can_never_succeed_is_not_tried_again() {
    // A recovery fails for good.
    let mut desk = cut_off();
    desk.renewed("two");
    desk.feed(refused(desk.leg(), Class::Fatal));
    assert_eq!((desk.status(), desk.outcomes()), (Status::Failed, vec![Outcome::Abandoned]));
    desk.comes_to_rest();

    // A handover stays where it is.
    let mut desk = Desk::at(At::Connecting);
    desk.feed(refused(desk.leg(), Class::Fatal));
    assert_eq!((desk.status(), desk.session()), (Status::Connected, Some("one")));
    assert_eq!(desk.outcomes(), [Outcome::Abandoned]);
}

#[test]
fn credentials_that_are_refused_are_renewed() {
    let mut desk = cut_off();
    desk.renewed("two");
    desk.feed(refused(desk.leg(), Class::Credentials));
    desk.wait(seconds(1));
    assert_eq!(desk.commands().pop(), Some("renew one #2".into()));
}

#[test]
fn without_a_renew_the_token_in_use_is_tried_and_its_refusal_is_final() {
    let mut desk = cut_off();
    desk.renew_fails(Code::RenewMissing);
    assert_eq!(desk.commands().pop(), Some("open 2 in one".into()));
    desk.feed(refused(desk.leg(), Class::Credentials));
    desk.wait(seconds(1));
    desk.renew_fails(Code::RenewMissing);
    let failed = desk.events().into_iter().find_map(|event| match event {
        Event::Failed(failure) => Some(failure.class),
        _ => None,
    });
    assert_eq!((desk.status(), failed), (Status::Failed, Some(Class::Credentials)));
}

#[test]
fn each_failed_attempt_is_told_with_its_number_and_the_time_to_the_next() {
    let mut desk = cut_off();
    for attempt in 1..4 {
        desk.renewed("two");
        desk.connect_fails();
        let told = desk.events().into_iter().find_map(|event| match event {
            Event::AttemptFailed { attempt, retry_in, .. } => Some((attempt, retry_in)),
            _ => None,
        });
        assert!(matches!(told, Some((number, Some(_))) if number == attempt), "{told:?}");
        desk.wait(seconds(10));
    }
}

#[test]
fn without_a_network_no_attempt_is_burnt_and_its_return_begins_one_at_once() {
    let mut desk = cut_off();
    desk.feed(Input::Online(false));
    desk.renew_fails(Code::RenewThrew);
    let _ = desk.commands();
    desk.wait(seconds(3600));
    assert_eq!((desk.status(), desk.commands()), (Status::Recovering, vec![]));
    desk.feed(Input::Online(true));
    assert_eq!(desk.commands(), ["renew one #2"]);
    // The time for recovery begins anew: it could not be used.
    desk.renew_fails(Code::RenewThrew);
    assert_eq!(desk.status(), Status::Recovering);
}

#[test]
fn a_call_that_is_cut_off_without_a_network_asks_nobody_before_it_is_back() {
    let mut desk = Desk::in_call(&["ann"]);
    desk.feed(Input::Online(false));
    let _ = desk.commands();
    desk.dies(FIRST);
    assert_eq!(desk.commands(), ["drop 1"]);
    desk.wait(seconds(7200));
    assert_eq!((desk.status(), desk.commands()), (Status::Recovering, vec![]));
    desk.feed(Input::Online(true));
    assert_eq!(desk.commands(), ["renew one #1"]);
}

#[test]
fn the_app_may_say_that_the_next_attempt_need_not_wait() {
    let mut desk = cut_off();
    desk.renew_fails(Code::RenewThrew);
    desk.feed(Input::RetryNow);
    assert_eq!(desk.commands().pop(), Some("renew one #2".into()));
    // Where nothing waits it means nothing.
    desk.feed(Input::RetryNow);
    let mut idle = Desk::in_call(&["ann"]);
    let _ = idle.commands();
    idle.feed(Input::RetryNow);
    assert_eq!((desk.commands(), idle.commands()), (vec![], vec![]));
}

fn cut_off() -> Desk {
    let mut desk = Desk::in_call(&["ann"]);
    desk.dies(FIRST);
    desk
}

fn refused(leg: LegId, class: Class) -> Input {
    Input::LegFailed { leg, failure: Failure { class, ..Failure::new(Code::ConnectFailed, "refused") } }
}

#[test]
fn the_apps_own_policy_replaces_the_delay_or_ends_it() {
    let mut desk = cut_off();
    desk.renew_fails(Code::RenewThrew);
    let _ = desk.commands();
    desk.feed(Input::RetryIn(Some(Duration::from_secs(42))));
    desk.wait(seconds(41));
    assert_eq!(desk.commands(), Vec::<String>::new());
    desk.wait(seconds(1));
    assert_eq!(desk.commands(), ["renew one #2"]);
    desk.renew_fails(Code::RenewThrew);
    desk.feed(Input::RetryIn(None));
    assert_eq!((desk.status(), desk.outcomes()), (Status::Failed, vec![Outcome::Abandoned]));
    // Where nothing waits it means nothing.
    desk.feed(Input::RetryIn(None));
    desk.comes_to_rest();
}

#[test]
fn there_are_as_many_attempts_as_the_option_says() {
    let mut desk = Desk::with(Config { attempts: 3, ..Config::default() });
    desk.dies(FIRST);
    for _ in 0..3 {
        assert_eq!(desk.status(), Status::Recovering);
        desk.renew_fails(Code::RenewThrew);
        desk.wait(seconds(5));
    }
    assert_eq!((desk.status(), desk.receipt().attempts), (Status::Failed, 3));
}

#[test]
fn somebody_who_announces_without_end_makes_no_storm() {
    let mut desk = Desk::with(Config { moves_per_hour: 3, ..Config::default() });
    let mut begun = 0;
    for round in 0..10 {
        desk.announce(&format!("next-{round}"));
        begun += desk.events().iter().filter(|event| matches!(event, Event::HandoverStart { .. })).count();
    }
    assert_eq!(begun, 3);
    desk.wait(seconds(3600));
    desk.announce("an-hour-later");
    assert!(desk.events().iter().any(|event| matches!(event, Event::HandoverStart { .. })));
}

#[test]
fn a_server_that_flaps_is_recovered_from_all_the_same_but_not_at_once() {
    let mut desk = Desk::with(Config { moves_per_hour: 1, ..Config::default() });
    desk.dies(FIRST);
    desk.renewed("two");
    desk.connected();
    desk.live();
    desk.wait(seconds(20));
    assert_eq!(desk.status(), Status::Connected);
    let _ = desk.commands();
    desk.dies(desk.leg());
    assert_eq!(desk.commands(), ["drop 2"]);
    desk.wait(seconds(10));
    assert_eq!(desk.commands(), ["renew two #1"]);
}
