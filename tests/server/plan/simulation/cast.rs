//! What the platform, the people and the application do by themselves.

use opentok_handover_server::plan::config::Strategy;
use opentok_handover_server::plan::protocol::{Answer, Command, Input, Kind, Message};
use opentok_handover_server::plan::{request, step};
use serde_json::Value;

use super::world::{Happening, World};
use crate::desk::{HOUR, connection_created, session_event, stream_event};
use crate::platform::Thing;

impl World {
    pub(super) fn play(&mut self, happening: Happening) {
        if !matches!(happening, Happening::Goes(_)) {
            self.note('.', &happening);
        }
        match happening {
            Happening::Notice => self.give_notice(),
            Happening::ServersGo(session) => self.servers_go(&session),
            Happening::Emptied(session) => self.emptied(&session),
            Happening::Goes(person) => self.goes(&person),
            Happening::OldLink(person) => self.enters(&person, "a"),
            Happening::Starts(kind, options) => {
                let thing = self.platform.start(kind, "a", options.clone(), self.now);
                self.law.expect(&thing);
                if kind == Kind::Captions {
                    let input = Input::ServiceStarted { kind, session_id: "a".into(), id: thing.id, options };
                    self.plan_in(0, 300, Happening::Says(input));
                } else {
                    self.call_back(&thing.object(), self.now);
                }
            }
            Happening::Stops(kind) => self.somebody_stops(kind),
            Happening::Says(input) => {
                match &input {
                    Input::Consent { given, .. } => self.law.consent |= given,
                    Input::End => self.law.over = true,
                    _ => {}
                }
                self.says(input);
            }
            other => unreachable!("{other:?}"),
        }
    }

    fn current(&self) -> String {
        self.store
            .plan
            .as_ref()
            .and_then(|plan| plan.sessions.last())
            .map_or("a".to_owned(), |session| session.id.clone())
    }

    fn give_notice(&mut self) {
        let session = self.current();
        if session != "a" {
            self.count("a notice of a successor");
        } else if self.was_noticed.contains(&session) {
            self.count("a second notice");
        }
        let first = self.was_noticed.insert(session.clone());
        let body = session_event(&session, "sessionNotification", "serverRotation", self.now);
        self.call_back(&body, self.now);
        if first {
            // Now and then they go sooner than they said.
            let at = self.now + if self.dice.one_in(4) { self.dice.below(HOUR) } else { HOUR };
            self.plan(at, Happening::ServersGo(session));
        }
    }

    fn servers_go(&mut self, session: &str) {
        if !self.was_noticed.contains(session) {
            self.count("servers went without notice");
        }
        let people = self.platform.room(session).people.clone();
        let cut = self.platform.cut(session, "session ended", self.now);
        if people.is_empty() && cut.is_empty() {
            return;
        }
        for thing in cut {
            self.law.cut(&thing);
            self.tell_of_end(&thing);
        }
        self.call_back(&session_event(session, "sessionDestroyed", "serverRotation", self.now), self.now);
        if self.config.strategy == Strategy::Migrate && self.law.migrates(session) {
            return;
        }
        self.platform.room(session).people.clear();
        self.platform.room(session).gone = true;
        for person in people {
            self.people.insert(person.clone(), None);
            self.plan_in(500, 5_000, Happening::Goes(person));
        }
    }

    /// Somebody asks where to go, and goes there.
    fn goes(&mut self, person: &str) {
        let seed = self.dice.number();
        let input = Input::Credentials { session_id: "a".into() };
        let outcome = step(request(self.store.plan.clone(), &self.config, input, self.now, seed));
        assert!(
            !outcome.commands.iter().any(|issued| matches!(issued.command, Command::Start { .. })) || outcome.changed
        );
        match outcome.answer {
            Answer::Credentials { session_id, .. } => {
                assert!(self.law.is_current(&session_id), "{person} is sent to {session_id}, which is left");
                self.enters(person, &session_id);
            }
            Answer::Wait { retry_after } => {
                self.plan_in(retry_after, retry_after + 1_000, Happening::Goes(person.into()))
            }
            other => panic!("{other:?}"),
        }
    }

    /// Somebody is in a session, and in no other.
    fn enters(&mut self, person: &str, session: &str) {
        if let Some(Some(before)) = self.people.get(person).cloned() {
            if before == session {
                return;
            }
            self.platform.room(&before).people.remove(person);
            let body = stream_event(&before, "streamDestroyed", person, self.now);
            self.call_back(&body, self.now);
            if self.platform.room(&before).people.is_empty() {
                self.plan(self.now + 60_000, Happening::Emptied(before));
            }
        }
        self.platform.join(session, person);
        self.people.insert(person.to_owned(), Some(session.to_owned()));
        self.tell_of_joining(session, person, self.now);
    }

    pub(super) fn tell_of_joining(&mut self, session: &str, person: &str, at: u64) {
        self.call_back(&connection_created(session, person, at), at);
        self.call_back(&stream_event(session, "streamCreated", person, at), at);
    }

    fn emptied(&mut self, session: &str) {
        if !self.platform.room(session).people.is_empty() || self.platform.room(session).gone {
            return;
        }
        if self.stops_idle {
            for thing in self.platform.cut(session, "maximum idle time exceeded", self.now) {
                self.law.cut(&thing);
                self.tell_of_end(&thing);
            }
        }
        self.call_back(&session_event(session, "sessionDestroyed", "clientDisconnected", self.now), self.now);
    }

    fn tell_of_end(&mut self, thing: &Thing) {
        self.call_back(&thing.object(), self.now);
    }

    fn somebody_stops(&mut self, kind: Kind) {
        let running: Vec<Thing> =
            self.platform.things.iter().filter(|thing| thing.kind == kind && thing.ended.is_none()).cloned().collect();
        // While it runs twice, which of them is meant is anybody's guess.
        let [thing] = running.as_slice() else { return };
        let Some(known) = self.platform.things.iter_mut().find(|known| known.id == thing.id) else { return };
        known.ended = Some(self.now);
        known.reason = "user initiated";
        let stopped = known.clone();
        self.count("a person stopped a service");
        self.law.stopped(&stopped);
        if kind == Kind::Archive {
            self.tell_of_end(&stopped);
        } else {
            self.plan_in(0, 300, Happening::Says(Input::ServiceStopped { kind, id: stopped.id }));
        }
    }

    /// What comes of a command that was carried out.
    pub(super) fn after(&mut self, command: &Command, value: Option<&Value>) {
        match command {
            Command::Signal { message: Message::Announcement { session_id, .. }, .. } => {
                let heard = self.platform.sent.last().map(|sent| sent.heard_by.clone()).unwrap_or_default();
                assert!(self.platform.bound.contains_key(session_id), "announced before it was bound");
                for person in heard {
                    self.plan_in(500, 20_000, Happening::Goes(person));
                }
            }
            Command::Start { kind, .. } => {
                let Some(id) = value.and_then(|value| value["id"].as_str().or_else(|| value["captionsId"].as_str()))
                else {
                    return;
                };
                let thing = self.platform.things.iter().find(|thing| thing.id == id).cloned();
                // Every thing tells that it runs, sooner or later than the answer.
                if let Some(thing) = thing.filter(|_| *kind != Kind::Captions || self.dice.one_in(2)) {
                    self.call_back(&thing.object(), self.now);
                }
            }
            Command::Stop { id, .. } => {
                let thing = self.platform.things.iter().find(|thing| thing.id == *id).cloned();
                if let (Some(thing), Some(_)) = (thing, value) {
                    self.tell_of_end(&thing);
                }
            }
            _ => {}
        }
    }
}
