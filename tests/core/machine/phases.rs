//! Every phase of a handover, and everything that can happen in it.

use opentok_handover::core::announcement::Deadline;
use opentok_handover::core::error::Code;
use opentok_handover::core::ids::LegId;
use opentok_handover::core::protocol::{Event, Input, LossReason};
use opentok_handover::core::receipt::Outcome;
use opentok_handover::core::state::{Phase, Status};

use super::desk::{At, CAMERA, Desk, announcement, credentials, failure, seconds};

const OLD: LegId = LegId(1);
const NEW: LegId = LegId(2);

/// Something that happens at the desk.
type Deed = fn(&mut Desk);

#[test]
fn a_handover_goes_from_leg_to_leg_in_its_order() {
    let mut desk = Desk::in_call(&["ann"]);
    desk.announce("two");
    assert_eq!(desk.commands(), ["renew two #1"]);
    desk.renewed("two");
    assert_eq!(desk.commands(), ["open 2 in two"]);
    desk.connected();
    assert_eq!(desk.commands(), ["say moved to all on 1", "say was to all on 2", "publish on 2"]);
    desk.live();
    assert_eq!(desk.commands(), ["swap preview to 2"]);
    desk.arrives("ann");
    assert_eq!(desk.commands(), ["subscribe to ann-camera@two on 2"]);
    desk.presented("ann");
    assert_eq!(desk.commands(), ["swap view 0 to 2", "say settled to all on 1"]);
    desk.settles("ann");
    assert_eq!(desk.commands(), ["close 1"]);
    desk.closed(OLD);
    assert_eq!((desk.status(), desk.session()), (Status::Connected, Some("two")));
    assert_eq!(desk.outcomes(), [Outcome::Completed]);
    desk.gone_legs_are_silent();
}

#[test]
fn the_app_hears_nothing_of_a_handover_but_from_the_manager() {
    let mut desk = Desk::at(At::Leaving);
    desk.closed(OLD);
    assert_eq!(desk.news(), [""; 0]);
    let phases: Vec<_> = desk.receipt().phases.iter().map(|(phase, _)| *phase).collect();
    let all = [Phase::Renewing, Phase::Connecting, Phase::Overlapping, Phase::Settling, Phase::Leaving];
    assert_eq!(phases, all);
    assert_eq!(desk.receipt().tiles.len(), 2);
    assert_eq!(desk.ledger.people(), ["ann@one", "me@one"]);
}

#[test]
fn an_old_leg_that_never_says_it_is_closed_is_left_to_itself() {
    let mut desk = Desk::at(At::Leaving);
    desk.wait(seconds(5));
    assert_eq!(desk.outcomes(), [Outcome::Completed]);
    desk.gone_legs_are_silent();
}

#[test]
fn when_the_successor_fails_the_old_leg_goes_on_and_another_attempt_follows() {
    let fails: [(At, Deed, Code); 7] = [
        (At::Connecting, Desk::connect_fails, Code::ConnectFailed),
        (At::Connecting, |desk| desk.dies(NEW), Code::SuccessorLost),
        (At::Connecting, |desk| desk.wait(seconds(12)), Code::ConnectTimeout),
        (At::Overlapping, |desk| desk.dies(NEW), Code::SuccessorLost),
        (At::Overlapping, refuse_to_publish, Code::PublishFailed),
        (At::Settling, |desk| desk.dies(NEW), Code::SuccessorLost),
        (
            At::Settling,
            |desk| desk.feed(Input::LegLost { leg: NEW, reason: LossReason::NetworkDisconnected }),
            Code::SuccessorLost,
        ),
    ];
    for (phase, fail, code) in fails {
        let mut desk = Desk::at(phase);
        fail(&mut desk);
        eprintln!("{phase:?}: {code:?}");
        assert_eq!((desk.status(), desk.session()), (Status::Handover, Some("one")));
        assert_eq!(desk.ledger.open_legs(), [OLD]);
        assert_eq!((desk.shown("ann"), desk.news()), (Some(OLD), vec![]));
        desk.wait(500);
        assert_eq!(desk.commands(), ["renew two #2"]);
        complete(&mut desk);
        assert_eq!((desk.outcomes(), desk.failure_codes()), (vec![Outcome::Completed], vec![code]));
        assert_eq!((desk.receipt().attempts, desk.shown("ann")), (2, Some(LegId(3))));
    }
}

#[test]
fn a_publisher_that_is_not_live_in_time_fails_the_attempt() {
    let mut desk = Desk::at(At::Connecting);
    desk.connected();
    desk.wait(seconds(19));
    assert_eq!(desk.ledger.open_legs(), [OLD, NEW]);
    desk.wait(seconds(1));
    assert_eq!(desk.ledger.open_legs(), [OLD]);
    desk.wait(500);
    complete(&mut desk);
    assert_eq!(desk.failure_codes(), [Code::PublishTimeout]);
}

#[test]
fn when_the_successor_dies_while_the_old_leg_closes_it_was_a_handover_and_becomes_a_recovery() {
    let mut desk = Desk::at(At::Leaving);
    desk.dies(NEW);
    assert_eq!(desk.outcomes(), [Outcome::Completed]);
    assert_eq!((desk.status(), desk.ledger.open_legs()), (Status::Recovering, vec![]));
    desk.renewed("three");
    desk.connected();
    desk.live();
    desk.arrives("ann");
    assert_eq!((desk.status(), desk.session()), (Status::Connected, Some("three")));
    assert_eq!(desk.ledger.interruptions, (1, 1));
}

#[test]
fn when_the_old_leg_dies_the_handover_goes_on_as_a_recovery() {
    let told = [(At::Renewing, 1), (At::Waiting, 1), (At::Connecting, 1), (At::Overlapping, 0), (At::Settling, 0)];
    for (phase, interruptions) in told {
        let mut desk = Desk::at(phase);
        desk.dies(OLD);
        eprintln!("{phase:?}");
        assert_eq!(desk.status() == Status::Recovering, interruptions == 1);
        if phase == At::Waiting {
            desk.wait(500);
        }
        complete(&mut desk);
        assert_eq!((desk.outcomes(), desk.session()), (vec![Outcome::Promoted], Some("two")));
        assert_eq!(desk.ledger.interruptions, (interruptions, interruptions));
        assert_eq!((desk.shown("ann"), desk.ledger.open_legs()), (Some(desk.leg()), vec![desk.leg()]));
        assert_eq!(desk.ledger.people(), ["ann@one", "me@one"]);
    }
}

#[test]
fn a_promoted_handover_has_the_time_of_a_recovery() {
    let mut desk = Desk::in_call(&["ann"]);
    desk.announce_until("two", Deadline::In(5000));
    desk.dies(OLD);
    desk.wait(seconds(60));
    assert_eq!(desk.status(), Status::Recovering);
    desk.renewed("two");
    complete(&mut desk);
    assert_eq!(desk.outcomes(), [Outcome::Promoted]);
}

#[test]
fn when_the_old_leg_dies_while_it_closes_nobody_hears_of_it() {
    let mut desk = Desk::at(At::Leaving);
    desk.dies(OLD);
    assert_eq!(desk.commands(), [""; 0]);
    desk.closed(OLD);
    assert_eq!(desk.outcomes(), [Outcome::Completed]);
}

#[test]
fn when_renew_fails_it_is_asked_again_while_there_is_time() {
    let fails: [(Deed, Code); 4] = [
        (|desk| desk.renew_fails(Code::RenewThrew), Code::RenewThrew),
        (|desk| desk.renew_fails(Code::RenewInvalid), Code::RenewInvalid),
        (|desk| desk.renewed("one"), Code::RenewSameSession),
        (|desk| desk.wait(seconds(10)), Code::RenewTimeout),
    ];
    for (fail, code) in fails {
        let mut desk = Desk::at(At::Renewing);
        fail(&mut desk);
        let told = |event: &Event| matches!(event, Event::RenewFailed { attempt: 1, retry_in: Some(_), .. });
        assert_eq!(desk.events().iter().filter(|event| told(event)).count(), 1);
        desk.wait(500);
        complete(&mut desk);
        assert_eq!((desk.outcomes(), desk.failure_codes()), (vec![Outcome::Completed], vec![code]));
    }
}

#[test]
fn when_renew_fails_to_the_last_the_call_stays_where_it_is() {
    let mut desk = Desk::at(At::Renewing);
    desk.wait(seconds(200));
    assert_eq!((desk.status(), desk.session()), (Status::Connected, Some("one")));
    assert_eq!(desk.outcomes(), [Outcome::Abandoned]);
    let last = desk.events().into_iter().rfind(|event| matches!(event, Event::RenewFailed { .. }));
    assert!(matches!(last, Some(Event::RenewFailed { retry_in: None, .. })));
    assert_eq!(desk.receipt().attempts as usize, desk.receipt().failures.len());
    desk.comes_to_rest();
}

#[test]
fn the_app_hears_that_renew_failed_before_it_hears_that_the_handover_is_over() {
    let mut desk = Desk::at(At::Renewing);
    desk.renew_fails(Code::RenewMissing);
    let events = desk.events();
    let failed = events.iter().position(|event| matches!(event, Event::RenewFailed { retry_in: None, .. }));
    let ended = events.iter().position(|event| matches!(event, Event::HandoverEnd(_)));
    assert!(failed < ended);
    assert_eq!((desk.outcomes(), desk.failure_codes()), (vec![Outcome::Abandoned], vec![Code::RenewMissing]));
    assert_eq!((desk.status(), desk.session()), (Status::Connected, Some("one")));
}

#[test]
fn a_late_answer_of_renew_is_ignored() {
    let mut desk = Desk::at(At::Renewing);
    desk.wait(seconds(10));
    let _ = desk.commands();
    desk.renewed("two");
    assert_eq!(desk.commands(), [""; 0]);
}

#[test]
fn of_two_announcements_the_newer_one_counts_until_all_of_ours_has_moved() {
    for phase in [At::Renewing, At::Waiting, At::Connecting, At::Overlapping] {
        let mut desk = Desk::at(phase);
        desk.announce("three");
        eprintln!("{phase:?}");
        assert_eq!((desk.outcomes(), desk.ledger.open_legs()), (vec![Outcome::Superseded], vec![OLD]));
        assert_eq!((desk.status(), desk.shown("ann")), (Status::Handover, Some(OLD)));
        desk.renewed("three");
        complete(&mut desk);
        assert_eq!((desk.outcomes(), desk.session()), (vec![Outcome::Superseded, Outcome::Completed], Some("three")));
        assert_eq!(desk.news(), [""; 0]);
        desk.gone_legs_are_silent();
    }
}

#[test]
fn what_is_announced_when_all_of_ours_has_moved_is_taken_up_afterwards() {
    for phase in [At::Settling, At::Leaving] {
        let mut desk = Desk::at(phase);
        desk.announce("three");
        desk.announce("four");
        assert_eq!(desk.outcomes(), []);
        desk.settles("ann");
        desk.closed(OLD);
        assert_eq!((desk.outcomes(), desk.session()), (vec![Outcome::Completed], Some("two")));
        assert!(desk.commands().contains(&"renew four #1".into()));
        desk.renewed("four");
        complete(&mut desk);
        assert_eq!((desk.outcomes(), desk.session()), (vec![Outcome::Completed; 2], Some("four")));
    }
}

#[test]
fn the_deadline_of_what_is_taken_up_later_counts_from_its_announcement() {
    let mut desk = Desk::at(At::Settling);
    desk.announce_until("three", Deadline::In(5000));
    desk.wait(3000);
    desk.settles("ann");
    desk.closed(OLD);
    let left = desk.events().into_iter().find_map(|event| match event {
        Event::HandoverStart { deadline, .. } => Some(deadline.as_millis()),
        _ => None,
    });
    assert_eq!(left, Some(2000));
}

#[test]
fn what_is_announced_while_settling_is_tried_next_if_the_successor_dies() {
    let mut desk = Desk::at(At::Settling);
    desk.announce("three");
    desk.dies(NEW);
    assert_eq!((desk.outcomes(), desk.session()), (vec![Outcome::Superseded], Some("one")));
    desk.renewed("three");
    complete(&mut desk);
    assert_eq!(desk.session(), Some("three"));
}

#[test]
fn the_same_announcement_twice_changes_nothing() {
    for phase in At::ALL {
        let mut desk = Desk::at(phase);
        desk.announce("two");
        let rejected = |event: &Event| matches!(event, Event::AnnouncementRejected { by_call: false, .. });
        assert_eq!(desk.events().iter().filter(|event| rejected(event)).count(), 1, "{phase:?}");
        assert_eq!(desk.outcomes(), []);
    }
}

#[test]
fn when_the_app_leaves_the_successor_is_given_back_and_the_sdk_has_the_last_word() {
    let commands: [(At, &[&str], Outcome); 6] = [
        (At::Renewing, &["abort renew", "disconnect 1"], Outcome::Cancelled),
        (At::Waiting, &["disconnect 1"], Outcome::Cancelled),
        (At::Connecting, &["close 2", "disconnect 1"], Outcome::Cancelled),
        (At::Overlapping, &["swap preview to 1", "close 2", "disconnect 1"], Outcome::Cancelled),
        (At::Settling, &["swap view 0 to 1", "swap preview to 1", "close 2", "disconnect 1"], Outcome::Cancelled),
        (At::Leaving, &["disconnect 2"], Outcome::Completed),
    ];
    for (phase, commands, outcome) in commands {
        let mut desk = Desk::at(phase);
        desk.feed(Input::Disconnect);
        assert_eq!(desk.commands(), commands, "{phase:?}");
        let leg = desk.machine.primary().expect("no leg");
        desk.feed(Input::LegLost { leg, reason: LossReason::Final });
        assert_eq!(desk.news(), ["disconnected"]);
        assert_eq!((desk.status(), desk.outcomes()), (Status::Disconnected, vec![outcome]));
        desk.comes_to_rest();
        desk.gone_legs_are_silent();
    }
}

#[test]
fn when_somebody_ends_the_call_the_other_leg_is_closed() {
    for phase in At::ALL {
        let mut desk = Desk::at(phase);
        let leg = desk.machine.primary().expect("no leg");
        desk.feed(Input::LegLost { leg, reason: LossReason::Final });
        eprintln!("{phase:?}");
        assert_eq!(desk.status(), Status::Disconnected);
        let outcome = if phase == At::Leaving { Outcome::Completed } else { Outcome::Cancelled };
        assert_eq!((desk.outcomes(), desk.ledger.open_legs()), (vec![outcome], vec![]));
        desk.gone_legs_are_silent();
    }
}

#[test]
fn when_the_manager_closes_everything_is_left_without_a_word() {
    for phase in At::ALL {
        let mut desk = Desk::at(phase);
        desk.feed(Input::Close);
        eprintln!("{phase:?}");
        assert_eq!((desk.news(), desk.ledger.open_legs()), (vec![], vec![]));
        let outcome = if phase == At::Leaving { Outcome::Completed } else { Outcome::Cancelled };
        assert_eq!((desk.status(), desk.outcomes()), (Status::Closed, vec![outcome]));
        desk.comes_to_rest();
        desk.gone_legs_are_silent();
    }
}

#[test]
fn at_its_deadline_a_handover_leaves_whoever_has_not_come() {
    let mut desk = Desk::at(At::Connecting);
    desk.connected();
    desk.live();
    desk.wait(seconds(119));
    assert_eq!((desk.ledger.open_legs(), desk.news()), (vec![OLD, NEW], vec![]));
    desk.wait(seconds(1));
    assert_eq!(desk.news(), ["ann-camera@one left", "a view ended", "ann@one left"]);
    desk.closed(OLD);
    assert_eq!(desk.outcomes(), [Outcome::Completed]);
}

#[test]
fn an_attempt_that_began_before_the_deadline_has_its_time() {
    let mut desk = Desk::in_call(&["ann"]);
    desk.announce_until("two", Deadline::In(3000));
    desk.renewed("two");
    desk.wait(4000);
    desk.connected();
    desk.live();
    desk.arrives("ann");
    desk.wait(1000);
    assert_eq!((desk.ledger.open_legs(), desk.shown("ann")), (vec![OLD, NEW], Some(OLD)));
    desk.presented("ann");
    desk.wait(0);
    assert_eq!((desk.ledger.open_legs(), desk.shown("ann")), (vec![NEW], Some(NEW)));
}

#[test]
fn a_call_that_is_being_connected_can_be_left_lost_and_closed() {
    let ends: [(Deed, Status); 5] = [
        (|desk| desk.feed(Input::Disconnect), Status::Disconnected),
        (|desk| desk.dies(OLD), Status::Disconnected),
        (|desk| desk.feed(Input::LegLost { leg: OLD, reason: LossReason::Final }), Status::Disconnected),
        (Desk::connect_fails, Status::Disconnected),
        (|desk| desk.feed(Input::Close), Status::Closed),
    ];
    for (end, status) in ends {
        let mut desk = Desk::new();
        desk.feed(Input::Connect(credentials("one")));
        end(&mut desk);
        assert_eq!((desk.status(), desk.ledger.open_legs()), (status, vec![]));
        let failed = desk.events().iter().any(|event| matches!(event, Event::ConnectFailed(_)));
        assert_eq!(failed, status == Status::Disconnected);
    }
}

#[test]
fn a_handover_needs_a_call() {
    let mut desk = Desk::new();
    desk.feed(Input::Handover(announcement("two", Deadline::None)));
    assert!(matches!(desk.events()[..], [Event::HandoverRefused(_)]));
}

fn refuse_to_publish(desk: &mut Desk) {
    desk.feed(Input::PublishFailed { leg: NEW, publisher: CAMERA, failure: failure(Code::PublishFailed) });
}

/// Goes on from wherever a handover is, to its end.
fn complete(desk: &mut Desk) {
    desk.renewed("two");
    if desk.machine.legs().last() != Some(&desk.leg()) {
        desk.connected();
    }
    desk.live();
    desk.arrives("ann");
    desk.presented("ann");
    if let [old, _] = desk.machine.legs()[..] {
        desk.settles("ann");
        desk.closed(old);
    }
}
