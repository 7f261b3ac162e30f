//! What must hold, whatever happens.

use std::collections::{BTreeMap, BTreeSet};

use opentok_handover_server::plan::config::{Config, Strategy};
use opentok_handover_server::plan::protocol::{Command, Kind, Message};
use opentok_handover_server::plan::state::{Plan, Stage};
use serde_json::Value;

use super::world::World;
use crate::desk::HOUR;
use crate::platform::{Platform, Thing};

/// What a service is known by, from session to session.
type Name = (Kind, String);

/// What has been seen so far.
#[derive(Default)]
pub(super) struct Law {
    /// Sessions in the order in which they succeed each other.
    line: Vec<String>,
    /// What the application started and nobody stopped.
    expected: BTreeSet<Name>,
    /// Whether a person stopped it.
    stopped: BTreeSet<Name>,
    /// How often what was ended by the platform, where.
    cut: BTreeMap<(Name, String), u32>,
    /// Sessions that were created.
    pub(super) created: Vec<String>,
    /// Epochs, and where they lead.
    epochs: BTreeMap<u64, String>,
    pub(super) consent: bool,
    pub(super) over: bool,
}

impl Law {
    pub(super) fn expect(&mut self, thing: &Thing) {
        self.expected.insert(name(thing));
    }

    pub(super) fn stopped(&mut self, thing: &Thing) {
        self.expected.remove(&name(thing));
        self.stopped.insert(name(thing));
    }

    pub(super) fn cut(&mut self, thing: &Thing) {
        *self.cut.entry((name(thing), thing.session.clone())).or_default() += 1;
    }

    /// A plan was stored: a session that has a successor keeps that one.
    pub(super) fn stored(&mut self, plan: Option<&Plan>) {
        let Some(plan) = plan else { return };
        let line: Vec<String> = plan.sessions.iter().map(|session| session.id.clone()).collect();
        assert!(line.starts_with(&self.line), "{:?} became {line:?}", self.line);
        let different: BTreeSet<_> = line.iter().collect();
        assert_eq!(different.len(), line.len(), "a session succeeds itself");
        self.line = line;
        for (at, session) in plan.sessions.iter().enumerate() {
            let is_left = matches!(session.stage, Stage::Left { .. } | Stage::Gone);
            assert_eq!(is_left, at + 1 < plan.sessions.len(), "the last session, and no other, is current");
        }
    }

    pub(super) fn is_current(&self, session: &str) -> bool {
        self.line.last().is_none_or(|last| last == session)
    }

    pub(super) fn migrates(&self, session: &str) -> bool {
        self.line.last().is_none_or(|last| last == session)
    }

    /// Whether a command may be carried out.
    pub(super) fn may(&mut self, command: &Command, platform: &Platform, config: &Config) {
        match command {
            Command::Signal {
                message: Message::Announcement { from, session_id, epoch, .. }, session_id: to, ..
            } => {
                assert_eq!(from, to);
                let led = self.epochs.entry(*epoch).or_insert_with(|| session_id.clone());
                assert_eq!(led, session_id, "two successors in one epoch");
                let at = self.line.iter().position(|session| session == from);
                let next = self.line.iter().position(|session| session == session_id);
                assert!(at < next, "{from} is announced {session_id}, line {:?}", self.line);
            }
            Command::Start { kind, session_id, options } => {
                if *kind == Kind::Archive {
                    assert!(config.record_again || self.consent, "recorded again without consent");
                }
                let name = (*kind, label(*kind, options));
                let same = |thing: &&Thing| self::name(thing) == name && thing.session == *session_id;
                let before = platform.things.iter().filter(same).count() as u32;
                let ended = self.cut.get(&(name.clone(), session_id.clone())).copied().unwrap_or(0);
                let running = platform.things.iter().filter(same).any(|thing| thing.ended.is_none());
                // What runs is refused by the platform, where it can be told.
                assert!(
                    before <= ended || running || self.stopped.contains(&name) || self.over || *kind == Kind::Composer,
                    "{name:?} is started again in {session_id}: {before} before, {ended} ended by the platform"
                );
            }
            _ => {}
        }
    }
}

impl World {
    /// What must hold in the end.
    pub(super) fn judge(&mut self) {
        let announced: BTreeSet<String> = self.law.epochs.values().cloned().collect();
        if self.law.created.iter().any(|id| !self.law.line.contains(id)) {
            self.count("a session was created that nobody was told of");
        }
        assert!(announced.iter().all(|id| self.law.line.contains(id)), "announced, and not in the line");
        self.told_of_one_successor_each();
        let Some(plan) = self.store.plan.clone() else { return };
        assert!(plan.pending.is_empty(), "pending for ever: {:?}", plan.pending);
        assert!(self.store.wake_at.is_none_or(|at| at > self.now + HOUR), "never at rest: {:?}", plan.sessions);
        assert_eq!(self.platform.second_sources, 0, "two sources for one stream");
        self.nothing_runs_where_nobody_is(&plan);
        if plan.over.is_some() || self.law.over {
            return;
        }
        self.everybody_is_in_the_current_session(&plan);
        self.everything_runs_once(&plan);
        self.the_manifest_is_right(&plan);
    }

    fn told_of_one_successor_each(&self) {
        let mut successors: BTreeMap<&str, &str> = BTreeMap::new();
        let mut ended = 0;
        for event in &self.platform.tellings {
            let text = |name: &str| event[name].as_str().unwrap_or_default();
            match text("type") {
                "successor" => {
                    let before = successors.insert(text("from"), text("to"));
                    assert!(before.is_none(), "{} has two successors", text("from"));
                }
                "rotationEnded" if text("outcome") == "moved" => ended += 1,
                _ => {}
            }
        }
        let line = self.law.line.len().saturating_sub(1);
        if !self.law.over && self.platform.tellings.iter().all(|event| event["type"] != "gaveUp") {
            assert_eq!(successors.len(), line, "each is told");
            assert_eq!(ended, line, "each rotation ends");
        }
    }

    fn nothing_runs_where_nobody_is(&self, plan: &Plan) {
        let current = &plan.sessions.last().unwrap().id;
        for thing in self.platform.things.iter().filter(|thing| thing.ended.is_none()) {
            let nowhere = self.law.created.contains(&thing.session) && !self.law.line.contains(&thing.session);
            assert!(!nowhere, "{thing:?} runs in a session that nobody was told of");
            // Captions whose name was lost can't be stopped; they end with their session.
            if thing.kind != Kind::Captions {
                assert!(thing.session == *current && plan.over.is_none(), "left running: {thing:?}");
                assert!(!self.law.stopped.contains(&name(thing)), "a person stopped {thing:?}");
            }
        }
    }

    fn everybody_is_in_the_current_session(&self, plan: &Plan) {
        let current = &plan.sessions.last().unwrap().id;
        for (person, place) in &self.people {
            assert_eq!(place.as_ref(), Some(current), "{person} was not told");
        }
    }

    fn everything_runs_once(&self, plan: &Plan) {
        let current = &plan.sessions.last().unwrap().id;
        if self.platform.tellings.iter().any(|event| event["type"] == "gaveUp") {
            return;
        }
        for (kind, label) in &self.law.expected {
            let name_of = (*kind, label.clone());
            let running =
                self.platform.running(*kind, current).into_iter().filter(|thing| name(thing) == name_of).count();
            let again = *kind != Kind::Archive || self.config.record_again || self.law.consent;
            let was_cut = self.law.cut.keys().any(|(name, _)| *name == name_of);
            let moved = plan.sessions.len() > 1 || was_cut;
            let expected = usize::from(again || !moved);
            assert_eq!(running, expected, "{kind:?} {label} in {current} ({:?})", self.config.strategy);
        }
        let surplus = self.config.strategy == Strategy::Migrate
            && plan.services.len() > self.law.expected.len() + self.law.stopped.len();
        assert!(!surplus, "services that nobody started: {:?}", plan.services);
    }

    /// Every archive is a piece of the recording that it belongs to, in order, with the gap before it.
    fn the_manifest_is_right(&self, plan: &Plan) {
        for service in plan.services.iter().filter(|service| service.kind == Kind::Archive) {
            let name_of = (Kind::Archive, label(Kind::Archive, &service.options));
            let made: BTreeSet<&str> = self
                .platform
                .things
                .iter()
                .filter(|thing| name(thing) == name_of)
                .map(|thing| thing.id.as_str())
                .collect();
            let pieces: BTreeSet<&str> = service.runs.iter().filter_map(|run| run.id.as_deref()).collect();
            assert_eq!(made, pieces, "the pieces of {name_of:?}");
            assert!(service.runs.is_sorted_by_key(|run| run.started), "in order: {:?}", service.runs);
        }
    }
}

fn name(thing: &Thing) -> Name {
    (thing.kind, label(thing.kind, &thing.options))
}

fn label(kind: Kind, options: &Value) -> String {
    match kind {
        Kind::Archive => options["name"].as_str().unwrap_or_default().to_owned(),
        Kind::Broadcast | Kind::Captions | Kind::Composer => String::new(),
    }
}
