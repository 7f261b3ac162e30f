//! Who holds a durable session: the managers that were asked for it. The first one's times are in force as long as it
//! lives, the newest one's functions, which see what the app is by now; it ends with the last of them.

use std::rc::Rc;

use js_sys::Promise;
use wasm_bindgen::prelude::*;

use super::Call;
use crate::shell::shared::Shared;

impl Call {
    /// A manager was asked for this session.
    pub(in crate::shell) fn hold(&self, manager: &Rc<Shared>) {
        let mut holders = self.holders.borrow_mut();
        holders.retain(|holder| !Rc::ptr_eq(holder, manager));
        holders.push(Rc::clone(manager));
    }

    pub(in crate::shell) fn is_held_by(&self, manager: &Rc<Shared>) -> bool {
        self.holders.borrow().iter().any(|holder| Rc::ptr_eq(holder, manager))
    }

    /// Whether the page's news, which every manager hears, are this one's to pass on.
    pub(in crate::shell) fn listens_to(&self, manager: &Rc<Shared>) -> bool {
        Rc::ptr_eq(&self.newest(), manager)
    }

    /// A manager is closed: the call is, with the last of them.
    pub(in crate::shell) fn release(self: &Rc<Self>, manager: &Rc<Shared>) -> Option<Promise> {
        if self.holders.borrow().len() == 1 {
            return Some(self.close());
        }
        self.holders.borrow_mut().retain(|holder| !Rc::ptr_eq(holder, manager));
        None
    }

    /// The manager whose functions are asked.
    pub(super) fn newest(&self) -> Rc<Shared> {
        self.holders.borrow().last().map_or_else(|| Rc::clone(&self.shared), Rc::clone)
    }

    /// Dispatches an event on every manager that holds this session.
    pub(super) fn notify(&self, kind: &str, detail: &JsValue) {
        let holders = self.holders.borrow().clone();
        for holder in holders {
            holder.notify(kind, detail);
        }
    }
}
