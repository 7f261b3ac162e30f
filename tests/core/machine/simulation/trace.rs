//! What happened in a schedule, line by line, for somebody to read.

use std::fmt::Debug;

/// Where the lines go.
pub(super) enum Trace {
    Nowhere,
    /// To the terminal, as they come: the last one stands right before the objection.
    Printed,
    Kept(Vec<String>),
}

impl Trace {
    /// `mark` says what it is: `>` goes into the machine, `<` comes out of it, `!` goes wrong.
    pub(super) fn note(&mut self, now: u64, mark: char, what: &impl Debug) {
        match self {
            Self::Nowhere => {}
            Self::Printed => println!("{:>10.3} s {mark} {what:?}", now as f64 / 1000.0),
            Self::Kept(lines) => lines.push(format!("{now} {mark} {what:?}")),
        }
    }
}
