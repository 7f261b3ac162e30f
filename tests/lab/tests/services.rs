//! What the application's server asks for, and what becomes of it, in virtual time. (The vendor's library walks the rest:
//! `tests/server`.)

use std::sync::LazyLock;
use std::time::Duration;

use rotation_lab::jwt::PrivateKey;
use rotation_lab::rest::{self, Request};
use rotation_lab::token::{Role, TokenError};
use serde_json::{Value, json};

use crate::support::World;

static KEY: LazyLock<PrivateKey> = LazyLock::new(|| PrivateKey::generate().expect("a key"));

impl World {
    fn rest(&mut self, method: &str, path: &str, body: Value) -> (u16, Value) {
        let now = self.now.as_secs();
        let token = KEY.sign(&json!({ "application_id": "100", "iat": now, "exp": now + 60 }));
        self.lab.trust(KEY.public());
        let bearer = format!("Bearer {token}");
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let target = format!("/v2/project/100/{path}");
        let request = Request::read(method, &target, Some(&bearer), None, body.as_bytes()).expect("a request");
        let answer = rest::handle(&mut self.lab, &request, self.now);
        self.drain();
        (answer.status, answer.body.unwrap_or_default())
    }

    fn start_archive(&mut self) -> String {
        let (status, archive) = self.rest("POST", "archive", json!({ "sessionId": "a-routed", "name": "n" }));
        assert_eq!((status, &archive["status"]), (200, &json!("started")));
        archive["id"].as_str().expect("an ID").to_owned()
    }

    fn archive(&mut self, id: &str) -> (Value, Value) {
        let (_, archive) = self.rest("GET", &format!("archive/{id}"), Value::Null);
        (archive["status"].clone(), archive["reason"].clone())
    }
}

#[test]
fn a_rotation_ends_the_archive_and_its_file_comes_later() {
    let mut world = World::new();
    world.join("ann", "a-routed");
    let archive = world.start_archive();
    world.pass(Duration::from_secs(10));
    world.control("rotate", json!({ "session": "a-routed" }));
    assert_eq!(world.archive(&archive), (json!("stopped"), json!("session ended")));
    world.pass(Duration::from_millis(1_999));
    assert_eq!(world.archive(&archive).0, json!("stopped"));
    world.pass(Duration::from_millis(1));
    assert_eq!(world.archive(&archive).0, json!("available"));
    let (_, whole) = world.rest("GET", &format!("archive/{archive}"), Value::Null);
    assert_eq!((&whole["duration"], whole["url"].is_string()), (&json!(10), true));
}

#[test]
fn a_migration_ends_the_archive_and_those_who_stay_are_told() {
    let mut world = World::new();
    let ann = world.join("ann", "a-routed");
    let archive = world.start_archive();
    assert_eq!(world.heard(&ann), ["created connection/ann", &format!("created archive/{archive}")]);
    world.control("rotate", json!({ "session": "a-routed", "conn": "ann", "migrate": true }));
    assert_eq!(world.archive(&archive).0, json!("started"), "one client is no server");
    world.forget_told([&ann]);
    world.control("rotate", json!({ "session": "a-routed", "migrate": true }));
    assert_eq!(world.archive(&archive).0, json!("stopped"));
    assert_eq!(world.heard(&ann), ["notification notification", &format!("updated archive/{archive}")]);
}

#[test]
fn who_joins_late_hears_of_the_archive() {
    let mut world = World::new();
    world.join("ann", "a-routed");
    let archive = world.start_archive();
    let ben = world.open("ben", "a-routed", 0);
    let (_, state) = world.connect(&ben, Role::Publisher, &[]);
    assert_eq!(state["archive"], json!([{ "id": archive, "name": "n", "status": "started" }]));
}

#[test]
fn a_token_of_the_application_lets_its_bearer_in() {
    let mut world = World::new();
    world.control("create", json!({ "session": "s" }));
    let claims = json!({
        "application_id": "100", "scope": "session.connect", "session_id": "s", "role": "moderator",
        "connection_data": "Ann", "iat": world.now.as_secs(), "exp": world.now.as_secs() + 60,
    });
    let ann = world.open("ann", "s", 0);
    let token = KEY.sign(&claims);
    assert_eq!(world.connect_with(&ann, &token, &[]).0, 403, "nobody knows the key");
    world.lab.trust(KEY.public());
    assert_eq!(world.connect_with(&ann, &token, &[]).0, 200);
    let session = world.control("session", json!({ "session": "s" }));
    assert_eq!(
        (&session["connections"][0]["data"], &session["connections"][0]["role"]),
        (&json!("Ann"), &json!("moderator"))
    );
    let with = |name: &str, value: Value| {
        let mut claims = claims.clone();
        claims[name] = value;
        world.lab.read_token(&KEY.sign(&claims), world.now).map(|token| token.session)
    };
    assert_eq!(with("application_id", json!("200")), Err(TokenError::Signature));
    assert_eq!(with("scope", json!("else")), Err(TokenError::Form));
    assert_eq!(with("role", json!("king")), Err(TokenError::Role));
    assert_eq!(with("exp", json!(1)), Err(TokenError::Expired));
}

#[test]
fn services_break_off_when_they_are_told_to() {
    let mut world = World::new();
    world.join("ann", "a-routed");
    let archive = world.start_archive();
    world.rest("POST", "broadcast/", json!({ "sessionId": "a-routed", "outputs": { "hls": {} } }));
    assert_eq!(world.control("fail", json!({ "session": "a-routed", "service": "archive" })), json!({ "failed": 1 }));
    assert_eq!(world.archive(&archive), (json!("failed"), json!("forceDisconnected")));
    world.start_archive();
    assert_eq!(world.control("fail", json!({ "session": "a-routed" })), json!({ "failed": 2 }));
}
