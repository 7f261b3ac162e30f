//! The app's options: checked first, with messages that name the option, then taken over.

use js_sys::{Array, Object};
use wasm_bindgen::prelude::*;

use super::convert::WIRE_TYPE;
use super::host::Host;
use super::js;
use super::shared::Shared;
use crate::core::config::{Config, Given, HANDOVER_OPTIONS, OptionError, check_object, check_option};
use crate::ot::Ot;

const NEW_SESSION_SIGNAL: &str = "newSession";

/// Reads the options of `ReconnectionManager.create(OT, options)`.
///
/// # Errors
///
/// A `HandoverError` with code `invalid_option` that names the option.
pub(super) fn read(ot: Ot, options: &JsValue, host: Host) -> Result<Shared, JsValue> {
    let mut config = Config { seed: seed(), ..Config::default() };
    let refuse = |error: OptionError| invalid(&host, &error);
    given(options, |given| check_object("options", given)).map_err(refuse)?;
    for (name, value) in entries(options) {
        given(&value, |given| config.set(&name, given)).map_err(refuse)?;
    }
    let retry = js::get(options, "retry");
    if !retry.is_function() {
        for (name, value) in entries(&retry) {
            given(&value, |given| config.set_retry(&["retry.", &name].concat(), given)).map_err(refuse)?;
        }
    }
    let signal_type = js::get_string(options, "newSessionSignal");
    if signal_type.as_deref() == Some(WIRE_TYPE) {
        let message =
            ["newSessionSignal must be another type than \"", WIRE_TYPE, "\", which is reserved for this package"];
        return Err(host.error("invalid_option", &message.concat(), &JsValue::UNDEFINED));
    }
    let mut shared = Shared::new(ot, host, config, signal_type.unwrap_or_else(|| NEW_SESSION_SIGNAL.to_owned()));
    shared.renew = js::function(js::get(options, "renew"));
    shared.identify = js::function(js::get(options, "identify"));
    shared.retry = js::function(retry);
    shared.verify = js::get_string(options, "announcementKey").map(|key| shared.host.verifier(&key));
    Ok(shared)
}

/// Checks the argument of `handover()`.
///
/// # Errors
///
/// A `HandoverError` with code `invalid_option` that names the option.
pub(super) fn check_handover(host: &Host, options: &JsValue) -> Result<(), JsValue> {
    let refuse = |error: OptionError| invalid(host, &error);
    given(options, |given| check_object("handover()", given)).map_err(refuse)?;
    given(&js::get(options, "sessionId"), |given| check_option(HANDOVER_OPTIONS, "sessionId", given).map(|_| ()))
        .map_err(refuse)?;
    for (name, value) in entries(options) {
        given(&value, |given| check_option(HANDOVER_OPTIONS, &name, given).map(|_| ())).map_err(refuse)?;
    }
    Ok(())
}

fn invalid(host: &Host, error: &OptionError) -> JsValue {
    host.error("invalid_option", &error.to_string(), &JsValue::UNDEFINED)
}

fn entries(options: &JsValue) -> Vec<(String, JsValue)> {
    let Some(options) = options.dyn_ref::<Object>() else {
        return Vec::new();
    };
    Object::entries(options)
        .iter()
        .filter_map(|entry| {
            let entry: Array = entry.unchecked_into();
            Some((entry.get(0).as_string()?, entry.get(1)))
        })
        .collect()
}

/// Shows the core a value of the app's.
fn given<T>(value: &JsValue, judge: impl FnOnce(Given<'_>) -> T) -> T {
    if value.is_undefined() {
        return judge(Given::Missing);
    }
    if value.is_null() {
        return judge(Given::Null);
    }
    if let Some(number) = value.as_f64() {
        return judge(Given::Number(number));
    }
    if let Some(truth) = value.as_bool() {
        return judge(Given::Bool(truth));
    }
    if let Some(text) = value.as_string() {
        return judge(Given::Text(&text));
    }
    if value.is_function() {
        return judge(Given::Function);
    }
    if value.is_object() {
        return judge(Given::Object);
    }
    let kind = value.js_typeof().as_string().unwrap_or_default();
    judge(Given::Other(&kind))
}

/// Different for each manager, so that no two clients wait in step.
fn seed() -> u64 {
    (js_sys::Math::random() * 9_007_199_254_740_992.0) as u64
}
