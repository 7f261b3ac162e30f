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
    let report = run(0, SOME);
    assert_eq!(report.broken, Vec::<u64>::new(), "schedules that broke a promise");
    for what in trouble::ALL {
        assert!(report.tally.contains_key(*what), "never happened: {what}");
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
        run_one(seed.parse().expect("SEED is the number of a schedule"), Trace::Printed).expect("it broke a promise");
        return;
    }
    let mut report = Report::default();
    for piece in 0..ALL / PIECE {
        report.add(run_side_by_side(piece * PIECE, PIECE));
        println!("{} of {ALL} schedules, {} broke a promise", (piece + 1) * PIECE, report.broken.len());
    }
    for (what, count) in report.tally {
        println!("{count:>9} {what}");
    }
    assert_eq!(report.broken, Vec::<u64>::new(), "schedules that broke a promise");
}

/// What came of some schedules.
#[derive(Default)]
struct Report {
    /// How often what happened in those that went well.
    tally: Tally,
    /// Those that didn't.
    broken: Vec<u64>,
}

impl Report {
    fn add(&mut self, more: Self) {
        self.count(more.tally);
        self.broken.extend(more.broken);
    }

    fn count(&mut self, tally: Tally) {
        for (what, count) in tally {
            *self.tally.entry(what).or_default() += count;
        }
    }
}

/// Runs so many schedules on all cores.
fn run_side_by_side(first: u64, count: u64) -> Report {
    let cores = available_parallelism().map_or(1, |cores| cores.get() as u64);
    let share = count.div_ceil(cores);
    let end = first + count;
    scope(|scope| {
        let start = |core: u64| {
            let from = (first + core * share).min(end);
            scope.spawn(move || run(from, share.min(end - from)))
        };
        let running: Vec<_> = (0..cores).map(start).collect();
        let mut report = Report::default();
        for piece in running {
            report.add(piece.join().unwrap_or_else(|objection| resume_unwind(objection)));
        }
        report
    })
}

/// Runs so many schedules.
fn run(first: u64, count: u64) -> Report {
    let mut report = Report::default();
    for seed in first..first + count {
        match run_one(seed, Trace::Nowhere) {
            Some(tally) => report.count(tally),
            None => report.broken.push(seed),
        }
    }
    report
}

/// Runs a schedule. Of one that breaks a promise it says how its story is told.
fn run_one(seed: u64, trace: Trace) -> Option<Tally> {
    catch_unwind(AssertUnwindSafe(|| World::new(seed, trace).run()))
        .inspect_err(|objection| {
            println!("schedule {seed} broke a promise: {}", words(&**objection));
            println!("`SEED={seed} npm test -- server-simulation` tells its story");
        })
        .ok()
}

fn words(objection: &dyn Any) -> &str {
    let owned = objection.downcast_ref::<String>().map(String::as_str);
    owned.or_else(|| objection.downcast_ref().copied()).unwrap_or("without a word")
}
