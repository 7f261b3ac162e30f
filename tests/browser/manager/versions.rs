//! SDKs that migrate sessions by themselves, and those that don't.

use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::rig::Rig;
use crate::js::{NOTHING, call, get, object, recorder, text};

#[test]
fn an_sdk_that_can_is_asked_to_migrate() {
    let rig = Rig::of_version("v2.35.2", &NOTHING);
    rig.session();
    assert_eq!(get(&rig.ot, "inits.0.options.sessionMigration"), true);
}

#[test]
fn the_app_can_say_no_to_migration() {
    for choice in [JsValue::FALSE, JsValue::TRUE] {
        let rig = Rig::of_version("v2.35.2", &NOTHING);
        let options = object([("sessionMigration", choice.clone()), ("ipWhitelist", true.into())]);
        rig.manager.init_session("app".into(), "A".into(), &options).unwrap();
        assert_eq!(get(&rig.ot, "inits.0.options.sessionMigration"), choice);
        assert_eq!(get(&rig.ot, "inits.0.options.ipWhitelist"), true);
    }
}

#[test]
fn the_options_of_the_app_are_left_as_they_are() {
    let rig = Rig::of_version("v2.35.2", &NOTHING);
    let options = object([]);
    rig.manager.init_session("app".into(), "A".into(), &options).unwrap();
    assert_eq!(get(&options, "sessionMigration"), NOTHING);
}

#[test]
async fn an_sdk_older_than_2_30_is_not_asked_to_migrate_and_everything_works() {
    let renew = js_sys::Function::new_with_args("{ sessionId }", "return { sessionId, token: 'for ' + sessionId }");
    let rig = Rig::of_version("v2.27.2", &object([("renew", renew.into())]));
    let session = rig.connected();
    assert_eq!(get(&rig.ot, "inits.0.options.sessionMigration"), NOTHING);
    let heard = recorder();
    call(&session, "on", [&"signal:chat".into(), &heard]).unwrap();
    rig.publishing(&session, &NOTHING);
    let successor = rig.hand_over("B").await;
    assert_eq!(get(&rig.ot, "inits.1.options.sessionMigration"), NOTHING);
    successor.golive();
    rig.until_arrived().await;
    successor.receive("chat", &"hello".into(), &JsValue::NULL);
    assert_eq!(text(&crate::js::heard(&heard, 0), "data"), "hello");
}

#[test]
fn an_sdk_whose_version_cannot_be_read_is_asked_to_migrate() {
    for version in [NOTHING, "".into(), "next".into(), JsValue::NULL, 2.into()] {
        let rig = Rig::of_version(version, &NOTHING);
        rig.connected();
        assert_eq!(get(&rig.ot, "inits.0.options.sessionMigration"), true);
    }
}
