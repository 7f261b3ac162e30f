//! What holds for everybody in every world, in the end. What holds at each step is in `world/law.rs`.

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use opentok_handover::core::receipt::Outcome;
use opentok_handover::core::state::Status;

use super::world::{Client, Manner, Nature, World};

const WORLDS: u64 = 150;

/// Worlds that are made when they are asked for.
const ALL: u64 = 100_000;

/// After so many the long run says how far it is.
const PIECE: u64 = 5_000;

#[test]
fn a_planned_handover_moves_everybody_without_a_timeout() {
    for_worlds(0..WORLDS, Nature::default(), |world| {
        for client in &world.clients {
            let receipts = &client.ledger.receipts;
            assert_eq!(receipts.iter().map(|receipt| receipt.outcome).collect::<Vec<_>>(), [Outcome::Completed]);
            assert!(receipts[0].duration.as_secs() < 9, "{} waited for a timeout", client.name);
        }
    });
}

#[test]
fn failing_attempts_cost_nobody_a_picture_or_a_signal() {
    for_worlds(0..WORLDS, Nature { clumsy: true, ..Nature::default() }, |_| {});
}

#[test]
fn everybody_meets_again_when_the_old_session_ends_in_the_middle() {
    for_worlds(0..WORLDS, Nature { forced: true, ..Nature::default() }, |_| {});
    for_worlds(0..WORLDS, Nature { forced: true, clumsy: true, ..Nature::default() }, |_| {});
}

#[test]
fn everybody_meets_again_though_some_are_cut_off_on_the_way() {
    for_worlds(0..WORLDS, Nature { flaky: true, ..Nature::default() }, |_| {});
    for_worlds(0..WORLDS, Nature { flaky: true, clumsy: true, forced: true, ..Nature::default() }, |_| {});
}

#[test]
fn whoever_comes_or_leaves_meanwhile_comes_and_leaves_once() {
    for_worlds(0..WORLDS, Nature { coming: true, going: true, apart: true, ..Nature::default() }, |_| {});
}

#[test]
fn whoever_never_hears_of_it_is_seen_until_the_deadline() {
    for_worlds(0..WORLDS, Nature { deaf: true, ..Nature::default() }, |_| {});
}

#[test]
fn whoever_is_slow_is_waited_for() {
    for_worlds(0..WORLDS, Nature { slow: true, apart: true, ..Nature::default() }, |_| {});
}

#[test]
fn strangers_are_seen_as_long_as_they_are_anywhere() {
    for_worlds(0..WORLDS, Nature { strange: true, apart: true, ..Nature::default() }, |_| {});
}

#[test]
fn in_rooms_of_many_whatever_happens() {
    for seed in 0..WORLDS {
        drop(check(seed, Nature::drawn(seed), |_| {}).expect("a good end"));
    }
}

/// `npm test -- rooms`, and with a number in `SEED` that room alone, step by step.
#[test]
#[ignore = "takes minutes: npm test -- rooms runs it, optimized"]
fn a_hundred_thousand_rooms_of_many_whatever_happens() {
    if let Ok(seed) = std::env::var("SEED") {
        let seed = seed.parse().expect("SEED is the number of a room");
        let world = World::new(seed, Nature::drawn(seed)).told();
        drop(come_to_a_good_end(world));
        return;
    }
    #[expect(clippy::disallowed_methods, reason = "how long it took is told")]
    let began = Instant::now();
    let [next, steps, people, broken] = [(); 4].map(|()| AtomicU64::new(0));
    let work = || {
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= ALL {
                return;
            }
            if let Some(world) = check(seed, Nature::drawn(seed), |_| {}) {
                steps.fetch_add(world.steps, Ordering::Relaxed);
                people.fetch_add((world.clients.len() + world.strangers.len()) as u64, Ordering::Relaxed);
            } else {
                broken.fetch_add(1, Ordering::Relaxed);
            }
            if (seed + 1) % PIECE == 0 {
                println!("{} of {ALL} rooms, {} broke a promise", seed + 1, broken.load(Ordering::Relaxed));
            }
        }
    };
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| (0..workers).for_each(|_| drop(scope.spawn(work))));
    let took = began.elapsed().as_secs_f64();
    let [steps, people, broken] = [steps, people, broken].map(AtomicU64::into_inner);
    let [rooms, inputs] = [ALL, steps].map(|count| count as f64 / took);
    println!("{ALL} rooms with {people} people in {took:.0} s: {rooms:.0} rooms and {inputs:.0} inputs a second");
    assert_eq!(broken, 0, "rooms that broke a promise");
}

fn for_worlds(seeds: Range<u64>, nature: Nature, also: impl Fn(&World)) {
    for seed in seeds {
        drop(check(seed, nature, &also).expect("a good end"));
    }
}

/// Runs a world. Of one that breaks a promise it says how its story is told.
fn check(seed: u64, nature: Nature, also: impl Fn(&World)) -> Option<World> {
    let world = catch_unwind(AssertUnwindSafe(|| {
        let world = come_to_a_good_end(World::new(seed, nature));
        also(&world);
        world
    }));
    if let Err(objection) = &world {
        let owned = objection.downcast_ref::<String>().map(String::as_str);
        println!("{}", owned.or_else(|| objection.downcast_ref().copied()).unwrap_or("without a word"));
        println!("room {seed} broke a promise, being {nature:?}");
        println!("`SEED={seed} npm test -- rooms` tells its story, if it is one of those that are drawn");
    }
    world.ok()
}

fn come_to_a_good_end(mut world: World) -> World {
    world.run();
    everybody_is_there(&world);
    everybody_hears(&world);
    world
}

/// All who have not left are in session "two", nobody is anywhere else, and everybody sees everybody.
fn everybody_is_there(world: &World) {
    let strangers = world.strangers.iter().filter(|it| it.manner != Manner::Remains).count();
    let strangers = if world.nature.forced { world.members("two") - here(world).count() } else { strangers };
    let others = here(world).count() + strangers;
    let ends = world.nature.forced || world.nature.strange || world.nature.deaf;
    assert!(ends || world.members("one") == 0, "somebody is left behind");
    assert_eq!(world.members("two"), others);
    for client in here(world) {
        let session = client.machine.session().map(|session| session.as_str());
        assert_eq!((client.machine.status(), session), (Status::Connected, Some("two")), "{}", client.name);
        assert_eq!(client.ledger.people().len(), others, "{} knows {:?}", client.name, client.ledger.people());
        assert_eq!((client.ledger.streams().len(), client.watching.len()), (others - 1, others - 1), "{}", client.name);
        for (view, (stream, _)) in &client.watching {
            let shown = client.machine.shown(*view);
            assert_eq!(shown, client.machine.primary(), "{} sees {stream} in {view:?}", client.name);
        }
        assert_eq!(client.ledger.held_signals(), 0);
    }
}

/// Everything in order and nothing twice; and nothing is lost of what was said in front of somebody, unless a connection is.
fn everybody_hears(world: &World) {
    for receiver in &world.clients {
        for sender in 0..world.clients.len() + world.strangers.len() {
            let heard = heard(receiver, sender);
            let name = world.name(sender);
            assert!(heard.is_sorted_by(|one, other| one < other), "{} hears {name}: {heard:?}", receiver.name);
            if !may_be_lost(world, receiver, sender) {
                let complete = heard.windows(2).all(|pair| pair[0] + 1 == pair[1]);
                assert!(complete, "{} hears {name}: {heard:?}", receiver.name);
            }
            let stays = |it: &Client| it.was_first && !it.left;
            if let Some(other) = world.clients.get(sender).filter(|other| stays(other) && stays(receiver))
                && !may_be_lost(world, receiver, sender)
            {
                assert_eq!(heard, (1..=other.sent).collect::<Vec<_>>(), "{} hears {name}", receiver.name);
            }
        }
    }
}

/// Whether something that is said while both are in the call may not be heard: where connections are lost, where one leaves
/// the other behind at the deadline, and between one who came to the successor only and one who had to go back from there.
fn may_be_lost(world: &World, receiver: &Client, sender: usize) -> bool {
    let both_first = receiver.was_first && world.clients.get(sender).is_some_and(|it| it.was_first);
    let is_stranger = sender >= world.clients.len();
    world.nature.is_lossy() || world.nature.deaf || is_stranger || world.nature.clumsy && !both_first
}

/// Those who have not left.
fn here(world: &World) -> impl Iterator<Item = &Client> {
    world.clients.iter().filter(|client| !client.left)
}

/// The numbers of somebody's signals that the receiver's app has heard.
fn heard(receiver: &Client, sender: usize) -> Vec<usize> {
    receiver.heard.iter().filter(|(from, _)| *from == sender).map(|(_, number)| *number).collect()
}
