//! What the application's server is told, in virtual time.

use std::time::Duration;

use rotation_lab::callback::Post;
use rotation_lab::jwt::{sha256, sign_with_secret};
use serde_json::{Value, json};

use crate::support::World;

const URL: &str = "http://127.0.0.1:1/callbacks";

impl World {
    /// Whatever is to be told by now: the events, in order. It is answered with this status.
    fn told_server(&mut self, status: Option<u16>) -> Vec<String> {
        self.pass(Duration::ZERO);
        self.posts().iter().map(|post| self.answer_post(post, status)).collect()
    }

    fn posts(&mut self) -> Vec<Post> {
        self.pass(Duration::ZERO);
        std::mem::take(&mut self.posts)
    }

    fn answer_post(&mut self, post: &Post, status: Option<u16>) -> String {
        self.lab.handle_posted(post.number, status, self.now);
        let body: Value = serde_json::from_str(&post.body).expect("JSON");
        let event = body["event"].as_str().unwrap_or("none");
        let detail = body["reason"].as_str().filter(|reason| !reason.is_empty()).or(body["status"].as_str());
        detail.map_or_else(|| event.to_owned(), |detail| format!("{event} ({detail})"))
    }
}

#[test]
fn the_end_of_a_session_is_told_once_and_last() {
    let mut world = World::new();
    world.control("callbacks", json!({ "session": URL }));
    let ann = world.join("ann", "s");
    world.join("ben", "s");
    world.publish(&ann, "st");
    let created = ["sessionCreated", "connectionCreated", "connectionCreated", "streamCreated"];
    assert_eq!(world.told_server(Some(200)), created);
    world.control("rotate", json!({ "session": "s" }));
    let destroyed = [
        "streamDestroyed (serverRotation)",
        "connectionDestroyed (serverRotation)",
        "connectionDestroyed (serverRotation)",
        "sessionDestroyed (serverRotation)",
    ];
    assert_eq!(world.told_server(Some(200)), destroyed);
    world.join("ann", "s");
    assert_eq!(world.told_server(Some(200)), ["sessionCreated", "connectionCreated"]);
}

#[test]
fn a_session_ends_with_the_last_who_leaves() {
    let mut world = World::new();
    world.control("create", json!({ "session": "s", "mode": "routed" }));
    for name in ["ann", "ben"] {
        world.join(name, "s");
    }
    world.control("callbacks", json!({ "all": URL }));
    for (name, told) in [
        ("ann", vec!["connectionDestroyed (forceDisconnected)"]),
        ("ben", vec!["connectionDestroyed (forceDisconnected)", "sessionDestroyed (forceDisconnected)"]),
    ] {
        world.control("kick", json!({ "session": "s", "conn": name }));
        assert_eq!(world.told_server(Some(200)), told, "{name}");
    }
}

#[test]
fn a_migration_tells_nothing_of_those_who_stay() {
    let mut world = World::new();
    let ann = world.join("ann", "s");
    world.publish(&ann, "st");
    world.control("callbacks", json!({ "session": URL }));
    world.control("rotate", json!({ "session": "s", "migrate": true }));
    let moved = world.join("ann", "s");
    world.publish(&moved, "st");
    assert_eq!(world.told_server(Some(200)), [""; 0]);
}

#[test]
fn a_scheduled_rotation_comes_after_its_notices() {
    let mut world = World::new();
    world.control("callbacks", json!({ "session": URL }));
    world.control("join", json!({ "session": "s" }));
    world.told_server(Some(200));
    let asked = json!({ "session": "s", "in": 10_000, "speed": 1800 });
    let answer = world.control("schedule", asked);
    assert_eq!(answer, json!({ "rotation": 10_000, "notices": [2000, 8000] }));
    for (millis, told) in [(1999, vec![]), (1, vec!["sessionNotification (serverRotation)"]), (5999, vec![])] {
        world.pass(Duration::from_millis(millis));
        assert_eq!(world.told_server(Some(200)), told, "{millis}");
    }
    world.pass(Duration::from_millis(1));
    assert_eq!(world.told_server(Some(200)), ["sessionNotification (serverRotation)"]);
    world.pass(Duration::from_secs(2));
    let told = world.told_server(Some(200));
    assert_eq!(told.last().map(String::as_str), Some("sessionDestroyed (serverRotation)"));
}

#[test]
fn a_schedule_takes_the_place_of_the_one_before_and_leaves_out_what_is_past() {
    let mut world = World::new();
    world.control("create", json!({ "session": "s" }));
    world.control("schedule", json!({ "session": "s", "in": 1000 }));
    let answer = world.control("schedule", json!({ "session": "s", "in": 2000 }));
    assert_eq!(answer["notices"], json!([1000]), "four hours are four seconds");
    world.pass(Duration::from_millis(1999));
    assert_eq!(world.control("session", json!({ "session": "s" }))["generation"], json!(0));
    world.pass(Duration::from_millis(1));
    assert_eq!(world.control("session", json!({ "session": "s" }))["generation"], json!(1));
    assert_eq!(world.try_control("schedule", json!({ "session": "t", "in": 1 })).expect_err("none").status(), 404);
}

#[test]
fn a_callback_comes_again_with_growing_delays_until_it_is_taken() {
    let mut world = World::new();
    world.control("callbacks", json!({ "session": URL, "secret": "x", "retry": 100 }));
    world.control("join", json!({ "session": "s" }));
    let mut signatures = Vec::new();
    for (delay, answer) in [(0, Some(500)), (100, None), (200, Some(302)), (400, Some(200))] {
        if delay > 0 {
            world.pass(Duration::from_millis(delay - 1));
            assert_eq!(world.posts(), [], "{delay}");
            world.pass(Duration::from_millis(1));
        }
        let posts = world.posts();
        // The session's and the connection's.
        assert_eq!(posts.len(), 2, "{delay}");
        signatures.extend(posts.iter().map(|post| post.authorization.clone()));
        posts.iter().for_each(|post| drop(world.answer_post(post, answer)));
    }
    assert_eq!(world.control("callbacks", json!({}))["waiting"], json!(0));
    signatures.sort();
    signatures.dedup();
    assert_eq!(signatures.len(), 8, "each try is signed anew");
}

#[test]
fn a_callback_is_given_up_in_the_end() {
    let mut world = World::new();
    world.control("callbacks", json!({ "session": URL, "retry": 1 }));
    world.control("join", json!({ "session": "s" }));
    let mut tries = 0;
    while world.control("callbacks", json!({}))["waiting"] != json!(0) {
        tries += world.told_server(None).len();
        world.pass(Duration::from_secs(60));
    }
    assert_eq!(tries, 32);
    let log = world.control("log", json!({}));
    let lost = log.as_array().into_iter().flatten().filter(|line| line["kind"] == "callbackLost");
    assert_eq!(lost.count(), 2);
}

#[test]
fn a_signature_is_over_the_body_and_of_the_clock_that_it_is_said_to_be() {
    let mut world = World::new();
    world.control("callbacks", json!({ "session": URL, "secret": "s", "skew": -120 }));
    world.control("join", json!({ "session": "s", "data": "Zoë" }));
    let posts = world.posts();
    let authorization = posts[1].authorization.as_deref().expect("a signature");
    let token = authorization.strip_prefix("Bearer ").expect("a bearer");
    let claims = claims(token);
    assert_eq!(claims["payload_hash"], json!(sha256(&posts[1].body)));
    assert_eq!(claims["iat"].as_u64(), Some(world.now.as_secs() - 120));
    assert_eq!(sign_with_secret(&claims, "s"), token);
    let log = world.control("log", json!({})).to_string();
    assert!(!log.contains("secret"), "{log}");
}

#[test]
fn copies_are_the_same_and_come_within_their_time() {
    let mut world = World::new();
    world.control("callbacks", json!({ "session": URL, "copies": 20, "shuffle": 1000 }));
    world.control("join", json!({ "session": "s" }));
    let mut posts = world.posts();
    assert!(posts.len() < 40);
    world.pass(Duration::from_secs(1));
    posts.extend(world.posts());
    let bodies: Vec<&str> = posts.iter().map(|post| post.body.as_str()).collect();
    assert_eq!(bodies.len(), 40);
    assert!(bodies[..20].iter().any(|body| *body != bodies[0]), "they are mixed");
}

#[test]
fn callbacks_stay_on_this_machine() {
    let mut world = World::new();
    for url in
        ["http://example.com/", "https://127.0.0.1/", "http://10.0.0.1/", "nonsense", "http://127.0.0.1.example.com"]
    {
        let error = world.try_control("callbacks", json!({ "all": url })).expect_err("elsewhere");
        assert_eq!(error.status(), 400, "{url}");
    }
    for url in ["http://localhost:3000", "http://127.0.0.1:3000/a?b=c", "http://[::1]:3000/"] {
        world.control("callbacks", json!({ "all": url }));
    }
}

fn claims(token: &str) -> Value {
    use base64::Engine as _;
    let part = token.split('.').nth(1).expect("claims");
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(part).expect("base64");
    serde_json::from_slice(&bytes).expect("JSON")
}
