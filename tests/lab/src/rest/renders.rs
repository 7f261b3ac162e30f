//! Experience Composers.

use std::time::Duration;

use super::sessions::{client_token, max_duration, named};
use super::{Answer, Call, Outcome, Refusal, list as list_services, view};
use crate::lab::Lab;
use crate::services::Kind;
use crate::time::Time;

const KIND: Kind = Kind::Render;

pub(super) fn start(lab: &mut Lab, call: &Call<'_>, now: Time) -> Outcome {
    let request = call.request;
    request.word("resolution", super::archives::RESOLUTIONS)?;
    let url = request.needed("url")?;
    if !(url.starts_with("http://") || url.starts_with("https://")) {
        return Err(Refusal::bad(format!("url must be one of the web, not {url:?}")));
    }
    max_duration(call, Duration::from_mins(1), Duration::from_hours(10))?;
    let session = named(lab, call)?;
    client_token(lab, call, &session, now)?;
    let id = lab.start_service(KIND, session, request.options(&["sessionId", "token"]), now);
    Ok(Answer { status: 202, ..view(lab, KIND, &id)? })
}

pub(super) fn list(lab: &mut Lab, call: &Call<'_>, _now: Time) -> Outcome {
    list_services(lab, KIND, call, false)
}

pub(super) fn get(lab: &mut Lab, call: &Call<'_>, _now: Time) -> Outcome {
    view(lab, KIND, call.name(0))
}

pub(super) fn stop(lab: &mut Lab, call: &Call<'_>, now: Time) -> Outcome {
    if !lab.stop_service(KIND, call.name(0), "user initiated", now) {
        return Err(Refusal::no_such(KIND, call.name(0)));
    }
    Ok(Answer::nothing(200))
}
