//! A slot stays put in the app's layout; pictures are stacked in it as layers and never moved in the document.

use std::cell::RefCell;
use std::rc::{Rc, Weak};

use wasm_bindgen::prelude::*;
use web_sys::{Document, Element, HtmlElement, Node};

/// Where the slot goes, in the SDK's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InsertMode {
    /// Inside the target, as its last child.
    Append,
    /// Before the target.
    Before,
    /// After the target.
    After,
    /// The target itself becomes the slot. The SDK's default.
    Replace,
}

impl InsertMode {
    /// Reads the SDK's option; what is missing or unknown counts as `replace`, as in the SDK.
    pub fn parse(mode: Option<&str>) -> Self {
        match mode {
            Some("append") => Self::Append,
            Some("before") => Self::Before,
            Some("after") => Self::After,
            _ => Self::Replace,
        }
    }
}

/// The place of one tile in the app's layout. Dropping it takes it out of the page.
#[derive(Debug)]
pub struct Slot {
    element: HtmlElement,
    layers: RefCell<Vec<Weak<LayerElement>>>,
}

/// One picture in a slot. Dropping the last handle takes it out of the page.
#[derive(Clone, Debug)]
pub struct Layer(Rc<LayerElement>);

/// A layer, as long as somebody else holds it.
pub struct WeakLayer(Weak<LayerElement>);

impl WeakLayer {
    /// The layer, if it is still there.
    pub fn upgrade(&self) -> Option<Layer> {
        self.0.upgrade().map(Layer)
    }
}

#[derive(Debug)]
struct LayerElement(HtmlElement);

impl Slot {
    /// Puts a slot in the page: beside or inside `target`, or in its place. Without a target it goes to the end of
    /// the page, as in the SDK. `width` and `height` are in CSS units.
    ///
    /// # Errors
    ///
    /// There is no page yet, or the target is not in one but should have a neighbour.
    pub fn mount(target: Option<&HtmlElement>, mode: InsertMode, width: &str, height: &str) -> Result<Self, JsValue> {
        let document = document()?;
        let element = match (target, mode) {
            (Some(target), InsertMode::Replace) => {
                target.set_text_content(None);
                target.clone()
            }
            (target, mode) => {
                let element: HtmlElement = document.create_element("div")?.unchecked_into();
                insert(&document, &element, target, mode)?;
                element
            }
        };
        let style = element.style();
        style.set_property("width", width)?;
        style.set_property("height", height)?;
        style.set_property("overflow", "hidden")?;
        style.set_property("isolation", "isolate")?;
        if !is_positioned(&element) {
            style.set_property("position", "relative")?;
        }
        Ok(Self { element, layers: RefCell::default() })
    }

    /// The element in the app's layout.
    pub fn element(&self) -> &HtmlElement {
        &self.element
    }

    /// Adds a layer: on top if it is the first, else under what is on screen.
    ///
    /// # Errors
    ///
    /// There is no page.
    pub fn add_layer(&self) -> Result<Layer, JsValue> {
        let first = self.living().is_empty();
        let element: HtmlElement = document()?.create_element("div")?.unchecked_into();
        let style = element.style();
        style.set_property("position", "absolute")?;
        style.set_property("inset", "0")?;
        style.set_property("z-index", if first { "1" } else { "0" })?;
        self.element.append_child(&element)?;
        let layer = Rc::new(LayerElement(element));
        self.layers.borrow_mut().push(Rc::downgrade(&layer));
        Ok(Layer(layer))
    }

    /// Puts a layer on top. The browser paints that in its next frame, at once for all.
    pub fn promote(&self, layer: &Layer) {
        for other in self.living() {
            let top = Rc::ptr_eq(&other, &layer.0);
            // Setting a valid value of a known property does not fail.
            let _ = other.0.style().set_property("z-index", if top { "1" } else { "0" });
        }
    }

    fn living(&self) -> Vec<Rc<LayerElement>> {
        let mut layers = self.layers.borrow_mut();
        layers.retain(|layer| layer.strong_count() > 0);
        layers.iter().filter_map(Weak::upgrade).collect()
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.element.remove();
    }
}

impl Layer {
    /// A handle that does not keep it in the page.
    pub fn downgrade(&self) -> WeakLayer {
        WeakLayer(Rc::downgrade(&self.0))
    }

    /// The first element in this layer that matches a CSS selector.
    pub fn find(&self, selector: &str) -> Option<Element> {
        // The selectors are ours, so they are valid.
        self.0.0.query_selector(selector).ok().flatten()
    }

    /// Where the SDK puts its picture.
    pub fn element(&self) -> &HtmlElement {
        &self.0.0
    }
}

impl Drop for LayerElement {
    fn drop(&mut self) {
        self.0.remove();
    }
}

fn document() -> Result<Document, JsValue> {
    web_sys::window().and_then(|window| window.document()).ok_or_else(|| JsValue::from_str("there is no document"))
}

fn insert(
    document: &Document,
    element: &HtmlElement,
    target: Option<&HtmlElement>,
    mode: InsertMode,
) -> Result<(), JsValue> {
    let Some(target) = target else {
        let body = document.body().ok_or_else(|| JsValue::from_str("the page has no body yet"))?;
        body.append_child(element)?;
        return Ok(());
    };
    let beside: &Element = target;
    match mode {
        InsertMode::Append | InsertMode::Replace => {
            let _: Node = target.append_child(element)?;
        }
        InsertMode::Before => beside.before_with_node_1(element)?,
        InsertMode::After => beside.after_with_node_1(element)?,
    }
    Ok(())
}

fn is_positioned(element: &HtmlElement) -> bool {
    let Some(style) = web_sys::window().and_then(|window| window.get_computed_style(element).ok().flatten()) else {
        return false;
    };
    // An element outside the document has no computed position.
    let position = style.get_property_value("position").unwrap_or_default();
    !position.is_empty() && position != "static"
}
