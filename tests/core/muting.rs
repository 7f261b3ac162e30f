//! Sessions in which everybody is muted, over a move.

use opentok_handover::core::ids::LegId;
use opentok_handover::core::muting::Muting;

const OLD: LegId = LegId(1);
const NEW: LegId = LegId(2);

#[test]
fn a_moderators_word_is_news_each_time() {
    let mut muting = Muting::default();
    assert!(muting.told(OLD, true, true));
    assert!(muting.told(OLD, true, true), "said again, it mutes again");
    assert!(muting.told(OLD, false, true));
    assert!(!muting.lacks(OLD));
}

#[test]
fn a_successor_that_is_not_the_apps_tells_no_news() {
    let mut muting = Muting::default();
    assert!(!muting.told(NEW, true, false));
    assert!(!muting.lacks(OLD), "and mutes nobody elsewhere");
}

#[test]
fn what_was_muted_lacks_that_in_a_successor_until_it_is_said_there() {
    let mut muting = Muting::default();
    assert!(muting.told(OLD, true, true));
    assert!(muting.lacks(NEW));
    assert!(!muting.told(NEW, true, false));
    assert!(!muting.lacks(NEW));
}

#[test]
fn what_a_leg_says_first_of_a_mute_that_the_app_knows_is_an_echo() {
    let mut muting = Muting::default();
    assert!(muting.told(OLD, true, true));
    assert!(!muting.told(NEW, true, true), "the move's doing");
    assert!(muting.told(NEW, true, true), "a moderator's");
}

#[test]
fn a_mute_that_is_over_is_not_said_again() {
    let mut muting = Muting::default();
    assert!(muting.told(OLD, true, true));
    assert!(muting.told(OLD, false, true));
    assert!(!muting.lacks(NEW));
}
