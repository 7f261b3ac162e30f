//! What every session and publisher of one manager needs.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use js_sys::Function;
use wasm_bindgen::prelude::*;

use super::host::Host;
use super::publisher::Publisher;
use crate::core::config::Config;
use crate::core::error::Failure;
use crate::core::ids::PublisherId;
use crate::ot::Ot;

/// Ends something that is out of use already.
pub(super) type Ending = Box<dyn FnOnce()>;

/// One manager's SDK, host and options.
pub(super) struct Shared {
    pub(super) ot: Ot,
    pub(super) host: Host,
    pub(super) config: Config,
    pub(super) renew: Option<Function>,
    pub(super) identify: Option<Function>,
    /// The app's own policy.
    pub(super) retry: Option<Function>,
    pub(super) signal_type: String,
    /// Checks the signatures of announcements, if the app has given a key.
    pub(super) verify: Option<Function>,
    /// Those of all managers of this `OT`: any session may publish them.
    pub(super) publishers: Rc<RefCell<Vec<Rc<Publisher>>>>,
    next_publisher: Rc<Cell<u32>>,
}

impl Shared {
    /// One without functions of the app's, whose announcements are signals of this type.
    pub(super) fn new(ot: Ot, host: Host, config: Config, signal_type: String) -> Self {
        Self {
            ot,
            host,
            config,
            renew: None,
            identify: None,
            retry: None,
            signal_type,
            verify: None,
            publishers: Rc::default(),
            next_publisher: Rc::new(Cell::new(1)),
        }
    }

    /// Another manager of the same `OT`.
    pub(super) fn beside(self, other: &Self) -> Self {
        let (publishers, next_publisher) = (Rc::clone(&other.publishers), Rc::clone(&other.next_publisher));
        Self { publishers, next_publisher, ..self }
    }

    pub(super) fn next_publisher(&self) -> PublisherId {
        let id = self.next_publisher.get();
        self.next_publisher.set(id.wrapping_add(1));
        PublisherId(id)
    }

    /// The publisher behind one of our durable publishers.
    pub(super) fn publisher(&self, durable: &JsValue) -> Option<Rc<Publisher>> {
        self.publishers.borrow().iter().find(|publisher| publisher.is(durable)).cloned()
    }

    /// Makes a `HandoverError`.
    pub(super) fn error(&self, code: &str, message: &str, cause: &JsValue) -> JsValue {
        self.host.error(code, message, cause)
    }

    /// Makes a `HandoverError` of a failure.
    pub(super) fn failure(&self, failure: &Failure) -> JsValue {
        self.error(failure.code.as_str(), &failure.message, &JsValue::UNDEFINED)
    }

    /// Dispatches an event on the manager. What its listeners throw is the page's to report, not ours.
    pub(super) fn notify(&self, kind: &str, detail: &JsValue) {
        let _ = self.host.notify(kind, detail);
    }
}
