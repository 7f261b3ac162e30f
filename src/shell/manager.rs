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
        let shared = options::read(ot.unchecked_into::<Ot>(), options, host.unchecked_into::<Host>())?;
        Ok(Self::of(shared, Rc::default()))
    }

    /// Another manager of the same `OT`: each session is the same for both, and ends with the last of them. Works for one
    /// that is closed, too.
    ///
    /// # Errors
    ///
    /// As for the first one.
    pub fn beside(&self, options: &JsValue, host: JsValue) -> Result<Self, JsValue> {
        let shared = options::read(self.shared.ot.clone(), options, host.unchecked_into::<Host>())?;
        Ok(Self::of(shared.beside(&self.shared), Rc::clone(&self.calls)))
    }

    /// The state that matters most among the sessions.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn state(&self) -> String {
        let most = self.held().iter().map(|call| call.status()).max_by_key(|status| concern(*status));
        most.unwrap_or(Status::Idle).as_str().to_owned()
    }

    /// The durable session of an ID. The same ID gives the same object, as in the SDK, whichever manager is asked.
    ///
    /// # Errors
    ///
    /// What the SDK throws.
    #[wasm_bindgen(js_name = initSession)]
    pub fn init_session(&self, application: JsValue, session: JsValue, options: &JsValue) -> Result<JsValue, JsValue> {
        let known = self.calls.borrow().iter().find(|call| call.is_for(&session)).cloned();
        if let Some(call) = known {
            call.hold(&self.shared);
            return Ok(call.proxy());
        }
        let call = Call::create(&self.shared, application, session, options)?;
        let proxy = call.proxy();
        let mut calls = self.calls.borrow_mut();
        calls.retain(|call| call.status() != Status::Closed);
        calls.push(call);
        Ok(proxy)
    }

    /// A durable publisher. All arguments may be left out. There is none if the SDK makes none: then its callback tells.
    ///
    /// # Errors
    ///
    /// What the SDK throws.
    #[wasm_bindgen(js_name = initPublisher)]
    pub fn init_publisher(&self, target: &JsValue, options: &JsValue, callback: JsValue) -> Result<JsValue, JsValue> {
        let made = Publisher::create(&self.shared, target, options, js::function(callback))?;
        Ok(made.map_or(JsValue::UNDEFINED, |publisher| publisher.proxy()))
    }

    /// Moves a session to a successor.
    ///
    /// # Errors
    ///
    /// `invalid_option`, or `not_connected` if there is no session, or more than one and none is named.
    pub fn handover(&self, options: &JsValue) -> Result<Promise, JsValue> {
        options::check_handover(&self.shared.host, options)?;
        let from = js::get(options, "from");
        let calls = self.held();
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
        for call in self.held() {
            call.retry_now();
        }
    }

    /// Leaves silently every session that no other manager holds. Resolves when all is closed.
    pub fn close(&self) -> Promise {
        self.surroundings.take();
        let closing: Array = self.held().iter().filter_map(|call| call.release(&self.shared)).collect();
        let own: Vec<_> =
            self.shared.publishers.borrow().iter().filter(|publisher| publisher.is_of(&self.shared)).cloned().collect();
        self.shared.publishers.borrow_mut().retain(|publisher| !publisher.is_of(&self.shared));
        for publisher in own {
            publisher.close();
        }
        Promise::all(&closing)
    }
}

impl Manager {
    fn of(shared: Shared, calls: Rc<RefCell<Vec<Rc<Call>>>>) -> Self {
        let shared = Rc::new(shared);
        let (hearing, manager) = (Rc::downgrade(&calls), Rc::clone(&shared));
        let surroundings = Surroundings::listen(move |what| {
            let calls = hearing.upgrade().map(|calls| calls.borrow().clone());
            for call in calls.unwrap_or_default().into_iter().filter(|call| call.listens_to(&manager)) {
                call.hear(what);
            }
        });
        Self { shared, calls, surroundings: RefCell::new(Some(surroundings)) }
    }

    /// The sessions that it was asked for.
    fn held(&self) -> Vec<Rc<Call>> {
        self.calls.borrow().iter().filter(|call| call.is_held_by(&self.shared)).cloned().collect()
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
