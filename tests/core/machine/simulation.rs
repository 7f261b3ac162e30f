//! One client and whatever can break, schedule by schedule: each ends with the call connected, or over and told so.
//!
//! A schedule is drawn from a seed. The service, the SDK, the app and the other people are simulated; what goes wrong
//! at which point is in [`fault`]. What must hold is in [`law`] and [`end`], and in the ledger.

mod app;
mod end;
mod fault;
mod happening;
mod law;
mod leg;
mod media;
mod mishaps;
mod page;
mod people;
mod schedule;
mod sdk;
mod service;
mod trace;
mod trouble;

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use self::fault::{Fault, Mishap};
use self::schedule::Schedule;
use self::trace::Trace;
use self::trouble::Tally;

/// Schedules that run with all the other tests.
const SOME: u64 = 10_000;

/// Schedules that run when they are asked for.
const ALL: u64 = 1_000_000;

/// After so many the long run says how far it is.
const PIECE: u64 = 50_000;

#[test]
fn whatever_breaks_the_call_comes_back_or_ends_with_a_word() {
    let tally = run(0, SOME);
    for point in Fault::POINTS.iter().flat_map(|point| point.iter()) {
        assert!(tally.contains_key(&format!("{point:?}")), "never happened: {point:?}");
    }
    for mishap in Mishap::ALL {
        assert!(tally.contains_key(&format!("{mishap:?}")), "never happened: {mishap:?}");
    }
}

#[test]
fn the_same_seed_gives_the_same_schedule() {
    for seed in 0..50 {
        let [one, other] = [(); 2].map(|()| {
            let mut schedule = Schedule::new(seed, Trace::Kept(Vec::new()));
            schedule.run();
            schedule.into_trace()
        });
        assert!(one.len() > 3);
        assert_eq!(one, other);
    }
}

/// `npm test -- simulation`, and with a number in `SEED` that schedule alone, line by line.
#[test]
#[ignore = "takes a minute or more: npm test -- simulation"]
fn a_million_times_whatever_breaks_the_call_comes_back_or_ends_with_a_word() {
    if let Ok(seed) = std::env::var("SEED") {
        run_one(seed.parse().expect("SEED is the number of a schedule"), Trace::Printed);
        return;
    }
    let mut tally = Tally::new();
    for piece in 0..ALL / PIECE {
        add(&mut tally, run(piece * PIECE, PIECE));
        println!("{} of {ALL} schedules have come to a good end", (piece + 1) * PIECE);
    }
    for (what, count) in tally {
        println!("{count:>9} {what}");
    }
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
    catch_unwind(AssertUnwindSafe(|| Schedule::new(seed, trace).run())).unwrap_or_else(|objection| {
        println!("schedule {seed} broke a promise: {}", words(&*objection));
        println!("`SEED={seed} npm test -- simulation` tells its story");
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
