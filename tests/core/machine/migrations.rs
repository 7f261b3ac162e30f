//! The SDK migrates by itself: it is believed when a signal to oneself comes back.

use opentok_handover::core::ids::{LegId, OutgoingId};
use opentok_handover::core::machine::TimeoutReason;
use opentok_handover::core::protocol::{Input, LossReason};
use opentok_handover::core::state::Status;

use super::desk::{At, Desk, credentials, seconds};

const LEG: LegId = LegId(1);

#[test]
fn a_migration_that_works_is_proved_once_and_then_nothing_is_asked_any_more() {
    let mut desk = migrating();
    for _ in 0..9 {
        desk.wait(2000);
        assert_eq!(desk.commands(), ["probe 1"]);
        desk.answers(LEG, true);
    }
    desk.feed(Input::Migrated(LEG));
    desk.wait(0);
    assert_eq!(desk.commands(), ["probe 1"]);
    desk.answers(LEG, true);
    desk.wait(2000);
    assert_eq!(desk.commands(), ["probe 1"]);
    desk.answers(LEG, true);
    assert_eq!((desk.status(), desk.machine.poll_timeout()), (Status::Connected, None));
    assert_eq!(desk.news(), Vec::<String>::new());
}

#[test]
fn a_session_that_leaves_right_after_it_says_that_it_has_migrated_is_lost() {
    let mut desk = migrating();
    desk.feed(Input::Migrated(LEG));
    desk.wait(0);
    desk.answers(LEG, true);
    desk.wait(100);
    desk.feed(Input::LegLost { leg: LEG, reason: LossReason::ClientDisconnected });
    assert_eq!(desk.status(), Status::Recovering);
}

#[test]
fn a_session_that_says_it_has_migrated_and_is_dead_is_lost_at_once() {
    let mut desk = migrating();
    desk.feed(Input::Migrated(LEG));
    desk.wait(0);
    desk.answers(LEG, false);
    assert_eq!((desk.status(), desk.commands().pop()), (Status::Recovering, Some("renew one #1".into())));
}

#[test]
fn new_servers_that_refuse_are_the_end_of_the_session_though_the_sdk_goes_on() {
    let mut desk = migrating();
    desk.feed(Input::MigrationFailed(LEG));
    assert_eq!((desk.status(), desk.commands()), (Status::Recovering, vec!["drop 1".into(), "renew one #1".into()]));
    assert_eq!(desk.ledger.interruptions, (1, 0));
}

#[test]
fn one_bad_answer_may_be_the_change_of_sockets_and_two_are_not() {
    let mut desk = migrating();
    desk.wait(2000);
    desk.answers(LEG, false);
    assert_eq!(desk.status(), Status::Connected);
    desk.wait(2000);
    desk.answers(LEG, true);
    desk.wait(2000);
    desk.answers(LEG, false);
    assert_eq!(desk.status(), Status::Connected);
    desk.wait(2000);
    desk.answers(LEG, false);
    assert_eq!(desk.status(), Status::Recovering);
}

#[test]
fn a_session_that_does_not_answer_at_all_is_lost_too() {
    let mut desk = migrating();
    desk.wait(2000);
    desk.wait(2000);
    assert_eq!(desk.status(), Status::Connected);
    desk.wait(2000);
    assert_eq!(desk.status(), Status::Recovering);
}

#[test]
fn a_migration_that_hangs_is_left_to_the_old_servers() {
    let mut desk = migrating();
    for _ in 0..15 {
        desk.wait(2000);
        desk.answers(LEG, true);
    }
    assert_eq!((desk.status(), desk.machine.poll_timeout()), (Status::Connected, None));
    desk.dies(LEG);
    assert_eq!(desk.status(), Status::Recovering);
}

#[test]
fn the_sdks_own_leaving_is_a_loss_while_it_migrates_and_the_end_otherwise() {
    let mut desk = migrating();
    desk.feed(Input::LegLost { leg: LEG, reason: LossReason::ClientDisconnected });
    assert_eq!(desk.status(), Status::Recovering);

    let mut desk = Desk::in_call(&["ann"]);
    desk.feed(Input::LegLost { leg: LEG, reason: LossReason::ClientDisconnected });
    assert_eq!(desk.status(), Status::Disconnected);
}

#[test]
fn an_app_that_leaves_in_the_middle_has_left_even_if_the_sdk_never_says_so() {
    let mut desk = migrating();
    desk.feed(Input::Disconnect);
    assert_eq!(desk.commands(), ["disconnect 1"]);
    desk.wait(seconds(3));
    assert_eq!((desk.status(), desk.commands()), (Status::Disconnected, vec!["close 1".into()]));
    assert_eq!(desk.machine.poll_timeout(), None);
}

#[test]
fn what_the_sdk_repairs_is_told_once_and_so_is_its_end() {
    let mut desk = Desk::in_call(&["ann"]);
    desk.feed(Input::Repairing(LEG));
    desk.feed(Input::Repairing(LEG));
    desk.feed(Input::Repaired(LEG));
    assert_eq!(desk.news(), ["reconnecting", "reconnected"]);
    // What it can't repair goes on as one and the same interruption.
    desk.feed(Input::Repairing(LEG));
    desk.feed(Input::LegLost { leg: LEG, reason: LossReason::NetworkDisconnected });
    assert_eq!((desk.status(), desk.news()), (Status::Recovering, vec!["reconnecting".into()]));
}

#[test]
fn a_socket_that_the_sdk_forgets_to_report_repaired_counts_as_repaired_once_the_migration_is_proved() {
    let mut desk = migrating();
    desk.feed(Input::Repairing(LEG));
    desk.feed(Input::Migrated(LEG));
    desk.wait(0);
    desk.answers(LEG, true);
    assert_eq!(desk.news(), ["reconnecting", "reconnected"]);
}

#[test]
fn a_call_that_the_sdk_repairs_is_back_as_soon_as_it_has_moved() {
    let mut desk = Desk::at(At::Overlapping);
    desk.feed(Input::Repairing(LEG));
    assert_eq!(desk.ledger.interruptions, (1, 0));
    desk.presented("ann");
    assert_eq!(desk.ledger.interruptions, (1, 1));
    desk.feed(Input::Repairing(LEG));
    assert_eq!(desk.ledger.interruptions, (1, 1));
}

#[test]
fn what_was_hard_to_connect_is_watched_as_well() {
    let mut desk = Desk::in_call(&[]);
    desk.dies(LEG);
    desk.renewed("two");
    desk.wait(3000);
    desk.connected();
    desk.live();
    desk.wait(60);
    desk.feed(Input::MigrationFailed(desk.leg()));
    assert_eq!(desk.status(), Status::Recovering);
}

#[test]
fn what_was_easy_to_connect_is_believed() {
    let mut desk = Desk::in_call(&[]);
    desk.dies(LEG);
    desk.renewed("two");
    desk.wait(2000);
    desk.connected();
    desk.live();
    desk.feed(Input::MigrationFailed(desk.leg()));
    desk.wait(seconds(120));
    assert_eq!((desk.status(), desk.machine.poll_timeout()), (Status::Connected, None));
}

#[test]
fn what_the_sdk_repairs_while_others_are_waited_for_is_told_to_be_repaired() {
    let mut desk = Desk::in_call(&["ann", "bob"]);
    desk.dies(LEG);
    desk.renewed("two");
    desk.connected();
    desk.live();
    let _ = desk.news();
    let leg = desk.leg();
    desk.feed(Input::Repairing(leg));
    desk.feed(Input::Repaired(leg));
    assert_eq!((desk.status(), desk.news()), (Status::Recovering, vec!["reconnecting".into(), "reconnected".into()]));
}

#[test]
fn a_call_that_was_cut_off_is_back_when_the_leg_under_repair_dies_and_everything_has_moved() {
    let mut desk = Desk::at(At::Overlapping);
    desk.feed(Input::Repairing(LEG));
    desk.presented("ann");
    desk.dies(LEG);
    assert_eq!((desk.status(), desk.news()), (Status::Connected, vec!["reconnecting".into(), "reconnected".into()]));
}

#[test]
fn what_is_repaired_before_it_is_connected_is_nobodys_business() {
    let mut desk = Desk::new();
    desk.feed(Input::Connect(credentials("one")));
    desk.feed(Input::Repairing(LEG));
    assert_eq!(desk.news(), Vec::<String>::new());
}

#[test]
fn both_legs_may_migrate_and_each_is_watched() {
    let mut desk = Desk::at(At::Overlapping);
    let new = desk.leg();
    desk.feed(Input::Migrating(LEG));
    desk.feed(Input::Migrating(new));
    desk.wait(2000);
    assert_eq!(desk.commands(), ["probe 1", "probe 2"]);
    desk.feed(Input::LegLost { leg: LEG, reason: LossReason::ClientDisconnected });
    assert_eq!((desk.status(), desk.ledger.open_legs()), (Status::Connected, vec![new]));
}

#[test]
fn an_answer_to_a_question_from_before_the_migrations_end_proves_nothing() {
    let begins_anew: [fn(&mut Desk); 2] = [|_| {}, |desk| desk.feed(Input::Migrating(LEG))];
    for begin in begins_anew {
        for (alive, status) in [(true, Status::Connected), (false, Status::Recovering)] {
            let mut desk = migrating();
            desk.wait(2000);
            begin(&mut desk);
            desk.feed(Input::Migrated(LEG));
            desk.answers(LEG, !alive);
            assert_eq!((desk.status(), desk.commands()), (Status::Connected, vec!["probe 1".into()]));
            desk.wait(0);
            desk.answers(LEG, alive);
            assert_eq!(desk.status(), status);
        }
    }
}

#[test]
fn who_is_leaving_does_not_mind_what_becomes_of_a_migration() {
    let mut desk = Desk::in_call(&["ann"]);
    desk.feed(Input::Disconnect);
    desk.feed(Input::Migrating(LEG));
    desk.feed(Input::MigrationFailed(LEG));
    assert_eq!(desk.ledger.open_legs(), [LEG]);
    desk.wait(seconds(3));
    assert_eq!((desk.status(), desk.ledger.open_legs()), (Status::Disconnected, vec![]));
}

#[test]
fn a_migration_that_hung_may_end_in_the_sdks_leaving_much_later() {
    let mut desk = migrating();
    for _ in 0..15 {
        desk.wait(2000);
        desk.answers(LEG, true);
    }
    desk.wait(seconds(3600));
    desk.feed(Input::LegLost { leg: LEG, reason: LossReason::ClientDisconnected });
    assert_eq!(desk.status(), Status::Recovering);
}

#[test]
fn a_page_that_sleeps_through_a_migration_asks_when_it_wakes() {
    let mut desk = migrating();
    desk.now += seconds(3600);
    desk.feed(Input::Timeout);
    assert_eq!(desk.commands(), ["probe 1"]);
    desk.wait(seconds(4));
    assert_eq!(desk.status(), Status::Recovering);
}

#[test]
fn while_nothing_migrates_the_machine_wants_nothing() {
    let desk = Desk::in_call(&["ann"]);
    assert_eq!(desk.machine.poll_timeout(), None);
    assert_eq!(migrating().machine.poll_timeout().map(|(_, why)| why), Some(TimeoutReason::Migration));
}

#[test]
fn what_the_sdk_refuses_between_two_sockets_is_sent_in_its_order_when_it_can_be() {
    let mut desk = migrating();
    let send = |number| Input::Send { outgoing: OutgoingId(number), to: None, wait: true };
    let refused = |number| Input::Unsent { outgoing: OutgoingId(number), to: None };
    desk.feed(send(1));
    assert_eq!((desk.sent(), desk.machine.may_send_later()), (vec![1], true));
    desk.feed(refused(1));
    desk.feed(send(2));
    assert_eq!(desk.sent(), [1], "they would change places");
    desk.wait(100);
    assert_eq!(desk.sent(), [1, 1, 2]);
    // Not yet.
    desk.feed(refused(1));
    desk.feed(refused(2));
    desk.wait(100);
    assert_eq!(desk.sent(), [1, 1, 2, 1, 2]);
    desk.feed(send(3));
    assert_eq!((desk.sent().pop(), desk.refused()), (Some(3), vec![]));
}

#[test]
fn what_waits_for_the_new_socket_is_sent_after_a_recovery_if_there_never_is_one() {
    let mut desk = migrating();
    desk.feed(Input::Send { outgoing: OutgoingId(1), to: None, wait: true });
    desk.feed(Input::Unsent { outgoing: OutgoingId(1), to: None });
    assert_eq!(desk.sent(), [1]);
    desk.feed(Input::MigrationFailed(LEG));
    desk.renewed("two");
    desk.wait(100);
    desk.connected();
    desk.live();
    assert_eq!(desk.sent(), [1]);
    desk.arrives("ann");
    assert_eq!(desk.sent(), [1, 1]);
}

#[test]
fn a_signal_that_is_refused_by_a_session_as_it_should_be_is_not_worth_another_try() {
    assert!(!Desk::in_call(&["ann"]).machine.may_send_later());
}

fn migrating() -> Desk {
    let mut desk = Desk::in_call(&["ann"]);
    let _ = (desk.news(), desk.commands());
    desk.feed(Input::Migrating(LEG));
    desk
}

#[test]
fn a_subscriber_that_the_sdk_gives_up_is_taken_anew() {
    let mut desk = Desk::in_call(&["ann"]);
    let view = desk.view("ann");
    let _ = desk.commands();
    desk.feed(Input::ViewLost { leg: LEG, view });
    assert_eq!(desk.commands(), ["unsubscribe view 0 on 1", "subscribe to ann-camera@one on 1"]);
    desk.presented("ann");
    assert_eq!((desk.shown("ann"), desk.news()), (Some(LEG), vec![]));
}

#[test]
fn a_subscriber_that_is_given_up_again_and_again_is_over_in_the_end() {
    let mut desk = Desk::in_call(&["ann"]);
    let view = desk.view("ann");
    for _ in 0..3 {
        desk.feed(Input::ViewLost { leg: LEG, view });
        assert!(desk.machine.has_view(view));
    }
    desk.feed(Input::ViewLost { leg: LEG, view });
    assert!(!desk.machine.has_view(view));
    // One that had a picture in between begins anew.
    let mut desk = Desk::in_call(&["ann"]);
    let view = desk.view("ann");
    for _ in 0..10 {
        desk.feed(Input::ViewLost { leg: LEG, view });
        desk.presented("ann");
    }
    assert!(desk.machine.has_view(view));
}
