//! The call is cut off, and comes back or not.

use opentok_handover::core::announcement::Deadline;
use opentok_handover::core::error::Code;
use opentok_handover::core::ids::{ConnectionId, LegId, OutgoingId, PublisherId, SessionId};
use opentok_handover::core::protocol::{Event, Input, LossReason, MoveKind, SignalKind, Stamp, WireMessage};
use opentok_handover::core::receipt::Outcome;
use opentok_handover::core::state::Status;

use super::desk::{At, CAMERA, Desk, announcement, credentials, failure, seconds};

const OLD: LegId = LegId(1);
const NEW: LegId = LegId(2);

#[test]
fn a_call_that_was_cut_off_comes_back_with_everybody() {
    let mut desk = cut_off(&["ann"]);
    assert_eq!(desk.commands(), ["drop 1", "renew one #1"]);
    assert!(desk.machine.keeps_publishers());
    desk.renewed("two");
    desk.connected();
    assert_eq!(desk.commands(), ["open 2 in two", "say was to all on 2", "publish on 2"]);
    desk.live();
    desk.arrives("ann");
    assert_eq!(desk.news(), ["reconnected"]);
    assert_eq!((desk.status(), desk.session()), (Status::Connected, Some("two")));
    assert_eq!((desk.outcomes(), desk.receipt().kind), (vec![Outcome::Completed], MoveKind::Recovery));
    assert_eq!(desk.ledger.people(), ["ann@one", "me@one"]);
    desk.gone_legs_are_silent();
}

#[test]
fn a_call_may_come_back_in_the_same_session() {
    let mut desk = cut_off(&["ann", "bob"]);
    desk.renewed("one");
    back(&mut desk, &["ann", "bob"]);
    assert_eq!((desk.status(), desk.session()), (Status::Connected, Some("one")));
    assert_eq!(desk.ledger.people(), ["ann@one", "bob@one", "me@one"]);
}

#[test]
fn whoever_was_not_cut_off_is_known_by_their_connection_even_without_data() {
    let mut desk = Desk::in_call(&[]);
    desk.comes("ann", None);
    desk.watch("ann");
    desk.presented("ann");
    desk.dies(OLD);
    let _ = desk.news();
    desk.renewed("one");
    // The session has not noticed yet that my own old connection is dead.
    desk.feed(Input::LegConnected { leg: NEW, own: ConnectionId::new("me-again@one") });
    desk.live();
    desk.listens("me");
    desk.comes("ann", None);
    desk.presented("ann");
    desk.wait(seconds(60));
    desk.feed(Input::ConnectionDestroyed {
        leg: NEW,
        connection: ConnectionId::new("me@one"),
        reason: LossReason::ClientDisconnected,
    });
    assert_eq!((desk.news(), desk.shown("ann")), (vec!["reconnected".into()], Some(NEW)));
    assert_eq!(desk.ledger.people(), ["ann@one", "me@one"]);
}

#[test]
fn what_the_app_says_while_it_is_cut_off_waits_for_everybody_to_be_back() {
    let mut desk = cut_off(&["ann"]);
    for number in 0..3 {
        desk.feed(Input::Send { outgoing: OutgoingId(number), to: None, wait: true });
    }
    desk.renewed("two");
    desk.connected();
    desk.live();
    desk.feed(Input::Send { outgoing: OutgoingId(3), to: None, wait: true });
    assert_eq!(desk.sent(), Vec::<u32>::new());
    desk.arrives("ann");
    assert_eq!(desk.sent(), [0, 1, 2, 3]);
}

#[test]
fn a_signal_that_is_not_to_wait_fails_at_once_and_so_does_one_too_many() {
    let mut desk = cut_off(&["ann"]);
    desk.feed(Input::Send { outgoing: OutgoingId(0), to: None, wait: false });
    for number in 1..=201 {
        desk.feed(Input::Send { outgoing: OutgoingId(number), to: None, wait: true });
    }
    assert_eq!(desk.refused(), [(0, Code::NotConnected), (201, Code::TooManyWaiting)]);
}

#[test]
fn what_waits_when_the_call_ends_is_told_to_have_failed() {
    let mut desk = cut_off(&["ann"]);
    desk.feed(Input::Send { outgoing: OutgoingId(0), to: None, wait: true });
    desk.feed(Input::Disconnect);
    assert_eq!((desk.refused(), desk.status()), (vec![(0, Code::NotConnected)], Status::Disconnected));
}

#[test]
fn the_app_hears_once_that_it_is_cut_off_and_once_that_it_is_back() {
    let mut desk = cut_off(&["ann"]);
    for _ in 0..3 {
        desk.renewed("two");
        desk.connect_fails();
        desk.wait(seconds(10));
    }
    desk.renewed("two");
    desk.connected();
    desk.dies(desk.leg());
    desk.wait(seconds(10));
    desk.renewed("two");
    back(&mut desk, &["ann"]);
    assert_eq!((desk.ledger.interruptions, desk.news()), ((1, 1), vec!["reconnecting".into(), "reconnected".into()]));
    let lost = [Code::ConnectFailed, Code::ConnectFailed, Code::ConnectFailed, Code::SuccessorLost];
    assert_eq!((desk.failure_codes(), desk.receipt().attempts), (lost.to_vec(), 5));
}

#[test]
fn attempts_back_off_and_give_up_when_the_time_for_recovery_is_over() {
    let mut desk = cut_off(&["ann"]);
    let start = desk.now;
    let mut pauses = Vec::new();
    while desk.status() == Status::Recovering {
        let asked = desk.now;
        desk.renew_fails(Code::RenewThrew);
        if let Some((at, _)) = desk.machine.poll_timeout().filter(|_| desk.status() == Status::Recovering) {
            pauses.push(at.as_millis() - asked);
            desk.wait(at.as_millis() - asked);
        }
    }
    assert!(pauses.iter().zip(0..).all(|(pause, doublings)| *pause <= (500 << doublings).min(10_000)), "{pauses:?}");
    assert!(pauses.iter().any(|pause| *pause > 4000), "{pauses:?}");
    assert!((seconds(100)..=seconds(120)).contains(&(desk.now - start)));
    assert_eq!((desk.status(), desk.outcomes()), (Status::Failed, vec![Outcome::Abandoned]));
    desk.comes_to_rest();
}

#[test]
fn when_recovery_gives_up_the_app_hears_who_left_and_then_that_it_is_over() {
    let mut desk = cut_off(&["ann"]);
    let _ = desk.news();
    desk.wait(seconds(200));
    let events = desk.events();
    let failed = events.iter().position(|event| matches!(event, Event::Failed(_))).expect("no end");
    assert_eq!(events.last(), Some(&Event::Disconnected(LossReason::ServerRotation)));
    assert!(matches!(events[failed - 1], Event::PersonLeft(_)));
    assert!(events.iter().any(|event| matches!(event, Event::ViewEnded(_))));
}

#[test]
fn the_app_may_connect_again_after_all_has_failed() {
    let mut desk = cut_off(&["ann"]);
    desk.wait(seconds(200));
    desk.feed(Input::Connect(credentials("three")));
    desk.connected();
    desk.arrives("ann");
    assert_eq!((desk.status(), desk.session()), (Status::Connected, Some("three")));
    assert_eq!(desk.ledger.people(), ["ann@three", "me@three"]);
}

#[test]
fn a_stream_that_was_lost_stays_the_apps_until_it_comes_back() {
    let mut desk = cut_off(&["ann", "bob"]);
    let _ = desk.news();
    desk.renewed("two");
    back(&mut desk, &["ann"]);
    desk.wait(seconds(9));
    assert_eq!((desk.news(), desk.status()), (vec!["reconnected".into()], Status::Recovering));
    desk.arrives("bob");
    assert_eq!((desk.news(), desk.status()), (vec![], Status::Connected));
    desk.presented("bob");
    assert_eq!(desk.shown("bob"), Some(NEW));
}

#[test]
fn whoever_does_not_come_back_is_reported_once() {
    let mut desk = cut_off(&["ann", "bob"]);
    let _ = desk.news();
    desk.renewed("two");
    back(&mut desk, &["ann"]);
    desk.wait(seconds(20));
    assert_eq!(desk.news(), ["reconnected", "bob-camera@one left", "a view ended", "bob@one left"]);
    assert_eq!(desk.outcomes(), [Outcome::Completed]);
}

#[test]
fn without_renew_the_token_in_use_is_tried_again() {
    let mut desk = cut_off(&["ann"]);
    let _ = desk.commands();
    desk.renew_fails(Code::RenewMissing);
    assert_eq!(desk.commands(), ["open 2 in one"]);
    back(&mut desk, &["ann"]);
    assert_eq!((desk.status(), desk.session()), (Status::Connected, Some("one")));
}

#[test]
fn a_successor_announced_during_a_recovery_is_its_new_target() {
    let mut desk = cut_off(&["ann"]);
    let _ = desk.commands();
    desk.feed(Input::Handover(announcement("two", Deadline::None)));
    assert_eq!(desk.commands(), ["abort renew", "renew two #2"]);
    desk.renewed("two");
    back(&mut desk, &["ann"]);
    assert_eq!((desk.session(), desk.ledger.interruptions), (Some("two"), (1, 1)));
}

#[test]
fn a_successor_announced_once_the_call_is_back_waits_until_the_recovery_is_over() {
    let mut desk = cut_off(&["ann", "bob"]);
    desk.renewed("two");
    back(&mut desk, &["ann"]);
    desk.feed(Input::Handover(announcement("three", Deadline::None)));
    assert_eq!(desk.ledger.open_legs(), [NEW]);
    desk.arrives("bob");
    assert_eq!((desk.status(), desk.outcomes()), (Status::Handover, vec![Outcome::Completed]));
    assert_eq!(desk.commands().last().map(String::as_str), Some("renew three #1"));
}

#[test]
fn a_leg_that_is_all_there_is_is_not_given_back_for_an_announcement() {
    let mut desk = cut_off(&["ann"]);
    desk.renewed("two");
    desk.connected();
    desk.feed(Input::Handover(announcement("three", Deadline::None)));
    assert_eq!(desk.ledger.open_legs(), [NEW]);
    desk.dies(NEW);
    desk.wait(500);
    assert_eq!(desk.commands().last().map(String::as_str), Some("renew three #2"));
}

#[test]
fn a_recovery_ends_when_the_app_leaves_or_the_manager_closes() {
    let stages: [fn(&mut Desk); 4] = [
        |_| {},
        |desk| desk.renew_fails(Code::RenewThrew),
        |desk| desk.renewed("two"),
        |desk| {
            desk.renewed("two");
            desk.connected();
        },
    ];
    for stage in stages {
        for (input, status) in [(Input::Disconnect, Status::Disconnected), (Input::Close, Status::Closed)] {
            let mut desk = cut_off(&["ann"]);
            stage(&mut desk);
            desk.feed(input);
            if let Some(leg) = desk.machine.primary() {
                desk.feed(Input::LegLost { leg, reason: LossReason::Final });
            }
            assert_eq!((desk.status(), desk.outcomes()), (status, vec![Outcome::Cancelled]));
            assert_eq!(desk.ledger.open_legs(), []);
            desk.gone_legs_are_silent();
            desk.comes_to_rest();
        }
    }
}

#[test]
fn a_publisher_that_ends_while_the_call_comes_back_is_published_again() {
    let mut desk = cut_off(&["ann"]);
    desk.renewed("two");
    desk.connected();
    desk.feed(Input::PublisherEnded { leg: NEW, publisher: CAMERA });
    assert_eq!((desk.status(), desk.ledger.open_legs()), (Status::Recovering, vec![]));
    desk.wait(500);
    desk.renewed("two");
    back(&mut desk, &["ann"]);
    assert_eq!(desk.status(), Status::Connected);
}

#[test]
fn a_publisher_that_ends_when_the_call_is_back_ends_alone() {
    let mut desk = cut_off(&["ann", "bob"]);
    desk.renewed("two");
    back(&mut desk, &["ann"]);
    desk.feed(Input::PublisherEnded { leg: NEW, publisher: CAMERA });
    assert_eq!(desk.ledger.open_legs(), [NEW]);
}

#[test]
fn a_publisher_that_fails_on_its_first_leg_is_told_and_forgotten() {
    let mut desk = Desk::at(At::Overlapping);
    let publisher = PublisherId(2);
    desk.feed(Input::Publish(publisher));
    desk.feed(Input::PublishFailed { leg: OLD, publisher, failure: failure(Code::PublishFailed) });
    assert!(desk.events().iter().any(|event| matches!(event, Event::PublishFailed { .. })));
    assert_eq!(desk.ledger.open_legs(), [OLD, NEW]);
    desk.presented("ann");
    desk.settles("ann");
    assert_eq!(desk.ledger.open_legs(), [NEW]);
}

#[test]
fn a_publisher_that_was_never_live_does_not_cost_a_recovery_its_leg() {
    let mut desk = cut_off(&["ann"]);
    desk.renewed("two");
    desk.connected();
    let publisher = PublisherId(2);
    desk.feed(Input::Publish(publisher));
    desk.feed(Input::PublishFailed { leg: NEW, publisher, failure: failure(Code::PublishFailed) });
    assert_eq!(desk.ledger.open_legs(), [NEW]);
}

#[test]
fn a_publisher_that_fails_in_the_successor_when_all_else_has_moved_ends() {
    let mut desk = Desk::at(At::Settling);
    let publisher = PublisherId(2);
    desk.feed(Input::Publish(publisher));
    desk.feed(Input::Published { leg: OLD, publisher });
    desk.feed(Input::PublishFailed { leg: NEW, publisher, failure: failure(Code::PublishFailed) });
    assert!(desk.events().iter().any(|event| matches!(event, Event::PublishFailed { .. })));
    desk.settles("ann");
    assert_eq!(desk.ledger.open_legs(), [NEW]);
}

#[test]
fn what_was_held_for_the_dead_leg_comes_out() {
    let mut desk = Desk::at(At::Connecting);
    desk.connected();
    let from = Some(ConnectionId::new("ann@two"));
    let stamp = Stamp { number: 1, of: ConnectionId::new("ann@one") };
    desk.signal(NEW, from.clone(), SignalKind::Wire(WireMessage::Stamp(stamp)));
    desk.signal(NEW, from, SignalKind::App);
    assert_eq!(desk.ledger.held_signals(), 1);
    desk.dies(OLD);
    assert_eq!(desk.ledger.held_signals(), 0);
}

#[test]
fn a_second_copy_of_what_the_dead_leg_brought_is_dropped() {
    let mut desk = Desk::at(At::Connecting);
    let stamp = Stamp { number: 1, of: ConnectionId::new("ann@one") };
    let to = SessionId::new("two");
    let ann = Some(ConnectionId::new("ann@one"));
    let moved = WireMessage::Moved { to, connection: ConnectionId::new("ann@two") };
    desk.signal(OLD, ann.clone(), SignalKind::Wire(moved));
    desk.signal(OLD, ann.clone(), SignalKind::Wire(WireMessage::Stamp(stamp.clone())));
    desk.signal(OLD, ann, SignalKind::App);
    desk.dies(OLD);
    desk.connected();
    desk.arrives("ann");
    let _ = desk.events();
    let ann = Some(ConnectionId::new("ann@two"));
    desk.signal(NEW, ann.clone(), SignalKind::Wire(WireMessage::Stamp(stamp)));
    desk.signal(NEW, ann, SignalKind::App);
    let heard = desk.events().into_iter().filter(|event| matches!(event, Event::Signal { .. })).count();
    assert_eq!((heard, desk.ledger.held_signals()), (0, 0));
}

/// In session "one" with these people, and then not any more.
fn cut_off(people: &[&str]) -> Desk {
    let mut desk = Desk::in_call(people);
    desk.dies(OLD);
    desk
}

/// Connects the newest leg, where these people are too.
fn back(desk: &mut Desk, people: &[&str]) {
    desk.connected();
    desk.live();
    for person in people {
        desk.arrives(person);
        desk.presented(person);
    }
}
