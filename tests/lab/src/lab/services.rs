//! What becomes of services, and who is told.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::{CLOSE_AFTER, Lab, Missing};
use crate::callback::Topic;
use crate::id::SessionId;
use crate::journal::Entry;
use crate::raptor::Message;
use crate::services::{Kind, Service, Status};
use crate::session::{News, Outbox};
use crate::time::Time;

/// How long an Experience Composer takes to be there (a guess, and a short one).
const STARTING: Duration = Duration::from_millis(200);

/// Why services end with the session, and with its servers: the documented reason that fits best.
pub const SESSION_ENDED: &str = "session ended";

/// Why a service failed, as documented.
const DISRUPTED: &str = "forceDisconnected";

impl Lab {
    /// What the platform says of a service.
    #[must_use]
    pub fn view(&self, service: &Service) -> Value {
        service.view(&self.config.application, &self.config.origin)
    }

    /// What a callback says of a service.
    #[must_use]
    pub fn news(&self, service: &Service) -> Value {
        service.news(&self.config.application, &self.config.origin)
    }

    /// Starts a service; whether it may be started is for the caller to know. Says its ID.
    pub fn start_service(&mut self, kind: Kind, session: SessionId, options: Map<String, Value>, now: Time) -> String {
        let id = self.ids.uuid();
        let mut service = Service::new(id.clone(), kind, session, options, now);
        if service.status == Status::Starting {
            service.due = Some(now + STARTING);
        }
        self.services.add(service);
        self.tell_of_service(kind, &id, now);
        id
    }

    /// Ends a service, if it runs. Says whether it did.
    pub fn stop_service(&mut self, kind: Kind, id: &str, reason: &str, now: Time) -> bool {
        self.end_service(kind, id, Status::Stopped, reason, now)
    }

    /// Lets all services of a session fail, or those of one kind, as they do when what carries them breaks. Says how many.
    ///
    /// # Errors
    ///
    /// There is no such session.
    pub fn fail_services(&mut self, session: &str, kind: Option<Kind>, now: Time) -> Result<usize, Missing> {
        self.session(session)?;
        let failing = self.running(session).into_iter().filter(|(known, _)| kind.is_none_or(|kind| kind == *known));
        Ok(failing.filter(|(kind, id)| self.end_service(*kind, id, Status::Failed, DISRUPTED, now)).count())
    }

    fn end_service(&mut self, kind: Kind, id: &str, status: Status, reason: &str, now: Time) -> bool {
        let processing = self.config.processing;
        let Some(service) = self.services.get_mut(kind, id).filter(|service| service.status.runs()) else {
            return false;
        };
        service.status = status;
        reason.clone_into(&mut service.reason);
        service.updated = now;
        service.stopped = Some(now);
        service.due = (kind == Kind::Archive && status == Status::Stopped).then_some(now + processing);
        self.tell_of_service(kind, id, now);
        true
    }

    /// Ends all services of a session.
    pub(super) fn stop_services(&mut self, session: &str, now: Time) {
        for (kind, id) in self.running(session) {
            self.stop_service(kind, &id, SESSION_ENDED, now);
        }
    }

    fn running(&self, session: &str) -> Vec<(Kind, String)> {
        let here = self.services.iter().filter(|service| service.session.as_str() == session);
        here.filter(|service| service.status.runs()).map(|service| (service.kind, service.id.clone())).collect()
    }

    /// Takes those services on that go on by themselves.
    pub(super) fn advance_services(&mut self, now: Time) {
        let finished = if self.config.uploads { Status::Uploaded } else { Status::Available };
        for (kind, id, status) in self.services.due(now, finished) {
            let Some(service) = self.services.get_mut(kind, &id) else { continue };
            service.status = status;
            service.updated = now;
            service.due = None;
            self.tell_of_service(kind, &id, now);
        }
    }

    /// The archives that are running in a session, as clients are told of them.
    pub(super) fn archives_for_clients(&self, session: &str) -> Value {
        let here = self.services.iter().filter(|service| service.session.as_str() == session);
        let archives = here.filter(|service| service.kind == Kind::Archive && service.status.runs());
        archives.map(|archive| json!({ "id": archive.id, "name": archive.text("name"), "status": "started" })).collect()
    }

    /// Tells the application's server what happened in a session, and does what follows from it.
    pub(super) fn tell_news(&mut self, session: &str, news: &[News], now: Time) {
        let Some(known) = self.sessions.get(session) else { return };
        let records = known.properties.archive_mode == "always";
        let is_empty = known.clients().is_empty();
        let id = known.id.clone();
        for item in news {
            self.tell(item, session, now);
            if item.event == "sessionCreated" && records {
                self.start_service(Kind::Archive, id.clone(), Map::new(), now);
            }
        }
        let last = news.iter().rev().find(|item| item.event == "connectionDestroyed");
        if let Some(last) = last.filter(|_| is_empty) {
            self.tell(&News::session("sessionDestroyed", last.reason.as_deref()), session, now);
            self.stop_services(session, now);
        }
    }

    pub(super) fn tell(&mut self, news: &News, session: &str, now: Time) {
        let body = news.body(session, &self.config.application, now);
        self.callbacks.tell(Topic::Session, &body, &mut self.ids, now);
    }

    fn tell_of_service(&mut self, kind: Kind, id: &str, now: Time) {
        let Some(service) = self.services.get(kind, id) else { return };
        let (session, status) = (service.session.clone(), service.status);
        let topic = match kind {
            Kind::Archive => Topic::Archive,
            Kind::Broadcast => Topic::Broadcast,
            Kind::Captions => Topic::Captions,
            Kind::Render => Topic::Render,
        };
        let news = self.news(service);
        self.callbacks.tell(topic, &news, &mut self.ids, now);
        let name = service.text("name").unwrap_or_default().to_owned();
        let entry = Entry::Service { session: session.clone(), service: kind, id: id.to_owned(), status };
        self.note(entry, now);
        // Clients know of an archive whether it runs.
        if kind == Kind::Archive && !matches!(status, Status::Available | Status::Uploaded) {
            let status = if status.runs() { status } else { Status::Stopped };
            let mut out = Outbox::default();
            if let Some(session) = self.sessions.get(&session) {
                session.tell_all(&Message::Archive { id: id.to_owned(), name, status }, &mut out);
            }
            self.send(session.as_str(), out, CLOSE_AFTER, now);
        }
    }
}
