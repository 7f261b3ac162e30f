//! Delays between attempts.

use std::time::Duration;

use opentok_handover::core::backoff::{Backoff, Random};
use proptest::prelude::*;

const BACKOFF: Backoff = Backoff { initial: Duration::from_millis(500), factor: 2, max: Duration::from_secs(10) };
const NEARLY_ONE: f64 = 1.0 - f64::EPSILON;

#[test]
fn the_longest_delay_doubles_up_to_the_limit() {
    let longest: Vec<_> = (1..=7).map(|attempt| millis(attempt, 1.0)).collect();
    assert_eq!(longest, [500, 1000, 2000, 4000, 8000, 10_000, 10_000]);
}

#[test]
fn a_delay_is_anywhere_below_the_longest() {
    assert_eq!(millis(3, 0.0), 0);
    assert_eq!(millis(3, 0.25), 500);
    assert_eq!(millis(3, NEARLY_ONE), 1999);
}

#[test]
fn an_attempt_number_zero_is_the_first() {
    assert_eq!(millis(0, 1.0), 500);
}

#[test]
fn random_numbers_are_those_of_splitmix64() {
    // The reference values of Vigna's implementation.
    let mut random = Random::new(1_234_567);
    let numbers = [random.next_u64(), random.next_u64(), random.next_u64()];
    assert_eq!(numbers, [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]);
}

#[test]
fn the_same_seed_gives_the_same_delays() {
    let delays = |seed| {
        let mut random = Random::new(seed);
        (1..20).map(|attempt| BACKOFF.delay(attempt, random.next_f64())).collect::<Vec<_>>()
    };
    assert_eq!(delays(1), delays(1));
    assert_ne!(delays(1), delays(2));
}

proptest! {
    #[test]
    fn no_delay_is_longer_than_the_limit(
        initial: u64,
        factor: u32,
        max: u64,
        attempt: u32,
        random in prop_oneof![any::<f64>(), 0.0..1.0],
    ) {
        let max = Duration::from_millis(max >> 12);
        let backoff = Backoff { initial: Duration::from_millis(initial), factor, max };
        prop_assert!(backoff.delay(attempt, random) <= max);
    }

    #[test]
    fn random_floats_are_from_zero_to_below_one(seed: u64) {
        let mut random = Random::new(seed);
        let number = random.next_f64();
        prop_assert!((0.0..1.0).contains(&number));
    }
}

fn millis(attempt: u32, random: f64) -> u128 {
    BACKOFF.delay(attempt, random).as_millis()
}
