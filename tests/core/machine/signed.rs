//! Announcements whose signature had to be checked first.

use opentok_handover::core::announcement::{Data, Deadline, Proof, RawAnnouncement, Rejection, Seal, Sender};
use opentok_handover::core::ids::{LegId, SessionId};
use opentok_handover::core::protocol::{Event, Input, LossReason};
use opentok_handover::core::state::Status;

use super::desk::{At, Desk, announcement};

const OLD: LegId = LegId(1);

/// A genuine announcement of session `to` for everybody in session `from`.
fn genuine(from: &str, to: &str, epoch: u64) -> Input {
    let seal = Some(Seal { from: SessionId::new(from), expires: 1 });
    let data = Data::Json { session_id: Some(to.into()), deadline: Deadline::None, epoch: Some(epoch), seal };
    Input::Announced(RawAnnouncement { sender: Sender::Server, size: 50, data, proof: Proof::Genuine })
}

fn rejections(desk: &mut Desk) -> Vec<Rejection> {
    let rejection = |event: Event| match event {
        Event::AnnouncementRejected { rejection, by_call } => {
            assert!(!by_call);
            Some(rejection)
        }
        _ => None,
    };
    desk.events().into_iter().filter_map(rejection).collect()
}

#[test]
fn a_genuine_announcement_moves_the_call_and_its_replay_does_not() {
    let mut desk = Desk::in_call(&["ann"]);
    desk.feed(genuine("one", "two", 1));
    assert_eq!(desk.status(), Status::Handover);
    desk.feed(genuine("one", "two", 1));
    assert_eq!(rejections(&mut desk), [Rejection::Duplicate]);
}

#[test]
fn an_announcement_for_a_session_that_the_call_was_in_before_may_come_late() {
    let mut desk = Desk::at(At::Leaving);
    desk.closed(OLD);
    assert_eq!((desk.status(), desk.session()), (Status::Connected, Some("two")));
    desk.feed(genuine("zero", "three", 7));
    assert_eq!((rejections(&mut desk), desk.status()), (vec![Rejection::OtherSession], Status::Connected));
    desk.feed(genuine("one", "three", 7));
    assert_eq!(desk.status(), Status::Handover);
}

#[test]
fn the_session_on_the_way_may_have_a_successor_already() {
    let mut desk = Desk::at(At::Overlapping);
    desk.feed(genuine("two", "three", 7));
    assert_eq!(desk.commands().last().map(String::as_str), Some("renew three #1"));
}

#[test]
fn it_is_the_target_of_a_recovery_that_began_while_it_was_checked() {
    let mut desk = Desk::in_call(&["ann"]);
    desk.dies(OLD);
    let _ = desk.commands();
    desk.feed(genuine("one", "two", 1));
    assert_eq!(desk.commands(), ["abort renew", "renew two #2"]);
}

#[test]
fn it_comes_to_nothing_when_the_call_was_over_before_it_was_checked() {
    let mut desk = Desk::in_call(&["ann"]);
    desk.feed(Input::Disconnect);
    desk.feed(Input::LegLost { leg: OLD, reason: LossReason::ClientDisconnected });
    let _ = (desk.commands(), desk.events());
    desk.feed(genuine("one", "two", 1));
    assert_eq!((desk.commands(), desk.events()), (vec![], vec![]));
    assert_eq!(desk.status(), Status::Disconnected);
}

#[test]
fn the_apps_own_call_needs_no_signature() {
    let mut desk = Desk::in_call(&["ann"]);
    desk.feed(Input::Handover(announcement("two", Deadline::None)));
    assert_eq!(desk.status(), Status::Handover);
}
