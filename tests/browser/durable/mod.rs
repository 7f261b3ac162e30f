//! Durable objects: proxies for whatever stands behind them at the moment.

mod events;

use js_sys::{Array, Error, Function, Object, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test as test;

use crate::js::{NOTHING, array, call, count, get, heard, number, object, recorder, set, text};

#[wasm_bindgen(module = "/tests/browser/fixtures.js")]
extern "C" {
    #[wasm_bindgen(js_name = durable)]
    fn make(shape: &JsValue, behind: &JsValue) -> JsValue;

    #[wasm_bindgen(js_name = durableOf)]
    fn durable_of(value: &JsValue) -> JsValue;

    #[wasm_bindgen(js_name = realOf)]
    fn real_of(value: &JsValue) -> JsValue;

    fn remember(real: &JsValue, durable: &JsValue);
}

#[wasm_bindgen(module = "/tests/browser/fixtures.js")]
extern "C" {
    #[derive(Clone)]
    type Thing;

    #[wasm_bindgen(constructor)]
    fn new(label: &str) -> Thing;
}

#[test]
fn a_durable_object_is_an_instance_of_the_sdks_class() {
    let it = Durable::of(&Thing::new("first"));
    assert!(it.proxy.is_instance_of::<Thing>());
}

#[test]
fn its_properties_are_those_of_the_object_of_the_moment() {
    let it = Durable::of(&Thing::new("first"));
    assert_eq!((text(&it.proxy, "label"), text(&it.proxy, "shout")), ("first".into(), "FIRST".into()));
    it.stand_for(&Thing::new("second"));
    assert_eq!((text(&it.proxy, "label"), text(&it.proxy, "shout")), ("second".into(), "SECOND".into()));
    assert_eq!(get(&it.proxy, "nothing"), JsValue::NULL);
}

#[test]
fn its_methods_run_on_the_object_of_the_moment_even_if_kept() {
    let (first, second) = (Thing::new("first"), Thing::new("second"));
    let it = Durable::of(&first);
    let echo: Function = get(&it.proxy, "echo").unchecked_into();
    echo.call1(&NOTHING, &"a".into()).unwrap();
    it.stand_for(&second);
    echo.call1(&NOTHING, &"b".into()).unwrap();
    assert_eq!((text(&first, "heard.0.0"), text(&second, "heard.0.0")), ("a".into(), "b".into()));
    assert_eq!(number(&first, "heard.length"), 1.0);
    assert_eq!(get(&it.proxy, "echo"), JsValue::from(echo), "a method is the same each time");
}

#[test]
fn a_method_that_nobody_has_heard_of_simply_works() {
    let real = Thing::new("first");
    set(&real, "inventedTomorrow", Function::new_with_args("a, b", "return this.label + a + b"));
    let it = Durable::of(&real);
    let answer = call(&it.proxy, "inventedTomorrow", [&"-".into(), &2.into()]).unwrap();
    assert_eq!(answer, "first-2");
}

#[test]
fn an_unknown_property_is_undefined_and_not_in_it() {
    let it = Durable::of(&Thing::new("first"));
    assert_eq!(get(&it.proxy, "unheardOf"), NOTHING);
    assert!(!Reflect::has(&it.proxy, &"unheardOf".into()).unwrap());
    assert!(Reflect::has(&it.proxy, &"label".into()).unwrap());
    assert!(Reflect::has(&it.proxy, &"mine".into()).unwrap());
}

#[test]
fn arguments_are_translated_to_the_sdks_objects_and_answers_to_durable_ones() {
    let (real, guest) = (Thing::new("first"), Durable::of(&Thing::new("guest")));
    let it = Durable::of(&real);
    let answer = call(&it.proxy, "echo", [&guest.proxy]).unwrap();
    assert_eq!(get(&real, "heard.0.0"), guest.real(), "the SDK sees its own");
    assert_eq!(answer, guest.proxy, "the app sees the durable one");
}

#[test]
fn lists_are_translated_item_by_item() {
    let (real, guest) = (Thing::new("first"), Durable::of(&Thing::new("guest")));
    let it = Durable::of(&real);
    let list = array([&guest.proxy, &3.into(), array([&guest.proxy]).as_ref()]);
    let answer = call(&it.proxy, "echo", [&list]).unwrap();
    assert_eq!(get(&real, "heard.0.0.0"), guest.real());
    assert_eq!(get(&real, "heard.0.0.1"), 3);
    assert_eq!(get(&real, "heard.0.0.2.0"), guest.real());
    assert_eq!(get(&answer, "0"), guest.proxy);
    assert_eq!(get(&answer, "2.0"), guest.proxy);
}

#[test]
fn properties_that_are_the_sdks_objects_are_translated() {
    let (real, guest) = (Thing::new("first"), Durable::of(&Thing::new("guest")));
    set(&real, "guest", guest.real());
    set(&real, "guests", array([&guest.real()]));
    let it = Durable::of(&real);
    assert_eq!(get(&it.proxy, "guest"), guest.proxy);
    assert_eq!(get(&it.proxy, "guests.0"), guest.proxy);
}

#[test]
async fn promises_are_translated_when_they_resolve() {
    let guest = Durable::of(&Thing::new("guest"));
    let it = Durable::of(&Thing::new("first"));
    let promise = call(&it.proxy, "later", [&guest.proxy]).unwrap();
    assert_eq!(settled(promise).await, Ok(guest.proxy));
}

#[test]
async fn errors_and_rejections_come_through_as_they_are() {
    let it = Durable::of(&Thing::new("first"));
    let error: JsValue = Error::new("of the SDK's").into();
    assert_eq!(call(&it.proxy, "fail", [&error]), Err(error.clone()));
    let promise = call(&it.proxy, "refuse", [&error]).unwrap();
    assert_eq!(settled(promise).await, Err(error));
}

#[test]
async fn the_promise_form_of_a_method_is_forwarded_with_translation() {
    let (first, second) = (Thing::new("first"), Thing::new("second"));
    let guest = Durable::of(&Thing::new("guest"));
    let it = Durable::of(&first);
    let ask = get(&it.proxy, "ask");
    assert_eq!(settled(call(&ask, "promise", [&guest.proxy]).unwrap()).await, Ok(guest.proxy.clone()));
    assert_eq!(get(&first, "heard.0.0"), guest.real());
    it.stand_for(&second);
    assert_eq!(settled(call(&ask, "promise", [&"again".into()]).unwrap()).await, Ok("again".into()));
    assert_eq!(text(&second, "heard.0.0"), "again");
}

#[test]
fn a_method_without_a_promise_form_has_none() {
    let it = Durable::of(&Thing::new("first"));
    assert_eq!(get(&it.proxy, "echo.promise"), NOTHING);
}

#[test]
fn methods_of_our_own_are_answered_by_us() {
    let it = Durable::of(&Thing::new("first"));
    set(&it.call, "answer", "ours");
    assert_eq!(call(&it.proxy, "mine", [&1.into(), &2.into()]).unwrap(), "ours");
    assert_eq!(heard(&it.call, 0), "mine");
    assert_eq!((number(&heard(&it.call, 1), "0"), number(&heard(&it.call, 1), "1")), (1.0, 2.0));
    assert_eq!(count(&it.called), 0, "nothing was passed on");
}

#[test]
async fn the_promise_form_of_our_own_method_settles_with_its_callback() {
    let it = Durable::of(&Thing::new("first"));
    set(&it.call, "answer", "ours");
    let mine = get(&it.proxy, "mine");

    let promise = call(&mine, "promise", [&1.into()]).unwrap();
    callback(&it).call0(&NOTHING).unwrap();
    assert_eq!(settled(promise).await, Ok("ours".into()));

    let promise = call(&mine, "promise", [&1.into()]).unwrap();
    let error: JsValue = Error::new("refused").into();
    callback(&it).call1(&NOTHING, &error).unwrap();
    assert_eq!(settled(promise).await, Err(error));
}

#[test]
fn properties_of_our_own_come_before_the_sdks() {
    let it = Durable::of(&Thing::new("first"));
    set(&it.get, "answer", "ours");
    assert_eq!(text(&it.proxy, "label"), "ours");
}

#[test]
fn a_call_that_says_how_it_is_to_be_is_heard_of() {
    let it = Durable::of(&Thing::new("first"));
    call(&it.proxy, "echo", [&"a".into()]).unwrap();
    assert_eq!((count(&it.called), heard(&it.called, 0)), (1, "echo".into()));
    assert_eq!(text(&heard(&it.called, 1), "0"), "a");
    call(&it.proxy, "fail", [&NOTHING]).unwrap_err();
    assert_eq!(count(&it.called), 1, "nothing else is");
}

#[test]
async fn a_call_that_finds_nobody_is_remembered_and_answered() {
    let real = Thing::new("first");
    let it = Durable::of(&real);
    set(&it.called, "answer", false);
    assert_eq!(call(&it.proxy, "ask", [&"a".into()]).unwrap(), it.proxy, "as whatever has a promise form beside it");
    assert_eq!(settled(call(&get(&it.proxy, "ask"), "promise", [&"b".into()]).unwrap()).await, Ok(NOTHING));
    assert_eq!(call(&it.proxy, "echo", [&"c".into()]).unwrap(), it.proxy);
    let promised = call(&it.proxy, "setPreferredTone", [&"d".into()]).unwrap();
    assert_eq!(settled(promised).await, Ok(NOTHING), "as what the SDK answers with a promise");
    assert_eq!((count(&it.called), number(&real, "heard.length")), (4, 0.0));
}

#[test]
fn objects_in_options_are_translated_and_the_apps_own_object_is_left_alone() {
    let (real, guest) = (Thing::new("first"), Durable::of(&Thing::new("guest")));
    let it = Durable::of(&real);
    let signal = object([("to", guest.proxy.clone()), ("data", "hello".into())]);
    call(&it.proxy, "echo", [&signal]).unwrap();
    assert_eq!(get(&real, "heard.0.0.to"), guest.real());
    assert_eq!(text(&real, "heard.0.0.data"), "hello");
    assert_eq!(get(&signal, "to"), guest.proxy);
    let plain = object([("data", "hello".into())]);
    call(&it.proxy, "echo", [&plain]).unwrap();
    assert_eq!(get(&real, "heard.1.0"), plain, "what needs no translation is the same object");
}

#[test]
fn it_can_be_listed_and_copied() {
    let (real, guest) = (Thing::new("first"), Durable::of(&Thing::new("guest")));
    set(&real, "guest", guest.real());
    let it = Durable::of(&real);
    set(&it.proxy, "note", "the app's own");
    let copy = Object::assign(&Object::new(), it.proxy.unchecked_ref());
    assert_eq!((text(&copy, "label"), text(&copy, "note")), ("first".into(), "the app's own".into()));
    assert_eq!(get(&copy, "guest"), guest.proxy);
}

#[test]
fn a_method_that_the_app_replaces_stays_replaced() {
    let (first, second) = (Thing::new("first"), Thing::new("second"));
    let it = Durable::of(&first);
    let own = recorder();
    set(&it.proxy, "echo", own.clone());
    set(&it.proxy, "mine", own.clone());
    it.stand_for(&second);
    call(&it.proxy, "echo", []).unwrap();
    call(&it.proxy, "mine", []).unwrap();
    assert_eq!((count(&own), count(&it.call)), (2, 0));
    assert_ne!(get(&first, "echo"), JsValue::from(own));
}

#[test]
fn setting_a_property_of_the_sdks_sets_it_there() {
    let (real, guest) = (Thing::new("first"), Durable::of(&Thing::new("guest")));
    let it = Durable::of(&real);
    set(&it.proxy, "label", "changed");
    set(&it.proxy, "nothing", &guest.proxy);
    assert_eq!(text(&real, "label"), "changed");
    assert_eq!(get(&real, "nothing"), guest.real());
}

#[test]
fn a_property_that_the_app_adds_stays_whatever_stands_behind() {
    let first = Thing::new("first");
    let it = Durable::of(&first);
    set(&it.proxy, "note", "the app's own");
    assert_eq!(get(&first, "note"), NOTHING);
    it.stand_for(&Thing::new("second"));
    assert_eq!(text(&it.proxy, "note"), "the app's own");
    assert!(Reflect::has(&it.proxy, &"note".into()).unwrap());
}

#[test]
fn values_that_are_no_objects_are_left_as_they_are() {
    for value in [NOTHING, JsValue::NULL, 7.into(), "text".into(), true.into()] {
        assert_eq!((durable_of(&value), real_of(&value)), (value.clone(), value));
    }
    let stranger = object([]);
    assert_eq!((durable_of(&stranger), real_of(&stranger)), (stranger.clone(), stranger));
}

#[test]
fn an_object_can_come_to_stand_for_several_of_the_sdks() {
    let (first, second) = (Thing::new("first"), Thing::new("second"));
    let it = Durable::of(&first);
    remember(&second, &it.proxy);
    assert_eq!((durable_of(&first), durable_of(&second)), (it.proxy.clone(), it.proxy.clone()));
    assert_eq!(real_of(&it.proxy), JsValue::from(first), "until it does stand for it");
}

/// A durable object with one method of its own, `mine`, and what it asks of whoever made it.
struct Durable {
    proxy: JsValue,
    real: Function,
    get: Function,
    call: Function,
    called: Function,
}

impl Durable {
    fn of(thing: &Thing) -> Self {
        let [real, get, call, called] = [recorder(), recorder(), recorder(), recorder()];
        set(&real, "answer", thing);
        set(&called, "answer", true);
        let shape: JsValue = Object::get_prototype_of(thing).into();
        let behind = object([
            ("methods", array([&"mine".into()]).into()),
            ("properties", array([&"label".into()]).into()),
            ("states", array([&"ask".into(), &"echo".into(), &"setPreferredTone".into()]).into()),
            ("real", real.clone().into()),
            ("get", get.clone().into()),
            ("call", call.clone().into()),
            ("called", called.clone().into()),
        ]);
        let proxy = make(&shape, &behind);
        remember(thing, &proxy);
        Self { proxy, real, get, call, called }
    }

    fn real(&self) -> JsValue {
        get(&self.real, "answer")
    }

    fn stand_for(&self, thing: &Thing) {
        set(&self.real, "answer", thing);
    }
}

/// The callback that the latest call of a method of our own was given last.
fn callback(it: &Durable) -> Function {
    heard(&it.call, 1).unchecked_into::<Array>().pop().unchecked_into()
}

async fn settled(promise: JsValue) -> Result<JsValue, JsValue> {
    JsFuture::from(promise.unchecked_into::<Promise>()).await
}
