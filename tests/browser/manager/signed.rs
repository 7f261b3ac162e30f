//! Announcements where the app has given a key: what isn't signed with it moves nobody.

use js_sys::{Function, JSON};
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::rig::{Rig, settled};
use crate::js::{NOTHING, get, object, recorder, set, text};
use crate::page::{until, without};

#[wasm_bindgen(module = "/tests/browser/fixtures.js")]
extern "C" {
    type Signer;

    #[wasm_bindgen(constructor)]
    fn new(known: bool) -> Signer;

    #[wasm_bindgen(method)]
    async fn sign(this: &Signer, facts: &JsValue) -> JsValue;

    #[wasm_bindgen(js_name = holdVerification)]
    fn hold_verification() -> Function;

    #[wasm_bindgen(js_name = withoutEd25519)]
    fn without_ed25519() -> Function;
}

/// The public key of RFC 8032, section 7.1, test 1.
const KEY: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";

/// What the server's half makes of that test's private key (`tests/server/announcements.test.mjs`).
const KNOWN: &str = concat!(
    r#"{"sessionId":"B","deadline":4102444800000,"epoch":1,"from":"A","expires":4102444800000,"signature":""#,
    "nW2ch1UYvnATQ8JBnzmHTpYaFjnVbNiP_PwPKMpFFSIn_2NCDVzugnNPYriCi9YnpEVrvm0IKaPlDviOXoUvCA\"}",
);

/// Long after this test.
const LATER: f64 = 4_102_444_800_000.0;

fn keyed() -> JsValue {
    object([("announcementKey", KEY.into()), ("renew", recorder().into()), ("spread", 0.into())])
}

/// In session A, believing only what is signed.
fn wary() -> Rig {
    let rig = Rig::new(&keyed());
    rig.connected();
    rig
}

fn receive(rig: &Rig, data: impl Into<JsValue>) {
    rig.leg("A").receive("newSession", &data.into(), &JsValue::NULL);
}

/// An announcement of session `to` to those in A.
fn facts(to: &str, epoch: u32) -> JsValue {
    object([
        ("from", "A".into()),
        ("sessionId", to.into()),
        ("epoch", epoch.into()),
        ("deadline", LATER.into()),
        ("expires", LATER.into()),
    ])
}

fn with(facts: JsValue, name: &str, value: impl Into<JsValue>) -> JsValue {
    set(&facts, name, value);
    facts
}

/// What was signed, with something else put in.
fn altered(signed: &JsValue, name: &str, value: impl Into<JsValue>) -> JsValue {
    let facts = JSON::parse(&signed.as_string().unwrap()).unwrap();
    JSON::stringify(&with(facts, name, value)).unwrap().into()
}

/// The reasons for which announcements were ignored, once there are so many.
async fn reasons(rig: &Rig, count: usize) -> Vec<String> {
    until("the announcements are judged", || rig.told("signalrejected").len() >= count).await;
    rig.told("signalrejected").iter().map(|detail| text(detail, "reason")).collect()
}

#[test]
async fn what_the_servers_half_has_signed_moves_the_call() {
    let rig = wary();
    receive(&rig, KNOWN);
    rig.until_told("handoverstart").await;
    assert_eq!(rig.told("signalrejected").len(), 0);
}

#[test]
async fn whatever_is_not_signed_for_this_call_is_ignored_with_its_reason_and_nothing_is_connected() {
    let rig = wary();
    let (known, other) = (Signer::new(true), Signer::new(false));
    let good = known.sign(&facts("B", 1)).await;
    let cases: Vec<(JsValue, &str)> = vec![
        ("B".into(), "unsigned"),
        (r#"{"sessionId":"B","epoch":1}"#.into(), "unsigned"),
        (altered(&good, "signature", NOTHING), "unsigned"),
        (altered(&good, "epoch", NOTHING), "unsigned"),
        (altered(&good, "epoch", "1"), "unsigned"),
        (altered(&good, "expires", LATER.to_string()), "unsigned"),
        (altered(&good, "signature", ""), "forged"),
        (altered(&good, "signature", "not base64"), "forged"),
        (altered(&good, "signature", "AAAA"), "forged"),
        (altered(&good, "sessionId", "C"), "forged"),
        (altered(&good, "epoch", 2), "forged"),
        (altered(&good, "deadline", NOTHING), "forged"),
        (altered(&good, "deadline", LATER.to_string()), "forged"),
        (altered(&good, "expires", LATER + 1.0), "forged"),
        (altered(&good, "from", "C"), "forged"),
        (other.sign(&facts("B", 1)).await, "forged"),
        (known.sign(&with(facts("B", 1), "applicationId", "another")).await, "forged"),
        (known.sign(&with(facts("B", 1), "from", "C")).await, "other_session"),
        (known.sign(&with(facts("B", 1), "expires", js_sys::Date::now())).await, "expired"),
        (known.sign(&with(facts("B", 1), "deadline", 1)).await, "past_deadline"),
        (known.sign(&facts("A", 1)).await, "current_session"),
        ("{broken".into(), "not_json"),
        ("".into(), "empty"),
    ];
    for (data, _) in &cases {
        receive(&rig, data.clone());
    }
    let expected: Vec<_> = cases.iter().map(|(_, reason)| *reason).collect();
    assert_eq!(reasons(&rig, cases.len()).await, expected);
    assert_eq!((rig.manager.state(), rig.told("handoverstart").len()), ("connected".into(), 0));
    assert_eq!(get(&rig.ot, "inits.length").as_f64(), Some(1.0), "another session than A was made");
    receive(&rig, good);
    rig.until_told("handoverstart").await;
    assert_eq!(rig.told("signalrejected").len(), cases.len());
}

#[test]
async fn announcements_stay_in_their_order_however_long_each_is_checked() {
    let rig = wary();
    let known = Signer::new(true);
    let (first, second) = (known.sign(&facts("B", 1)).await, known.sign(&facts("C", 2)).await);
    let let_go = hold_verification();
    receive(&rig, first);
    receive(&rig, second);
    receive(&rig, "D");
    let_go.call0(&NOTHING).unwrap();
    assert_eq!(reasons(&rig, 1).await, ["unsigned"]);
    let targets: Vec<_> = rig.told("handoverstart").iter().map(|detail| text(detail, "to")).collect();
    assert_eq!(targets, ["B", "C"]);
}

#[test]
async fn a_replay_is_a_duplicate() {
    let rig = wary();
    receive(&rig, KNOWN);
    receive(&rig, KNOWN);
    assert_eq!(reasons(&rig, 1).await, ["duplicate"]);
    assert_eq!(rig.told("handoverstart").len(), 1);
}

#[test]
async fn a_participant_is_not_heard_even_with_a_good_signature_unless_anyone_is() {
    let eve = object([("connectionId", "A-eve".into())]);
    let rig = wary();
    rig.leg("A").receive("newSession", &KNOWN.into(), &eve);
    assert_eq!(reasons(&rig, 1).await, ["from_participant"]);
    let trusting = Rig::new(&with(keyed(), "newSessionFrom", "anyone"));
    trusting.connected();
    trusting.leg("A").receive("newSession", &KNOWN.into(), &eve);
    trusting.until_told("handoverstart").await;
}

#[test]
async fn a_browser_without_ed25519_believes_nobody_and_says_so() {
    let mend = without_ed25519();
    let rig = wary();
    mend.call0(&NOTHING).unwrap();
    receive(&rig, KNOWN);
    assert_eq!(reasons(&rig, 1).await, ["unverifiable"]);
    assert!(text(&rig.told("signalrejected")[0], "message").contains("Ed25519"));
    assert_eq!(rig.manager.state(), "connected");
}

#[test]
async fn a_page_that_is_not_secure_believes_nobody_and_says_so() {
    let crypto = get(&js_sys::global(), "Crypto.prototype");
    let mend = without(&crypto, "subtle");
    let rig = wary();
    receive(&rig, KNOWN);
    assert_eq!(reasons(&rig, 1).await, ["unverifiable"]);
    mend.call0(&NOTHING).unwrap();
    assert_eq!(rig.manager.state(), "connected");
}

#[test]
async fn the_apps_own_call_needs_no_signature() {
    let rig = wary();
    let _arrival = rig.manager.handover(&object([("sessionId", "B".into())])).unwrap();
    assert_eq!(rig.manager.state(), "handover");
}

#[test]
async fn the_first_key_counts_whichever_manager_has_brought_it() {
    let first = Rig::new(&NOTHING);
    first.connected();
    let second = first.beside(&keyed());
    second.session();
    receive(&first, "B");
    assert_eq!(reasons(&first, 1).await, ["unsigned"]);

    let first = wary();
    let second = first.beside(&object([("renew", recorder().into())]));
    second.session();
    settled(first.manager.close()).await.unwrap();
    receive(&second, "B");
    assert_eq!(reasons(&second, 1).await, ["unsigned"]);
    assert_eq!(second.manager.state(), "connected");
}
