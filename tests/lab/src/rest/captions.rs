//! Live captions.

use std::time::Duration;

use serde_json::json;

use super::sessions::{client_token, max_duration, routed_and_peopled};
use super::{Answer, Call, Outcome, Refusal, view};
use crate::lab::Lab;
use crate::services::Kind;
use crate::time::Time;

const KIND: Kind = Kind::Captions;

pub(super) fn start(lab: &mut Lab, call: &Call<'_>, now: Time) -> Outcome {
    max_duration(call, Duration::from_mins(5), Duration::from_hours(4))?;
    let session = routed_and_peopled(lab, call)?;
    client_token(lab, call, &session, now)?;
    let options = call.request.options(&["sessionId", "token"]);
    if lab.services.rival(KIND, session.as_str(), &options).is_some() {
        return Err(Refusal::conflict("live captions have already started for this session"));
    }
    let id = lab.start_service(KIND, session, options, now);
    Ok(Answer::accepted(json!({ "captionsId": id })))
}

pub(super) fn get(lab: &mut Lab, call: &Call<'_>, _now: Time) -> Outcome {
    view(lab, KIND, call.name(0))
}

pub(super) fn stop(lab: &mut Lab, call: &Call<'_>, now: Time) -> Outcome {
    if !lab.stop_service(KIND, call.name(0), "user initiated", now) {
        return Err(Refusal::no_such(KIND, call.name(0)));
    }
    Ok(Answer::nothing(202))
}
