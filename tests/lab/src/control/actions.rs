//! What the calls do.

use serde_json::{Value, json};

use super::{Arguments, ControlError};
use crate::fault::{Fault, Harm, Point};
use crate::id::SessionId;
use crate::lab::{CLOSE_AFTER, Lab, Notifying, Rotating};
use crate::raptor::SignalContent;
use crate::session::{Mode, SERVER_ROTATION, Session};
use crate::time::Time;
use crate::token::{DEFAULT_EXPIRY, Role};

pub(super) type Answer = Result<Value, ControlError>;

pub(super) fn create(lab: &mut Lab, given: &Arguments, now: Time) -> Answer {
    let mode = match given.text("mode") {
        Some("routed") => Mode::Routed,
        Some(_) => Mode::Relayed,
        None => given.text("session").map_or(Mode::Relayed, Mode::of_name),
    };
    let name = match given.text("session") {
        Some(name) => SessionId::from(name),
        None => lab.new_name(mode),
    };
    if lab.session(name.as_str()).is_ok() {
        return Err(ControlError::Conflict(format!("there is a session {:?} already", name.as_str())));
    }
    lab.create_session(name.clone(), mode, now);
    if given.has("reconnection") {
        lab.ensure_session(&name, now).reconnection = given.flag("reconnection");
    }
    Ok(json!({ "session": name, "mode": mode.name() }))
}

pub(super) fn token(lab: &mut Lab, given: &Arguments, now: Time) -> Answer {
    let role: Role = given.text("role").and_then(|role| role.parse().ok()).unwrap_or_default();
    let data = given.text("data").unwrap_or_default();
    let mut token = lab.issue(&given.session(), role, data, DEFAULT_EXPIRY, now);
    if let Some(expire) = given.seconds("expire") {
        let expires = now.as_millis().saturating_add_signed(expire.saturating_mul(1000));
        token.expires = Time::from_millis(expires);
    }
    Ok(json!({ "applicationId": token.application, "sessionId": token.session, "token": token.encode() }))
}

pub(super) fn announce(lab: &mut Lab, given: &Arguments, now: Time) -> Answer {
    let session = given.session();
    let mode = lab.session(session.as_str())?.mode;
    lab.pick(session.as_str(), given.text("conn"))?;
    let successor = given.text("successor").map_or_else(|| lab.next_name(session.as_str()), SessionId::from);
    if successor == session {
        return Err(ControlError::Conflict("a session can't be its own successor".to_owned()));
    }
    lab.create_session(successor.clone(), mode, now);
    let deadline = given.duration("deadline").map(|left| (now + left).as_millis());
    let data = match deadline {
        Some(deadline) => json!({ "sessionId": successor, "deadline": deadline }).to_string(),
        None if given.flag("json") => json!({ "sessionId": successor }).to_string(),
        None => successor.as_str().to_owned(),
    };
    let kind = given.text("type").unwrap_or("newSession");
    let content = SignalContent { kind: Some(kind.to_owned()), data: Some(Value::String(data)) };
    let sent = lab.signal(session.as_str(), given.text("conn"), &content, now)?;
    Ok(json!({ "successor": successor, "sent": sent }))
}

pub(super) fn rotate(lab: &mut Lab, given: &Arguments, now: Time) -> Answer {
    let how = Rotating {
        reason: given.text("reason").unwrap_or(SERVER_ROTATION),
        others: given.flag("others"),
        migrate: given.flag("migrate"),
        close_after: given.duration("closeAfter").unwrap_or(CLOSE_AFTER),
    };
    let done = lab.rotate(given.session().as_str(), given.text("conn"), &how, now)?;
    Ok(json!({ "disconnected": done.disconnected, "migrated": done.migrated, "generation": done.generation }))
}

pub(super) fn notify(lab: &mut Lab, given: &Arguments, now: Time) -> Answer {
    let how = Notifying {
        reason: given.text("reason").unwrap_or(SERVER_ROTATION),
        force: given.flag("force"),
        same_server: given.flag("sameServer"),
    };
    let (notified, generation) = lab.notify(given.session().as_str(), given.text("conn"), &how, now)?;
    Ok(json!({ "notified": notified, "generation": generation }))
}

pub(super) fn signal(lab: &mut Lab, given: &Arguments, now: Time) -> Answer {
    let kind = given.text("type").map(str::to_owned);
    let content = SignalContent { kind, data: given.json("data").cloned() };
    let sent = lab.signal(given.session().as_str(), given.text("conn"), &content, now)?;
    Ok(json!({ "sent": sent }))
}

pub(super) fn drop_sockets(lab: &mut Lab, given: &Arguments, _now: Time) -> Answer {
    let (code, old) = (given.number("code"), given.flag("old"));
    let dropped = lab.drop_sockets(given.session().as_str(), given.text("conn"), code, old)?;
    Ok(json!({ "dropped": dropped }))
}

pub(super) fn forget(lab: &mut Lab, given: &Arguments, now: Time) -> Answer {
    Ok(json!({ "forgotten": lab.forget(given.session().as_str(), given.text("conn"), now)? }))
}

pub(super) fn freeze(lab: &mut Lab, given: &Arguments, _now: Time) -> Answer {
    let on = !given.has("on") || given.flag("on");
    Ok(json!({ "frozen": lab.freeze(given.session().as_str(), given.text("conn"), on)? }))
}

pub(super) fn kick(lab: &mut Lab, given: &Arguments, now: Time) -> Answer {
    let reason = given.text("reason").unwrap_or("forceDisconnected");
    Ok(json!({ "kicked": lab.kick(given.session().as_str(), given.text("conn"), reason, now)? }))
}

pub(super) fn refuse(lab: &mut Lab, given: &Arguments, now: Time) -> Answer {
    let point = Point::ALL.into_iter().find(|point| given.text("point") == Some(point.name()));
    let point = point.ok_or(ControlError::MissingArgument { call: "refuse", name: "point" })?;
    let fault = Fault {
        point,
        session: given.text("session").map(SessionId::from),
        generation: given.number("generation"),
        operation: given.text("operation").map(str::to_owned),
        times: given.number("times"),
        until: given.duration("for").map(|left| now + left),
        delay: given.duration("delay").unwrap_or_default(),
        harm: harm(point, given)?,
        retry_after: given.number("retryAfter"),
    };
    if let Some(name) = ["operation", "retryAfter"].into_iter().find(|name| given.has(name) && point != Point::Rest) {
        let expected = format!("left out at the point {}", point.name());
        return Err(ControlError::WrongArgument { name, expected, given: "given".to_owned() });
    }
    lab.faults.add(fault);
    Ok(json!({ "faults": lab.faults.in_force(now).count() }))
}

/// The one harm that the arguments name.
fn harm(point: Point, given: &Arguments) -> Result<Option<Harm>, ControlError> {
    const HARMS: [&str; 7] = ["status", "error", "body", "close", "hang", "destroy", "lose"];
    let asked = |name: &&str| given.has(name) && !matches!(given.json(name), Some(Value::Bool(false)));
    // A body beside a status is the status's body.
    let named: Vec<&str> =
        HARMS.into_iter().filter(asked).filter(|name| *name != "body" || !given.has("status")).collect();
    if let Some(name) = HARMS.into_iter().find(|name| asked(name) && !point.harms().contains(name)) {
        let expected = format!("left out at the point {}, where there is {}", point.name(), point.harms().join(", "));
        return Err(ControlError::WrongArgument { name, expected, given: "given".to_owned() });
    }
    let reason = || given.text("reason").unwrap_or_default().to_owned();
    let code = |name: &str| given.number(name).unwrap_or_default();
    match named.as_slice() {
        [] if given.has("delay") => Ok(None),
        [] => Ok(Some(point.usual_harm())),
        ["status"] => {
            let body = given.text("body").map_or_else(reason, str::to_owned);
            Ok(Some(Harm::Status { code: code("status"), body }))
        }
        ["error"] => Ok(Some(Harm::ErrorNode { code: code("error"), message: reason() })),
        ["body"] => Ok(Some(Harm::Body(given.text("body").unwrap_or_default().to_owned()))),
        ["close"] => Ok(Some(Harm::Close(code("close")))),
        ["hang"] => Ok(Some(Harm::Hang)),
        ["destroy"] => Ok(Some(Harm::Destroy)),
        ["lose"] => Ok(Some(Harm::Lose)),
        [_, second, ..] => Err(ControlError::WrongArgument {
            name: HARMS.into_iter().find(|name| name == second).unwrap_or("status"),
            expected: "the only one of status, error, body, close, hang, destroy and lose".to_owned(),
            given: named.join(" and "),
        }),
        [_] => Ok(None),
    }
}

pub(super) fn clear(lab: &mut Lab, _given: &Arguments, _now: Time) -> Answer {
    Ok(json!({ "cleared": lab.faults.clear() }))
}

pub(super) fn session(lab: &mut Lab, given: &Arguments, _now: Time) -> Answer {
    let session = lab.session(given.session().as_str())?;
    let connections = session.clients().iter().map(|client| {
        json!({
            "id": client.id,
            "data": client.data,
            "role": client.role,
            "open": lab.is_open(client),
            "generation": client.generation,
            "capabilities": client.capabilities,
        })
    });
    let streams = session.streams().iter().map(|stream| {
        json!({
            "id": stream.id,
            "connection": stream.owner,
            "name": stream.content.name,
            "hasAudio": stream.content.has("audio"),
            "hasVideo": stream.content.has("video"),
            "channels": stream.content.channel,
        })
    });
    let subscribers = session.subscriptions().iter().map(|subscription| {
        json!({ "id": subscription.id, "stream": subscription.stream, "connection": subscription.owner })
    });
    Ok(json!({
        "session": session.id,
        "mode": session.mode.name(),
        "properties": session.properties,
        "generation": session.generation,
        "connections": connections.collect::<Vec<_>>(),
        "streams": streams.collect::<Vec<_>>(),
        "subscribers": subscribers.collect::<Vec<_>>(),
    }))
}

pub(super) fn sessions(lab: &mut Lab, _given: &Arguments, _now: Time) -> Answer {
    let brief = |session: &Session| {
        json!({
            "session": session.id,
            "mode": session.mode.name(),
            "generation": session.generation,
            "connections": session.clients().len(),
            "streams": session.streams().len(),
            "subscribers": session.subscriptions().len(),
        })
    };
    Ok(lab.sessions().map(brief).collect())
}

pub(super) fn log(lab: &mut Lab, given: &Arguments, _now: Time) -> Answer {
    Ok(lab.log_since(given.number("since").unwrap_or_default()).map(|line| json!(line)).collect())
}

pub(super) fn now(lab: &mut Lab, _given: &Arguments, now: Time) -> Answer {
    Ok(json!({ "t": lab.clock(now) }))
}
