//! The control API's manners. What the calls do to clients is in the other files.

use rotation_lab::control::{self, CALLS};
use rotation_lab::token::Token;
use serde_json::{Value, json};

use crate::support::World;

const README: &str = include_str!("../README.md");

#[test]
fn the_list_names_every_call_and_argument() {
    let list = control::list();
    let listed =
        |call: &str| list["calls"].as_array().and_then(|calls| calls.iter().find(|known| known["call"] == call));
    for call in CALLS {
        let arguments = listed(call.name).map(|known| known["arguments"].clone());
        let names = call.arguments.iter().map(|argument| json!(argument.name));
        let found =
            arguments.and_then(|all| all.as_array().map(|all| all.iter().map(|one| one["name"].clone()).collect()));
        assert_eq!(found, Some(names.collect::<Vec<Value>>()), "{}", call.name);
    }
}

#[test]
fn the_readme_documents_every_call_and_argument() {
    for call in CALLS {
        let row = README.lines().find(|line| line.starts_with(&format!("| `{}` |", call.name)));
        let row = row.unwrap_or_else(|| panic!("README.md has no row for {}", call.name));
        for argument in call.arguments {
            assert!(row.contains(&format!("`{}`", argument.name)), "{}: {}", call.name, argument.name);
        }
    }
}

#[test]
fn an_unknown_call_is_answered_with_the_nearest_one() {
    let error = World::new().try_control("rotat", json!({})).expect_err("no such call");
    assert_eq!(error.status(), 404);
    assert_eq!(error.to_json()["nearest"], json!("rotate"));
}

#[test]
fn an_unknown_argument_is_named_with_the_nearest_one() {
    let mut world = World::new();
    world.join("ann", "s");
    for (given, nearest) in [("sesion", "session"), ("migrat", "migrate"), ("closeafter", "closeAfter")] {
        let error = world.try_control("rotate", json!({ given: "s" })).expect_err("no such argument");
        assert_eq!(error.status(), 400);
        assert_eq!((&error.to_json()["argument"], &error.to_json()["nearest"]), (&json!(given), &json!(nearest)));
    }
    let error = world.try_control("clear", json!({ "all": true })).expect_err("no arguments");
    assert!(error.to_string().contains("it takes none"), "{error}");
}

#[test]
fn a_missing_argument_is_named() {
    let error = World::new().try_control("rotate", json!({})).expect_err("no session");
    assert_eq!((error.status(), error.to_string().as_str()), (400, "rotate needs the argument \"session\""));
}

#[test]
fn a_wrong_argument_says_what_was_expected() {
    let wrong = [
        ("create", json!({ "mode": "meshed" }), "one of relayed, routed"),
        ("token", json!({ "session": "s", "role": "king" }), "one of subscriber, publisher, publisher-only, moderator"),
        ("token", json!({ "session": "s", "expire": "soon" }), "a whole number of seconds"),
        ("drop", json!({ "session": "s", "code": 7 }), "a whole number from 1000 to 4999"),
        ("freeze", json!({ "session": "s", "on": "perhaps" }), "true or false"),
        ("refuse", json!({ "point": "info", "times": 0 }), "a whole number from 1 to"),
        ("refuse", json!({ "point": "info", "status": 500, "hang": true }), "the only one of"),
        ("refuse", json!({ "point": "info", "close": 1003 }), "left out at the point info"),
        ("session", json!({ "session": "" }), "text that isn't empty"),
    ];
    for (call, arguments, expected) in wrong {
        let error = World::new().try_control(call, arguments.clone()).expect_err("a wrong argument");
        assert_eq!(error.status(), 400, "{call} {arguments}");
        assert!(error.to_string().contains(expected), "{error}");
    }
}

#[test]
fn what_is_not_there_is_answered_with_404() {
    let mut world = World::new();
    world.join("ann", "s");
    let named = ["announce", "rotate", "notify", "signal", "drop", "forget", "freeze", "kick", "session"];
    for call in named {
        let extra = if call == "signal" { json!({ "type": "t" }) } else { json!({}) };
        let with = |key: &str, session: &str, conn: Option<&str>| {
            let mut arguments = extra.clone();
            arguments[key] = json!(session);
            if let Some(conn) = conn {
                arguments["conn"] = json!(conn);
            }
            arguments
        };
        let error = world.try_control(call, with("session", "nowhere", None)).expect_err("no such session");
        assert_eq!((error.status(), error.to_string().as_str()), (404, "there is no session \"nowhere\""), "{call}");
        if call != "session" {
            let error = world.try_control(call, with("session", "s", Some("eve"))).expect_err("no such client");
            assert_eq!(error.status(), 404, "{call}: {error}");
            assert!(error.to_string().contains("\"eve\""), "{error}");
        }
    }
    let sessions = world.control("sessions", json!({}));
    assert_eq!(sessions.as_array().map(Vec::len), Some(1), "nothing was created by asking");
}

#[test]
fn numbers_and_flags_may_be_text_as_query_strings_have_them() {
    let mut world = World::new();
    world.join("ann", "s");
    let arguments = json!({ "session": "s", "migrate": "true", "closeAfter": "50" });
    assert_eq!(world.control("rotate", arguments)["migrated"], json!(1));
    assert_eq!(world.control("log", json!({ "since": "0" })).as_array().map(Vec::is_empty), Some(false));
}

#[test]
fn a_session_is_created_once_with_a_mode() {
    let mut world = World::new();
    assert_eq!(world.control("create", json!({ "session": "s" })), json!({ "session": "s", "mode": "relayed" }));
    assert_eq!(world.try_control("create", json!({ "session": "s" })).expect_err("twice").status(), 409);
    assert_eq!(world.control("create", json!({ "session": "my-routed" }))["mode"], json!("routed"));
    let made_up: Vec<Value> = (0..2).map(|_| world.control("create", json!({ "mode": "routed" }))).collect();
    assert_ne!(made_up[0]["session"], made_up[1]["session"]);
    assert_eq!(made_up[0]["mode"], json!("routed"));
}

#[test]
fn a_session_may_forbid_reconnection() {
    let mut world = World::new();
    world.control("create", json!({ "session": "s", "reconnection": false }));
    assert_eq!(world.lab.session("s").map(|session| session.reconnection), Ok(false));
}

#[test]
fn a_token_has_the_role_data_and_expiry_that_were_asked_for() {
    let mut world = World::new();
    let arguments = json!({ "session": "s", "role": "moderator", "data": "Ann", "expire": 60 });
    let answer = world.control("token", arguments);
    let token = answer["token"].as_str().and_then(|token| Token::decode(token).ok()).expect("a token");
    assert_eq!((answer["applicationId"].as_str(), answer["sessionId"].as_str()), (Some("100"), Some("s")));
    assert_eq!((token.role, token.data.as_str()), (rotation_lab::token::Role::Moderator, "Ann"));
    assert_eq!(token.expires.as_secs(), world.now.as_secs() + 60);
}

#[test]
fn a_session_cannot_be_its_own_successor() {
    let mut world = World::new();
    world.join("ann", "s");
    let error = world.try_control("announce", json!({ "session": "s", "successor": "s" })).expect_err("itself");
    assert_eq!(error.status(), 409);
}

#[test]
fn the_log_tells_what_was_done_and_when() {
    let mut world = World::new();
    world.join("ann", "s");
    let then = world.control("now", json!({}))["t"].as_u64().expect("a number") + 1;
    world.pass(std::time::Duration::from_millis(5));
    world.control("kick", json!({ "session": "s" }));
    let log = world.control("log", json!({ "since": then }));
    let kinds: Vec<&str> = log.as_array().into_iter().flatten().filter_map(|line| line["kind"].as_str()).collect();
    assert_eq!(kinds, ["disconnected", "control"]);
    assert_eq!(
        (&log[0]["t"], &log[1]["call"], &log[1]["arguments"]),
        (&json!(5), &json!("kick"), &json!({ "session": "s" }))
    );
}
