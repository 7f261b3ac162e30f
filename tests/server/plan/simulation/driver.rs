//! The instances: each loads, steps, stores by compare and set, carries out, and may crash in between.

use opentok_handover_server::plan::protocol::{Command, Input, Issued, Trouble};
use opentok_handover_server::plan::state::Plan;
use opentok_handover_server::plan::{request, step};
use serde_json::Value;

use super::trouble::{Fault, fault};
use super::world::{Delivery, Happening, Job, World};

impl World {
    pub(super) fn happen(&mut self, happening: Happening) {
        match happening {
            Happening::Deliver(number) => self.deliver(number),
            Happening::Step(job) => self.step(job),
            Happening::Commit(job, version, outcome) => self.commit(job, version, *outcome),
            Happening::Execute(instance, life, issued) => self.execute(instance, life, issued),
            Happening::Arrive(instance, life, issued) => {
                let result = self.reach_platform(&issued);
                self.plan_in(1, 4_000, Happening::Answer(instance, life, issued, result));
            }
            Happening::Answer(instance, life, issued, result) => {
                if self.lives(instance, life) {
                    let (value, error) = match result {
                        Ok(value) => (Some(value), None),
                        Err(error) => (None, Some(error)),
                    };
                    let input = Input::Result { command: issued.id, attempt: issued.attempt, value, error };
                    self.step(Job { instance, life, input, delivery: None });
                }
            }
            Happening::Wake(at) => self.wake(at),
            Happening::Crash(instance) => self.crash(instance),
            Happening::Restart(instance) => {
                self.instances[instance as usize].is_down = false;
                let life = self.instances[instance as usize].life;
                self.step(Job { instance, life, input: Input::Resume, delivery: None });
            }
            other => self.play(other),
        }
    }

    /// The platform calls back: sooner or later, perhaps twice, and again if nobody answers.
    pub(super) fn call_back(&mut self, body: &Value, at: u64) {
        let number = self.expect_answer(Input::Callback { body: body.to_string() });
        let delay = if self.dice.one_in(3) { self.dice.below(30_000) } else { self.dice.below(300) };
        self.plan(at + delay, Happening::Deliver(number));
        if self.dice.one_in(5) {
            self.count("a callback came twice");
            let again = at + self.dice.below(60_000);
            self.plan(again, Happening::Deliver(number));
        }
    }

    fn expect_answer(&mut self, input: Input) -> usize {
        self.deliveries.push(Delivery { input, answered: false, tries: 0 });
        self.deliveries.len() - 1
    }

    /// The application says something, until somebody hears it.
    pub(super) fn says(&mut self, input: Input) {
        let number = self.expect_answer(input);
        self.deliver(number);
    }

    fn deliver(&mut self, number: usize) {
        let delivery = &mut self.deliveries[number];
        delivery.tries += 1;
        let (input, tries) = (delivery.input.clone(), delivery.tries);
        if tries > 50 {
            return;
        }
        let retry = self.now + 5_000 * u64::from(tries);
        self.hand_in(input, Some(number));
        if !self.deliveries[number].answered {
            // Looked at again, and sent again if it has not been answered by then.
            self.plan(
                retry,
                Happening::Step(Job { instance: u32::MAX, life: 0, input: Input::Tick, delivery: Some(number) }),
            );
        }
    }

    /// Hands an input to an instance that is up, if one is.
    pub(super) fn hand_in(&mut self, input: Input, delivery: Option<usize>) {
        let up: Vec<u32> =
            (0..self.instances.len() as u32).filter(|at| !self.instances[*at as usize].is_down).collect();
        if up.is_empty() {
            if delivery.is_none() {
                self.plan_in(1_000, 2_000, Happening::Wake(self.store.wake_at.unwrap_or(0)));
            }
            return;
        }
        let instance = self.dice.pick(&up);
        let life = self.instances[instance as usize].life;
        self.step(Job { instance, life, input, delivery });
    }

    fn step(&mut self, job: Job) {
        if job.instance == u32::MAX {
            let number = job.delivery.unwrap_or_default();
            if !self.deliveries[number].answered {
                self.count("a callback was lost with its instance");
                self.deliver(number);
            }
            return;
        }
        if !self.lives(job.instance, job.life) {
            return;
        }
        let seed = self.dice.number();
        // What is stored is text; it is taken for that now and then, because that takes most of the time.
        let state = if matches!(job.input, Input::Resume) || self.dice.one_in(8) {
            let text = serde_json::to_string(&self.store.plan).unwrap();
            let read: Option<Plan> = serde_json::from_str(&text).unwrap();
            assert_eq!(read, self.store.plan, "what is stored comes back as it was");
            read
        } else {
            self.store.plan.clone()
        };
        self.note('>', &(job.instance, &job.input));
        let outcome = step(request(state, &self.config, job.input.clone(), self.now, seed));
        let version = self.store.version;
        self.plan_in(0, 20, Happening::Commit(job, version, Box::new(outcome)));
    }

    fn commit(&mut self, job: Job, version: u64, outcome: opentok_handover_server::plan::protocol::Outcome) {
        if !self.lives(job.instance, job.life) {
            return;
        }
        if self.goes_wrong() && self.dice.one_in(3) {
            return self.crash(job.instance);
        }
        if outcome.changed {
            if version != self.store.version {
                self.count("a compare-and-set was lost");
                return self.step(job);
            }
            self.store.version += 1;
            self.store.plan = outcome.state;
            self.store.wake_at = outcome.wake_at;
            if let Some(at) = outcome.wake_at {
                self.plan(at.max(self.now), Happening::Wake(at));
            }
            self.law.stored(self.store.plan.as_ref());
        }
        for event in &outcome.events {
            self.note('<', event);
        }
        if let Some(number) = job.delivery {
            self.deliveries[number].answered = true;
        }
        for issued in outcome.commands {
            self.note('<', &issued);
            self.plan_in(0, 100, Happening::Execute(job.instance, job.life, issued));
        }
        if self.goes_wrong() && self.dice.one_in(3) {
            self.plan_in(0, 200, Happening::Crash(job.instance));
        }
    }

    fn execute(&mut self, instance: u32, life: u32, issued: Issued) {
        if !self.lives(instance, life) {
            return;
        }
        if !self.goes_wrong() {
            let result = self.reach_platform(&issued);
            return self.plan_in(1, 2_000, Happening::Answer(instance, life, issued, result));
        }
        let patience = self.config.patience;
        let lost = Err(Trouble::lost("timeout"));
        let is_tell = matches!(issued.command, Command::Tell { .. });
        match fault(&mut self.dice, &issued.command) {
            Fault::Refused(trouble) => {
                self.count(if is_tell { "the application did not listen" } else { "a request was refused" });
                self.plan_in(1, 2_000, Happening::Answer(instance, life, issued, Err(trouble)));
            }
            Fault::LostBefore => {
                self.count("an answer was lost before the deed");
                self.plan_in(1, patience, Happening::Answer(instance, life, issued, lost));
            }
            Fault::LostAfter => {
                self.count("an answer was lost after the deed");
                let _ = self.reach_platform(&issued);
                self.plan_in(1, patience, Happening::Answer(instance, life, issued, lost));
            }
            Fault::LateAnswer => {
                self.count("an answer came too late");
                let result = self.reach_platform(&issued);
                self.plan_in(patience, 2 * patience, Happening::Answer(instance, life, issued, result));
            }
            Fault::LateRequest => {
                self.count("a request came late");
                self.plan_in(5_000, patience - 5_000, Happening::Arrive(instance, life, issued));
            }
        }
    }

    fn reach_platform(&mut self, issued: &Issued) -> Result<Value, Trouble> {
        self.note('.', &("reaches the platform", &issued.id, &issued.command));
        self.law.may(&issued.command, &self.platform, &self.config);
        let result = self.platform.carry_out(&issued.id, &issued.command, self.now);
        if matches!((&issued.command, &result), (Command::Start { .. }, Err(trouble)) if trouble.status == Some(409)) {
            self.count("a start was refused as running already");
        }
        if let (Command::CreateSession { .. }, Ok(value)) = (&issued.command, &result) {
            self.law.created.push(value["sessionId"].as_str().unwrap_or_default().to_owned());
        }
        self.after(&issued.command, result.as_ref().ok());
        result
    }

    fn wake(&mut self, at: u64) {
        // A plan that was changed since has asked for another time.
        if self.store.wake_at.is_some_and(|wanted| wanted <= self.now) && self.store.wake_at == Some(at) {
            self.hand_in(Input::Tick, None);
        }
    }

    pub(super) fn crash(&mut self, at: u32) {
        let instance = &mut self.instances[at as usize];
        if instance.is_down {
            return;
        }
        instance.life += 1;
        instance.is_down = true;
        self.count("an instance crashed");
        self.plan_in(100, 60_000, Happening::Restart(at));
    }

    fn lives(&self, instance: u32, life: u32) -> bool {
        let instance = &self.instances[instance as usize];
        !instance.is_down && instance.life == life
    }
}
