//! Broadcasts.

use std::time::Duration;

use super::archives::{RESOLUTIONS, change_layout, change_streams};
use super::sessions::{max_duration, routed_and_peopled};
use super::{Call, Outcome, Refusal, list as list_services, view};
use crate::lab::Lab;
use crate::services::Kind;
use crate::time::Time;

const KIND: Kind = Kind::Broadcast;

pub(super) fn start(lab: &mut Lab, call: &Call<'_>, now: Time) -> Outcome {
    let request = call.request;
    request.word("streamMode", &["auto", "manual"])?;
    request.word("resolution", RESOLUTIONS)?;
    let outputs = request.value("outputs").and_then(|outputs| outputs.as_object());
    if !outputs.is_some_and(|outputs| outputs.contains_key("hls") || outputs.contains_key("rtmp")) {
        return Err(Refusal::bad("outputs must have hls or rtmp, or both"));
    }
    max_duration(call, Duration::from_mins(1), Duration::from_hours(10))?;
    let session = routed_and_peopled(lab, call)?;
    let options = request.options(&["sessionId"]);
    if lab.services.rival(KIND, session.as_str(), &options).is_some() {
        return Err(Refusal::conflict("the session is being broadcast already, with the same multiBroadcastTag"));
    }
    let id = lab.start_service(KIND, session, options, now);
    view(lab, KIND, &id)
}

/// Those that are over aren't listed, as documented.
pub(super) fn list(lab: &mut Lab, call: &Call<'_>, _now: Time) -> Outcome {
    list_services(lab, KIND, call, true)
}

pub(super) fn get(lab: &mut Lab, call: &Call<'_>, _now: Time) -> Outcome {
    view(lab, KIND, call.name(0))
}

pub(super) fn stop(lab: &mut Lab, call: &Call<'_>, now: Time) -> Outcome {
    let id = call.name(0);
    view(lab, KIND, id)?;
    if !lab.stop_service(KIND, id, "user initiated", now) {
        return Err(Refusal::conflict("the broadcast is over"));
    }
    view(lab, KIND, id)
}

pub(super) fn streams(lab: &mut Lab, call: &Call<'_>, now: Time) -> Outcome {
    change_streams(lab, KIND, call, now)
}

pub(super) fn layout(lab: &mut Lab, call: &Call<'_>, _now: Time) -> Outcome {
    change_layout(lab, KIND, call)
}
