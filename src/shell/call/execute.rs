//! Carries out what the machine commands.

use std::rc::Rc;

use gloo_timers::future::TimeoutFuture;
use js_sys::{Array, Object, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, future_to_promise, spawn_local};

use super::{Call, Leg};
use crate::core::error::{Code, Failure};
use crate::core::ids::{LegId, PublisherId, RenewId, SessionId, StreamId, ViewId};
use crate::core::protocol::{Command, Credentials, Input, MoveKind};
use crate::ot;
use crate::shell::js;
use crate::shell::publisher::Publisher;
use crate::shell::shared::Ending;
use crate::shell::view::View;

/// How long the SDK may take to say that a session is disconnected, ms. It says so within a round trip or never
/// (SDK-FACTS section 7): from then on it counts as closed.
const DISCONNECT_PATIENCE: u32 = 2_000;

/// Between the ends of two of a leg's pictures, in ms: taking down a peer connection takes the machine's breath, and
/// what goes on on the other leg needs it.
const PACE: u32 = 30;

impl Call {
    pub(super) fn execute(self: &Rc<Self>, command: Command) {
        match command {
            Command::Renew { request, wanted, previous, kind, attempt } => {
                self.renew(request, &wanted, &previous, kind, attempt);
                if kind == MoveKind::Handover {
                    self.all_publishers().iter().for_each(Publisher::prepare);
                }
            }
            Command::AbortRenew(request) => {
                if let Some(controller) = self.renewals.borrow_mut().remove(&request) {
                    controller.abort();
                }
            }
            Command::OpenLeg { leg, credentials } => {
                self.cause.replace(JsValue::UNDEFINED);
                Leg::open(self, leg, &credentials);
            }
            Command::CloseLeg(leg) => self.close_leg(leg, false),
            Command::DropLeg(leg) => self.close_leg(leg, true),
            Command::Probe { leg, number } => self.probe(leg, number),
            Command::Disconnect(leg) => {
                if let Some(leg) = self.leg(leg) {
                    self.later(move || {
                        let _ = leg.session.disconnect();
                    });
                }
            }
            Command::Publish { leg, publisher } => self.publish_on(leg, publisher),
            Command::Unpublish { leg, publisher } => {
                let found = self.publishers.borrow().get(&publisher).cloned();
                if let (Some(publisher), Some(leg)) = (found, self.leg(leg)) {
                    self.later(move || publisher.unpublish(leg.id, &leg.session));
                }
            }
            Command::Subscribe { leg, view, stream, under } => self.subscribe_on(leg, view, &stream, under),
            Command::Unsubscribe { leg, view } => {
                let found = self.views.borrow().get(&view).cloned();
                let lives_on = self.machine.borrow().has_view(view);
                if let (Some(view), Some(leg)) = (found, self.leg(leg)) {
                    if lives_on {
                        if let Some(end) = view.retire(leg.id, &leg.session) {
                            end();
                        }
                    } else {
                        self.later(move || view.unsubscribe(leg.id, &leg.session));
                    }
                }
            }
            Command::Swap { leg, view } => {
                let found = self.views.borrow().get(&view).cloned();
                if let Some(view) = found {
                    let gap = view.show(leg);
                    self.swapped(view.stream.as_str(), false, gap);
                }
            }
            Command::SwapPreview { leg, publisher } => {
                let found = self.publishers.borrow().get(&publisher).cloned();
                if let Some(publisher) = found {
                    let gap = publisher.show(leg);
                    self.swapped(&publisher.stream_id(), true, gap);
                }
            }
            Command::Survey => {
                let in_view = |(id, view): (&ViewId, &Rc<View>)| view.is_in_view().then_some(*id);
                let views = self.views.borrow().iter().filter_map(in_view).collect();
                self.feed(Input::InView(views));
            }
            Command::SendSignal { outgoing, copies } => self.send_copies(outgoing, copies),
            Command::SendWire { leg, to, message } => self.send_wire(leg, to.as_ref(), &message),
        }
    }

    /// Runs something once the driver is done, so that what the SDK dispatches meanwhile is handled at once.
    fn later(&self, run: impl FnOnce() + 'static) {
        self.after.borrow_mut().push(Box::new(run));
    }

    pub(super) fn all_publishers(&self) -> Vec<Rc<Publisher>> {
        self.publishers.borrow().values().cloned().collect()
    }

    fn renew(
        self: &Rc<Self>,
        request: RenewId,
        wanted: &SessionId,
        previous: &SessionId,
        kind: MoveKind,
        attempt: u32,
    ) {
        let Some(renew) = self.newest().renew.clone() else {
            let message = "a new session needs new credentials, but there is no option \"renew\"";
            self.renew_failed(request, Code::RenewMissing, message);
            return;
        };
        self.cause.replace(JsValue::UNDEFINED);
        let context = Object::new();
        js::set(&context, "sessionId", wanted.as_str());
        js::set(&context, "previousSessionId", previous.as_str());
        js::set(&context, "reason", move_kind(kind));
        js::set(&context, "attempt", attempt);
        if let Ok(controller) = web_sys::AbortController::new() {
            js::set(&context, "signal", controller.signal());
            self.renewals.borrow_mut().insert(request, controller);
        }
        let answer = match renew.call1(&JsValue::UNDEFINED, &context) {
            Ok(answer) => Promise::resolve(&answer),
            Err(error) => Promise::reject(&error),
        };
        let call = Rc::downgrade(self);
        spawn_local(async move {
            let answer = JsFuture::from(answer).await;
            let Some(call) = call.upgrade() else { return };
            call.renewals.borrow_mut().remove(&request);
            match answer {
                Ok(answer) => call.renewed(request, &answer),
                Err(error) => {
                    *call.cause.borrow_mut() = error.clone();
                    let message = ["renew failed: ", &js::message(&error)].concat();
                    call.renew_failed(request, Code::RenewThrew, &message);
                }
            }
        });
    }

    fn renewed(self: &Rc<Self>, request: RenewId, answer: &JsValue) {
        let text = |name| js::get_string(answer, name).filter(|text| !text.trim().is_empty());
        let (Some(session), Some(token)) = (text("sessionId"), text("token")) else {
            let missing = if text("sessionId").is_none() { "sessionId" } else { "token" };
            let message = ["renew answered without ", missing, ": expected { applicationId?, sessionId, token }"];
            self.renew_failed(request, Code::RenewInvalid, &message.concat());
            return;
        };
        let credentials = Credentials { application: text("applicationId"), session: SessionId::new(session), token };
        self.feed(Input::Renewed { request, credentials });
    }

    fn renew_failed(self: &Rc<Self>, request: RenewId, code: Code, message: &str) {
        self.feed(Input::RenewFailed { request, failure: Failure::new(code, message) });
    }

    fn publish_on(self: &Rc<Self>, leg: LegId, id: PublisherId) {
        let found = self.publishers.borrow().get(&id).cloned();
        let (Some(publisher), Some(leg)) = (found, self.leg(leg)) else { return };
        if self.must_mute(leg.id) {
            publisher.mute_on_entry();
        }
        if let Err(error) = publisher.publish(leg.id, &leg.session) {
            self.publish_failed(leg.id, id, &error);
        }
    }

    fn subscribe_on(self: &Rc<Self>, leg: LegId, id: ViewId, stream: &StreamId, under: bool) {
        let found = self.views.borrow().get(&id).cloned();
        let (Some(view), Some(leg)) = (found, self.leg(leg)) else { return };
        let Some(stream) = leg.stream(stream) else { return };
        if let Err(error) = view.subscribe(leg.id, &leg.session, &stream, under) {
            self.subscribe_failed(leg.id, id, &error);
        }
    }

    /// Leaves a leg silently: its listeners first, so that nothing of it is heard again.
    fn close_leg(self: &Rc<Self>, id: LegId, keep_publishers: bool) {
        let Some(leg) = self.legs.borrow_mut().remove(&id) else {
            self.feed(Input::LegClosed(id));
            return;
        };
        leg.mute();
        leg.drop_lost_socket();
        self.forget(&leg.session);
        let views: Vec<_> = self.views.borrow().values().cloned().collect();
        let mut endings: Vec<Ending> = views.iter().filter_map(|view| view.retire(id, &leg.session)).collect();
        for publisher in self.all_publishers() {
            if keep_publishers {
                publisher.keep(id);
            } else {
                endings.extend(publisher.retire(id));
            }
        }
        // Only a leg that another one has replaced has time: what failed or was lost may be opened again at once.
        let replaced = self.machine.borrow().primary().is_some_and(|primary| primary > id);
        let at_once = (!replaced).then(|| {
            endings.drain(..).for_each(|end| end());
            disconnect(&leg.session)
        });
        let call = Rc::downgrade(self);
        let session = leg.session.clone();
        let closing = async move {
            for end in endings {
                end();
                TimeoutFuture::new(PACE).await;
            }
            let closed = at_once.unwrap_or_else(|| disconnect(&leg.session));
            // A failed disconnect has closed all the same.
            let _ = JsFuture::from(closed).await;
            if let Some(call) = call.upgrade() {
                call.closing.borrow_mut().remove(&id);
                call.feed(Input::LegClosed(id));
            }
            Ok(JsValue::UNDEFINED)
        };
        self.closing.borrow_mut().insert(id, (session, future_to_promise(closing)));
    }

    /// What settles when a session is free to be connected, if it is not: the latest leg there is closing, or an attempt
    /// that was given up has connected after all.
    pub(super) fn clearing(&self, session: &ot::Session) -> Option<Promise> {
        let closing = self.closing.borrow();
        let closing = closing.iter().rev().find(|(_, (other, _))| other == session);
        let closed = closing.map(|(_, (_, closed))| closed.clone());
        closed.or_else(|| is_in(session, &["connecting", "connected", "migrating"]).then(|| disconnect(session)))
    }
}

/// Disconnects a session. The promise settles when it is disconnected, or after a while: at once if the session is not
/// connected, because the SDK says nothing of the end of an attempt to connect.
fn disconnect(session: &ot::Session) -> Promise {
    let connected = is_in(session, &["connected", "migrating"]);
    match session.disconnect() {
        Ok(closed) if connected => {
            let enough = future_to_promise(async {
                TimeoutFuture::new(DISCONNECT_PATIENCE).await;
                Ok(JsValue::UNDEFINED)
            });
            Promise::race(&Array::of2(&closed, &enough))
        }
        Ok(_) | Err(_) => Promise::resolve(&JsValue::UNDEFINED),
    }
}

fn is_in(session: &ot::Session, states: &[&str]) -> bool {
    session.state().is_some_and(|state| states.contains(&state.as_str()))
}

/// The name of a kind of move in JavaScript.
pub(super) fn move_kind(kind: MoveKind) -> &'static str {
    match kind {
        MoveKind::Handover => "handover",
        MoveKind::Recovery => "recovery",
    }
}
