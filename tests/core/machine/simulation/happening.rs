//! What is going to happen, and the happening of it.

use opentok_handover::core::ids::{ConnectionId, LegId, PublisherId, ViewId};
use opentok_handover::core::protocol::{Input, LossReason};

use super::fault::Mishap;
use super::people::Step;
use super::schedule::Schedule;

/// How often in a row the machine may want to be woken at once.
const RESTLESS: u32 = 20;

/// What is going to happen.
#[derive(Debug)]
pub(super) enum Happening {
    /// Something is told that belongs to no leg.
    Told(Input),
    FromLeg(LegId, Input),
    /// The answer to a question, due at that moment: what is on its way when the page falls asleep never arrives.
    Answer(u64, Input),
    FromPublisher(LegId, PublisherId, u64, Input),
    FromSubscriber(LegId, ViewId, u64, Input),
    /// The machine's timer.
    Wake(u64),
    Mishap(Mishap),
    Person(usize, Step),
    /// Nothing goes through a leg any more, and nobody says so.
    LegDies(LegId),
    /// What an earlier attempt has left behind ends a leg without a word, unless it is too late for that.
    LegIsEndedByStrays(LegId, u64),
    LegIsCut(LegId, LossReason),
    SessionEnds(String),
    /// The service notices that a connection of this client's own is gone.
    GhostGoes(ConnectionId),
    NetworkIsBack,
    /// From now on nothing goes wrong.
    ServiceIsWell,
}

impl Schedule {
    pub(super) fn happen(&mut self, happening: Happening) {
        match happening {
            Happening::Told(input) if self.is_silenced(&input) => {}
            Happening::Told(input) => self.feed(input),
            Happening::FromLeg(leg, input) => self.hear_from_leg(leg, input),
            Happening::Answer(due, input) if self.now == due => self.feed(input),
            Happening::Answer(..) => {}
            Happening::FromPublisher(leg, publisher, number, input) => {
                self.hear_from_publisher(leg, publisher, number, input);
            }
            Happening::FromSubscriber(leg, view, number, input) => self.hear_from_subscriber(leg, view, number, input),
            Happening::Wake(_) => self.wake(),
            Happening::Mishap(mishap) => self.befall(mishap),
            Happening::Person(person, step) => self.step(person, step),
            Happening::LegDies(leg) => self.die(leg),
            Happening::LegIsEndedByStrays(leg, until) if self.now < until => self.die(leg),
            Happening::LegIsEndedByStrays(..) => {}
            Happening::LegIsCut(leg, reason) => self.cut(leg, reason),
            Happening::SessionEnds(session) => self.end_session(&session),
            Happening::GhostGoes(ghost) => self.lay_ghost(&ghost),
            Happening::NetworkIsBack => self.network_is_back(),
            Happening::ServiceIsWell => {
                self.trouble.over = true;
                self.network_is_back();
            }
        }
    }

    /// Whether an answer is one that the app doesn't give any more.
    fn is_silenced(&self, answer: &Input) -> bool {
        match answer {
            Input::Renewed { request, .. } | Input::RenewFailed { request, .. } => self.aborted.contains(request),
            _ => false,
        }
    }

    fn wake(&mut self) {
        self.timer = None;
        let (woken, times) = self.woken;
        self.woken = (self.now, if woken == self.now { times + 1 } else { 0 });
        assert!(times < RESTLESS, "the machine spins: {:?}", self.machine.poll_timeout());
        self.feed(Input::Timeout);
    }
}
