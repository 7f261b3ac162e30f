//! A schedule: what is going to happen, and what has become of it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

use opentok_handover_server::plan::config::{Config, Strategy, When};
use opentok_handover_server::plan::protocol::{Input, Issued, Kind, Outcome, Trouble};
use opentok_handover_server::plan::state::Plan;
use serde_json::Value;

use super::law::Law;
use super::trouble::{Dice, Tally};
use crate::desk::{BEGIN, HOUR, MINUTE};
use crate::platform::Platform;

/// More than this happens in no schedule that ends.
const MANY: u32 = 20_000;

/// What is going to happen.
#[derive(Clone, Debug)]
pub(super) enum Happening {
    /// The platform calls back.
    Deliver(usize),
    /// An instance takes an input: it loads the plan and takes the step.
    Step(Job),
    /// It stores what came of it.
    Commit(Job, u64, Box<Outcome>),
    /// It carries a command out.
    Execute(u32, u32, Issued),
    /// A request reaches the platform late.
    Arrive(u32, u32, Issued),
    /// The answer reaches the instance.
    Answer(u32, u32, Issued, Result<Value, Trouble>),
    /// The time has come that a plan asked for.
    Wake(u64),
    Crash(u32),
    Restart(u32),
    /// The platform announces a rotation of the current session.
    Notice,
    /// The servers of a session go.
    ServersGo(String),
    /// Nobody has been in a session for a minute.
    Emptied(String),
    /// Somebody asks where to go, and goes there.
    Goes(String),
    /// Somebody opens an old link.
    OldLink(String),
    /// The application starts something.
    Starts(Kind, Value),
    /// Somebody stops something.
    Stops(Kind),
    /// The application says something.
    Says(Input),
}

/// An input for an instance.
#[derive(Clone, Debug)]
pub(super) struct Job {
    pub(super) instance: u32,
    pub(super) life: u32,
    pub(super) input: Input,
    /// The callback that waits for its answer.
    pub(super) delivery: Option<usize>,
}

/// A callback, or a call of the application's: it is made again until it is answered.
#[derive(Clone, Debug)]
pub(super) struct Delivery {
    pub(super) input: Input,
    pub(super) answered: bool,
    pub(super) tries: u32,
}

/// An instance of the application server.
#[derive(Clone, Debug, Default)]
pub(super) struct Instance {
    /// Counts crashes.
    pub(super) life: u32,
    pub(super) is_down: bool,
}

/// What is stored.
#[derive(Default)]
pub(super) struct Stored {
    pub(super) plan: Option<Plan>,
    pub(super) version: u64,
    pub(super) wake_at: Option<u64>,
}

pub(super) struct World {
    pub(super) dice: Dice,
    pub(super) now: u64,
    planned: u64,
    agenda: BTreeMap<(u64, u64), Happening>,
    pub(super) config: Config,
    pub(super) store: Stored,
    pub(super) instances: Vec<Instance>,
    pub(super) deliveries: Vec<Delivery>,
    pub(super) platform: Platform,
    pub(super) law: Law,
    /// Where everybody is; nothing while they are on their way.
    pub(super) people: BTreeMap<String, Option<String>>,
    /// Whether what runs in an empty room stops by itself.
    pub(super) stops_idle: bool,
    pub(super) was_noticed: BTreeSet<String>,
    /// By then all must be over.
    pub(super) end: u64,
    pub(super) faults_left: u32,
    pub(super) faults_one_in: u64,
    pub(super) tally: Tally,
    trace: Trace,
}

/// Where the lines of a story go.
pub(super) enum Trace {
    Nowhere,
    /// To the terminal, as they come: the last one stands right before the objection.
    Printed,
    Kept(Vec<String>),
}

impl World {
    pub(super) fn new(seed: u64, trace: Trace) -> Self {
        let mut dice = Dice::new(seed);
        let config = Config {
            strategy: dice.pick(&[Strategy::Successor, Strategy::Successor, Strategy::Migrate]),
            when: dice.pick(&[When::Now, When::Now, When::Quiet, When::Late]),
            record_again: dice.pick(&[true, true, false]),
            announce_every: dice.pick(&[0, 5 * MINUTE]),
            ..Config::default()
        };
        let instances = vec![Instance::default(); dice.between(1, 3) as usize];
        let mut world = Self {
            now: BEGIN,
            planned: 0,
            agenda: BTreeMap::new(),
            config,
            store: Stored::default(),
            instances,
            deliveries: vec![],
            platform: Platform::default(),
            law: Law::default(),
            people: BTreeMap::new(),
            stops_idle: dice.one_in(2),
            was_noticed: BTreeSet::new(),
            end: BEGIN + 5 * HOUR,
            faults_left: dice.pick(&[0, 1, 2, 4, 8, 20]),
            faults_one_in: dice.pick(&[1, 2, 4, 10]),
            tally: Tally::new(),
            trace,
            dice,
        };
        world.make_plans();
        world
    }

    fn make_plans(&mut self) {
        for person in ["ann", "ben", "cem"].iter().take(self.dice.between(1, 3) as usize) {
            self.platform.join("a", person);
            self.people.insert((*person).to_owned(), Some("a".to_owned()));
            let at = self.now + self.dice.below(5_000);
            self.tell_of_joining("a", person, at);
        }
        self.plan_services();
        let first = self.now + self.dice.between(20_000, HOUR);
        for number in 0..self.dice.pick(&[0, 1, 1, 1, 2, 2]) {
            let at = first + number * self.dice.between(1_000, 90 * MINUTE);
            self.plan(at, Happening::Notice);
        }
        if self.dice.one_in(4) {
            let at = self.now + self.dice.between(20_000, HOUR);
            self.plan(at, Happening::ServersGo("a".to_owned()));
        }
        if self.dice.one_in(3) {
            let at = first + self.dice.below(70 * MINUTE);
            self.plan(at, Happening::OldLink("dora".to_owned()));
        }
        if self.dice.one_in(4) {
            let kind = self.dice.pick(&[Kind::Archive, Kind::Archive, Kind::Broadcast, Kind::Composer]);
            let at = self.now + self.dice.between(20_000, 2 * HOUR);
            self.plan(at, Happening::Stops(kind));
        }
        let says = [
            (8, Input::Rotate { session_id: "a".into(), successor: None, deadline: None }),
            (4, Input::Consent { session_id: Some("a".into()), given: true }),
            (6, Input::Quiet),
            (20, Input::End),
        ];
        for (times, input) in says {
            if self.dice.one_in(times) {
                let at = self.now + self.dice.between(20_000, 2 * HOUR);
                self.plan(at, Happening::Says(input));
            }
        }
    }

    fn plan_services(&mut self) {
        use serde_json::json;
        let rtmp = if self.dice.one_in(2) { json!([{ "id": "tv", "serverUrl": "rtmps://tv" }]) } else { json!([]) };
        let offered = [
            (Kind::Archive, json!({ "name": "lesson" })),
            (Kind::Archive, json!({ "name": "backup", "multiArchiveTag": "backup" })),
            (Kind::Broadcast, json!({ "outputs": { "hls": {}, "rtmp": rtmp } })),
            (Kind::Captions, json!({ "languageCode": "en-US" })),
            (Kind::Composer, json!({ "url": "https://scene" })),
        ];
        for (kind, options) in offered {
            if self.dice.one_in(2) {
                let at = self.now + self.dice.between(5_000, 15_000);
                self.plan(at, Happening::Starts(kind, options));
            }
        }
    }

    /// Runs to the end and says what happened.
    pub(super) fn run(&mut self) -> Tally {
        let mut count = 0;
        while let Some(((at, _), happening)) = self.agenda.pop_first() {
            if at > self.end {
                break;
            }
            self.now = at;
            count += 1;
            assert!(count < MANY, "this never ends");
            self.happen(happening);
        }
        self.judge();
        std::mem::take(&mut self.tally)
    }

    pub(super) fn into_trace(self) -> Vec<String> {
        match self.trace {
            Trace::Kept(lines) => lines,
            Trace::Nowhere | Trace::Printed => vec![],
        }
    }

    pub(super) fn plan(&mut self, at: u64, what: Happening) {
        self.planned += 1;
        self.agenda.insert((at, self.planned), what);
    }

    pub(super) fn plan_in(&mut self, least: u64, most: u64, what: Happening) {
        let at = self.now + self.dice.between(least, most);
        self.plan(at, what);
    }

    pub(super) fn count(&mut self, what: &'static str) {
        *self.tally.entry(what).or_default() += 1;
        self.note('!', &what);
    }

    /// Whether something goes wrong now.
    pub(super) fn goes_wrong(&mut self) -> bool {
        let wrong = self.faults_left > 0 && self.now < BEGIN + 3 * HOUR && self.dice.one_in(self.faults_one_in);
        self.faults_left -= u32::from(wrong);
        wrong
    }

    /// `mark` says what it is: `>` goes into the plan, `<` comes out of it, `!` goes wrong, `.` happens.
    pub(super) fn note(&mut self, mark: char, what: &impl Debug) {
        let now = self.now - BEGIN;
        match &mut self.trace {
            Trace::Nowhere => {}
            Trace::Printed => println!("{:>10.3} s {mark} {what:?}", now as f64 / 1000.0),
            Trace::Kept(lines) => lines.push(format!("{now} {mark} {what:?}")),
        }
    }
}
