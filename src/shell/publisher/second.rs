//! Making a second publisher, which goes on where the one on screen is: with its devices, exactly as muted, and behind
//! the same filters before it is published.

use std::collections::VecDeque;
use std::rc::Rc;

use js_sys::{Array, Error, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, future_to_promise, spawn_local};

use super::{Publisher, Real, Standing};
use crate::ot;
use crate::shell::host::Host;
use crate::shell::js;

/// How far a real publisher is.
pub(super) enum Making {
    /// It has no devices yet, or not all has been said to it: what remains and, if that hides something, the session that
    /// it is to be published in as soon as nothing does.
    Waiting { calls: VecDeque<(String, Array)>, session: Option<ot::Session> },
    /// It can be published.
    Done,
    /// It has no devices, or would show or sound what it must not.
    Failed(JsValue),
}

/// Calls without which nothing may be published: what they are to hide would be seen or heard.
const VEILS: [&str; 4] =
    ["applyVideoFilter", "applyAudioFilter", "setVideoMediaProcessorConnector", "setAudioMediaProcessorConnector"];

/// Filters that the SDK knows of, and how they are set.
const FILTERS: [(&str, &str, &str); 2] = [
    ("getVideoFilter", "applyVideoFilter", "clearVideoFilter"),
    ("getAudioFilter", "applyAudioFilter", "clearAudioFilter"),
];

/// Calls that hide something: they can't wait, and needn't.
const MUTES: [&str; 3] = ["publishAudio", "publishVideo", "publishCaptions"];

impl Publisher {
    /// Makes a second publisher. It can be published from the start: that is done when nothing stands against it.
    pub(super) fn make_second(self: &Rc<Self>) -> Result<Rc<Real>, JsValue> {
        let shown = self.shown.borrow().clone();
        let options = js::copy(&self.options);
        self.said.set_options(&options);
        let mut calls = VecDeque::from(self.said.calls());
        if let Some(shown) = &shown {
            for (get, apply, clear) in FILTERS {
                let filter = shown.perform(&self.shared.host, get, &Array::new()).unwrap_or_default();
                if filter.is_object() && !calls.iter().any(|(name, _)| name == apply || name == clear) {
                    calls.push_back((apply.to_owned(), Array::of1(&filter)));
                }
            }
            self.shared.host.succeed(&options, &shown.publisher, &shown.captured());
        }
        let mut done = None;
        let loaded = Promise::new(&mut |resolve, reject| {
            done = Some(js::callback(move |error| {
                let _ = if js::is_error(&error) { reject.call1(&error, &error) } else { resolve.call0(&error) };
            }));
        });
        let done = done.unwrap_or_else(|| js::callback(|_| {}));
        let real = self.make_real(options, &JsValue::UNDEFINED, &done)?.ok_or(JsValue::UNDEFINED)?;
        if let Some(shown) = &shown {
            self.shared.host.resemble(&real.publisher, &shown.publisher);
        }
        *real.making.borrow_mut() = Making::Waiting { calls, session: None };
        self.finish(&real, loaded);
        Ok(real)
    }

    /// Says to a second publisher, once it has its devices, what there is to be said to it.
    fn finish(self: &Rc<Self>, real: &Rc<Real>, loaded: Promise) {
        let (publisher, real) = (Rc::clone(self), Rc::downgrade(real));
        spawn_local(async move {
            let mut result = JsFuture::from(loaded).await;
            if let Some(real) = real.upgrade() {
                // A camera that is to be off may still be on its way there, and must not meet a processor then. Where the
                // SDK can't say, the processor gets its black picture.
                let off = real.perform(&publisher.shared.host, "getVideoSource", &Array::new()).unwrap_or_default();
                if js::get(&off, "track").is_null() {
                    let _ =
                        settled(real.perform(&publisher.shared.host, "_toggleVideo", &Array::of1(&false.into()))).await;
                }
            }
            while result.is_ok()
                && let Some(real) = real.upgrade()
                && let Some((name, args)) = real.next_call()
            {
                let answer = settled(real.perform(&publisher.shared.host, &name, &args)).await;
                if VEILS.contains(&name.as_str()) {
                    result = answer;
                }
            }
            if let Some(real) = real.upgrade() {
                publisher.finished(&real, result.err());
            }
        });
    }

    fn finished(self: &Rc<Self>, real: &Rc<Real>, error: Option<JsValue>) {
        let failed = error.clone();
        let making = real.making.replace(error.map_or(Making::Done, Making::Failed));
        let Making::Waiting { session, .. } = making else { return };
        match (real.standing.get(), real.leg.get(), session) {
            (Standing::Active, Some(leg), Some(session)) => {
                let result = failed.map_or_else(|| self.publish_real(real, leg, &session), Err);
                if let Err(error) = result
                    && let Some(call) = self.call.borrow().upgrade()
                {
                    call.publish_failed(leg, self.id, &error);
                }
            }
            // The next attempt makes another one.
            (Standing::Ready, ..) if failed.is_some() => self.discard(real),
            _ => {}
        }
    }

    /// The app says how the publisher is to be: so are the others that there are.
    pub(super) fn tell_others(&self, told: &Rc<Real>, name: &str, args: &Array) {
        let others: Vec<_> = self.reals.borrow().iter().filter(|real| !Rc::ptr_eq(real, told)).cloned().collect();
        for other in others {
            other.hear(&self.shared.host, name, args);
        }
    }

    /// What the app says with a promise: it is said to the one on screen, and to the others either at once or, where
    /// only that one knows what will come of it, then.
    pub(super) fn arrange(self: &Rc<Self>, name: &str, args: &Array) -> Result<JsValue, JsValue> {
        let Some(shown) = self.shown.borrow().clone() else {
            let message = ["publisher.", name, "(): the manager is closed"].concat();
            return Err(self.shared.error("closed", &message, &JsValue::UNDEFINED));
        };
        if self.said.note(name, args) {
            self.tell_others(&shown, name, args);
        }
        let answer = shown.perform(&self.shared.host, name, args);
        let (publisher, name, args) = (Rc::clone(self), name.to_owned(), args.clone());
        let arranged = async move {
            let answer = settled(answer).await;
            publisher.arranged(&shown, &name, &args, &answer);
            answer
        };
        Ok(future_to_promise(arranged).into())
    }

    fn arranged(self: &Rc<Self>, told: &Rc<Real>, name: &str, args: &Array, answer: &Result<JsValue, JsValue>) {
        if answer.is_err() || name.ends_with("Filter") {
            self.said.forget(args);
        }
        let Ok(answer) = answer else { return };
        match name {
            "cycleVideo" => self.tell_others(told, "setVideoSource", &Array::of1(&js::get(answer, "deviceId"))),
            "setVideoSource" => self.tell_others(told, name, args),
            "setAudioSource" => {
                js::set(&self.options, "audioSource", args.get(0));
                self.tell_others(told, name, args);
            }
            _ => {}
        }
    }
}

impl Real {
    /// Whether it has to wait before it may be published in a session, which it then remembers.
    pub(super) fn waits(&self, for_session: &ot::Session) -> Result<bool, JsValue> {
        match &mut *self.making.borrow_mut() {
            Making::Waiting { calls, session } => {
                let veiled = calls.iter().any(|(name, _)| VEILS.contains(&name.as_str()));
                if veiled {
                    *session = Some(for_session.clone());
                }
                Ok(veiled)
            }
            Making::Failed(error) => Err(error.clone()),
            Making::Done => Ok(false),
        }
    }

    /// What it captures. Before SDK 2.30 no event tells; what its preview plays is the same stream.
    fn captured(&self) -> JsValue {
        let told = self.media.borrow().clone();
        match self.picture.video() {
            Some(video) if told.is_undefined() => js::get(&video, "srcObject"),
            _ => told,
        }
    }

    /// Makes the SDK's publisher hear what the app said, now or as soon as it can.
    fn hear(&self, host: &Host, name: &str, args: &Array) {
        if let Making::Waiting { calls, .. } = &mut *self.making.borrow_mut()
            && !MUTES.contains(&name)
        {
            calls.push_back((name.to_owned(), args.clone()));
            return;
        }
        let answer = self.perform(host, name, args);
        spawn_local(async {
            // What it says of bad arguments, the one on screen says to the app.
            let _ = settled(answer).await;
        });
    }

    fn next_call(&self) -> Option<(String, Array)> {
        match &mut *self.making.borrow_mut() {
            Making::Waiting { calls, .. } if self.standing.get() != Standing::Retired => calls.pop_front(),
            Making::Waiting { .. } | Making::Done | Making::Failed(_) => None,
        }
    }

    fn perform(&self, host: &Host, name: &str, args: &Array) -> Result<JsValue, JsValue> {
        let Some(method) = js::function(js::get(&self.publisher, name)) else {
            return Err(Error::new(&["this SDK has no publisher.", name, "()"].concat()).into());
        };
        let args = if name.ends_with("Connector") { &Array::of1(&host.stand_in(&args.get(0))) } else { args };
        Reflect::apply(&method, &self.publisher, args)
    }
}

async fn settled(answer: Result<JsValue, JsValue>) -> Result<JsValue, JsValue> {
    JsFuture::from(Promise::resolve(&answer?)).await
}
