//! Out of the door and in again, before it has closed.

use opentok_handover::core::error::Code;
use opentok_handover::core::ids::LegId;
use opentok_handover::core::protocol::{Event, Input, LossReason};
use opentok_handover::core::state::Status;

use super::desk::{At, CAMERA, Desk, credentials};

const LEFT: LegId = LegId(1);

/// The app has left, the SDK has not said so yet, and the app connects again.
fn rejoining() -> Desk {
    let mut desk = Desk::in_call(&["ann"]);
    desk.feed(Input::Disconnect);
    assert_eq!(desk.commands(), ["disconnect 1"]);
    desk.feed(Input::Connect(credentials("one")));
    desk
}

#[test]
fn an_app_that_connects_while_it_leaves_is_connected_once_it_has_left() {
    let mut desk = rejoining();
    assert!(desk.machine.is_rejoining());
    assert_eq!((desk.commands(), desk.news()), (vec![], vec![]));
    desk.feed(Input::LegLost { leg: LEFT, reason: LossReason::ClientDisconnected });
    assert_eq!(desk.news(), ["disconnected"]);
    assert_eq!(desk.status(), Status::Connecting);
    desk.connected();
    assert!(desk.events().contains(&Event::Connected));
    assert_eq!(desk.status(), Status::Connected);
    assert!(!desk.machine.is_rejoining());
}

#[test]
fn it_is_also_if_the_sdk_never_says_that_it_has_left() {
    let mut desk = rejoining();
    desk.wait(3000);
    assert_eq!((desk.news(), desk.status()), (vec!["disconnected".into()], Status::Connecting));
}

#[test]
fn one_that_thinks_better_of_it_stays_out() {
    let mut desk = rejoining();
    desk.feed(Input::Disconnect);
    desk.feed(Input::LegLost { leg: LEFT, reason: LossReason::ClientDisconnected });
    let refused = |event: &Event| matches!(event, Event::ConnectFailed(failure) if failure.code == Code::Cancelled);
    assert!(desk.events().iter().any(refused));
    assert_eq!(desk.status(), Status::Disconnected);
}

#[test]
fn nothing_is_published_where_one_is_leaving() {
    let mut desk = rejoining();
    desk.feed(Input::Publish(CAMERA));
    assert_eq!(desk.commands(), Vec::<String>::new());
}

#[test]
fn a_manager_that_closes_meanwhile_connects_nobody() {
    let mut desk = rejoining();
    desk.feed(Input::Close);
    desk.comes_to_rest();
    assert_eq!((desk.status(), desk.news()), (Status::Closed, vec![]));
}

/// The call has moved to session "two", and the app has left it.
fn gone_from_the_successor() -> Desk {
    let mut desk = Desk::at(At::Leaving);
    let old = LEFT;
    desk.feed(Input::LegClosed(old));
    let leg = desk.leg();
    desk.feed(Input::Disconnect);
    desk.feed(Input::LegLost { leg, reason: LossReason::ClientDisconnected });
    assert_eq!(desk.status(), Status::Disconnected);
    desk.commands();
    desk
}

fn refused_with(desk: &mut Desk, code: Code) -> bool {
    desk.events().iter().any(|event| matches!(event, Event::ConnectFailed(failure) if failure.code == code))
}

#[test]
fn with_the_token_of_a_session_that_the_call_has_left_one_gets_where_the_call_is() {
    let mut desk = gone_from_the_successor();
    desk.feed(Input::Connect(credentials("one")));
    assert_eq!((desk.commands(), desk.status()), (vec!["renew two #1".to_owned()], Status::Connecting));
    desk.feed(Input::Connect(credentials("one")));
    assert_eq!(desk.commands(), Vec::<String>::new(), "asked once");
    desk.renewed("two");
    desk.connected();
    assert!(desk.events().contains(&Event::Connected));
    assert_eq!(desk.session(), Some("two"));
}

#[test]
fn whoever_is_given_no_token_for_it_is_not_connected_and_may_try_again() {
    let mut desk = gone_from_the_successor();
    for _ in 0..2 {
        desk.feed(Input::Connect(credentials("one")));
        desk.renew_fails(Code::RenewThrew);
        assert!(refused_with(&mut desk, Code::RenewThrew));
        assert_eq!(desk.status(), Status::Disconnected);
    }
    desk.feed(Input::Connect(credentials("one")));
    desk.wait(10_000);
    assert!(refused_with(&mut desk, Code::RenewTimeout));
    desk.comes_to_rest();
}

#[test]
fn whoever_thinks_better_of_it_while_the_token_is_asked_for_stays_out() {
    let mut desk = gone_from_the_successor();
    desk.feed(Input::Connect(credentials("one")));
    desk.feed(Input::Disconnect);
    assert!(refused_with(&mut desk, Code::Cancelled));
    desk.renewed("two");
    assert_eq!(desk.status(), Status::Disconnected);
    desk.comes_to_rest();
}

#[test]
fn with_the_token_of_the_session_that_one_was_in_nobody_is_asked() {
    let mut desk = gone_from_the_successor();
    desk.feed(Input::Connect(credentials("two")));
    assert_eq!(desk.commands(), ["open 3 in two"]);
}
