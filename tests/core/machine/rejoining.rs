//! Out of the door and in again, before it has closed.

use opentok_handover::core::error::Code;
use opentok_handover::core::ids::LegId;
use opentok_handover::core::protocol::{Event, Input, LossReason};
use opentok_handover::core::state::Status;

use super::desk::{CAMERA, Desk, credentials};

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
