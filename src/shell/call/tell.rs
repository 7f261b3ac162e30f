//! Tells the app: its own listeners in the SDK's words, the manager's listeners in ours.

use std::rc::Rc;
use std::time::Duration;

use js_sys::{Array, Date, Function, Object};
use wasm_bindgen::prelude::*;

use super::Call;
use super::execute::move_kind;
use crate::core::error::Failure;
use crate::core::protocol::{Event, Input, LossReason};
use crate::core::receipt::Receipt;
use crate::core::state::Status;
use crate::ot;
use crate::shell::convert::{WIRE_TYPE, list};
use crate::shell::emitter::report;
use crate::shell::js;

/// The longest delay that a policy may want, ms: a day.
const LONGEST_DELAY: f64 = 86_400_000.0;

impl Call {
    pub(super) fn tell(self: &Rc<Self>, event: Event) {
        match event {
            Event::StateChange { from, to } => {
                if is_moving(to) && !is_moving(from) {
                    self.begin_receipt();
                }
                let detail = self.detail();
                js::set(&detail, "from", from.as_str());
                js::set(&detail, "to", to.as_str());
                let reason = self.event.borrow().as_ref().and_then(ot::Event::reason);
                js::set(&detail, "reason", reason.map_or(JsValue::NULL, JsValue::from));
                self.notify("statechange", &detail);
            }
            Event::PhaseChange { phase, at } => {
                let detail = self.detail();
                js::set(&detail, "phase", phase.as_str());
                js::set(&detail, "at", millis(at));
                self.notify("phasechange", &detail);
            }
            Event::HandoverStart { from, to, deadline, wait } => {
                let detail = self.detail();
                js::set(&detail, "from", from.as_str());
                js::set(&detail, "to", to.as_str());
                js::set(&detail, "deadline", millis(deadline));
                js::set(&detail, "startsIn", millis(wait));
                self.notify("handoverstart", &detail);
            }
            Event::HandoverEnd(receipt) => {
                for publisher in self.all_publishers() {
                    publisher.unprepare();
                }
                self.tell_receipt(&receipt);
            }
            Event::RenewFailed { failure, attempt, retry_in } => {
                self.tell_failed_attempt("renewfailed", &failure, attempt, retry_in);
            }
            Event::AttemptFailed { failure, attempt, elapsed, retry_in } => {
                let retry_in = retry_in.and_then(|usual| self.ask_policy(&failure, attempt, elapsed, usual));
                self.tell_failed_attempt("attemptfailed", &failure, attempt, retry_in);
            }
            Event::AnnouncementRejected { rejection, by_call } => {
                let message = rejection.message();
                if by_call {
                    let code = ["announcement_", rejection.as_str()].concat();
                    self.waiters.refuse_latest(&self.shared.error(&code, message, &JsValue::UNDEFINED));
                    return;
                }
                let detail = self.detail();
                js::set(&detail, "reason", rejection.as_str());
                js::set(&detail, "message", message);
                js::set(&detail, "type", self.shared.signal_type.as_str());
                self.notify("signalrejected", &detail);
            }
            Event::BeaconRejected(connection) => {
                let says = " says to be somebody in the call, or somebody to be it, and the other one doesn't say so.";
                let detail = self.detail();
                js::set(&detail, "reason", "unconfirmed");
                js::set(&detail, "message", ["Connection ", connection.as_str(), says].concat());
                js::set(&detail, "type", WIRE_TYPE);
                self.notify("signalrejected", &detail);
            }
            Event::HandoverRefused(failure) => self.waiters.refuse_latest(&self.shared.failure(&failure)),
            Event::Connected => self.tell_connected(),
            Event::ConnectFailed(failure) => {
                let error = self.sdk_error(&failure);
                self.answer_connect(&error);
            }
            Event::Reconnecting => self.dispatch_own("sessionReconnecting", &Object::new()),
            Event::Reconnected => self.dispatch_own("sessionReconnected", &Object::new()),
            Event::Disconnected(reason) => self.tell_disconnected(reason),
            Event::Failed(failure) => {
                let detail = self.detail();
                js::set(&detail, "error", self.error_of(&failure));
                self.notify("failed", &detail);
            }
            Event::Published(publisher) => {
                let found = self.publishers.borrow().get(&publisher).cloned();
                if let Some(publisher) = found {
                    publisher.answer(&JsValue::UNDEFINED);
                }
            }
            Event::PublishFailed { publisher, failure } => {
                let found = self.publishers.borrow_mut().remove(&publisher);
                if let Some(publisher) = found {
                    publisher.detach();
                    publisher.answer(&self.sdk_error(&failure));
                }
            }
            Event::ViewEnded(view) => self.end_view(view),
            Event::SubscribeFailed { view, failure } => {
                let found = self.views.borrow_mut().remove(&view);
                if let Some(view) = found {
                    view.answer(&self.sdk_error(&failure));
                    view.close();
                }
            }
            Event::PersonJoined(person) => self.tell_person("connectionCreated", &person, false),
            Event::PersonLeft(person) => self.tell_person("connectionDestroyed", &person, true),
            Event::StreamJoined(stream) => self.tell_stream_joined(&stream),
            Event::StreamLeft(stream) => self.tell_stream_left(&stream),
            Event::Signal { signal } => self.deliver(signal),
            Event::SignalFailed { outgoing, failure } => self.copy_answered(outgoing, &self.shared.failure(&failure)),
            Event::SignalDiscarded(signal) => self.discard(signal),
        }
    }

    /// Hands an event of the SDK's to the app's listeners, with durable objects in it.
    pub(super) fn dispatch(self: &Rc<Self>, kind: &str, event: &ot::Event, over: &Object) {
        if self.emitter.listens(kind) {
            self.recognise();
            let event = self.shared.host.durable_event(event, &self.proxy(), over);
            self.emitter.emit(kind, &event);
        }
    }

    /// Hands an event that the SDK didn't dispatch to the app's listeners.
    pub(super) fn dispatch_own(&self, kind: &str, properties: &Object) {
        if self.emitter.listens(kind) {
            let event = self.shared.host.sdk_event(kind, &self.proxy(), properties);
            self.emitter.emit(kind, &event);
        }
    }

    /// The start of every detail of the manager's events.
    fn detail(&self) -> Object {
        let detail = Object::new();
        js::set(&detail, "sessionId", self.session_id.clone());
        detail
    }

    fn tell_failed_attempt(&self, kind: &str, failure: &Failure, attempt: u32, retry_in: Option<Duration>) {
        let detail = self.detail();
        js::set(&detail, "error", self.error_of(failure));
        js::set(&detail, "attempt", attempt);
        js::set(&detail, "retryIn", retry_in.map_or(JsValue::NULL, |wait| millis(wait).into()));
        self.notify(kind, &detail);
    }

    /// Asks the app's own policy, if it has one, when the next attempt is to be made; `None`: not at all. One that throws
    /// means that, too; one that answers anything else than a delay or `null` is reported, and not heard.
    fn ask_policy(
        self: &Rc<Self>,
        failure: &Failure,
        attempt: u32,
        elapsed: Duration,
        usual: Duration,
    ) -> Option<Duration> {
        let Some(policy) = self.newest().retry.clone() else { return Some(usual) };
        let context = self.detail();
        js::set(&context, "retryCount", attempt - 1);
        js::set(&context, "elapsedMs", millis(elapsed));
        js::set(&context, "retryReason", self.error_of(failure));
        let delay = match policy.call1(&JsValue::UNDEFINED, &context) {
            Ok(answer) if answer.is_null() => None,
            Ok(answer) => match answer.as_f64().filter(|delay| (0.0..=LONGEST_DELAY).contains(delay)) {
                Some(delay) => Some(Duration::from_millis(delay as u64)),
                None => {
                    let message = "option retry must return a number of milliseconds from 0 to 86400000, or null";
                    report(self.shared.error("invalid_option", message, &answer));
                    Some(usual)
                }
            },
            Err(thrown) => {
                report(thrown);
                None
            }
        };
        self.feed(Input::RetryIn(delay));
        delay
    }

    fn begin_receipt(&self) {
        self.started.set(Date::now());
        self.gaps.take();
    }

    pub(super) fn swapped(&self, stream: &str, own: bool, gap: Option<f64>) {
        let detail = self.detail();
        js::set(&detail, "streamId", stream);
        js::set(&detail, "own", own);
        js::set(&detail, "gap", gap.map_or(JsValue::NULL, JsValue::from_f64));
        self.gaps.borrow_mut().push((stream.to_owned(), own, gap));
        self.notify("tileswap", &detail);
    }

    fn tell_receipt(&self, receipt: &Receipt) {
        let object = self.detail();
        js::set(&object, "kind", move_kind(receipt.kind));
        js::set(&object, "from", receipt.from.as_str());
        js::set(&object, "to", receipt.to.as_str());
        js::set(&object, "outcome", receipt.outcome.as_str());
        js::set(&object, "started", self.started.get());
        js::set(&object, "duration", millis(receipt.duration));
        js::set(&object, "attempts", receipt.attempts);
        let phases = list(receipt.phases.iter().map(|(phase, at)| {
            let entry = Object::new();
            js::set(&entry, "name", phase.as_str());
            js::set(&entry, "at", millis(*at));
            entry
        }));
        js::set(&object, "phases", phases);
        let gaps = self.gaps.take();
        let tiles = list(receipt.tiles.iter().zip(gaps).map(|((_, at), (stream, own, gap))| {
            let entry = Object::new();
            js::set(&entry, "streamId", stream);
            js::set(&entry, "own", own);
            js::set(&entry, "swappedAt", millis(*at));
            js::set(&entry, "gap", gap.map_or(JsValue::NULL, JsValue::from_f64));
            entry
        }));
        js::set(&object, "tiles", tiles);
        let errors = list(receipt.failures.iter().map(|(failure, at)| {
            let entry = Object::new();
            js::set(&entry, "code", failure.code.as_str());
            js::set(&entry, "message", failure.message.as_str());
            js::set(&entry, "at", millis(*at));
            entry
        }));
        js::set(&object, "errors", errors);
        self.measure(&object, receipt);
        self.notify("handoverend", &object);
        self.waiters.settle(&self.shared, receipt, &object, is_moving(self.status()));
    }

    /// Puts it on the timeline of the browser's own tools.
    fn measure(&self, object: &Object, receipt: &Receipt) {
        let clock = js::get(&js_sys::global(), "performance");
        let end = js::get(&clock, "now").dyn_into::<Function>().and_then(|now| now.call0(&clock));
        let Some(end) = end.ok().and_then(|end| end.as_f64()) else { return };
        let options = Object::new();
        js::set(&options, "start", end - millis(receipt.duration));
        js::set(&options, "end", end);
        js::set(&options, "detail", object.clone());
        let name = ["opentok-handover: ", move_kind(receipt.kind)].concat();
        js::apply(&clock, "measure", &Array::of2(&name.into(), &options));
    }

    fn tell_connected(self: &Rc<Self>) {
        let event = self.event.borrow().clone();
        if let Some(event) = event {
            self.dispatch("sessionConnected", &event, &Object::new());
        }
        self.answer_connect(&JsValue::UNDEFINED);
    }

    pub(super) fn answer_connect(&self, error: &JsValue) {
        for callback in self.connecting.take() {
            if let Err(error) = callback.call1(&JsValue::UNDEFINED, error) {
                report(error);
            }
        }
    }

    fn tell_disconnected(self: &Rc<Self>, reason: LossReason) {
        let event = self.event.borrow().clone().filter(|event| event.kind().as_deref() == Some("sessionDisconnected"));
        match event {
            Some(event) => self.dispatch("sessionDisconnected", &event, &Object::new()),
            None => {
                let properties = Object::new();
                js::set(&properties, "reason", loss(reason));
                self.dispatch_own("sessionDisconnected", &properties);
            }
        }
        self.forget_call();
    }

    /// The error of the SDK's behind a failure, else ours.
    fn sdk_error(&self, failure: &Failure) -> JsValue {
        if failure.code.as_str().starts_with("renew") {
            return self.error_of(failure);
        }
        let cause = self.cause.replace(JsValue::UNDEFINED);
        if cause.is_undefined() { self.shared.failure(failure) } else { cause }
    }

    /// Our error, with the SDK's or the app's as its cause.
    fn error_of(&self, failure: &Failure) -> JsValue {
        let cause = self.cause.borrow().clone();
        self.shared.error(failure.code.as_str(), &failure.message, &cause)
    }
}

fn is_moving(status: Status) -> bool {
    matches!(status, Status::Handover | Status::Recovering)
}

fn loss(reason: LossReason) -> &'static str {
    match reason {
        LossReason::ServerRotation => "serverRotation",
        LossReason::NetworkDisconnected | LossReason::Unknown => "networkDisconnected",
        LossReason::ClientDisconnected | LossReason::Final => "clientDisconnected",
    }
}

/// Whole milliseconds: more would pretend, and float formatting costs bytes.
fn millis(duration: Duration) -> f64 {
    duration.as_millis() as f64
}
