//! Archives.

use serde_json::json;

use super::sessions::routed_and_peopled;
use super::{Answer, Call, Outcome, Refusal, list as list_services, view};
use crate::lab::Lab;
use crate::services::{Kind, Status};
use crate::time::Time;

const KIND: Kind = Kind::Archive;

/// Sizes of the picture.
pub(super) const RESOLUTIONS: &[&str] = &["640x480", "1280x720", "1920x1080", "480x640", "720x1280", "1080x1920"];

pub(super) fn start(lab: &mut Lab, call: &Call<'_>, now: Time) -> Outcome {
    let request = call.request;
    request.word("outputMode", &["composed", "individual"])?;
    request.word("streamMode", &["auto", "manual"])?;
    request.word("resolution", RESOLUTIONS)?;
    if !request.flag("hasAudio", true)? && !request.flag("hasVideo", true)? {
        return Err(Refusal::bad("an archive has audio or video, or both"));
    }
    if request.text("outputMode") == Some("individual")
        && let Some(name) = ["resolution", "layout"].into_iter().find(|name| request.value(name).is_some())
    {
        return Err(Refusal::bad(format!("an archive of individual streams has no {name}")));
    }
    if request.value("maxBitrate").is_some() && request.value("quantizationParameter").is_some() {
        return Err(Refusal::bad("maxBitrate and quantizationParameter exclude each other"));
    }
    let session = routed_and_peopled(lab, call)?;
    let options = request.options(&["sessionId"]);
    if lab.services.rival(KIND, session.as_str(), &options).is_some() {
        return Err(Refusal::conflict("the session is being archived already, with the same multiArchiveTag"));
    }
    let id = lab.start_service(KIND, session, options, now);
    view(lab, KIND, &id)
}

pub(super) fn list(lab: &mut Lab, call: &Call<'_>, _now: Time) -> Outcome {
    list_services(lab, KIND, call, false)
}

pub(super) fn get(lab: &mut Lab, call: &Call<'_>, _now: Time) -> Outcome {
    view(lab, KIND, call.name(0))
}

pub(super) fn stop(lab: &mut Lab, call: &Call<'_>, now: Time) -> Outcome {
    let id = call.name(0);
    view(lab, KIND, id)?;
    if !lab.stop_service(KIND, id, "user initiated", now) {
        return Err(Refusal::conflict("the archive is not being recorded"));
    }
    view(lab, KIND, id)
}

pub(super) fn delete(lab: &mut Lab, call: &Call<'_>, _now: Time) -> Outcome {
    let id = call.name(0);
    let archive = lab.services.get(KIND, id).ok_or_else(|| Refusal::no_such(KIND, id))?;
    if !matches!(archive.status, Status::Available | Status::Uploaded) {
        return Err(Refusal::conflict(format!("the archive is {}: there is no file yet", archive.status.name())));
    }
    lab.services.remove(id);
    Ok(Answer::nothing(204))
}

pub(super) fn streams(lab: &mut Lab, call: &Call<'_>, now: Time) -> Outcome {
    change_streams(lab, KIND, call, now)
}

pub(super) fn layout(lab: &mut Lab, call: &Call<'_>, _now: Time) -> Outcome {
    change_layout(lab, KIND, call)
}

/// Takes a stream into an archive or broadcast, or out of it.
pub(super) fn change_streams(lab: &mut Lab, kind: Kind, call: &Call<'_>, now: Time) -> Outcome {
    let request = call.request;
    let media = (request.flag("hasAudio", true)?, request.flag("hasVideo", true)?);
    let service = lab.services.get_mut(kind, call.name(0)).ok_or_else(|| Refusal::no_such(kind, call.name(0)))?;
    if !service.takes_named_streams() {
        let message = format!("the {} takes all streams: it wasn't started with streamMode manual", kind.name());
        return Err(Refusal { status: 405, message });
    }
    match (request.text("addStream"), request.text("removeStream")) {
        (Some(stream), None) => {
            let added = json!({ "streamId": stream, "hasAudio": media.0, "hasVideo": media.1 });
            service.change_streams(stream, Some(added), now);
        }
        (None, Some(stream)) => service.change_streams(stream, None, now),
        _ => return Err(Refusal::bad("say either addStream or removeStream")),
    }
    Ok(Answer::nothing(204))
}

/// Changes how an archive or broadcast shows its streams.
pub(super) fn change_layout(lab: &mut Lab, kind: Kind, call: &Call<'_>) -> Outcome {
    call.request.word("type", &["bestFit", "custom", "horizontalPresentation", "pip", "verticalPresentation"])?;
    call.request.needed("type")?;
    let layout = call.request.options(&[]);
    let service = lab.services.get_mut(kind, call.name(0)).ok_or_else(|| Refusal::no_such(kind, call.name(0)))?;
    if service.text("outputMode") == Some("individual") {
        return Err(Refusal::bad("an archive of individual streams has no layout"));
    }
    service.options.insert("layout".to_owned(), layout.into());
    Ok(Answer::nothing(200))
}
