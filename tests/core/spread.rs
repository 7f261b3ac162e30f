//! The moments at which clients begin to move.

use std::time::Duration;

use opentok_handover::core::ids::SessionId;
use opentok_handover::core::spread::begin_after;
use proptest::prelude::*;

const NEARLY_ONE: f64 = 1.0 - f64::EPSILON;
const MINUTE: Duration = Duration::from_secs(60);

#[test]
fn the_people_of_one_room_begin_within_two_seconds_of_each_other() {
    let room = SessionId::new("2_successor");
    let [first, last] = [0.0, NEARLY_ONE].map(|random| begin_after(MINUTE, &room, random));
    assert_eq!(last - first, Duration::from_millis(1999));
}

#[test]
fn rooms_begin_at_different_moments_all_over_the_window() {
    let mut tenths = [0; 10];
    for room in 0..10_000 {
        let at = begin_after(MINUTE, &SessionId::new(format!("2_room-{room}")), 0.5);
        tenths[(at.as_millis() / 6_000) as usize] += 1;
    }
    // One person of each: in the first and the last second of the window are others.
    assert!(tenths.iter().all(|rooms| (750..1150).contains(rooms)), "{tenths:?}");
}

#[test]
fn without_a_window_everybody_begins_at_once() {
    assert_eq!(begin_after(Duration::ZERO, &SessionId::new("2_successor"), NEARLY_ONE), Duration::ZERO);
}

#[test]
fn nonsense_is_taken_for_the_nearest_moment() {
    let room = SessionId::new("2_successor");
    let begin = |random| begin_after(MINUTE, &room, random);
    assert_eq!(begin(f64::NAN), begin(0.0));
    assert_eq!(begin(-3.0), begin(0.0));
    assert_eq!(begin(7.0), begin(1.0));
}

proptest! {
    #[test]
    fn nobody_begins_later_than_the_window_is_long(
        window in 0_u64..200_000, room in ".{0,40}", random in 0.0..1.0,
    ) {
        let window = Duration::from_millis(window);
        prop_assert!(begin_after(window, &SessionId::new(room), random) <= window);
    }
}
