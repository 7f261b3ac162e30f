//! What an SDK of which version does.

use opentok_handover::ot::{migrates, shows_frames_only};
use wasm_bindgen_test::wasm_bindgen_test as test;

#[test]
fn an_sdk_since_2_30_migrates() {
    for version in ["v2.30.0", "v2.30.1", "v2.35.2", "2.35.2", "v3.0.0", "v10.1.0", "v2.100.0", "v2.31.0-rc.1"] {
        assert!(migrates(Some(version)), "{version}");
    }
}

#[test]
fn an_older_sdk_does_not_migrate() {
    for version in ["v2.29.9", "v2.27.2", "2.27.2", "v2.3.0", "v2.4", "v1.99.0", "v0.31.0"] {
        assert!(!migrates(Some(version)), "{version}");
    }
}

#[test]
fn an_sdk_whose_version_cannot_be_read_is_taken_for_a_new_one() {
    for version in ["", "v", "next", "v2", "v2.x.0", "2.-1", "vv", "v99999999999.1", "2,29"] {
        assert!(migrates(Some(version)), "{version}");
    }
    assert!(migrates(None));
}

#[test]
fn an_sdk_before_2_35_may_show_a_subscriber_before_it_has_frames() {
    for (version, only) in
        [("v2.27.2", false), ("v2.30.0", false), ("v2.34.9", false), ("v2.35.0", true), ("v3.0.0", true)]
    {
        assert_eq!(shows_frames_only(Some(version)), only, "{version}");
    }
}
