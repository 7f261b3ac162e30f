//! Application servers, a platform and people, schedule by schedule: callbacks out of order and twice, failures, lost
//! answers, and crashes between any two steps.
//!
//! A schedule is drawn from a seed. What must hold is in [`law`].

mod cast;
mod driver;
mod law;
mod trouble;
mod world;

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::thread::{available_parallelism, scope};

use self::trouble::Tally;
use self::world::{Trace, World};

/// Schedules that run with all the other tests.
const SOME: u64 = 3_000;

/// Schedules that run when they are asked for.
const ALL: u64 = 1_000_000;

/// After so many the long run says how far it is.
const PIECE: u64 = 50_000;

#[test]
fn whatever_breaks_there_is_one_successor_and_everything_follows_once() {
    let tally = run(0, SOME);
    for what in trouble::ALL {
        assert!(tally.contains_key(*what), "never happened: {what}");
    }
}

#[test]
fn the_same_seed_gives_the_same_schedule() {
    for seed in 0..30 {
        let [one, other] = [(); 2].map(|()| {
            let mut world = World::new(seed, Trace::Kept(vec![]));
            world.run();
            world.into_trace()
        });
        assert!(one.len() > 3);
        assert_eq!(one, other);
    }
}

/// `npm test -- server-simulation`, and with a number in `SEED` that schedule alone, line by line.
#[test]
#[ignore = "takes minutes: npm test -- server-simulation"]
fn a_million_times_whatever_breaks_there_is_one_successor_and_everything_follows_once() {
    if let Ok(seed) = std::env::var("SEED") {
        run_one(seed.parse().expect("SEED is the number of a schedule"), Trace::Printed);
        return;
    }
    let mut tally = Tally::new();
    for piece in 0..ALL / PIECE {
        add(&mut tally, run_side_by_side(piece * PIECE, PIECE));
        println!("{} of {ALL} schedules have come to a good end", (piece + 1) * PIECE);
    }
    for (what, count) in tally {
        println!("{count:>9} {what}");
    }
}

/// Runs so many schedules on all cores.
fn run_side_by_side(first: u64, count: u64) -> Tally {
    let cores = available_parallelism().map_or(1, |cores| cores.get() as u64);
    let share = count.div_ceil(cores);
    let end = first + count;
    scope(|scope| {
        let start = |core: u64| {
            let from = (first + core * share).min(end);
            scope.spawn(move || run(from, share.min(end - from)))
        };
        let running: Vec<_> = (0..cores).map(start).collect();
        let mut tally = Tally::new();
        for piece in running {
            add(&mut tally, piece.join().unwrap_or_else(|objection| resume_unwind(objection)));
        }
        tally
    })
}

/// Runs so many schedules and returns what happened in them.
fn run(first: u64, count: u64) -> Tally {
    let mut tally = Tally::new();
    for seed in first..first + count {
        add(&mut tally, run_one(seed, Trace::Nowhere));
    }
    tally
}

/// Runs a schedule. Of one that breaks a promise it says how its story is told.
fn run_one(seed: u64, trace: Trace) -> Tally {
    catch_unwind(AssertUnwindSafe(|| World::new(seed, trace).run())).unwrap_or_else(|objection| {
        println!("schedule {seed} broke a promise: {}", words(&*objection));
        println!("`SEED={seed} npm test -- server-simulation` tells its story");
        resume_unwind(objection)
    })
}

fn words(objection: &dyn Any) -> &str {
    let owned = objection.downcast_ref::<String>().map(String::as_str);
    owned.or_else(|| objection.downcast_ref().copied()).unwrap_or("without a word")
}

fn add(tally: &mut Tally, more: Tally) {
    for (what, count) in more {
        *tally.entry(what).or_default() += count;
    }
}
