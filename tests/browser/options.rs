//! What an app may give as options, as seen from JavaScript.

use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test as test;

use crate::js::{NOTHING, object, recorder, text};
use crate::manager::rig::{HandoverError, Rig};

#[test]
fn no_options_are_needed() {
    for options in [NOTHING, object([])] {
        assert!(Rig::try_new("v2.35.2", &options).is_ok());
    }
}

#[test]
fn good_options_are_taken() {
    let options = object([
        ("renew", recorder().into()),
        ("newSessionSignal", "moved".into()),
        ("newSessionFrom", "anyone".into()),
        ("identify", recorder().into()),
        ("renewTimeout", 100.into()),
        ("connectTimeout", 600_000.into()),
        ("publishTimeout", 100.5.into()),
        ("handoverTimeout", 86_400_000.into()),
        ("recoveryTimeout", NOTHING),
        ("spread", 0.into()),
        ("settleTimeout", 0.into()),
    ]);
    assert!(Rig::try_new("v2.35.2", &options).is_ok());
}

#[test]
fn options_that_are_no_object_are_refused() {
    for options in [JsValue::NULL, 7.into(), "renew".into(), true.into(), recorder().into()] {
        refuses(&options, "options");
    }
}

#[test]
fn an_unknown_option_is_refused_with_the_nearest() {
    refuses(&object([("renewTimout", 5_000.into())]), "renewTimout");
    assert!(message(&object([("renewTimout", 5_000.into())])).contains("renewTimeout"));
    refuses(&object([("colour", "blue".into())]), "colour");
}

#[test]
fn what_should_be_a_function_is_one() {
    for name in ["renew", "identify"] {
        for value in [JsValue::NULL, "/credentials".into(), 7.into(), true.into(), object([])] {
            refuses(&object([(name, value)]), name);
        }
    }
}

#[test]
fn what_should_be_a_time_is_a_number_of_milliseconds_in_range() {
    let names = ["renewTimeout", "connectTimeout", "publishTimeout", "handoverTimeout", "recoveryTimeout"];
    for name in names {
        for value in [99.0, -1.0, 86_400_001.0, f64::NAN, f64::INFINITY] {
            refuses(&object([(name, value.into())]), name);
        }
        for value in ["5000".into(), JsValue::NULL, true.into(), JsValue::bigint_from_str("5000"), object([])] {
            refuses(&object([(name, value)]), name);
        }
    }
    for value in [-1.0, 600_001.0] {
        refuses(&object([("settleTimeout", value.into())]), "settleTimeout");
    }
}

#[test]
fn what_should_be_a_choice_is_one_of_the_choices() {
    for value in ["participants".into(), "Server".into(), "".into(), JsValue::NULL, 1.into()] {
        refuses(&object([("newSessionFrom", value)]), "newSessionFrom");
    }
}

#[test]
fn what_should_be_a_signal_type_is_one_that_the_service_takes() {
    for value in ["".into(), "new session".into(), "x".repeat(129).into(), JsValue::NULL, 7.into()] {
        refuses(&object([("newSessionSignal", value)]), "newSessionSignal");
    }
}

#[test]
fn the_signal_type_of_this_package_is_no_announcement() {
    refuses(&object([("newSessionSignal", "opentok-handover".into())]), "newSessionSignal");
}

#[test]
fn a_value_of_a_kind_that_nobody_expects_is_named_by_its_type() {
    let symbol: JsValue = js_sys::Symbol::for_("renew").into();
    assert!(message(&object([("renew", symbol)])).contains("symbol"));
}

#[test]
fn the_options_of_a_handover_are_checked_too() {
    let rig = Rig::new(&object([]));
    let refused = |options: &JsValue, name: &str| {
        let error = rig.manager.handover(options).err().unwrap_or_else(|| panic!("{name} was taken"));
        assert_eq!(text(&error, "code"), "invalid_option");
        assert!(text(&error, "message").contains(name), "{}", text(&error, "message"));
    };
    refused(&"B".into(), "handover()");
    refused(&NOTHING, "sessionId");
    refused(&object([]), "sessionId");
    refused(&object([("sessionId", "".into())]), "sessionId");
    refused(&object([("sessionId", 7.into())]), "sessionId");
    refused(&object([("sessionId", "B".into()), ("deadline", " ".into())]), "deadline");
    refused(&object([("sessionId", "B".into()), ("deadline", true.into())]), "deadline");
    refused(&object([("sessionId", "B".into()), ("from", "A".into())]), "from");
    refused(&object([("sessionId", "B".into()), ("form", object([]))]), "from");
}

/// The options are refused with an error that names the culprit.
fn refuses(options: &JsValue, name: &str) {
    assert!(message(options).contains(name), "{} does not name {name}", message(options));
}

fn message(options: &JsValue) -> String {
    let error = Rig::try_new("v2.35.2", options).err().unwrap_or_else(|| panic!("{options:?} was taken"));
    assert!(error.is_instance_of::<HandoverError>());
    assert_eq!(text(&error, "code"), "invalid_option");
    text(&error, "message")
}
