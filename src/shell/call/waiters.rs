//! Who has called `handover()` and waits for its end.

use std::cell::RefCell;

use js_sys::{Function, Object, Promise};
use wasm_bindgen::prelude::*;

use crate::core::receipt::{Outcome, Receipt};
use crate::shell::js;
use crate::shell::shared::Shared;

#[derive(Default)]
pub(super) struct Waiters(RefCell<Vec<Waiter>>);

struct Waiter {
    resolve: Function,
    reject: Function,
    /// Whether it waits for the move after the one that is under way.
    for_next: bool,
}

impl Waiters {
    /// Somebody who waits for the end of the move that is under way or about to begin, or of the `next` one.
    pub(super) fn add(&self, for_next: bool) -> Promise {
        Promise::new(&mut |resolve, reject| {
            self.0.borrow_mut().push(Waiter { resolve, reject, for_next });
        })
    }

    /// A move has ended; another one may have `followed` at once.
    pub(super) fn settle(&self, shared: &Shared, receipt: &Receipt, object: &Object, followed: bool) {
        let (mut later, now): (Vec<_>, Vec<_>) =
            self.0.take().into_iter().partition(|waiter| followed && waiter.for_next);
        later.iter_mut().for_each(|waiter| waiter.for_next = false);
        self.0.replace(later);
        if matches!(receipt.outcome, Outcome::Completed | Outcome::Promoted) {
            for waiter in now {
                let _ = waiter.resolve.call1(&JsValue::UNDEFINED, object);
            }
            return;
        }
        let message = ["the handover was ", receipt.outcome.as_str()].concat();
        let code = ["handover_", receipt.outcome.as_str()].concat();
        let error = shared.error(&code, &message, &JsValue::UNDEFINED);
        js::set(error.unchecked_ref::<Object>(), "receipt", object.clone());
        now.iter().for_each(|waiter| waiter.refuse(&error));
    }

    /// What was asked for last is not acceptable.
    pub(super) fn refuse_latest(&self, error: &JsValue) {
        let latest = self.0.borrow_mut().pop();
        latest.iter().for_each(|waiter| waiter.refuse(error));
    }

    /// There will be no move.
    pub(super) fn refuse_all(&self, error: &JsValue) {
        self.0.take().iter().for_each(|waiter| waiter.refuse(error));
    }
}

impl Waiter {
    fn refuse(&self, error: &JsValue) {
        let _ = self.reject.call1(&JsValue::UNDEFINED, error);
    }
}
