//! The manager as JavaScript sees it; `index.js` makes it an `EventTarget`.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Array, Promise};
use wasm_bindgen::prelude::*;

use super::call::Call;
use super::host::Host;
use super::js;
use super::options;
use super::publisher::Publisher;
use super::shared::Shared;
use super::surroundings::Surroundings;
use crate::core::state::Status;
use crate::ot::Ot;

/// Keeps the calls of a page alive while servers rotate.
#[wasm_bindgen]
pub struct Manager {
    shared: Rc<Shared>,
    calls: Rc<RefCell<Vec<Rc<Call>>>>,
    surroundings: RefCell<Option<Surroundings>>,
}

#[wasm_bindgen]
impl Manager {
    /// Checks the options.
    ///
    /// # Errors
    ///
    /// `invalid_option`: an option is unknown or not what is expected.
    #[wasm_bindgen(constructor)]
    pub fn new(ot: JsValue, options: &JsValue, host: JsValue) -> Result<Self, JsValue> {
        let (ot, host) = (ot.unchecked_into::<Ot>(), host.unchecked_into::<Host>());
        let shared = options::read(ot, options, host)?;
        let calls: Rc<RefCell<Vec<Rc<Call>>>> = Rc::default();
        let hearing = Rc::downgrade(&calls);
        let surroundings = Surroundings::listen(move |what| {
            let calls = hearing.upgrade().map(|calls| calls.borrow().clone());
            for call in calls.unwrap_or_default() {
                call.hear(what);
            }
        });
        Ok(Self { shared: Rc::new(shared), calls, surroundings: RefCell::new(Some(surroundings)) })
    }

    /// The state that matters most among the sessions.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn state(&self) -> String {
        let calls = self.calls.borrow();
        let most = calls.iter().map(|call| call.status()).max_by_key(|status| concern(*status));
        most.unwrap_or(Status::Idle).as_str().to_owned()
    }

    /// The durable session of an ID. The same ID gives the same object, as in the SDK.
    ///
    /// # Errors
    ///
    /// What the SDK throws.
    #[wasm_bindgen(js_name = initSession)]
    pub fn init_session(&self, application: JsValue, session: JsValue, options: &JsValue) -> Result<JsValue, JsValue> {
        let known = self.calls.borrow().iter().find(|call| call.is_for(&session)).cloned();
        if let Some(call) = known {
            return Ok(call.proxy());
        }
        let call = Call::create(&self.shared, application, session, options)?;
        let proxy = call.proxy();
        self.calls.borrow_mut().push(call);
        Ok(proxy)
    }

    /// A durable publisher. All arguments may be left out, as in the SDK.
    ///
    /// # Errors
    ///
    /// What the SDK throws.
    #[wasm_bindgen(js_name = initPublisher)]
    pub fn init_publisher(&self, target: &JsValue, options: &JsValue, callback: JsValue) -> Result<JsValue, JsValue> {
        let callback = [callback, options.clone(), target.clone()].into_iter().find_map(js::function);
        let target = if target.is_function() { &JsValue::UNDEFINED } else { target };
        let options = if options.is_function() { &JsValue::UNDEFINED } else { options };
        Publisher::create(&self.shared, target, options, callback).map(|publisher| publisher.proxy())
    }

    /// Moves a session to a successor.
    ///
    /// # Errors
    ///
    /// `invalid_option`, or `not_connected` if there is no session, or more than one and none is named.
    pub fn handover(&self, options: &JsValue) -> Result<Promise, JsValue> {
        options::check_handover(&self.shared.host, options)?;
        let from = js::get(options, "from");
        let calls = self.calls.borrow().clone();
        let call = if from.is_undefined() {
            let mut living = calls.iter().filter(|call| call.status() != Status::Closed);
            living.next().filter(|_| living.next().is_none())
        } else {
            calls.iter().find(|call| call.proxy() == from)
        };
        let Some(call) = call else {
            let message = "handover(): option from must be one of this manager's sessions, unless there is exactly one";
            return Err(self.shared.error("invalid_option", message, &JsValue::UNDEFINED));
        };
        Ok(call.handover(options))
    }

    /// Begins at once whatever attempt is waited for.
    #[wasm_bindgen(js_name = retryNow)]
    pub fn retry_now(&self) {
        let calls = self.calls.borrow().clone();
        for call in calls {
            call.retry_now();
        }
    }

    /// Leaves every session silently. Resolves when all is closed.
    pub fn close(&self) -> Promise {
        self.surroundings.take();
        let closing: Array = self.calls.borrow().iter().map(|call| JsValue::from(call.close())).collect();
        let publishers = self.shared.publishers.take();
        for publisher in publishers {
            publisher.close();
        }
        Promise::all(&closing)
    }
}

/// How much a state matters to somebody who looks at several sessions at once.
fn concern(status: Status) -> u8 {
    match status {
        Status::Closed => 0,
        Status::Idle => 1,
        Status::Disconnected => 2,
        Status::Connected => 3,
        Status::Connecting => 4,
        Status::Handover => 5,
        Status::Recovering => 6,
        Status::Failed => 7,
    }
}
