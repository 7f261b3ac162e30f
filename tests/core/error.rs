//! Codes are part of the package's face: what the core can say stands in the types and in the README.

use opentok_handover::core::announcement::{Flaw, Rejection};
use opentok_handover::core::error::Code;

const TYPES: &str = include_str!("../../src/js/index.d.ts");
const README: &str = include_str!("../../README.md");

const REJECTIONS: [Rejection; 14] = [
    Rejection::Empty,
    Rejection::TooLarge,
    Rejection::NotJson,
    Rejection::Invalid(Flaw::NoSessionId),
    Rejection::FromParticipant,
    Rejection::Unsigned,
    Rejection::Forged,
    Rejection::Unverifiable,
    Rejection::OtherSession,
    Rejection::Expired,
    Rejection::Duplicate,
    Rejection::CurrentSession,
    Rejection::PastDeadline,
    Rejection::TooMany,
];

/// What only a signal can be refused for: the app's own call needs no signature.
const OF_SIGNALS: [Rejection; 5] =
    [Rejection::Unsigned, Rejection::Forged, Rejection::Unverifiable, Rejection::OtherSession, Rejection::Expired];

#[test]
fn every_code_stands_in_the_types_and_in_the_readme() {
    for code in Code::ALL {
        let code = code.as_str();
        assert!(TYPES.contains(&format!("\"{code}\"")), "{code} is missing in index.d.ts");
        assert!(README.contains(&format!("`{code}`")), "{code} is missing in README.md");
    }
}

#[test]
fn every_reason_to_reject_an_announcement_stands_in_the_types_and_in_the_readme() {
    for rejection in REJECTIONS {
        let reason = rejection.as_str();
        assert!(TYPES.contains(&format!("\"{reason}\"")), "{reason} is missing in index.d.ts");
        if !OF_SIGNALS.contains(&rejection) {
            assert!(
                TYPES.contains(&format!("\"announcement_{reason}\"")),
                "announcement_{reason} is missing in index.d.ts"
            );
        }
        assert!(README.contains(&format!("`{reason}`")), "{reason} is missing in README.md");
    }
}
