//! The app's listeners, in all the SDK's forms.

use js_sys::{Array, Error, Function};
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test as test;

use crate::js::{NOTHING, all_heard, array, count, heard, object, recorder, self_of, set};
use crate::page::{Reports, next_frame};

#[wasm_bindgen(module = "/tests/browser/fixtures.js")]
extern "C" {
    #[derive(Clone)]
    type Emitter;

    #[wasm_bindgen(constructor)]
    fn new() -> Emitter;

    #[wasm_bindgen(method, catch, js_name = on)]
    fn listen(this: &Emitter, args: &Array, once: bool, fresh: &Function) -> Result<(), JsValue>;

    #[wasm_bindgen(method)]
    fn off(this: &Emitter, args: &Array);

    #[wasm_bindgen(method)]
    fn emit(this: &Emitter, name: &str, event: &JsValue);

    #[wasm_bindgen(method, variadic, js_name = emit)]
    fn emit_all(this: &Emitter, name: &str, args: &Array);

    #[wasm_bindgen(method)]
    fn count(this: &Emitter, name: &str) -> u32;

    #[wasm_bindgen(method)]
    fn names(this: &Emitter) -> Array;
}

impl Emitter {
    /// Listens. Returns the names that were never listened to before.
    fn on(&self, args: &Array, once: bool) -> Vec<String> {
        let fresh = recorder();
        self.listen(args, once, &fresh).unwrap();
        all_heard(&fresh).iter().filter_map(JsValue::as_string).collect()
    }
}

#[test]
fn a_listener_gets_each_event_of_its_name() {
    let (emitter, listener) = (Emitter::new(), recorder());
    emitter.on(&array([&"joined".into(), &listener]), false);
    emitter.emit("joined", &"a".into());
    emitter.emit("left", &"b".into());
    emitter.emit("joined", &"c".into());
    assert_eq!((count(&listener), heard(&listener, 0)), (2, "c".into()));
}

#[test]
fn one_listener_can_listen_to_several_names() {
    let (emitter, listener) = (Emitter::new(), recorder());
    emitter.on(&array([&" joined  left ".into(), &listener]), false);
    emitter.emit("joined", &NOTHING);
    emitter.emit("left", &NOTHING);
    assert_eq!(count(&listener), 2);
}

#[test]
fn several_listeners_come_as_a_map() {
    let emitter = Emitter::new();
    let (joined, left) = (recorder(), recorder());
    let context = object([]);
    let map = object([("joined", joined.clone().into()), ("left", left.clone().into())]);
    emitter.on(&array([&map, &context]), false);
    emitter.emit("joined", &NOTHING);
    assert_eq!((count(&joined), count(&left)), (1, 0));
    assert_eq!(self_of(&joined), context);
    emitter.off(&array([&map, &context]));
    emitter.emit("joined", &NOTHING);
    emitter.emit("left", &NOTHING);
    assert_eq!((count(&joined), count(&left)), (1, 0));
}

#[test]
fn a_listener_is_called_in_its_context() {
    let (emitter, listener, context) = (Emitter::new(), recorder(), object([]));
    emitter.on(&array([&"joined".into(), &listener, &context]), false);
    emitter.emit("joined", &NOTHING);
    assert_eq!(self_of(&listener), context);
}

#[test]
fn a_listener_for_once_is_called_once_for_each_name() {
    let (emitter, listener) = (Emitter::new(), recorder());
    emitter.on(&array([&"joined left".into(), &listener]), true);
    for name in ["joined", "joined", "left", "left"] {
        emitter.emit(name, &NOTHING);
    }
    assert_eq!(count(&listener), 2);
    assert_eq!(emitter.count("joined"), 0);
}

#[test]
fn a_listener_for_once_is_called_once_even_if_it_emits_itself() {
    let emitter = Emitter::new();
    let listener = recorder();
    emitter.on(&array([&"joined".into(), &listener]), true);
    let (own, emitting) = (listener.clone(), emitter.clone());
    let again = Closure::<dyn Fn()>::new(move || {
        if count(&own) < 3 {
            emitting.emit("joined", &NOTHING);
        }
    });
    emitter.on(&array([&"joined".into(), again.as_ref()]), true);
    emitter.emit("joined", &NOTHING);
    assert_eq!(count(&listener), 1);
}

#[test]
fn off_without_arguments_takes_all_listeners_away() {
    for args in [Array::new(), array([&NOTHING])] {
        let (emitter, listeners) = (Emitter::new(), [recorder(), recorder()]);
        emitter.on(&array([&"joined".into(), &listeners[0]]), false);
        emitter.on(&array([&"left".into(), &listeners[1]]), false);
        emitter.off(&args);
        emitter.emit("joined", &NOTHING);
        emitter.emit("left", &NOTHING);
        assert_eq!(listeners.each_ref().map(count), [0, 0]);
    }
}

#[test]
fn off_with_names_takes_all_their_listeners_away() {
    let (emitter, listeners) = (Emitter::new(), [recorder(), recorder(), recorder()]);
    for (name, listener) in ["joined", "left", "else"].into_iter().zip(&listeners) {
        emitter.on(&array([&name.into(), listener]), false);
    }
    emitter.off(&array([&"joined left".into()]));
    for name in ["joined", "left", "else"] {
        emitter.emit(name, &NOTHING);
    }
    assert_eq!(listeners.each_ref().map(count), [0, 0, 1]);
}

#[test]
fn off_with_a_listener_leaves_the_others() {
    let (emitter, taken, left) = (Emitter::new(), recorder(), recorder());
    for listener in [&taken, &left] {
        emitter.on(&array([&"joined".into(), listener]), false);
    }
    emitter.off(&array([&"joined".into(), &taken]));
    emitter.emit("joined", &NOTHING);
    assert_eq!((count(&taken), count(&left)), (0, 1));
}

#[test]
fn off_takes_the_latest_of_equal_listeners_away() {
    let (emitter, listener) = (Emitter::new(), recorder());
    for _ in 0..2 {
        emitter.on(&array([&"joined".into(), &listener]), false);
    }
    emitter.off(&array([&"joined".into(), &listener]));
    emitter.emit("joined", &NOTHING);
    assert_eq!(count(&listener), 1);
}

#[test]
fn off_with_a_context_takes_only_the_listeners_of_that_context_away() {
    let (emitter, listener, contexts) = (Emitter::new(), recorder(), [object([]), object([])]);
    for context in &contexts {
        emitter.on(&array([&"joined".into(), &listener, context]), false);
    }
    emitter.off(&array([&"joined".into(), &listener, &contexts[0]]));
    emitter.emit("joined", &NOTHING);
    assert_eq!(count(&listener), 1);
    assert_eq!(self_of(&listener), contexts[1]);
}

#[test]
fn on_tells_which_names_are_new() {
    let (emitter, listener) = (Emitter::new(), recorder());
    let on = |names: &str| emitter.on(&array([&names.into(), &listener]), false);
    assert_eq!(on("joined left joined"), ["joined", "left"]);
    assert_eq!(on("left else"), ["else"]);
    emitter.off(&Array::new());
    assert!(on("left").is_empty(), "it has been listened to before");
    assert_eq!(emitter.names().join(" "), "joined left else");
    assert_eq!((emitter.count("left"), emitter.count("else"), emitter.count("signal")), (1, 0, 0));
}

#[test]
fn what_is_no_listener_throws_as_in_the_sdk() {
    let emitter = Emitter::new();
    let fresh = recorder();
    for args in [
        array([]),
        array([&"joined".into()]),
        array([&"joined".into(), &JsValue::NULL]),
        array([&"a".into(), &7.into()]),
    ] {
        let error = emitter.listen(&args, false, &fresh).unwrap_err();
        assert!(error.is_instance_of::<js_sys::TypeError>(), "{error:?}");
    }
    assert_eq!(count(&fresh), 0);
}

#[test]
fn an_event_goes_to_those_who_listened_when_it_came() {
    let emitter = Emitter::new();
    let (late, gone) = (recorder(), recorder());
    let change = {
        let (emitter, late, gone) = (emitter.clone(), late.clone(), gone.clone());
        Closure::<dyn Fn()>::new(move || {
            emitter.on(&array([&"joined".into(), &late]), false);
            emitter.off(&array([&"joined".into(), &gone]));
        })
    };
    emitter.on(&array([&"joined".into(), change.as_ref()]), false);
    emitter.on(&array([&"joined".into(), &gone]), false);
    emitter.emit("joined", &NOTHING);
    assert_eq!((count(&late), count(&gone)), (0, 1));
    emitter.emit("joined", &NOTHING);
    assert_eq!((count(&late), count(&gone)), (1, 1));
}

#[test]
fn everything_that_is_said_with_an_event_is_passed_on() {
    let (emitter, listener) = (Emitter::new(), recorder());
    emitter.on(&array([&"complete".into(), &listener]), false);
    emitter.emit_all("complete", &array([&JsValue::NULL, &"second".into()]));
    assert_eq!((heard(&listener, 0), heard(&listener, 1)), (JsValue::NULL, "second".into()));
}

#[test]
async fn a_listener_that_throws_is_reported_once_and_does_not_stop_the_others() {
    let reports = Reports::watch();
    let (emitter, before, after) = (Emitter::new(), recorder(), recorder());
    let error = Error::new("the app's own mistake");
    for listener in [&before, &throwing(&error), &after] {
        emitter.on(&array([&"joined".into(), listener]), false);
    }
    emitter.emit("joined", &NOTHING);
    assert_eq!((count(&before), count(&after)), (1, 1));
    assert!(reports.errors().is_empty(), "not inside the SDK's dispatch");
    next_frame().await;
    assert_eq!(reports.errors(), [JsValue::from(error)]);
}

fn throwing(error: &Error) -> Function {
    let listener = recorder();
    set(&listener, "fault", error.clone());
    listener
}
