//! Events as the app sees them.

use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::{Durable, Thing};
use crate::js::{NOTHING, array, call, get, number, object, text};

#[wasm_bindgen(module = "/tests/browser/fixtures.js")]
extern "C" {
    #[wasm_bindgen(js_name = durableEvent)]
    fn durable_event(event: &JsValue, target: &JsValue, over: &JsValue) -> JsValue;

    #[wasm_bindgen(js_name = sdkEvent)]
    fn sdk_event(kind: &str, target: &JsValue, properties: &JsValue) -> JsValue;
}

#[wasm_bindgen(module = "/tests/browser/fixtures.js")]
extern "C" {
    type Happening;

    #[wasm_bindgen(constructor)]
    fn new(properties: &JsValue) -> Happening;
}

#[test]
fn an_event_shows_durable_objects_and_its_durable_target() {
    let (guest, target) = (Durable::of(&Thing::new("guest")), object([]));
    let properties = object([("stream", guest.real()), ("streams", array([&guest.real()]).into()), ("n", 3.into())]);
    let event = durable_event(&Happening::new(&properties), &target, &object([]));
    assert_eq!(get(&event, "target"), target);
    assert_eq!(get(&event, "stream"), guest.proxy);
    assert_eq!(get(&event, "streams.0"), guest.proxy);
    assert_eq!((text(&event, "type"), number(&event, "n")), ("happening".into(), 3.0));
    assert!(event.is_instance_of::<Happening>());
}

#[test]
fn an_event_can_be_shown_with_other_properties() {
    let event = Happening::new(&object([("reason", "serverRotation".into())]));
    let shown = durable_event(&event, &NOTHING, &object([("reason", "else".into())]));
    assert_eq!(text(&shown, "reason"), "else");
    assert_eq!(text(&event, "reason"), "serverRotation");
}

#[test]
fn what_the_app_prevents_is_prevented_in_the_sdks_event() {
    let event = Happening::new(&object([]));
    let shown = durable_event(&event, &NOTHING, &object([]));
    assert_eq!(call(&shown, "isDefaultPrevented", []).unwrap(), false);
    call(&shown, "preventDefault", []).unwrap();
    assert_eq!(call(&event, "isDefaultPrevented", []).unwrap(), true);
    assert_eq!(call(&shown, "isDefaultPrevented", []).unwrap(), true);
}

#[test]
fn an_event_of_our_own_has_the_sdks_form() {
    let target = object([]);
    let event = sdk_event("sessionReconnecting", &target, &object([("reason", "why".into())]));
    assert_eq!((text(&event, "type"), text(&event, "reason")), ("sessionReconnecting".into(), "why".into()));
    assert_eq!(get(&event, "target"), target);
    assert_eq!(get(&event, "cancelable"), true);
    assert_eq!(call(&event, "isDefaultPrevented", []).unwrap(), false);
    call(&event, "preventDefault", []).unwrap();
    assert_eq!(call(&event, "isDefaultPrevented", []).unwrap(), true);
}
