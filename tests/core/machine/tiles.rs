//! Tiles that come late, from an unexpected side or not at all.

use opentok_handover::core::error::Code;
use opentok_handover::core::ids::{ConnectionId, LegId, PublisherId, StreamId, ViewId};
use opentok_handover::core::protocol::{ConnectionInfo, Event, Input, StreamInfo, VideoType};
use opentok_handover::core::state::Status;

use super::desk::{At, Desk, failure, seconds};

const OLD: LegId = LegId(1);
const NEW: LegId = LegId(2);

#[test]
fn a_publisher_that_comes_late_has_its_time_in_the_successor_and_no_more() {
    let mut desk = Desk::at(At::Overlapping);
    let publisher = PublisherId(2);
    desk.wait(seconds(30));
    desk.feed(Input::Publish(publisher));
    desk.feed(Input::Published { leg: OLD, publisher });
    desk.wait(seconds(19));
    assert_eq!(desk.ledger.open_legs(), [OLD, NEW]);
    desk.wait(seconds(1));
    assert_eq!((desk.status(), desk.ledger.open_legs()), (Status::Handover, vec![OLD]));
}

#[test]
fn a_publisher_that_comes_too_late_for_the_move_is_published_anew_when_the_old_leg_is_left() {
    let mut desk = Desk::at(At::Settling);
    let publisher = PublisherId(2);
    desk.feed(Input::Publish(publisher));
    desk.feed(Input::Published { leg: OLD, publisher });
    let _ = desk.commands();
    desk.wait(seconds(10));
    assert_eq!(desk.commands(), ["unpublish on 2", "publish on 2", "close 1"]);
    desk.closed(OLD);
    desk.wait(seconds(20));
    assert_eq!(desk.commands(), ["unpublish on 2", "publish on 2"]);
    desk.feed(Input::Published { leg: NEW, publisher });
    desk.comes_to_rest();
    assert_eq!(desk.commands(), Vec::<String>::new());
}

#[test]
fn a_view_without_a_picture_takes_the_first_that_comes_from_whichever_leg() {
    let mut desk = Desk::at(At::Overlapping);
    let connection = ConnectionInfo { id: ConnectionId::new("cat@one"), identity: Some("cat".into()) };
    desk.feed(Input::ConnectionCreated { leg: OLD, connection: connection.clone() });
    desk.arrives("cat");
    desk.watch("cat");
    let stream = StreamInfo {
        id: StreamId::new("cat-camera@one"),
        connection,
        name: String::new(),
        video_type: VideoType::Camera,
        has_video: true,
    };
    desk.feed(Input::StreamCreated { leg: OLD, stream });
    let view = desk.view("cat");
    desk.feed(Input::Presented { leg: OLD, view });
    assert_eq!(desk.shown("cat"), Some(OLD));
    desk.presented("cat");
    assert_eq!(desk.shown("cat"), Some(NEW));
}

#[test]
fn a_view_that_never_had_a_picture_and_can_have_none_is_told_so_when_the_old_leg_is_left() {
    let mut desk = Desk::at(At::Overlapping);
    desk.arrives("cat");
    desk.watch("cat");
    let view = desk.view("cat");
    for _ in 0..3 {
        desk.feed(Input::SubscribeFailed { leg: NEW, view, failure: failure(Code::SubscribeFailed) });
    }
    desk.presented("ann");
    assert!(desk.machine.has_view(view));
    desk.settles("ann");
    let told = |event: &Event| matches!(event, Event::SubscribeFailed { view: told, .. } if *told == view);
    assert!(!desk.machine.has_view(view) && desk.events().iter().any(told));
}

#[test]
fn a_stream_that_has_left_when_the_app_subscribes_to_it_is_told_to_have_left() {
    let mut desk = Desk::in_call(&["ann"]);
    desk.feed(Input::Subscribe { view: ViewId(9), stream: StreamId::new("bob-camera@one") });
    assert!(matches!(desk.events()[..], [Event::SubscribeFailed { view: ViewId(9), .. }]));
    assert!(!desk.machine.has_view(ViewId(9)));
}
