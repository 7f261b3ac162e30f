//! REST: what the application's server asks for, as the unmodified `@vonage/video` does.
//!
//! One [table](ROUTES) names every operation. What it doesn't name is answered with 404 and a sentence.

mod archives;
mod broadcasts;
mod captions;
mod refusal;
mod renders;
mod request;
mod sessions;

use serde_json::{Value, json};

pub use refusal::Refusal;
pub use request::Request;

use crate::fault::{Blow, Place, Point};
use crate::id::SessionId;
use crate::journal::Entry;
use crate::lab::Lab;
use crate::services::Kind;
use crate::time::Time;

/// An answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// Its HTTP status.
    pub status: u16,
    /// Its JSON, if it has any.
    pub body: Option<Value>,
}

impl Answer {
    const fn ok(body: Value) -> Self {
        Self { status: 200, body: Some(body) }
    }

    const fn accepted(body: Value) -> Self {
        Self { status: 202, body: Some(body) }
    }

    const fn nothing(status: u16) -> Self {
        Self { status, body: None }
    }
}

type Outcome = Result<Answer, Refusal>;

/// A request that a route was found for, and the names in its path.
struct Call<'a> {
    request: &'a Request,
    names: Vec<&'a str>,
}

impl Call<'_> {
    /// A name in the path, from 0 on.
    fn name(&self, at: usize) -> &str {
        self.names.get(at).copied().unwrap_or_default()
    }
}

struct Route {
    operation: &'static str,
    method: &'static str,
    /// After `/v2/project/<application>/`; `:` stands for a name.
    path: &'static [&'static str],
    run: fn(&mut Lab, &Call<'_>, Time) -> Outcome,
}

const fn route(
    operation: &'static str,
    method: &'static str,
    path: &'static [&'static str],
    run: fn(&mut Lab, &Call<'_>, Time) -> Outcome,
) -> Route {
    Route { operation, method, path, run }
}

const CREATE: Route = route("createSession", "POST", &[], sessions::create);

#[rustfmt::skip]
const ROUTES: [Route; 31] = [
    CREATE,
    route("listStreams", "GET", &["session", ":", "stream"], sessions::streams),
    route("getStream", "GET", &["session", ":", "stream", ":"], sessions::stream),
    route("signal", "POST", &["session", ":", "signal"], sessions::signal),
    route("signalOne", "POST", &["session", ":", "connection", ":", "signal"], sessions::signal_one),
    route("disconnect", "DELETE", &["session", ":", "connection", ":"], sessions::disconnect),
    route("mute", "POST", &["session", ":", "mute"], sessions::mute),
    route("muteStream", "POST", &["session", ":", "stream", ":", "mute"], sessions::mute_stream),
    route("startArchive", "POST", &["archive"], archives::start),
    route("listArchives", "GET", &["archive"], archives::list),
    route("getArchive", "GET", &["archive", ":"], archives::get),
    route("stopArchive", "POST", &["archive", ":", "stop"], archives::stop),
    route("deleteArchive", "DELETE", &["archive", ":"], archives::delete),
    route("archiveStreams", "PATCH", &["archive", ":", "streams"], archives::streams),
    route("archiveLayout", "PUT", &["archive", ":", "layout"], archives::layout),
    route("startBroadcast", "POST", &["broadcast"], broadcasts::start),
    route("listBroadcasts", "GET", &["broadcast"], broadcasts::list),
    route("getBroadcast", "GET", &["broadcast", ":"], broadcasts::get),
    route("stopBroadcast", "POST", &["broadcast", ":", "stop"], broadcasts::stop),
    route("broadcastStreams", "PATCH", &["broadcast", ":", "streams"], broadcasts::streams),
    route("broadcastLayout", "PUT", &["broadcast", ":", "layout"], broadcasts::layout),
    route("startCaptions", "POST", &["captions"], captions::start),
    route("getCaptions", "GET", &["captions", ":"], captions::get),
    route("stopCaptions", "POST", &["captions", ":", "stop"], captions::stop),
    route("startRender", "POST", &["render"], renders::start),
    route("listRenders", "GET", &["render"], renders::list),
    route("getRender", "GET", &["render", ":"], renders::get),
    route("stopRender", "DELETE", &["render", ":"], renders::stop),
    // The old name of the same thing.
    route("startRender", "POST", &["experience-composer"], renders::start),
    route("getRender", "GET", &["experience-composer", ":"], renders::get),
    route("stopRender", "DELETE", &["experience-composer", ":"], renders::stop),
];

/// The names of all operations, for faults.
pub const OPERATIONS: [&str; ROUTES.len()] = {
    let mut names = [""; ROUTES.len()];
    let mut at = 0;
    while at < names.len() {
        names[at] = ROUTES[at].operation;
        at += 1;
    }
    names
};

/// Asks whether a fault is meant for a request.
pub fn strike(lab: &mut Lab, request: &Request, now: Time) -> Option<Blow> {
    let operation = find(request).map(|(route, _)| route.operation);
    let session = session_of(lab, request);
    let place = Place { session: session.as_ref().map(SessionId::as_str), generation: None, operation };
    lab.strike_at(Point::Rest, place, now)
}

/// Does what a request asks for.
pub fn handle(lab: &mut Lab, request: &Request, now: Time) -> Answer {
    let found = find(request);
    let operation = found.as_ref().map_or("unknown", |(route, _)| route.operation);
    let session = session_of(lab, request);
    let outcome = request.admit(lab, now).and_then(|()| match found {
        Some((route, names)) => (route.run)(lab, &Call { request, names }, now),
        None => Err(Refusal::not_found(format!("the lab does not stand in for {} {}", request.method, request.path()))),
    });
    let answer = outcome.unwrap_or_else(|refusal| Answer { status: refusal.status, body: Some(refusal.to_json()) });
    lab.note(Entry::Rest { operation, session, status: answer.status }, now);
    answer
}

fn find(request: &Request) -> Option<(&'static Route, Vec<&str>)> {
    static TABLE: [Route; ROUTES.len()] = ROUTES;
    let path = request.path_in_project();
    if path.is_none() && request.method == "POST" && request.creates_session() {
        return Some((&TABLE[0], Vec::new()));
    }
    let path: Vec<&str> = path?.collect();
    let fits = |route: &Route| {
        route.method == request.method
            && !route.path.is_empty()
            && route.path.len() == path.len()
            && route.path.iter().zip(&path).all(|(known, part)| *known == ":" || known == part)
    };
    let route = TABLE.iter().find(|route| fits(route))?;
    let names = route.path.iter().zip(&path).filter(|(known, _)| **known == ":").map(|(_, part)| *part).collect();
    Some((route, names))
}

/// The session that a request is about, as far as it says so.
fn session_of(lab: &Lab, request: &Request) -> Option<SessionId> {
    let path: Vec<&str> = request.path_in_project().into_iter().flatten().collect();
    let named = |name: &&str| lab.services.iter().find(|service| service.id == *name);
    match path.as_slice() {
        ["session", id, ..] => Some(SessionId::from(*id)),
        [_, id, ..] => named(id).map(|service| service.session.clone()),
        _ => request.text("sessionId").or(request.query("sessionId")).map(SessionId::from),
    }
}

/// Answers with one service.
fn view(lab: &Lab, kind: Kind, id: &str) -> Outcome {
    let service = lab.services.get(kind, id).ok_or_else(|| Refusal::no_such(kind, id))?;
    Ok(Answer::ok(lab.view(service)))
}

/// Answers with those services of a kind that a request asks for, newest first.
fn list(lab: &Lab, kind: Kind, call: &Call<'_>, only_running: bool) -> Outcome {
    let number = |name: &str, usual: usize| match call.request.query(name) {
        Some(text) => text.parse().map_err(|_| Refusal::bad(format!("{name} must be a number, not {text:?}"))),
        None => Ok(usual),
    };
    let (offset, count) = (number("offset", 0)?, number("count", 50)?);
    let session = call.request.query("sessionId");
    let found: Vec<_> = lab
        .services
        .iter()
        .rev()
        .filter(|service| service.kind == kind && (service.status.runs() || !only_running))
        .filter(|service| session.is_none_or(|session| service.session.as_str() == session))
        .collect();
    let items: Vec<Value> = found.iter().skip(offset).take(count.min(1000)).map(|service| lab.view(service)).collect();
    Ok(Answer::ok(json!({ "count": found.len(), "items": items })))
}
