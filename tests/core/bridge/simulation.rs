//! What holds for everybody in every world.

use std::collections::BTreeSet;

use super::world::{Client, Nature, Signal, World};

/// Nothing is slower than the hold time, there and back.
const QUICK: Nature = Nature { latency: 900, rough: false, announced: true, forger: false };

#[test]
fn nobody_misses_a_signal_or_hears_it_twice_when_no_leg_dies() {
    for_many_worlds(QUICK, |world| {
        for receiver in &world.clients {
            for sender in &world.clients {
                assert_eq!(heard(receiver, sender), sent(sender, receiver));
            }
        }
    });
}

#[test]
fn whatever_arrives_is_heard_once_and_in_order_though_legs_die_and_people_come_late() {
    for_many_worlds(Nature { rough: true, ..QUICK }, |world| {
        everything_that_arrived_was_heard_once(world, 0);
        everybody_was_heard_in_order(world, 0);
    });
}

#[test]
fn whatever_arrives_is_heard_once_though_legs_are_slower_than_the_hold_time() {
    let slow = Nature { latency: 8000, rough: true, ..QUICK };
    for_many_worlds(slow, |world| everything_that_arrived_was_heard_once(world, 0));
}

#[test]
fn a_forger_changes_nothing_for_those_who_announced_their_connection() {
    let forged = Nature { rough: true, forger: true, ..QUICK };
    for_many_worlds(forged, |world| {
        everything_that_arrived_was_heard_once(world, 1);
        everybody_was_heard_in_order(world, 1);
    });
}

#[test]
fn a_forger_suppresses_no_signal_that_arrives_on_both_legs() {
    let forged = Nature { announced: false, forger: true, ..QUICK };
    for_many_worlds(forged, |world| everything_that_arrived_was_heard_once(world, 1));
}

#[test]
fn the_same_seed_gives_the_same_world() {
    let nature = Nature { rough: true, forger: true, ..QUICK };
    let [one, other] = [(); 2].map(|()| {
        let mut world = World::new(7, nature);
        world.run();
        world.clients.into_iter().map(|client| client.heard).collect::<Vec<_>>()
    });
    assert!(one.iter().any(|heard| !heard.is_empty()));
    assert_eq!(one, other);
}

fn for_many_worlds(nature: Nature, check: impl Fn(&World)) {
    for seed in 0..500 {
        let mut world = World::new(seed, nature);
        world.run();
        eprintln!("seed {seed}");
        check(&world);
    }
}

/// Leaves out the first `forgers` clients, whose own signals are their own affair.
fn everything_that_arrived_was_heard_once(world: &World, forgers: usize) {
    let forged: Vec<_> = world.clients.iter().take(forgers).map(|it| &it.name).collect();
    let honest = |signal: &&Signal| !forged.contains(&&signal.0);
    for receiver in &world.clients {
        assert_eq!(receiver.heard.len() + receiver.discarded, receiver.handed_in.len());
        let arrived: BTreeSet<_> = receiver.handed_in.iter().filter(honest).collect();
        let mut heard: Vec<_> = receiver.heard.iter().filter(honest).collect();
        heard.sort();
        assert_eq!(heard, arrived.into_iter().collect::<Vec<_>>());
    }
}

fn everybody_was_heard_in_order(world: &World, forgers: usize) {
    for sender in world.clients.iter().skip(forgers) {
        for receiver in &world.clients {
            let heard = heard(receiver, sender);
            assert!(heard.is_sorted(), "{} from {}: {heard:?}", receiver.name, sender.name);
        }
    }
}

/// The numbers that the receiver has heard of the sender, in order.
fn heard(receiver: &Client, sender: &Client) -> Vec<usize> {
    let signals = receiver.heard.iter();
    signals.filter(|(name, _)| *name == sender.name).map(|(_, number)| *number).collect()
}

/// The numbers that the sender has sent to the receiver.
fn sent(sender: &Client, receiver: &Client) -> Vec<usize> {
    let signals = sender.sent.iter().zip(1..);
    signals.filter(|(to, _)| to.as_ref().is_none_or(|name| *name == receiver.name)).map(|(_, number)| number).collect()
}
