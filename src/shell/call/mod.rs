//! One durable session: the driver of its machine, and what hangs on it.
//!
//! # The driver's contract
//!
//! Whatever happens is translated into an [`Input`] and handed to [`Call::feed`]. The driver queues it, lets the
//! machine handle it, carries out what the machine puts out, and re-arms the one timer. It never holds a borrow while
//! it calls JavaScript, because the SDK calls back synchronously: what comes in meanwhile is queued behind.

mod execute;
mod holders;
mod leg;
mod moderation;
mod people;
mod session;
mod signals;
mod tell;
mod waiters;

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

use gloo_timers::callback::Timeout;
use js_sys::{Array, Function, Object};
use litemap::LiteMap;
use wasm_bindgen::prelude::*;

use self::leg::Leg;
use self::people::Known;
use self::signals::Outgoing;
use self::waiters::Waiters;
use super::clock::Clock;
use super::durable;
use super::emitter::Emitter;
use super::publisher::Publisher;
use super::shared::Shared;
use super::surroundings::{self, Happening};
use super::view::View;
use crate::core::error::{Code, Failure};
use crate::core::ids::{ConnectionId, LegId, OutgoingId, PublisherId, RenewId, SessionId, SignalId, StreamId, ViewId};
use crate::core::machine::Machine;
use crate::core::muting::Muting;
use crate::core::protocol::{Input, LossReason, Output};
use crate::core::state::Status;
use crate::ot::{self, Event};

/// One durable session.
pub(super) struct Call {
    /// The manager that was asked for it first: its times are in force.
    pub(super) shared: Rc<Shared>,
    /// The managers that it lives for, the newest last.
    holders: RefCell<Vec<Rc<Shared>>>,
    application: RefCell<JsValue>,
    session_id: JsValue,
    options: Object,
    /// What `OT.initSession` gave for the app's own session ID.
    first: RefCell<ot::Session>,
    /// Whether it has been a leg that is left: then the next one there is another object.
    spent: Cell<bool>,
    proxy: RefCell<JsValue>,
    emitter: Emitter,
    machine: RefCell<Machine>,
    inbox: RefCell<VecDeque<(Input, Option<Event>)>>,
    running: Cell<bool>,
    /// The event of the SDK's that is being handled.
    event: RefCell<Option<Event>>,
    /// What must not run while the driver does, because the app's listeners are to be called in the SDK's dispatch.
    after: RefCell<Vec<Box<dyn FnOnce()>>>,
    timer: RefCell<Option<Timeout>>,
    clock: Clock,
    legs: RefCell<LiteMap<LegId, Rc<Leg>>>,
    publishers: RefCell<LiteMap<PublisherId, Rc<Publisher>>>,
    views: RefCell<LiteMap<ViewId, Rc<View>>>,
    people: RefCell<LiteMap<ConnectionId, Rc<Known>>>,
    streams: RefCell<LiteMap<StreamId, Rc<Known>>>,
    signals: RefCell<LiteMap<SignalId, Event>>,
    outgoing: RefCell<LiteMap<OutgoingId, Outgoing>>,
    next_id: Cell<u32>,
    connecting: RefCell<Vec<Function>>,
    /// The error of the SDK's behind the latest failure.
    cause: RefCell<JsValue>,
    renewals: RefCell<LiteMap<RenewId, web_sys::AbortController>>,
    waiters: Waiters,
    started: Cell<f64>,
    gaps: RefCell<Vec<(String, bool, Option<f64>)>>,
    muting: RefCell<Muting>,
    /// Whether what the legs' objects stand for is made known.
    recognised: Cell<bool>,
    /// Legs that are closing: their sessions, and what resolves when they are closed.
    closing: RefCell<LiteMap<LegId, (ot::Session, js_sys::Promise)>>,
}

impl Call {
    /// What `initSession(applicationId, sessionId, options)` does.
    pub(super) fn create(
        shared: &Rc<Shared>,
        application: JsValue,
        session_id: JsValue,
        options: &JsValue,
    ) -> Result<Rc<Self>, JsValue> {
        let options = session_options(shared, options);
        let first = shared.ot.init_session(&application, &session_id, &options)?;
        let shape = durable::shape_of(&first);
        let call = Rc::new(Self {
            shared: Rc::clone(shared),
            holders: RefCell::new(vec![Rc::clone(shared)]),
            application: RefCell::new(application),
            session_id,
            options,
            first: RefCell::new(first),
            spent: Cell::new(false),
            proxy: RefCell::new(JsValue::UNDEFINED),
            emitter: shared.host.emitter(),
            machine: RefCell::new(Machine::new(shared.config.clone())),
            inbox: RefCell::default(),
            running: Cell::new(false),
            event: RefCell::default(),
            after: RefCell::default(),
            timer: RefCell::default(),
            clock: Clock::default(),
            legs: RefCell::default(),
            publishers: RefCell::default(),
            views: RefCell::default(),
            people: RefCell::default(),
            streams: RefCell::default(),
            signals: RefCell::default(),
            outgoing: RefCell::default(),
            next_id: Cell::new(1),
            connecting: RefCell::default(),
            cause: RefCell::new(JsValue::UNDEFINED),
            renewals: RefCell::default(),
            waiters: Waiters::default(),
            started: Cell::new(0.0),
            gaps: RefCell::default(),
            muting: RefCell::default(),
            recognised: Cell::new(false),
            closing: RefCell::default(),
        });
        let proxy = durable::make(&shared.host, &shape, &call);
        shared.host.remember(&call.first.borrow(), &proxy);
        *call.proxy.borrow_mut() = proxy;
        if !surroundings::is_online() {
            call.feed(Input::Online(false));
        }
        Ok(call)
    }

    pub(super) fn proxy(&self) -> JsValue {
        self.proxy.borrow().clone()
    }

    pub(super) fn status(&self) -> Status {
        self.machine.borrow().status()
    }

    /// Whether `initSession` with this ID means this call.
    pub(super) fn is_for(&self, session_id: &JsValue) -> bool {
        self.session_id == *session_id && self.status() != Status::Closed
    }

    /// Takes in what happened to the page.
    pub(super) fn hear(self: &Rc<Self>, what: Happening) {
        match what {
            Happening::Online(online) => self.feed(Input::Online(online)),
            // Timers stood still or came late: whatever is due is done now.
            Happening::Awake => self.feed(Input::Timeout),
            // No page is kept that holds connections: they are left, and it is as if they were lost.
            Happening::Stored => {
                self.feed(Input::Online(false));
                let legs = self.machine.borrow().legs();
                for leg in legs {
                    self.feed(Input::LegLost { leg, reason: LossReason::NetworkDisconnected });
                }
            }
            Happening::Restored => self.feed(Input::Online(true)),
        }
    }

    /// The app knows that the next attempt need not wait.
    pub(super) fn retry_now(self: &Rc<Self>) {
        self.feed(Input::RetryNow);
    }

    /// Takes in what happened.
    pub(super) fn feed(self: &Rc<Self>, input: Input) {
        self.feed_event(input, None);
    }

    /// Takes in what happened once the SDK is done with what it is doing: it must not be left in the middle of it.
    fn soon(self: &Rc<Self>, input: Input) {
        let call = Rc::downgrade(self);
        wasm_bindgen_futures::spawn_local(async move {
            if let Some(call) = call.upgrade() {
                call.feed(input);
            }
        });
    }

    /// The SDK tries once more to connect a leg, in the same session: what it began with the try before goes on, and may
    /// end this one. On the way to a successor, our own next try is the better one. For a first connect it is all there is.
    fn retried_by_itself(self: &Rc<Self>, leg: LegId) {
        if matches!(self.status(), Status::Handover | Status::Recovering) {
            let failure = Failure::new(Code::ConnectFailed, "the SDK's first try failed");
            self.soon(Input::LegFailed { leg, failure });
        }
    }

    /// Takes in what happened, and the event that told of it.
    fn feed_event(self: &Rc<Self>, input: Input, event: Option<Event>) {
        self.inbox.borrow_mut().push_back((input, event));
        if self.running.replace(true) {
            return;
        }
        while let Some((input, event)) = self.next_input() {
            *self.event.borrow_mut() = event;
            let now = self.clock.now();
            self.machine.borrow_mut().handle_input(input, now);
            self.recognised.set(false);
            while let Some(output) = self.next_output() {
                match output {
                    Output::Command(command) => self.execute(command),
                    Output::Event(event) => self.tell(event),
                }
            }
            self.event.borrow_mut().take();
        }
        self.running.set(false);
        self.arm();
        let after = self.after.take();
        for run in after {
            run();
        }
    }

    fn next_input(&self) -> Option<(Input, Option<Event>)> {
        self.inbox.borrow_mut().pop_front()
    }

    fn next_output(&self) -> Option<Output> {
        self.machine.borrow_mut().poll_output()
    }

    /// Sets the one timer to the moment that the machine names.
    fn arm(self: &Rc<Self>) {
        let due = self.machine.borrow().poll_timeout();
        let timer = due.map(|(at, _)| {
            let wait = at.saturating_since(self.clock.now()).as_millis();
            let call = Rc::downgrade(self);
            Timeout::new(u32::try_from(wait).unwrap_or(u32::MAX), move || {
                if let Some(call) = call.upgrade() {
                    call.feed(Input::Timeout);
                }
            })
        });
        *self.timer.borrow_mut() = timer;
    }

    fn next_id(&self) -> u32 {
        let id = self.next_id.get();
        self.next_id.set(id.wrapping_add(1));
        id
    }

    fn leg(&self, leg: LegId) -> Option<Rc<Leg>> {
        self.legs.borrow().get(&leg).cloned()
    }

    /// Whether a stream is in a session still, as far as the SDK has told.
    pub(super) fn has_stream(&self, leg: LegId, stream: &ot::Stream) -> bool {
        let (leg, stream) = (self.leg(leg), stream.id());
        leg.zip(stream).is_some_and(|(leg, stream)| leg.streams.borrow().contains_key(&StreamId::new(stream)))
    }

    /// The SDK's session whose news is the app's.
    fn primary_session(&self) -> ot::Session {
        let primary = self.machine.borrow().primary();
        primary.and_then(|leg| self.leg(leg)).map_or_else(|| self.first.borrow().clone(), |leg| leg.session.clone())
    }

    /// A session of the SDK's for a leg.
    fn session(&self, id: &JsValue) -> Result<ot::Session, JsValue> {
        let own = *id == self.session_id;
        if own && !self.spent.get() {
            return Ok(self.first.borrow().clone());
        }
        let session = self.shared.ot.init_session(&self.application.borrow(), id, &self.options)?;
        if own {
            *self.first.borrow_mut() = session.clone();
            self.spent.set(false);
        }
        Ok(session)
    }

    /// A session has been left: nobody is to have it again.
    fn forget(&self, session: &ot::Session) {
        ot::forget(&self.shared.ot, session);
        if *self.first.borrow() == *session {
            self.spent.set(true);
        }
    }

    pub(super) fn is_primary(&self, leg: LegId) -> bool {
        self.machine.borrow().primary() == Some(leg)
    }

    pub(super) fn publish_failed(self: &Rc<Self>, leg: LegId, publisher: PublisherId, error: &JsValue) {
        let failure = self.failure(Code::PublishFailed, error);
        self.feed(Input::PublishFailed { leg, publisher, failure });
    }

    pub(super) fn subscribe_failed(self: &Rc<Self>, leg: LegId, view: ViewId, error: &JsValue) {
        let failure = self.failure(Code::SubscribeFailed, error);
        self.feed(Input::SubscribeFailed { leg, view, failure });
    }

    /// A publisher has been destroyed by us: it isn't published again.
    pub(super) fn drop_publisher(self: &Rc<Self>, publisher: PublisherId) {
        if self.publishers.borrow_mut().remove(&publisher).is_some() {
            self.feed(Input::Unpublish(publisher));
        }
    }

    /// A subscriber on screen was destroyed by the SDK or the app.
    pub(super) fn view_destroyed(self: &Rc<Self>, view: ViewId) {
        self.views.borrow_mut().remove(&view);
        self.feed(Input::Unsubscribe(view));
    }

    /// Classifies an error of the SDK's, and remembers it for the app.
    fn failure(&self, code: Code, error: &JsValue) -> Failure {
        *self.cause.borrow_mut() = error.clone();
        let name = super::js::get_string(error, "name").unwrap_or_default();
        Failure::of_sdk(code, &name, &super::js::message(error))
    }

    /// Leaves everything and resolves when all is closed, or after a while.
    pub(super) fn close(self: &Rc<Self>) -> js_sys::Promise {
        self.feed(Input::Close);
        let closing: Array = self.closing.take().into_iter().map(|(_, (_, closed))| closed).collect();
        self.waiters.refuse_all(&self.shared.error("closed", "the manager was closed", &JsValue::UNDEFINED));
        self.timer.borrow_mut().take();
        self.publishers.take();
        for (_, view) in self.views.take() {
            view.close();
        }
        self.people.take();
        self.streams.take();
        js_sys::Promise::all_settled(&closing)
    }
}

/// The app's options, with migration on unless it says otherwise and the SDK knows it.
fn session_options(shared: &Shared, options: &JsValue) -> Object {
    let options = super::js::copy(options);
    let unsaid = super::js::get(&options, "sessionMigration").is_undefined();
    if unsaid && ot::migrates(shared.ot.version().as_deref()) {
        super::js::set(&options, "sessionMigration", true);
    }
    options
}

/// The session ID as text, for the core.
fn text_id(value: &JsValue) -> SessionId {
    SessionId::new(value.as_string().unwrap_or_default())
}
