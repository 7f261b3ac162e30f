//! Decides what an application server does about rotations. Pure: no I/O, no clock, no chance, no logging.
//!
//! One [`Plan`] belongs to one call; [`step`] is the only way in which it changes. What goes in and comes out is in
//! [`protocol`].

pub mod callback;
pub mod config;
mod inputs;
mod lists;
mod manifest;
mod pending;
mod planner;
pub mod protocol;
mod rotation;
mod runs;
mod services;
pub mod state;
pub mod trouble;

use self::config::Config;
use self::planner::Planner;
use self::protocol::{Answer, Input, Outcome, Request};
use self::state::{Plan, VERSION};

/// The latest point in time that is believed, ms: what a number of JavaScript's holds exactly, and room for durations.
const LATEST: u64 = 8_000_000_000_000_000;

/// Takes one step.
#[must_use]
pub fn step(request: Request) -> Outcome {
    let Request { state, config, input, now, seed } = request;
    let (config, now) = (config.bounded(), now.min(LATEST));
    if state.as_ref().is_some_and(|plan| plan.version != VERSION) {
        let message = format!("The stored plan is of another version than {VERSION}.");
        return untouched(state, Answer::Refused { status: 500, code: "unknown_state".to_owned(), message });
    }
    let before = state.clone();
    let config = match &state {
        Some(plan) => config.with(&plan.settings),
        None => config,
    };
    let mut planner = Planner::new(state, config, now, seed);
    let answer = planner.take(input);
    planner.advance();
    planner.into_outcome(before, answer)
}

fn untouched(state: Option<Plan>, answer: Answer) -> Outcome {
    let under_way = state.as_ref().is_some_and(Plan::is_under_way);
    Outcome {
        state,
        changed: false,
        commands: vec![],
        events: vec![],
        wake_at: None,
        under_way,
        answer,
        unbind: vec![],
    }
}

/// What a step needs to know of the rest of the world.
#[must_use]
pub fn request(state: Option<Plan>, config: &Config, input: Input, now: u64, seed: u64) -> Request {
    Request { state, config: config.clone(), input, now, seed }
}
