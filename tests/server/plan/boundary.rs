//! The boundary: text in, text out.

use opentok_handover_server::boundary::{classify, step};
use serde_json::{Value, json};

fn stepped(request: &Value) -> Value {
    serde_json::from_str(&step(&request.to_string())).unwrap()
}

#[test]
fn a_step_takes_a_request_and_gives_an_outcome() {
    let body =
        json!({ "sessionId": "a", "event": "sessionNotification", "reason": "serverRotation", "timestamp": 5000 });
    let callback = json!({ "type": "callback", "body": body.to_string() });
    let first =
        stepped(&json!({ "config": { "when": "now", "session": {} }, "input": callback, "now": 5000, "seed": 1 }));
    assert_eq!(first["changed"], true);
    assert_eq!(first["answer"], json!({ "type": "ok" }));
    let create =
        first["commands"].as_array().unwrap().iter().find(|issued| issued["command"]["type"] == "createSession");
    let id = create.unwrap()["id"].clone();
    assert_eq!(create.unwrap()["patience"], 35_000);
    let result = json!({ "type": "result", "command": id, "attempt": 1, "value": { "sessionId": "b" } });
    let second = stepped(&json!({ "state": first["state"], "input": result, "now": 5001, "seed": 2 }));
    let bind = &second["commands"][0]["command"];
    assert_eq!(*bind, json!({ "type": "bind", "sessionId": "b", "call": "a" }));
}

#[test]
fn without_a_plan_there_is_nothing_to_store() {
    let outcome = stepped(&json!({ "state": null, "input": { "type": "tick" }, "now": 1 }));
    assert_eq!(
        (&outcome["state"], &outcome["changed"], &outcome["wakeAt"]),
        (&Value::Null, &json!(false), &Value::Null)
    );
}

#[test]
fn whatever_comes_in_is_answered_and_never_a_panic() {
    for (text, code) in [
        ("", "not_json"),
        ("{", "not_json"),
        ("nonsense", "not_json"),
        ("[]", "invalid_request"),
        ("{}", "invalid_request"),
        (r#"{"input":{"type":"nonsense"},"now":1}"#, "invalid_request"),
        (r#"{"input":{"type":"tick"},"now":-1}"#, "invalid_request"),
        (r#"{"input":{"type":"tick"},"now":1,"more":2}"#, "invalid_request"),
        (r#"{"input":{"type":"rotate"},"now":1}"#, "invalid_request"),
        (r#"{"input":{"type":"tick"},"now":1,"config":{"leed":2}}"#, "invalid_request"),
        (r#"{"input":{"type":"tick"},"now":1,"config":{"strategy":"hope"}}"#, "invalid_request"),
        (r#"{"state":{"version":1},"input":{"type":"tick"},"now":1}"#, "invalid_request"),
    ] {
        let answer: Value = serde_json::from_str(&step(text)).unwrap();
        assert_eq!(answer["error"]["code"], code, "{text}");
        assert!(answer["error"]["message"].as_str().is_some_and(|message| !message.is_empty()));
    }
}

#[test]
fn an_unknown_field_is_named() {
    let request = json!({ "input": { "type": "tick" }, "now": 1, "config": { "leed": 2 } });
    let message = stepped(&request)["error"]["message"].as_str().unwrap().to_owned();
    assert!(message.contains("leed") && message.contains("lead"), "{message}");
}

#[test]
fn numbers_as_large_as_they_come_are_no_harm() {
    let callback = |body: Value| json!({ "type": "callback", "body": body.to_string() });
    let notice = json!({ "sessionId": "a", "event": "sessionNotification", "timestamp": u64::MAX });
    let most = json!({ "notice": u64::MAX, "grace": u64::MAX, "patience": u64::MAX, "keep": u64::MAX, "lead": u64::MAX,
        "retryMax": u64::MAX, "retryInitial": u64::MAX, "serviceTimeout": u64::MAX, "serviceDelay": u64::MAX });
    let mut state = Value::Null;
    for input in [
        callback(notice),
        json!({ "type": "rotate", "sessionId": "a", "deadline": u64::MAX }),
        json!({ "type": "resume" }),
        json!({ "type": "result", "command": "c4", "attempt": 2, "error": { "status": 429, "retryAfter": u64::MAX } }),
        json!({ "type": "tick" }),
        json!({ "type": "end" }),
    ] {
        let outcome =
            stepped(&json!({ "state": state, "config": most, "input": input, "now": u64::MAX, "seed": u64::MAX }));
        assert!(outcome["error"].is_null(), "{outcome}");
        state = outcome["state"].clone();
    }
}

#[test]
fn a_plan_of_another_version_is_left_as_it_is() {
    let body = json!({ "sessionId": "a", "event": "sessionNotification" }).to_string();
    let input = json!({ "type": "callback", "body": body });
    let mut state = stepped(&json!({ "input": input, "now": 1 }))["state"].clone();
    state["version"] = json!(99);
    let outcome = stepped(&json!({ "state": state, "input": { "type": "tick" }, "now": 2 }));
    assert_eq!((&outcome["answer"]["code"], &outcome["changed"]), (&json!("unknown_state"), &json!(false)));
    assert_eq!(outcome["state"], state);
}

#[test]
fn a_callback_tells_whose_it_is() {
    let body = r#"{"sessionId":"a","projectId":"p","event":"connectionCreated","timestamp":7,"connection":{"id":"c"}}"#;
    let read: Value = serde_json::from_str(&classify(body)).unwrap();
    assert_eq!(
        (&read["sessionId"], &read["event"], &read["applicationId"]),
        (&json!("a"), &json!("connectionCreated"), &json!("p"))
    );
    let again: Value = serde_json::from_str(&classify(body)).unwrap();
    assert_eq!(read["key"], again["key"]);
    let other: Value = serde_json::from_str(&classify(&body.replace(":7", ":8"))).unwrap();
    assert_ne!(read["key"], other["key"]);
    let wrong: Value = serde_json::from_str(&classify("{}")).unwrap();
    assert_eq!(wrong["error"]["status"], 400);
}
