//! What changes inside an element.

use std::cell::Cell;
use std::rc::Rc;

use opentok_handover::dom::Changes;
use wasm_bindgen_test::wasm_bindgen_test as test;

use crate::page::{Stage, next_frame};

#[test]
async fn what_comes_goes_or_changes_its_class_is_told_once_a_moment() {
    let (stage, count, _changes) = watched();
    stage.find("#inner").set_inner_html("<i></i><b></b>");
    assert_eq!(told(&count).await, 1);
    stage.find("b").set_class_name("bold");
    assert_eq!(told(&count).await, 1);
    stage.find("#outer").set_class_name("bold");
    assert_eq!(told(&count).await, 1);
    stage.find("i").remove();
    assert_eq!(told(&count).await, 1);
}

#[test]
async fn nothing_else_is_told() {
    let (stage, count, _changes) = watched();
    stage.find("#inner").set_title("a title");
    stage.find("#beside").set_class_name("bold");
    assert_eq!(told(&count).await, 0);
}

#[test]
async fn nothing_is_told_after_the_end() {
    let (stage, count, changes) = watched();
    stage.find("#inner").set_class_name("bold");
    drop(changes);
    stage.find("#inner").remove();
    assert_eq!(told(&count).await, 0);
}

fn watched() -> (Stage, Rc<Cell<u32>>, Changes) {
    let stage = Stage::new(r#"<div id="outer"><div id="inner"></div></div><div id="beside"></div>"#);
    let count = Rc::new(Cell::new(0));
    let seen = Rc::clone(&count);
    let changes = Changes::within(&stage.find("#outer"), move || seen.set(seen.get() + 1));
    (stage, count, changes)
}

/// How often something was told since this was asked last.
async fn told(count: &Cell<u32>) -> u32 {
    next_frame().await;
    count.take()
}
