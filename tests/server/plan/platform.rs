//! The Video API, as far as its reference describes it: what runs where, and what it says to whom asks wrongly.

use std::collections::{BTreeMap, BTreeSet};

use opentok_handover_server::plan::protocol::{Command, Kind, Message, Trouble};
use serde_json::{Value, json};

/// Something that runs beside a session, or did.
#[derive(Clone, Debug)]
pub(crate) struct Thing {
    pub(crate) kind: Kind,
    pub(crate) id: String,
    pub(crate) session: String,
    pub(crate) options: Value,
    pub(crate) started: u64,
    pub(crate) ended: Option<u64>,
    /// Why it ended.
    pub(crate) reason: &'static str,
}

impl Thing {
    pub(crate) fn object(&self) -> Value {
        let mut object = json!({
            "id": self.id,
            "sessionId": self.session,
            "createdAt": self.started,
            "status": if self.ended.is_some() { "stopped" } else { "started" },
            "duration": self.ended.map_or(0, |ended| (ended - self.started) / 1000),
            "applicationId": "app",
            "reason": self.reason,
        });
        for (name, value) in self.options.as_object().into_iter().flatten() {
            object[name] = value.clone();
        }
        match self.kind {
            Kind::Archive => object["event"] = json!("archive"),
            Kind::Broadcast => {
                object["event"] = json!("broadcast");
                let rtmp = self.options["outputs"]["rtmp"].clone();
                object["broadcastUrls"] = json!({ "hls": format!("https://hls/{}", self.id), "rtmp": rtmp });
            }
            Kind::Captions => object["captionId"] = json!(self.id),
            Kind::Composer => object["streamId"] = json!("stream"),
        }
        object
    }
}

/// A session.
#[derive(Clone, Debug, Default)]
pub(crate) struct Room {
    /// Who is connected.
    pub(crate) people: BTreeSet<String>,
    /// The servers have gone, and nobody has come back.
    pub(crate) gone: bool,
}

/// A signal that was sent.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    pub(crate) session: String,
    pub(crate) message: Message,
    pub(crate) heard_by: Vec<String>,
}

/// What has become of the world.
#[derive(Default)]
pub(crate) struct Platform {
    pub(crate) rooms: BTreeMap<String, Room>,
    pub(crate) things: Vec<Thing>,
    pub(crate) sent: Vec<Sent>,
    /// What was bound to which plan.
    pub(crate) bound: BTreeMap<String, String>,
    /// What the application was told, by command.
    pub(crate) told: BTreeMap<String, Value>,
    /// In their order.
    pub(crate) tellings: Vec<Value>,
    /// Broadcasts to a streaming server that were started while another one ran.
    pub(crate) second_sources: u32,
    numbers: u32,
}

impl Platform {
    pub(crate) fn room(&mut self, id: &str) -> &mut Room {
        self.rooms.entry(id.to_owned()).or_default()
    }

    pub(crate) fn join(&mut self, session: &str, person: &str) {
        let room = self.room(session);
        room.gone = false;
        room.people.insert(person.to_owned());
    }

    /// Starts something as the application does.
    pub(crate) fn start(&mut self, kind: Kind, session: &str, options: Value, now: u64) -> Thing {
        self.numbers += 1;
        let id = format!("{kind:?}{}", self.numbers).to_lowercase();
        let session = session.to_owned();
        let thing = Thing { kind, id, session, options, started: now, ended: None, reason: "" };
        self.things.push(thing.clone());
        thing
    }

    pub(crate) fn running(&self, kind: Kind, session: &str) -> Vec<&Thing> {
        self.things
            .iter()
            .filter(|thing| thing.kind == kind && thing.session == session && thing.ended.is_none())
            .collect()
    }

    /// Ends what runs in a session, and says what that was.
    pub(crate) fn cut(&mut self, session: &str, reason: &'static str, now: u64) -> Vec<Thing> {
        let running = self.things.iter_mut().filter(|thing| thing.session == session && thing.ended.is_none());
        running
            .map(|thing| {
                thing.ended = Some(now);
                thing.reason = reason;
                thing.clone()
            })
            .collect()
    }

    /// Carries a command out.
    pub(crate) fn carry_out(&mut self, id: &str, command: &Command, now: u64) -> Result<Value, Trouble> {
        match command {
            Command::CreateSession { .. } => {
                self.numbers += 1;
                let id = format!("s{}", self.numbers);
                self.room(&id);
                Ok(json!({ "sessionId": id }))
            }
            Command::Bind { session_id, call } => {
                self.bound.insert(session_id.clone(), call.clone());
                Ok(json!({}))
            }
            Command::Signal { session_id, connection_id, message } => {
                let people = self.rooms.get(session_id).map(|room| room.people.clone()).unwrap_or_default();
                let heard_by: Vec<String> = match connection_id {
                    Some(one) => people.into_iter().filter(|person| person == one).collect(),
                    None => people.into_iter().collect(),
                };
                let nobody = heard_by.is_empty();
                self.sent.push(Sent { session: session_id.clone(), message: message.clone(), heard_by });
                if nobody { Err(status(404)) } else { Ok(json!({})) }
            }
            Command::List { kind, session_id } => {
                let items = self.things.iter().filter(|thing| thing.kind == *kind && thing.session == *session_id);
                Ok(json!({ "items": items.map(Thing::object).collect::<Vec<_>>() }))
            }
            Command::Start { kind, session_id, options } => {
                let is_empty = self.rooms.get(session_id).is_none_or(|room| room.people.is_empty());
                if is_empty {
                    return Err(status(404));
                }
                let equal = |thing: &&Thing| tag(*kind, &thing.options) == tag(*kind, options);
                if *kind != Kind::Composer && self.running(*kind, session_id).iter().any(equal) {
                    return Err(status(409));
                }
                let is_source =
                    |options: &Value| options["outputs"]["rtmp"].as_array().is_some_and(|list| !list.is_empty());
                let runs = |thing: &Thing| thing.ended.is_none() && is_source(&thing.options);
                self.second_sources += u32::from(is_source(options) && self.things.iter().any(runs));
                let thing = self.start(*kind, session_id, options.clone(), now);
                let mut object = thing.object();
                if *kind == Kind::Captions {
                    object = json!({ "captionsId": thing.id });
                }
                Ok(object)
            }
            Command::Stop { kind, id, .. } => {
                let running = |thing: &&mut Thing| thing.kind == *kind && thing.id == *id && thing.ended.is_none();
                let Some(thing) = self.things.iter_mut().find(running) else { return Err(status(404)) };
                thing.ended = Some(now);
                thing.reason = "user initiated";
                Ok(thing.object())
            }
            Command::Tell { event } => {
                let event = serde_json::to_value(event).unwrap();
                if self.told.insert(id.to_owned(), event.clone()).is_none() {
                    self.tellings.push(event);
                }
                Ok(json!({}))
            }
        }
    }
}

pub(crate) fn status(status: u16) -> Trouble {
    Trouble { status: Some(status), retry_after: None, message: String::new() }
}

fn tag(kind: Kind, options: &Value) -> &str {
    let name = match kind {
        Kind::Archive => "multiArchiveTag",
        Kind::Broadcast => "multiBroadcastTag",
        Kind::Captions | Kind::Composer => return "",
    };
    options[name].as_str().unwrap_or_default()
}
