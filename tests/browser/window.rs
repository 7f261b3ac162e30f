//! What of the page can be seen.

use opentok_handover::dom::is_in_window;
use wasm_bindgen_test::wasm_bindgen_test as test;

use crate::page::Stage;

/// A box at a place of its own, of which some, all or nothing lies in the window.
fn is_seen(place: &str) -> bool {
    let style = format!("position: fixed; width: 40px; height: 30px; {place}");
    let stage = Stage::new(&format!("<p id=\"box\" style=\"margin: 0; {style}\"></p>"));
    is_in_window(&stage.find("#box"))
}

#[test]
fn what_lies_in_the_window_is_seen_and_so_is_what_lies_partly_in_it() {
    for place in ["left: 0; top: 0", "left: -39px; top: -29px", "right: -39px; bottom: -29px"] {
        assert!(is_seen(place), "{place}");
    }
}

#[test]
fn what_lies_beside_the_window_is_not_seen() {
    // By the width of a scrollbar more, which belongs to the window.
    for place in ["left: -40px; top: 0", "left: 0; top: -30px", "right: -70px; top: 0", "left: 0; bottom: -60px"] {
        assert!(!is_seen(place), "{place}");
    }
}

#[test]
fn what_has_no_size_is_not_seen() {
    for place in ["display: none", "width: 0", "height: 0"] {
        assert!(!is_seen(place), "{place}");
    }
}
