//! One schedule: a client, a service, an SDK and an app in virtual time, and what befalls them.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use opentok_handover::core::config::Config;
use opentok_handover::core::ids::{LegId, RenewId, SessionId};
use opentok_handover::core::machine::Machine;
use opentok_handover::core::protocol::{Credentials, Input, Output};
use opentok_handover::core::time::Time;

use super::super::ledger::Ledger;
use super::app::App;
use super::fault::{Fault, Mishap};
use super::happening::Happening;
use super::law::Law;
use super::leg::Leg;
use super::people::Person;
use super::service::Service;
use super::trace::Trace;
use super::trouble::{Tally, Trouble};
use crate::agenda::Agenda;
use crate::dice::Dice;

/// More than this happens in no schedule that ends.
const MANY: u32 = 50_000;

pub(super) struct Schedule {
    pub(super) dice: Dice,
    pub(super) now: u64,
    agenda: Agenda<Happening>,
    /// What is told to the machine as soon as it is done with what it is at.
    inbox: VecDeque<Input>,
    pub(super) config: Config,
    pub(super) machine: Machine,
    pub(super) ledger: Ledger,
    pub(super) law: Law,
    pub(super) app: App,
    pub(super) service: Service,
    pub(super) people: Vec<Person>,
    pub(super) legs: BTreeMap<LegId, Leg>,
    pub(super) trouble: Trouble,
    /// Answers that the app's `renew` gave up because it was asked to.
    pub(super) aborted: BTreeSet<RenewId>,
    pub(super) offline: bool,
    /// Until then nothing on this page runs.
    pub(super) asleep_until: u64,
    /// By then all must be over.
    pub(super) end: u64,
    pub(super) timer: Option<u64>,
    /// When the machine was woken last, and how often at that moment.
    pub(super) woken: (u64, u32),
    pub(super) counter: u64,
    trace: Trace,
}

impl Schedule {
    pub(super) fn new(seed: u64, trace: Trace) -> Self {
        let mut dice = Dice::new(seed);
        let config = Config {
            seed,
            attempts: dice.pick(&[30, 30, 30, 4]),
            moves_per_hour: dice.pick(&[60, 60, 60, 2]),
            ..Config::default()
        };
        let trouble = Trouble {
            left: dice.pick(&[0, 1, 2, 4, 8, 30]),
            one_in: dice.pick(&[1, 2, 4, 10]),
            over: false,
            tally: Tally::new(),
        };
        let mut schedule = Self {
            app: App::new(&mut dice),
            now: 0,
            agenda: Agenda::default(),
            inbox: VecDeque::new(),
            machine: Machine::new(config.clone()),
            config,
            ledger: Ledger::new(),
            law: Law::default(),
            service: Service::default(),
            people: Person::some(&mut dice),
            legs: BTreeMap::new(),
            trouble,
            aborted: BTreeSet::new(),
            offline: false,
            asleep_until: 0,
            end: 0,
            timer: None,
            woken: (0, 0),
            counter: 0,
            trace,
            dice,
        };
        schedule.make_plans();
        schedule
    }

    fn make_plans(&mut self) {
        for person in 0..self.people.len() {
            let session = self.service.home.clone();
            self.enter(person, &session);
        }
        self.plan(0, Happening::Mishap(Mishap::AppConnects));
        let within = self.dice.pick(&[300, 3000, 30_000, 180_000]);
        let begin = self.dice.pick(&[0, 3000]);
        if self.dice.one_in(2) {
            self.plan(begin, Happening::Mishap(Mishap::SuccessorIsAnnounced));
        }
        for _ in 0..self.dice.below(12) {
            let mishap = self.dice.pick(&Mishap::ALL);
            let at = begin + self.dice.below(within);
            if !mishap.ends_the_call() || self.dice.one_in(4) {
                self.plan(at, Happening::Mishap(mishap));
            }
        }
        self.plan(begin + within + 60_000, Happening::ServiceIsWell);
    }

    /// Runs to the end, when nothing is under way any more, and returns what went wrong on the way.
    pub(super) fn run(&mut self) -> Tally {
        let mut count = 0;
        while let Some((at, happening)) = self.agenda.next() {
            if matches!(happening, Happening::Wake(at) if self.timer != Some(at)) {
                continue;
            }
            count += 1;
            assert!(count < MANY, "it never ends: too much happens");
            self.now = at.max(self.asleep_until).max(self.now);
            self.allow_until(0);
            assert!(!self.trouble.over || self.now <= self.end, "it never ends: {happening:?} is still to come");
            self.happen(happening);
            self.law_of_pictures();
        }
        self.law_of_the_end();
        self.trouble.note(format!("ended {:?}", self.machine.status()));
        std::mem::take(&mut self.trouble.tally)
    }

    /// The lines that were kept.
    pub(super) fn into_trace(self) -> Vec<String> {
        if let Trace::Kept(lines) = self.trace { lines } else { Vec::new() }
    }

    /// Hands something to the machine, as the driver does: outputs first, then whatever comes of them.
    pub(super) fn feed(&mut self, input: Input) {
        self.inbox.push_back(input);
        self.drain();
    }

    /// Hands in what waits for it.
    pub(super) fn drain(&mut self) {
        while let Some(input) = self.inbox.pop_front() {
            self.handle(input);
        }
        self.arm();
    }

    /// Hands something in once the machine is done with what it is at.
    pub(super) fn soon(&mut self, input: Input) {
        self.inbox.push_back(input);
    }

    fn handle(&mut self, input: Input) {
        self.trace.note(self.now, '>', &input);
        let told = self.law.before(&input, &self.ledger);
        self.ledger.tell(&input);
        self.machine.handle_input(input, Time::from_millis(self.now));
        let mut outputs = Vec::new();
        while let Some(output) = self.machine.poll_output() {
            self.trace.note(self.now, '<', &output);
            self.ledger.take(&output);
            outputs.push(output);
        }
        self.ledger.settle_accounts();
        self.law_of_outputs(told, &outputs);
        for output in outputs {
            match output {
                Output::Command(command) => self.execute(command),
                Output::Event(event) => self.tell_app(&event),
            }
        }
    }

    /// Sets the one timer to the moment that the machine names.
    fn arm(&mut self) {
        let due = self.machine.poll_timeout().map(|(at, _)| at.as_millis());
        let due = due.map(|due| due.max(self.now));
        if due != self.timer {
            self.timer = due;
            if let Some(due) = due {
                self.agenda.plan(due, Happening::Wake(due));
            }
        }
    }

    /// Plans something in that many milliseconds.
    pub(super) fn plan(&mut self, after: u64, happening: Happening) {
        self.agenda.plan(self.now + after, happening);
    }

    /// Plans something at a moment.
    pub(super) fn plan_at(&mut self, at: u64, happening: Happening) {
        self.agenda.plan(at, happening);
    }

    /// As long as the service is ill, and for so many milliseconds from now, there is a reason for the call not to
    /// have come to its end; and then there are the machine's own times.
    pub(super) fn allow_until(&mut self, after: u64) {
        const OWN_TIMES: u64 = 600_000;
        if !self.trouble.over || after > 0 {
            self.end = self.end.max(self.now + after + OWN_TIMES);
        }
    }

    /// Something befalls the call.
    pub(super) fn announce(&mut self, mishap: Mishap) {
        self.trace.note(self.now, '!', &mishap);
    }

    /// Whether something goes wrong here, and what.
    pub(super) fn strike(&mut self, faults: &[Fault]) -> Option<Fault> {
        if self.trouble.over || self.trouble.left == 0 || !self.dice.one_in(self.trouble.one_in) {
            return None;
        }
        self.trouble.left -= 1;
        let fault = self.dice.pick(faults);
        self.trace.note(self.now, '!', &fault);
        self.trouble.note(format!("{fault:?}"));
        Some(fault)
    }

    /// A number that was never used.
    pub(super) fn next_number(&mut self) -> u64 {
        self.counter += 1;
        self.counter
    }
}

pub(super) fn credentials(session: &str, token: &str) -> Credentials {
    Credentials { application: None, session: SessionId::new(session), token: token.to_owned() }
}
