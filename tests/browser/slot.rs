//! Slots and their layers.

use opentok_handover::dom::{InsertMode, Layer, Slot};
use wasm_bindgen_test::wasm_bindgen_test as test;
use web_sys::HtmlElement;

use crate::page::{Stage, document, next_frame, style};
use wasm_bindgen::JsCast;

const ROOM: &str = r#"<i id="before"></i><main id="target"><b id="child"></b></main><u id="after"></u>"#;

#[test]
fn a_slot_replaces_the_content_of_its_target_and_is_the_target() {
    let stage = Stage::new(ROOM);
    let slot = mount(&stage, InsertMode::Replace);
    assert_eq!(slot.element(), &stage.find("#target"));
    assert_eq!(stage.outline(), "before target after");
}

#[test]
fn a_slot_is_appended_to_its_target_as_the_last_child() {
    let stage = Stage::new(ROOM);
    let _slot = mount(&stage, InsertMode::Append);
    assert_eq!(stage.outline(), "before target(child div) after");
}

#[test]
fn a_slot_goes_right_before_its_target() {
    let stage = Stage::new(ROOM);
    let _slot = mount(&stage, InsertMode::Before);
    assert_eq!(stage.outline(), "before div target(child) after");
}

#[test]
fn a_slot_goes_right_after_its_target() {
    let stage = Stage::new(ROOM);
    let _slot = mount(&stage, InsertMode::After);
    assert_eq!(stage.outline(), "before target(child) div after");
}

#[test]
fn a_slot_without_a_target_goes_to_the_end_of_the_page() {
    for mode in [InsertMode::Append, InsertMode::Before, InsertMode::After, InsertMode::Replace] {
        let slot = Slot::mount(None, mode, &[], ("264px", "198px")).unwrap();
        let last = document().body().unwrap().last_element_child().unwrap();
        assert_eq!(&last, slot.element().as_ref());
    }
}

#[test]
fn insert_modes_are_read_in_the_words_of_the_sdk() {
    assert_eq!(InsertMode::parse(Some("append")), InsertMode::Append);
    assert_eq!(InsertMode::parse(Some("before")), InsertMode::Before);
    assert_eq!(InsertMode::parse(Some("after")), InsertMode::After);
    assert_eq!(InsertMode::parse(Some("replace")), InsertMode::Replace);
    assert_eq!(InsertMode::parse(Some("inside")), InsertMode::Replace);
    assert_eq!(InsertMode::parse(None), InsertMode::Replace);
}

#[test]
fn a_slot_has_the_size_that_it_is_given() {
    let stage = Stage::new(ROOM);
    let target = stage.find("#target");
    let slot = Slot::mount(Some(&target), InsertMode::Append, &[], ("320px", "50%")).unwrap();
    assert_eq!(style(slot.element(), "width"), "320px");
    assert_eq!(slot.element().style().get_property_value("height").unwrap(), "50%");
}

#[test]
fn a_target_that_is_positioned_already_keeps_its_position() {
    for position in ["absolute", "fixed", "sticky", "relative"] {
        let stage = Stage::new(&format!(r#"<div id="target" style="position: {position}; left: 7px"></div>"#));
        let slot = mount(&stage, InsertMode::Replace);
        assert_eq!(style(slot.element(), "position"), position);
        assert_eq!(style(slot.element(), "left"), "7px");
    }
}

#[test]
fn a_target_that_a_style_sheet_positions_keeps_its_position() {
    let stage = Stage::new(r#"<style>.tile { position: absolute }</style><div id="target" class="tile"></div>"#);
    let slot = mount(&stage, InsertMode::Replace);
    assert_eq!(style(slot.element(), "position"), "absolute");
}

#[test]
fn a_slot_that_is_not_positioned_becomes_the_frame_of_its_layers() {
    let stage = Stage::new(ROOM);
    let slot = mount(&stage, InsertMode::Replace);
    assert_eq!(style(slot.element(), "position"), "relative");
    let layer = slot.add_layer().unwrap();
    assert_eq!(box_of(layer.element()), box_of(slot.element()));
}

#[test]
fn the_first_layer_is_on_top_and_later_ones_are_stacked_under_it() {
    let stage = Stage::new(ROOM);
    let slot = mount(&stage, InsertMode::Replace);
    let layers = [slot.add_layer().unwrap(), slot.add_layer().unwrap(), slot.add_layer().unwrap()];
    assert_eq!(on_top(&slot), *layers[0].element());
    assert_eq!(boxes(&layers), [box_of(slot.element()); 3]);
}

#[test]
fn a_promoted_layer_is_on_top_and_the_first_in_its_slot() {
    let stage = Stage::new(ROOM);
    let slot = mount(&stage, InsertMode::Replace);
    let layers = [slot.add_layer().unwrap(), slot.add_layer().unwrap()];
    for (layer, id) in layers.iter().zip(["old", "new"]) {
        layer.element().set_id(id);
    }
    let before = boxes(&layers);
    for (layer, order) in [(&layers[1], "new old"), (&layers[0], "old new"), (&layers[1], "new old")] {
        slot.promote(layer);
        assert_eq!(on_top(&slot), *layer.element());
        assert_eq!(stage.outline(), format!("before target({order}) after"));
        assert_eq!(boxes(&layers), before);
    }
}

#[test]
async fn slots_that_are_promoted_together_are_seen_together() {
    let stage = Stage::new(r#"<div id="a"></div><div id="b"></div><div id="c"></div>"#);
    let slots = ["#a", "#b", "#c"].map(|id| {
        let target = stage.find(id);
        Slot::mount(Some(&target), InsertMode::Replace, &[], ("30px", "30px")).unwrap()
    });
    let old = slots.each_ref().map(|slot| slot.add_layer().unwrap());
    let new = slots.each_ref().map(|slot| slot.add_layer().unwrap());
    next_frame().await;
    assert!(slots.iter().zip(&old).all(|(slot, layer)| on_top(slot) == *layer.element()));
    for (slot, layer) in slots.iter().zip(&new) {
        slot.promote(layer);
    }
    // Without a frame between: what is painted next is all new.
    assert!(slots.iter().zip(&new).all(|(slot, layer)| on_top(slot) == *layer.element()));
}

#[test]
fn a_promoted_layer_of_another_slot_leaves_this_one_as_it_is() {
    let stage = Stage::new(r#"<div id="a"></div><div id="b"></div>"#);
    let [a, b] = ["#a", "#b"].map(|id| {
        let target = stage.find(id);
        Slot::mount(Some(&target), InsertMode::Replace, &[], ("30px", "30px")).unwrap()
    });
    let kept = a.add_layer().unwrap();
    let _under = a.add_layer().unwrap();
    let _old = b.add_layer().unwrap();
    let new = b.add_layer().unwrap();
    b.promote(&new);
    assert_eq!(on_top(&a), *kept.element());
}

#[test]
fn a_layer_that_is_dropped_is_out_of_the_page_and_the_next_first_one_is_on_top() {
    let stage = Stage::new(ROOM);
    let slot = mount(&stage, InsertMode::Replace);
    let layer = slot.add_layer().unwrap();
    let second = layer.clone();
    drop(layer);
    assert_eq!(stage.outline(), "before target(div) after", "somebody holds it still");
    drop(second);
    assert_eq!(stage.outline(), "before target after");
    let next = slot.add_layer().unwrap();
    let _under = slot.add_layer().unwrap();
    assert_eq!(on_top(&slot), *next.element());
}

#[test]
fn a_slot_that_is_dropped_is_out_of_the_page_with_all_its_layers() {
    for mode in [InsertMode::Append, InsertMode::Before, InsertMode::After] {
        let stage = Stage::new(ROOM);
        let slot = mount(&stage, mode);
        let layer = slot.add_layer().unwrap();
        drop(slot);
        assert_eq!(stage.outline(), "before target(child) after");
        assert!(!layer.element().is_connected());
    }
    let stage = Stage::new(ROOM);
    drop(mount(&stage, InsertMode::Replace));
    assert_eq!(stage.outline(), "before after", "as the SDK takes its replaced target out");
}

#[test]
fn a_weak_layer_does_not_keep_it_in_the_page() {
    let stage = Stage::new(ROOM);
    let slot = mount(&stage, InsertMode::Append);
    let layer = slot.add_layer().unwrap();
    let weak = layer.downgrade();
    assert!(weak.upgrade().is_some_and(|held| held.element() == layer.element()));
    drop(layer);
    assert!(weak.upgrade().is_none());
    assert_eq!(stage.outline(), "before target(child div) after");
}

#[test]
fn a_slot_wears_the_classes_of_a_layer_beside_its_own_and_those_of_the_app() {
    let stage = Stage::new(r#"<div id="target" class="mine"></div>"#);
    let slot = Slot::mount(Some(&stage.find("#target")), InsertMode::Replace, &["root"], ("9px", "9px")).unwrap();
    let [first, second] = [slot.add_layer().unwrap(), slot.add_layer().unwrap()];
    first.element().set_class_name("root wide loading");
    second.element().set_class_name("wide");
    first.shed(&["root"]);
    assert_eq!(first.element().class_name(), "wide loading");
    slot.wear(&first);
    slot.element().class_list().add_1("speaking").unwrap();
    slot.wear(&second);
    let classes = slot.element().class_name();
    let mut classes: Vec<&str> = classes.split(' ').collect();
    classes.sort_unstable();
    assert_eq!(classes, ["mine", "root", "speaking", "wide"]);
}

#[test]
fn what_the_app_adds_to_a_slot_stays_above_and_behind_its_layers() {
    let stage = Stage::new(ROOM);
    let slot = mount(&stage, InsertMode::Append);
    let first = slot.add_layer().unwrap();
    let label = document().create_element("b").unwrap();
    label.set_attribute("style", "position: absolute; inset: 0").unwrap();
    slot.element().append_child(&label).unwrap();
    let second = slot.add_layer().unwrap();
    for layer in [&second, &first] {
        slot.promote(layer);
        assert_eq!(on_top(&slot), label.clone().unchecked_into::<HtmlElement>());
        assert_eq!(slot.element().last_element_child().as_ref(), Some(&label));
    }
}

#[test]
fn who_is_in_the_controls_of_a_layer_is_in_those_of_the_next_one() {
    let stage = Stage::new(ROOM);
    let slot = mount(&stage, InsertMode::Append);
    let layers = [slot.add_layer().unwrap(), slot.add_layer().unwrap()];
    for layer in &layers {
        layer.element().set_inner_html("<button>mute</button>");
    }
    let focused = || document().active_element();
    layers[0].find("button").unwrap().unchecked_into::<HtmlElement>().focus().unwrap();
    slot.promote(&layers[1]);
    assert_eq!(focused(), layers[1].find("button"));

    // By way of a still, while the controls are gone.
    let still = slot.add_layer().unwrap();
    slot.promote(&still);
    layers[1].element().set_inner_html("");
    slot.promote(&layers[0]);
    assert_eq!(focused(), layers[0].find("button"));
}

#[test]
fn who_is_elsewhere_stays_there() {
    let stage = Stage::new(r#"<div id="target"></div><input id="field">"#);
    let slot = mount(&stage, InsertMode::Append);
    let layers = [slot.add_layer().unwrap(), slot.add_layer().unwrap()];
    for layer in &layers {
        layer.element().set_inner_html("<button>mute</button>");
    }
    stage.find("#field").focus().unwrap();
    slot.promote(&layers[1]);
    assert_eq!(document().active_element().unwrap(), stage.find("#field").unchecked_into());
}

#[test]
fn a_layer_finds_what_covers_it() {
    let stage = Stage::new(ROOM);
    let slot = mount(&stage, InsertMode::Append);
    let layer = slot.add_layer().unwrap();
    layer.element().set_inner_html(r#"<div class="root"><div class="OT_loading"></div></div>"#);
    assert!(layer.find(".OT_loading").is_some());
    layer.element().set_inner_html(r#"<div class="root"></div>"#);
    assert!(layer.find(".OT_loading").is_none());
}

fn mount(stage: &Stage, mode: InsertMode) -> Slot {
    Slot::mount(Some(&stage.find("#target")), mode, &[], ("264px", "198px")).unwrap()
}

/// The layer that is seen in the middle of a slot.
fn on_top(slot: &Slot) -> HtmlElement {
    slot.element().scroll_into_view();
    let [x, y, width, height] = box_of(slot.element());
    let seen = document().element_from_point((x + width / 2.0) as f32, (y + height / 2.0) as f32);
    wasm_bindgen::JsCast::unchecked_into(seen.expect("the slot is out of sight"))
}

fn boxes<const N: usize>(layers: &[Layer; N]) -> [[f64; 4]; N] {
    layers.each_ref().map(|layer| box_of(layer.element()))
}

fn box_of(element: &HtmlElement) -> [f64; 4] {
    let rectangle = element.get_bounding_client_rect();
    [rectangle.x(), rectangle.y(), rectangle.width(), rectangle.height()]
}
