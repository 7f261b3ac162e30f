//! What the calls do that stand in for the platform's dashboard: callbacks, scheduled rotations, services.

use std::time::Duration;

use serde_json::{Value, json};

use super::actions::Answer;
use super::{Arguments, ControlError};
use crate::callback::{Sending, Topic};
use crate::lab::{Lab, Puppet};
use crate::services::Kind;
use crate::time::Time;
use crate::token::Role;

/// How many times faster than documented notices come, if nobody says: an hour is a second.
pub(super) const SPEED: u32 = 3600;

pub(super) fn callbacks(lab: &mut Lab, given: &Arguments, _now: Time) -> Answer {
    let mut dropped = 0;
    if given.flag("off") {
        lab.callbacks.sending = Sending::default();
        dropped = lab.callbacks.clear();
    }
    let sending = &mut lab.callbacks.sending;
    for topic in Topic::ALL {
        let url = given.text(topic.name()).or(given.text("all"));
        if let Some(url) = url {
            sending.urls.insert(topic, url.to_owned());
        }
        match given.text(&format!("{}Secret", topic.name())).or(given.text("secret")) {
            Some("") => drop(sending.secrets.remove(&topic)),
            Some(secret) => drop(sending.secrets.insert(topic, secret.to_owned())),
            None => {}
        }
    }
    sending.retry = given.duration("retry").unwrap_or(sending.retry);
    sending.copies = given.number("copies").unwrap_or(sending.copies);
    sending.shuffle = given.duration("shuffle").unwrap_or(sending.shuffle);
    sending.skew = given.seconds("skew").unwrap_or(sending.skew);
    let mut answer = json!(sending);
    answer["signed"] = sending.secrets.keys().map(|topic| Value::from(topic.name())).collect();
    answer["waiting"] = json!(lab.callbacks.waiting());
    answer["dropped"] = json!(dropped);
    Ok(answer)
}

pub(super) fn schedule(lab: &mut Lab, given: &Arguments, now: Time) -> Answer {
    let left = given.duration("in").ok_or(ControlError::MissingArgument { call: "schedule", name: "in" })?;
    let speed = given.number("speed").unwrap_or(SPEED);
    let notices = lab.schedule(given.session().as_str(), left, speed, given.flag("migrate"), now)?;
    let notices: Vec<u128> = notices.iter().map(Duration::as_millis).collect();
    Ok(json!({ "rotation": left.as_millis(), "notices": notices }))
}

pub(super) fn services(lab: &mut Lab, given: &Arguments, _now: Time) -> Answer {
    let here = |session: &str| given.text("session").is_none_or(|asked| asked == session);
    let found = lab.services.iter().filter(|service| here(service.session.as_str()));
    let view = |service| lab.news(service);
    Ok(found.map(view).collect())
}

pub(super) fn join(lab: &mut Lab, given: &Arguments, now: Time) -> Answer {
    let session = given.session();
    let puppet = Puppet {
        data: given.text("data").unwrap_or_default(),
        role: given.text("role").and_then(|role| role.parse().ok()).unwrap_or(Role::Publisher),
        migrates: given.flag("migrate"),
        publishes: given.text("publish"),
    };
    let (connection, stream) = lab.seat(&session, &puppet, now);
    Ok(json!({ "session": session, "connection": connection, "stream": stream }))
}

pub(super) fn fail(lab: &mut Lab, given: &Arguments, now: Time) -> Answer {
    let kinds = [Kind::Archive, Kind::Broadcast, Kind::Captions, Kind::Render];
    let kind = kinds.into_iter().find(|kind| given.text("service") == Some(kind.name()));
    Ok(json!({ "failed": lab.fail_services(given.session().as_str(), kind, now)? }))
}
