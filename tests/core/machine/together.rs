//! What holds for everybody in every world.

use std::ops::Range;

use opentok_handover::core::receipt::Outcome;
use opentok_handover::core::state::Status;

use super::world::{Client, Nature, World};

const WORLDS: u64 = 150;

#[test]
fn a_planned_handover_moves_everybody_and_nobody_misses_anybody() {
    for_many_worlds(Nature::default(), |world| {
        for client in &world.clients {
            assert_eq!(client.missed, [""; 0], "{} missed somebody", client.name);
            let outcomes: Vec<_> = client.ledger.receipts.iter().map(|receipt| receipt.outcome).collect();
            assert_eq!(outcomes, [Outcome::Completed]);
            assert!(client.ledger.receipts[0].duration.as_secs() < 9, "{} waited for a timeout", client.name);
        }
        everybody_hears_everything(world);
    });
}

#[test]
fn a_crowd_that_moves_one_by_one_misses_nobody_on_the_way() {
    for_worlds(0..25, Nature { crowded: true, apart: true, ..Nature::default() }, |world| {
        for client in &world.clients {
            assert_eq!(client.missed, [""; 0], "{} missed somebody", client.name);
            let outcomes: Vec<_> = client.ledger.receipts.iter().map(|receipt| receipt.outcome).collect();
            assert_eq!(outcomes, [Outcome::Completed], "{}", client.name);
        }
        everybody_hears_everything(world);
    });
}

#[test]
fn a_crowd_meets_again_whatever_breaks() {
    for_worlds(0..25, Nature { crowded: true, apart: true, clumsy: true, ..Nature::default() }, |world| {
        for client in &world.clients {
            assert_eq!(client.missed, [""; 0], "{} missed somebody", client.name);
        }
        everybody_hears_everything(world);
    });
    for_worlds(0..25, Nature { crowded: true, flaky: true, clumsy: true, ..Nature::default() }, nobody_hears_twice);
    for_worlds(0..25, Nature { crowded: true, flaky: true, forced: true, ..Nature::default() }, nobody_hears_twice);
}

#[test]
fn failing_attempts_cost_nobody_a_picture_or_a_signal() {
    for_many_worlds(Nature { clumsy: true, ..Nature::default() }, |world| {
        for client in &world.clients {
            assert_eq!(client.missed, [""; 0], "{} missed somebody", client.name);
        }
        everybody_hears_everything(world);
    });
}

#[test]
fn everybody_meets_again_when_the_old_session_ends_in_the_middle() {
    for_many_worlds(Nature { forced: true, ..Nature::default() }, nobody_hears_twice);
    for_many_worlds(Nature { forced: true, clumsy: true, ..Nature::default() }, nobody_hears_twice);
}

#[test]
fn everybody_meets_again_though_some_are_cut_off_on_the_way() {
    for_many_worlds(Nature { flaky: true, ..Nature::default() }, nobody_hears_twice);
    for_many_worlds(Nature { flaky: true, clumsy: true, forced: true, ..Nature::default() }, nobody_hears_twice);
}

fn for_many_worlds(nature: Nature, check: impl Fn(&World)) {
    for_worlds(0..WORLDS, nature, check);
}

fn for_worlds(seeds: Range<u64>, nature: Nature, check: impl Fn(&World)) {
    for seed in seeds {
        let mut world = World::new(seed, nature);
        eprintln!("seed {seed}");
        world.run();
        everybody_is_there(&world);
        check(&world);
    }
}

/// All are in session "two", nobody is anywhere else, and everybody sees everybody.
fn everybody_is_there(world: &World) {
    let others = world.clients.len() - 1;
    assert_eq!((world.members("one"), world.members("two")), (0, world.clients.len()));
    for client in &world.clients {
        let session = client.machine.session().map(|session| session.as_str());
        assert_eq!((client.machine.status(), session), (Status::Connected, Some("two")), "{}", client.name);
        assert_eq!(client.ledger.people().len(), others + 1, "{} sees {:?}", client.name, client.ledger.people());
        assert_eq!((client.ledger.streams().len(), client.watching.len()), (others, others), "{}", client.name);
        assert!(client.watching.keys().all(|view| client.machine.shown(*view) == client.machine.primary()));
        assert_eq!(client.ledger.held_signals(), 0);
    }
}

fn everybody_hears_everything(world: &World) {
    for receiver in &world.clients {
        for (number, sender) in world.clients.iter().enumerate() {
            let all: Vec<usize> = (1..=sender.sent).collect();
            assert_eq!(heard(receiver, number), all, "{} hears {}", receiver.name, sender.name);
        }
    }
}

fn nobody_hears_twice(world: &World) {
    for receiver in &world.clients {
        for sender in 0..world.clients.len() {
            let heard = heard(receiver, sender);
            assert!(heard.is_sorted_by(|one, other| one < other), "{} hears {sender}: {heard:?}", receiver.name);
        }
    }
}

/// The numbers of somebody's signals that the receiver's app has heard.
fn heard(receiver: &Client, sender: usize) -> Vec<usize> {
    receiver.heard.iter().filter(|(from, _)| *from == sender).map(|(_, number)| *number).collect()
}
