//! What comes, goes and changes its looks inside an element.

use js_sys::Array;
use wasm_bindgen::prelude::*;
use web_sys::{Element, MutationObserver, MutationObserverInit};

/// Watches an element. Dropping it stops that.
pub struct Changes {
    observer: Option<MutationObserver>,
    _changed: Closure<dyn FnMut()>,
}

impl Changes {
    /// Calls `changed` after elements in `element` have come or gone, or one of them, or itself, has changed its class.
    pub fn within(element: &Element, changed: impl FnMut() + 'static) -> Self {
        let changed = Closure::<dyn FnMut()>::new(changed);
        let what = MutationObserverInit::new();
        what.set_subtree(true);
        what.set_child_list(true);
        what.set_attribute_filter(&Array::of1(&"class".into()));
        // An element can be observed for what is said here, so that nothing fails.
        let observer = MutationObserver::new(changed.as_ref().unchecked_ref()).ok();
        if let Some(observer) = &observer {
            let _ = observer.observe_with_options(element, &what);
        }
        Self { observer, _changed: changed }
    }
}

impl Drop for Changes {
    fn drop(&mut self) {
        if let Some(observer) = &self.observer {
            observer.disconnect();
        }
    }
}
