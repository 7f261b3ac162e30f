//! Sessions: creating them, who is there, signals, and moderation.

use std::time::Duration;

use serde_json::{Value, json};

use super::{Answer, Call, Outcome, Refusal};
use crate::id::SessionId;
use crate::lab::Lab;
use crate::raptor::{Mute, SignalContent};
use crate::session::{Mode, Properties, Stream};
use crate::time::Time;

/// The most that a signal may carry, and the longest type, in bytes.
const SIGNAL: usize = 8192;
const SIGNAL_TYPE: usize = 128;

pub(super) fn create(lab: &mut Lab, call: &Call<'_>, now: Time) -> Outcome {
    let request = call.request;
    request.word("p2p.preference", &["enabled", "disabled"])?;
    request.word("archiveMode", &["manual", "always"])?;
    request.word("e2ee", &["true", "false"])?;
    let mode = if request.text("p2p.preference") == Some("enabled") { Mode::Relayed } else { Mode::Routed };
    let properties = Properties {
        archive_mode: request.text("archiveMode").unwrap_or("manual").to_owned(),
        // Where nobody says, the vendor's library says `null`.
        location: request.text("location").filter(|text| !["", "null"].contains(text)).map(str::to_owned),
        e2ee: request.text("e2ee") == Some("true"),
    };
    if mode == Mode::Relayed && properties.archive_mode == "always" {
        return Err(Refusal::bad("a session that is always archived must be routed"));
    }
    if mode == Mode::Relayed && properties.e2ee {
        return Err(Refusal::bad("a session with end-to-end encryption must be routed"));
    }
    let name = lab.new_name(mode);
    lab.create_session(name.clone(), mode, now);
    lab.ensure_session(&name, now).properties = properties;
    let created = json!({
        "session_id": name,
        "project_id": lab.application(),
        "partner_id": lab.application(),
        "create_dt": now.as_millis().to_string(),
        "media_server_url": "",
    });
    Ok(Answer::ok(json!([created])))
}

pub(super) fn streams(lab: &mut Lab, call: &Call<'_>, _now: Time) -> Outcome {
    let session = lab.session(call.name(0))?;
    let items: Vec<Value> = session.streams().iter().map(info).collect();
    Ok(Answer::ok(json!({ "count": items.len(), "items": items })))
}

pub(super) fn stream(lab: &mut Lab, call: &Call<'_>, _now: Time) -> Outcome {
    let streams = lab.session(call.name(0))?.streams();
    let stream = streams.iter().find(|stream| stream.id.as_str() == call.name(1));
    let stream = stream.ok_or_else(|| Refusal::not_found(format!("there is no stream {:?}", call.name(1))))?;
    Ok(Answer::ok(info(stream)))
}

fn info(stream: &Stream) -> Value {
    json!({
        "id": stream.id,
        "videoType": stream.content.video_type(),
        "name": stream.content.name.as_deref().unwrap_or_default(),
        "layoutClassList": [],
    })
}

pub(super) fn signal(lab: &mut Lab, call: &Call<'_>, now: Time) -> Outcome {
    send(lab, call, None, now)
}

pub(super) fn signal_one(lab: &mut Lab, call: &Call<'_>, now: Time) -> Outcome {
    send(lab, call, Some(call.name(1)), now)
}

fn send(lab: &mut Lab, call: &Call<'_>, to: Option<&str>, now: Time) -> Outcome {
    let kind = call.request.text("type");
    let fits = |kind: &str| {
        kind.len() <= SIGNAL_TYPE && kind.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte))
    };
    if kind.is_some_and(|kind| !fits(kind)) {
        return Err(Refusal::bad("a signal's type is at most 128 letters, digits, -, ., _ and ~"));
    }
    let data = match call.request.value("data") {
        None => None,
        Some(Value::String(text)) if text.len() > SIGNAL => {
            return Err(Refusal { status: 413, message: format!("a signal's data is at most {SIGNAL} bytes") });
        }
        Some(text @ Value::String(_)) => Some(text.clone()),
        Some(_) => return Err(Refusal::bad("a signal's data must be text")),
    };
    let content = SignalContent { kind: kind.map(str::to_owned), data };
    lab.signal(call.name(0), to, &content, now)?;
    Ok(Answer::nothing(204))
}

pub(super) fn disconnect(lab: &mut Lab, call: &Call<'_>, now: Time) -> Outcome {
    lab.kick(call.name(0), Some(call.name(1)), "forceDisconnected", now)?;
    Ok(Answer::nothing(204))
}

pub(super) fn mute(lab: &mut Lab, call: &Call<'_>, now: Time) -> Outcome {
    let active = call.request.flag("active", true)?;
    let spared = call.request.value("excludedStreamIds").and_then(Value::as_array);
    let exclusion = spared.into_iter().flatten().filter_map(|id| Some(id.as_str()?.into())).collect();
    lab.mute(call.name(0), None, Mute { active, exclusion, ..Mute::default() }, now)?;
    Ok(project(lab, now))
}

pub(super) fn mute_stream(lab: &mut Lab, call: &Call<'_>, now: Time) -> Outcome {
    let mute = Mute { active: true, ..Mute::default() };
    if !lab.mute(call.name(0), Some(call.name(1)), mute, now)? {
        return Err(Refusal::not_found(format!("there is no stream {:?}", call.name(1))));
    }
    Ok(project(lab, now))
}

/// What the platform answers to a mute: who asked.
fn project(lab: &Lab, now: Time) -> Answer {
    Answer::ok(json!({
        "id": lab.application(),
        "applicationId": lab.application(),
        "name": "rotation-lab",
        "status": "ACTIVE",
        "environment": "standard",
        "createdAt": now.as_millis(),
    }))
}

/// The session in which a service is to be started: it must be there.
pub(super) fn named(lab: &Lab, call: &Call<'_>) -> Result<SessionId, Refusal> {
    Ok(lab.session(call.request.needed("sessionId")?)?.id.clone())
}

/// A session with somebody in it, and a media router.
pub(super) fn routed_and_peopled(lab: &Lab, call: &Call<'_>) -> Result<SessionId, Refusal> {
    let id = named(lab, call)?;
    let session = lab.session(id.as_str())?;
    if session.mode == Mode::Relayed {
        return Err(Refusal::conflict("the session doesn't use the media router"));
    }
    if session.clients().is_empty() {
        return Err(Refusal::not_found("nobody is connected to the session"));
    }
    Ok(id)
}

/// A client's token for this session, as captions and Experience Composers need one.
pub(super) fn client_token(lab: &Lab, call: &Call<'_>, session: &SessionId, now: Time) -> Result<(), Refusal> {
    let token = lab.read_token(call.request.needed("token")?, now);
    let admitted = token.and_then(|token| token.admits(session.as_str(), now));
    admitted.map_err(|error| Refusal::bad(format!("token: {error}")))
}

/// The longest and the shortest time that a service may be asked to run.
pub(super) fn max_duration(call: &Call<'_>, least: Duration, most: Duration) -> Result<(), Refusal> {
    let Some(value) = call.request.value("maxDuration") else { return Ok(()) };
    let (least, most) = (least.as_secs(), most.as_secs());
    match value.as_u64() {
        Some(seconds) if (least..=most).contains(&seconds) => Ok(()),
        _ => Err(Refusal::bad(format!("maxDuration must be from {least} to {most} seconds, not {value}"))),
    }
}
