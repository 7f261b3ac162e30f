//! Options: which there are, what may be in them, and what is said of the rest.

use std::time::Duration;

use opentok_handover::core::announcement::Trust;
use opentok_handover::core::config::{
    Config, Given, HANDOVER_OPTIONS, MANAGER_OPTIONS, check_object, check_option, nearest,
};
use proptest::prelude::*;

#[test]
fn without_options_the_documented_defaults_hold() {
    let config = Config::default();
    let seconds = [
        config.renew_timeout,
        config.connect_timeout,
        config.publish_timeout,
        config.handover_timeout,
        config.recovery_timeout,
        config.settle_timeout,
        config.signal_hold,
    ]
    .map(|timeout| timeout.as_secs());
    assert_eq!(seconds, [10, 12, 20, 120, 120, 10, 2]);
    assert_eq!(config.trust, Trust::Server);
}

#[test]
fn each_timeout_option_sets_its_own_duration() {
    let mut config = Config::default();
    let names = ["renew", "connect", "publish", "handover", "recovery", "settle"];
    for (name, millis) in names.into_iter().zip([201.0, 202.0, 203.0, 204.0, 205.0, 206.9]) {
        config.set(&format!("{name}Timeout"), Given::Number(millis)).expect("in range");
    }
    let expected = Config {
        renew_timeout: Duration::from_millis(201),
        connect_timeout: Duration::from_millis(202),
        publish_timeout: Duration::from_millis(203),
        handover_timeout: Duration::from_millis(204),
        recovery_timeout: Duration::from_millis(205),
        settle_timeout: Duration::from_millis(206),
        ..Config::default()
    };
    assert_eq!(config, expected);
}

#[test]
fn who_is_believed_can_be_chosen() {
    let mut config = Config::default();
    config.set("newSessionFrom", Given::Text("anyone")).expect("a choice");
    assert_eq!(config.trust, Trust::Anyone);
    config.set("newSessionFrom", Given::Text("server")).expect("a choice");
    assert_eq!(config.trust, Trust::Server);
}

#[test]
fn undefined_leaves_the_default() {
    let mut config = Config::default();
    for option in MANAGER_OPTIONS {
        config.set(option.name, Given::Missing).expect("as if not given");
    }
    assert_eq!(config, Config::default());
}

#[test]
fn functions_and_signal_types_are_let_through() {
    let mut config = Config::default();
    config.set("renew", Given::Function).expect("a function");
    config.set("identify", Given::Function).expect("a function");
    config.set("newSessionSignal", Given::Text("rotation.next~1")).expect("a signal type");
    assert_eq!(config, Config::default());
}

#[test]
fn an_unknown_option_is_named_with_the_nearest() {
    complains("renw", Given::Function, "unknown option \"renw\": did you mean \"renew\"?");
    complains("renewTimout", Given::Number(1.0), "unknown option \"renewTimout\": did you mean \"renewTimeout\"?");
    complains("onFailure", Given::Function, "unknown option \"onFailure\"");
}

#[test]
fn a_wrong_kind_is_told_with_what_was_expected() {
    let expected = "renewTimeout must be a number of milliseconds from 100 to 600000, got";
    for (given, got) in [
        (Given::Text("10s"), "\"10s\""),
        (Given::Number(99.0), "99"),
        (Given::Number(0.5), "0.5"),
        (Given::Number(-10.25), "-10.25"),
        (Given::Number(600_001.0), "600001"),
        (Given::Number(f64::NAN), "NaN"),
        (Given::Number(f64::NEG_INFINITY), "-Infinity"),
        (Given::Number(1e300), "a number beyond 10^15"),
        (Given::Bool(true), "true"),
        (Given::Function, "a function"),
        (Given::Object, "an object"),
        (Given::Null, "null"),
        (Given::Other("bigint"), "a bigint"),
    ] {
        complains("renewTimeout", given, &format!("{expected} {got}"));
    }
    complains("renew", Given::Text("/credentials"), "renew must be a function, got \"/credentials\"");
    complains("identify", Given::Null, "identify must be a function, got null");
}

#[test]
fn a_wrong_choice_is_told_with_the_choices() {
    let expected = "newSessionFrom must be \"server\" or \"anyone\", got";
    complains("newSessionFrom", Given::Text("x"), &format!("{expected} \"x\""));
    let hint = "did you mean \"anyone\"?";
    complains("newSessionFrom", Given::Text("anybody"), &format!("{expected} \"anybody\""));
    complains("newSessionFrom", Given::Text("Anyone"), &format!("{expected} \"Anyone\": {hint}"));
    complains("newSessionFrom", Given::Number(1.0), &format!("{expected} 1"));
}

#[test]
fn an_announcement_key_is_32_bytes_as_base64url() {
    let key = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
    let mut config = Config::default();
    config.set("announcementKey", Given::Text(key)).expect("a public key");
    assert_eq!(config, Config::default());
    let expected = "announcementKey must be an Ed25519 public key: its 32 bytes as base64url, got";
    let padded = format!("{key}=");
    let base64 = key.replace('_', "/");
    let short = &key[1..];
    for wrong in [&padded, &base64, short, ""] {
        let clipped: String = wrong.chars().take(40).collect();
        let dots = if wrong.len() > 40 { "..." } else { "" };
        complains("announcementKey", Given::Text(wrong), &format!("{expected} \"{clipped}{dots}\""));
    }
    complains("announcementKey", Given::Object, &format!("{expected} an object"));
    complains("announcementKey", Given::Null, &format!("{expected} null"));
    complains("announcementkey", Given::Null, "unknown option \"announcementkey\": did you mean \"announcementKey\"?");
}

#[test]
fn a_signal_type_is_one_that_the_service_takes() {
    let expected = "newSessionSignal must be a signal type: 1 to 128 characters of letters, digits and -._~, got";
    complains("newSessionSignal", Given::Text(""), &format!("{expected} \"\""));
    complains("newSessionSignal", Given::Text("new session"), &format!("{expected} \"new session\""));
    let long = "a".repeat(129);
    complains("newSessionSignal", Given::Text(&long), &format!("{expected} \"{}...\"", "a".repeat(40)));
}

#[test]
fn what_holds_the_options_is_an_object() {
    assert_eq!(check_object("options", Given::Object), Ok(()));
    assert_eq!(check_object("options", Given::Missing), Ok(()));
    let error = check_object("options", Given::Null).expect_err("null is none");
    assert_eq!(error.to_string(), "options must be an object, got null");
}

#[test]
fn a_handover_needs_a_session() {
    let message = |name, given| check_option(HANDOVER_OPTIONS, name, given).map_err(|error| error.to_string());
    let expected = "sessionId must be a session ID: a string of letters, digits and -._~=, got";
    assert_eq!(message("sessionId", Given::Missing), Err(format!("{expected} nothing")));
    assert_eq!(message("sessionId", Given::Text(" ")), Err(format!("{expected} \" \"")));
    assert!(message("sessionId", Given::Text("2_MX40~")).is_ok());
    assert!(message("deadline", Given::Number(1.7e12)).is_ok());
    assert!(message("deadline", Given::Text("2026-01-01T00:00:00Z")).is_ok());
    assert!(message("deadline", Given::Number(f64::NAN)).is_err());
    assert!(message("from", Given::Object).is_ok());
    assert_eq!(
        message("sesionID", Given::Text("2_MX40~")),
        Err("unknown option \"sesionID\": did you mean \"sessionId\"?".to_owned())
    );
}

#[test]
fn the_nearest_name_is_found_through_slips_of_the_finger() {
    let known = || ["renew", "identify", "renewTimeout", "settleTimeout"];
    assert_eq!(nearest("ernew", known()), Some("renew"));
    assert_eq!(nearest("RENEW", known()), Some("renew"));
    assert_eq!(nearest("renewtimeout", known()), Some("renewTimeout"));
    assert_eq!(nearest("setleTimeuot", known()), Some("settleTimeout"));
    assert_eq!(nearest("identity", known()), Some("identify"));
    assert_eq!(nearest("", known()), None);
    assert_eq!(nearest("token", known()), None);
    assert_eq!(nearest(&"renew".repeat(100), known()), None);
}

proptest! {
    #[test]
    fn any_option_is_taken_or_explained(
        name in prop_oneof![any::<String>(), known_name()],
        number: f64,
        text: String,
        kind in 0..8,
    ) {
        let given = match kind {
            0 => Given::Missing,
            1 => Given::Number(number),
            2 => Given::Text(&text),
            3 => Given::Bool(true),
            4 => Given::Function,
            5 => Given::Object,
            6 => Given::Null,
            _ => Given::Other("symbol"),
        };
        if let Err(error) = Config::default().set(&name, given) {
            prop_assert!(error.to_string().len() < 400);
        }
    }

    #[test]
    fn a_known_name_is_nearest_to_itself(name in known_name()) {
        prop_assert_eq!(nearest(&name, MANAGER_OPTIONS.iter().map(|known| known.name)), Some(name.as_str()));
    }
}

fn known_name() -> impl Strategy<Value = String> {
    (0..MANAGER_OPTIONS.len()).prop_map(|index| MANAGER_OPTIONS[index].name.to_owned())
}

#[track_caller]
fn complains(option: &str, given: Given<'_>, message: &str) {
    let error = Config::default().set(option, given).expect_err("not an option");
    assert_eq!(error.to_string(), message);
}

#[test]
fn the_policy_of_attempts_is_checked_and_taken_over() {
    let mut config = Config::default();
    config.set("retry", Given::Object).expect("an object");
    config.set("retry", Given::Function).expect("a function");
    for (name, value) in [("initialDelay", 100.0), ("maxDelay", 2000.0), ("attempts", 7.0)] {
        config.set_retry(&format!("retry.{name}"), Given::Number(value)).expect("in range");
    }
    assert_eq!((config.backoff.initial, config.backoff.max), (Duration::from_millis(100), Duration::from_secs(2)));
    assert_eq!(config.attempts, 7);
}

#[test]
fn bad_policies_are_named() {
    let mut config = Config::default();
    let refused = config.set("retry", Given::Number(3.0)).expect_err("a number").to_string();
    assert_eq!(refused, "retry must be a function or an object, got 3");
    let mut message = |name, given| config.set_retry(name, given).expect_err("bad").to_string();
    assert_eq!(
        message("retry.attempts", Given::Number(2.5)),
        "retry.attempts must be a whole number from 1 to 1000, got 2.5"
    );
    assert_eq!(
        message("retry.maxdelay", Given::Number(1.0)),
        "unknown option \"retry.maxdelay\": did you mean \"retry.maxDelay\"?"
    );
    assert_eq!(
        message("retry.initialDelay", Given::Number(f64::NAN)),
        "retry.initialDelay must be a number of milliseconds from 0 to 600000, got NaN"
    );
}
