//! A manager, the stand-in that it manages, and what the manager told.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Array, Error, Function, Promise};
use opentok_handover::Manager;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};

use crate::js::{NOTHING, call, get, number, object, recorder, set, text};
use crate::page::until;

#[wasm_bindgen(module = "/tests/browser/fixtures.js")]
extern "C" {
    pub(crate) type HandoverError;
}

#[wasm_bindgen(module = "/tests/browser/fixtures.js")]
extern "C" {
    type Host;

    #[wasm_bindgen(constructor)]
    fn new() -> Host;
}

#[wasm_bindgen(module = "/tests/browser/fixtures.js")]
extern "C" {
    #[wasm_bindgen(js_name = FakeOT)]
    type FakeOt;

    #[wasm_bindgen(constructor, js_class = "FakeOT")]
    fn new(version: &JsValue) -> FakeOt;

    #[wasm_bindgen(method)]
    fn session(this: &FakeOt, id: &str) -> FakeSession;

    /// A session of the SDK's, and what the service does with it.
    #[derive(Clone)]
    pub(crate) type FakeSession;

    #[wasm_bindgen(method)]
    pub(crate) fn admit(this: &FakeSession);

    #[wasm_bindgen(method)]
    pub(crate) fn join(this: &FakeSession, name: &str) -> JsValue;

    #[wasm_bindgen(method)]
    pub(crate) fn golive(this: &FakeSession);

    #[wasm_bindgen(method)]
    pub(crate) fn receive(this: &FakeSession, kind: &str, data: &JsValue, from: &JsValue);

    #[wasm_bindgen(method)]
    pub(crate) fn dispatch(this: &FakeSession, kind: &str, properties: &JsValue) -> JsValue;

    #[derive(Clone)]
    pub(crate) type FakePublisher;

    #[wasm_bindgen(constructor)]
    pub(crate) fn new(options: &JsValue) -> FakePublisher;
}

/// A manager over a stand-in.
pub(crate) struct Rig {
    pub(crate) ot: JsValue,
    pub(crate) manager: Manager,
    host: JsValue,
}

impl Rig {
    pub(crate) fn new(options: &JsValue) -> Self {
        Self::of_version("v2.35.2", options)
    }

    pub(crate) fn of_version(version: impl Into<JsValue>, options: &JsValue) -> Self {
        Self::try_new(version, options).unwrap_or_else(|error| panic!("{}", text(&error, "message")))
    }

    pub(crate) fn try_new(version: impl Into<JsValue>, options: &JsValue) -> Result<Self, JsValue> {
        let ot: JsValue = FakeOt::new(&version.into()).into();
        let host: JsValue = Host::new().into();
        let manager = Manager::new(ot.clone(), options, host.clone())?;
        Ok(Self { ot, manager, host })
    }

    /// Another manager of the same stand-in.
    pub(crate) fn beside(&self, options: &JsValue) -> Self {
        let host: JsValue = Host::new().into();
        let manager = self.manager.beside(options, host.clone()).unwrap();
        Self { ot: self.ot.clone(), manager, host }
    }

    /// With a `renew` that grants whatever is asked.
    pub(crate) fn that_renews() -> Self {
        let renew = Function::new_with_args("{ sessionId }", "return { sessionId, token: 'for ' + sessionId }");
        Self::new(&object([("renew", renew.into())]))
    }

    /// From now on a session that is left is one of which the SDK knows no more.
    pub(crate) fn forgets_sessions(&self) {
        call(&self.ot, "learnToForget", []).unwrap();
    }

    /// The SDK's session of an ID.
    pub(crate) fn leg(&self, id: &str) -> FakeSession {
        self.ot.unchecked_ref::<FakeOt>().session(id)
    }

    /// The durable session A.
    pub(crate) fn session(&self) -> JsValue {
        self.manager.init_session("app".into(), "A".into(), &NOTHING).unwrap()
    }

    /// The durable session A, connected.
    pub(crate) fn connected(&self) -> JsValue {
        let session = self.session();
        call(&session, "connect", [&"token".into(), &recorder()]).unwrap();
        self.leg("A").admit();
        assert_eq!(self.manager.state(), "connected");
        session
    }

    /// A publisher of the manager's, live in session A.
    pub(crate) fn publishing(&self, session: &JsValue, options: &JsValue) -> JsValue {
        let publisher = self.manager.init_publisher(&NOTHING, options, NOTHING).unwrap();
        call(session, "publish", [&publisher]).unwrap();
        self.leg("A").golive();
        publisher
    }

    /// Announces a successor, and lets the client connect there.
    pub(crate) async fn hand_over(&self, to: &str) -> FakeSession {
        let successor = self.connecting(to).await;
        successor.admit();
        successor
    }

    /// Announces a successor that has not answered yet.
    pub(crate) async fn connecting(&self, to: &str) -> FakeSession {
        self.announce(to);
        let successor = self.leg(to);
        until("the successor is to be connected", || number(&successor, "connects.length") == 1.0).await;
        successor
    }

    /// Asks for a handover whose successor refuses this client until the deadline has passed, and gives its receipt.
    pub(crate) async fn hand_over_refused(&self, to: &str) -> JsValue {
        let deadline = js_sys::Date::now() + 300.0;
        let options = object([("sessionId", to.into()), ("deadline", deadline.into())]);
        let answer = self.manager.handover(&options).unwrap();
        let successor = self.leg(to);
        until("the successor is to be connected", || successor.count("connects") == 1).await;
        successor.callback("connects").call1(&NOTHING, &Error::new("refused")).unwrap();
        let error = settled(answer).await.expect_err("the handover arrived");
        assert_eq!(text(&error, "code"), "handover_abandoned");
        get(&error, "receipt")
    }

    pub(crate) fn announce(&self, to: &str) {
        self.leg("A").receive("newSession", &to.into(), &JsValue::NULL);
    }

    /// The publishers of the SDK's.
    pub(crate) fn publisher(&self, index: u32) -> JsValue {
        get(&self.ot, "publishers").unchecked_into::<Array>().get(index)
    }

    /// The details of the manager's events of one type.
    pub(crate) fn told(&self, kind: &str) -> Vec<JsValue> {
        let events: Array = get(&self.host, "events").unchecked_into();
        events.iter().filter(|event| text(event, "type") == kind).map(|event| get(&event, "detail")).collect()
    }

    /// Waits for a manager's event and gives its detail.
    pub(crate) async fn until_told(&self, kind: &str) -> JsValue {
        until(kind, || !self.told(kind).is_empty()).await;
        self.told(kind).remove(0)
    }

    /// Waits for the call to have moved, and checks that it arrived.
    pub(crate) async fn until_arrived(&self) {
        let receipt = self.until_told("handoverend").await;
        assert_eq!(text(&receipt, "outcome"), "completed");
        assert_eq!(self.manager.state(), "connected");
    }
}

impl FakeSession {
    /// The callback of the latest call that was made with one.
    pub(crate) fn callback(&self, calls: &str) -> Function {
        let calls: Array = get(self, calls).unchecked_into();
        get(&calls.iter().last().expect("it was not called"), "done").unchecked_into()
    }

    pub(crate) fn count(&self, calls: &str) -> usize {
        get(self, calls).unchecked_into::<Array>().length() as usize
    }

    /// The types of the signals that were sent.
    pub(crate) fn sent(&self) -> Vec<String> {
        let signals: Array = get(self, "signals").unchecked_into();
        signals.iter().map(|entry| text(&entry, "signal.type")).collect()
    }

    pub(crate) fn lose(&self, reason: &str) {
        set(self, "connection", JsValue::NULL);
        set(self, "currentState", "disconnected");
        self.dispatch("sessionDisconnected", &object([("reason", reason.into())]));
    }
}

/// What a promise comes to.
pub(crate) async fn settled(promise: Promise) -> Result<JsValue, JsValue> {
    let result = Rc::new(RefCell::new(None));
    let kept = Rc::clone(&result);
    spawn_local(async move {
        *kept.borrow_mut() = Some(JsFuture::from(promise).await);
    });
    until("the promise settles", || result.borrow().is_some()).await;
    result.take().unwrap()
}

/// The code of one of our errors.
pub(crate) fn code<T>(result: Result<T, JsValue>) -> String {
    let error = result.err().expect("it did not fail");
    assert!(error.is_instance_of::<HandoverError>(), "{error:?}");
    text(&error, "code")
}
