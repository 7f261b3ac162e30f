//! A slot stays put in the app's layout; pictures are stacked in it as layers.

use std::cell::RefCell;
use std::rc::{Rc, Weak};

use wasm_bindgen::prelude::*;
use web_sys::{Document, Element, HtmlElement, Node};

#[wasm_bindgen]
extern "C" {
    /// An element whose children may be moved without being taken out of the page.
    type Mover;

    #[wasm_bindgen(method, getter, js_name = moveBefore)]
    fn moves(this: &Mover) -> Option<js_sys::Function>;

    #[wasm_bindgen(method, catch, js_name = moveBefore)]
    fn move_before(this: &Mover, node: &Node, before: Option<&Node>) -> Result<(), JsValue>;
}

#[wasm_bindgen]
extern "C" {
    /// An element that can be given the focus.
    type Focusable;

    #[wasm_bindgen(method)]
    fn focus(this: &Focusable, options: &JsValue);
}

/// What is on top has the app's own additions to the slot above it, as they would be above the SDK's picture.
const ON_TOP: &str = "0";

/// Above the slot's background.
const BENEATH: &str = "-1";

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
    /// The classes that it has from the layer on top.
    worn: RefCell<String>,
    /// What had the focus in a layer that is no more on top: its tag.
    focused: RefCell<Option<String>>,
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
    /// the page, as in the SDK. `classes` are its own; `width` and `height` are in CSS units.
    ///
    /// # Errors
    ///
    /// There is no page yet, or the target is not in one but should have a neighbour.
    pub fn mount(
        target: Option<&HtmlElement>,
        mode: InsertMode,
        classes: &[&str],
        (width, height): (&str, &str),
    ) -> Result<Self, JsValue> {
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
        element.set_class_name(&class_names(classes, &element.class_name()));
        let style = element.style();
        style.set_property("width", width)?;
        style.set_property("height", height)?;
        style.set_property("overflow", "hidden")?;
        if target.is_none() {
            style.set_property("background-color", "#000")?;
        }
        style.set_property("isolation", "isolate")?;
        if !is_positioned(&element) {
            style.set_property("position", "relative")?;
        }
        Ok(Self { element, layers: RefCell::default(), worn: RefCell::default(), focused: RefCell::default() })
    }

    /// The element in the app's layout.
    pub fn element(&self) -> &HtmlElement {
        &self.element
    }

    /// Looks like a layer from now on: has its classes, beside what the app has given it, and in the place of those of
    /// the layer before.
    pub fn wear(&self, layer: &Layer) {
        let new = layer.element().class_name();
        let old = self.worn.replace(new.clone());
        let classes = self.element.class_name();
        let own: Vec<&str> = classes.split(' ').filter(|class| old.split(' ').all(|worn| worn != *class)).collect();
        let worn = class_names(&own, &new);
        if worn != classes {
            self.element.set_class_name(&worn);
        }
    }

    /// Adds a layer: on top if it is the first, else under what is on screen.
    ///
    /// # Errors
    ///
    /// There is no page.
    pub fn add_layer(&self) -> Result<Layer, JsValue> {
        let last = self.living().pop();
        let element: HtmlElement = document()?.create_element("div")?.unchecked_into();
        let style = element.style();
        style.set_property("position", "absolute")?;
        style.set_property("inset", "0")?;
        style.set_property("z-index", if last.is_none() { ON_TOP } else { BENEATH })?;
        // Before what the app may have added.
        match last {
            Some(last) => last.0.after_with_node_1(&element)?,
            None => self.element.prepend_with_node_1(&element)?,
        }
        let layer = Rc::new(LayerElement(element));
        self.layers.borrow_mut().push(Rc::downgrade(&layer));
        Ok(Layer(layer))
    }

    /// Puts a layer on top. The browser paints that in its next frame, at once for all. Where that is possible without
    /// disturbing it, it also becomes the first in the slot: whoever looks for the video there finds the one on screen.
    pub fn promote(&self, layer: &Layer) {
        for other in self.living() {
            let top = Rc::ptr_eq(&other, &layer.0);
            // Setting a valid value of a known property does not fail.
            let _ = other.0.style().set_property("z-index", if top { ON_TOP } else { BENEATH });
        }
        let slot: &Mover = self.element.unchecked_ref();
        if self.element.first_element_child().as_ref() != Some(layer.element().as_ref()) && slot.moves().is_some() {
            // It fails if one of them is not in the page: then nobody finds it there.
            let _ = slot.move_before(layer.element(), self.element.first_child().as_ref());
        }
        self.take_focus(layer);
    }

    /// Who was in the controls of a layer beneath is to be in those of this one.
    fn take_focus(&self, layer: &Layer) {
        let active = document().ok().and_then(|document| document.active_element());
        let beneath = |active: &Element| {
            self.living().iter().any(|other| !Rc::ptr_eq(other, &layer.0) && other.0.contains(Some(active)))
        };
        match &active {
            Some(active) if beneath(active) => *self.focused.borrow_mut() = Some(active.tag_name()),
            // What has the focus is taken out of the page: then the body has it.
            Some(active) if active.tag_name() != "BODY" => *self.focused.borrow_mut() = None,
            _ => {}
        }
        let tag = self.focused.borrow().clone();
        if let Some(control) = tag.and_then(|tag| layer.find(&tag)) {
            self.focused.take();
            let options = js_sys::Object::new();
            // Setting a property of a plain object does not fail.
            let _ = js_sys::Reflect::set(&options, &"preventScroll".into(), &JsValue::TRUE);
            control.unchecked_ref::<Focusable>().focus(&options);
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

    /// Takes away classes that are the slot's. What it has not, it is not told: that would be a change, too.
    pub fn shed(&self, classes: &[&str]) {
        let list = self.element().class_list();
        for class in classes.iter().filter(|class| list.contains(class)) {
            // The names are ours, so they are valid.
            let _ = list.remove_1(class);
        }
    }

    /// Takes a class away from everything in it.
    pub fn strip(&self, class: &str) {
        while let Some(element) = self.find(&[".", class].concat()) {
            // The names are ours, so they are valid.
            let _ = element.class_list().remove_1(class);
        }
    }

    /// Whether it matches a CSS selector itself.
    pub fn is(&self, selector: &str) -> bool {
        // The selectors are ours, so they are valid.
        self.0.0.matches(selector).unwrap_or(false)
    }

    /// What the SDK makes its picture of.
    pub fn element(&self) -> &HtmlElement {
        &self.0.0
    }
}

impl Drop for LayerElement {
    fn drop(&mut self) {
        self.0.remove();
    }
}

/// These class names and those in a text, each once.
fn class_names(names: &[&str], more: &str) -> String {
    let mut all: Vec<&str> = Vec::new();
    for name in names.iter().copied().chain(more.split(' ')) {
        if !name.is_empty() && !all.contains(&name) {
            all.push(name);
        }
    }
    all.join(" ")
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
