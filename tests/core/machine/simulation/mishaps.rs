//! What befalls the call: something of the service's, of the page's or of the app's own.

use opentok_handover::core::announcement::Deadline;
use opentok_handover::core::ids::{ConnectionId, LegId, OutgoingId};
use opentok_handover::core::protocol::{Input, LossReason, SignalKind};
use opentok_handover::core::state::Status;

use super::app::PUBLISHERS;
use super::fault::Mishap;
use super::happening::Happening;
use super::people::Step;
use super::schedule::{Schedule, credentials};

impl Schedule {
    /// Lets something happen, if there is something for it to happen to.
    pub(super) fn befall(&mut self, mishap: Mishap) {
        if self.trouble.over {
            return;
        }
        self.announce(mishap);
        let befell = match mishap {
            Mishap::SuccessorIsAnnounced
            | Mishap::AnnouncementIsRepeated
            | Mishap::AnnouncementIsTooLate
            | Mishap::AppHandsOver => self.rotate_as_planned(mishap),
            Mishap::NetworkGoes | Mishap::PageIsStored | Mishap::PageSleepsForHours => self.befall_page(mishap),
            Mishap::SomebodyJoins | Mishap::SomebodyLeaves | Mishap::SomebodyReturns | Mishap::SomebodySignals => {
                self.befall_people(mishap)
            }
            Mishap::AppPublishes
            | Mishap::AppUnpublishes
            | Mishap::AppSubscribes
            | Mishap::AppUnsubscribes
            | Mishap::AppSignals
            | Mishap::AppSignalsSomebody
            | Mishap::AppRetriesNow
            | Mishap::AppConnects
            | Mishap::AppDisconnects
            | Mishap::AppCloses => self.app_does(mishap),
            _ => self.befall_leg(mishap),
        };
        if befell {
            self.trouble.note(format!("{mishap:?}"));
        }
        self.drain();
    }

    fn befall_leg(&mut self, mishap: Mishap) -> bool {
        let legs = self.living_legs(None);
        if legs.is_empty() {
            return false;
        }
        let leg = self.dice.pick(&legs);
        match mishap {
            Mishap::ServersRotate => self.empty_session(&self.legs[&leg].session.clone()),
            Mishap::ServersRotateAndTheSessionIsOver => self.end_session(&self.legs[&leg].session.clone()),
            Mishap::LegIsLost => self.cut(leg, LossReason::NetworkDisconnected),
            Mishap::LegIsLostForAnUnknownReason => self.cut(leg, LossReason::Unknown),
            Mishap::LegIsEndedByAModerator => self.cut(leg, LossReason::Final),
            Mishap::RepairSucceeds => {
                let after = self.dice.between(1000, 29_000);
                self.repair(leg, Some(after));
            }
            Mishap::RepairFails => self.repair(leg, None),
            Mishap::SubscriberIsGivenUp => return self.give_subscriber_up(leg, 0),
            Mishap::PublisherEnds => return self.end_publisher(leg),
            _ => return self.migrate(leg, mishap),
        }
        true
    }

    /// The SDK has lost a leg's connection, and has it back after so many milliseconds, or not.
    fn repair(&mut self, leg: LegId, after: Option<u64>) {
        if let Some(line) = self.legs.get_mut(&leg) {
            line.repairing = true;
        }
        self.plan(0, Happening::FromLeg(leg, Input::Repairing(leg)));
        match after {
            Some(after) => self.plan(after, Happening::FromLeg(leg, Input::Repaired(leg))),
            None => self.plan(30_700, Happening::LegIsCut(leg, LossReason::NetworkDisconnected)),
        }
    }

    pub(super) fn give_subscriber_up(&mut self, leg: LegId, after: u64) -> bool {
        let subscribers = self.legs[&leg].subscribers.iter().map(|(view, it)| (*view, it.number)).collect::<Vec<_>>();
        if subscribers.is_empty() {
            return false;
        }
        let (view, number) = self.dice.pick(&subscribers);
        self.plan(after, Happening::FromSubscriber(leg, view, number, Input::ViewLost { leg, view }));
        true
    }

    fn end_publisher(&mut self, leg: LegId) -> bool {
        let live = self.legs[&leg].publishers.iter().filter(|(_, it)| it.live);
        let live: Vec<_> = live.map(|(publisher, it)| (*publisher, it.number)).collect();
        if live.is_empty() {
            return false;
        }
        let (publisher, number) = self.dice.pick(&live);
        let ended = Input::PublisherEnded { leg, publisher };
        self.plan(0, Happening::FromPublisher(leg, publisher, number, ended));
        true
    }

    /// The call is to move to another session.
    fn rotate_as_planned(&mut self, mishap: Mishap) -> bool {
        let old = self.service.home.clone();
        let new = matches!(mishap, Mishap::SuccessorIsAnnounced | Mishap::AppHandsOver);
        if new {
            self.service.open_session();
            self.service.epoch += 1;
        }
        let home = self.service.home.clone();
        let (short, hours) = (self.dice.between(2000, 60_000), self.dice.between(600_000, 7_200_000));
        let left = match self.dice.below(10) {
            0..5 => None,
            5..9 => Some(short),
            _ => Some(hours),
        };
        let deadline = match left {
            _ if mishap == Mishap::AnnouncementIsTooLate => Deadline::In(-1000),
            None => Deadline::None,
            Some(left) => Deadline::In(left as i64),
        };
        let epoch = self.dice.one_in(2).then_some(self.service.epoch);
        let raw = self.service.announcement(&home, deadline, epoch);
        self.allow_until(left.unwrap_or(120_000));
        if new {
            self.move_people(&old, &home, left.unwrap_or(130_000));
        }
        if mishap == Mishap::AppHandsOver {
            self.soon(Input::Handover(raw));
            return true;
        }
        let legs = self.living_legs(None);
        for leg in &legs {
            self.signal_on(*leg, None, SignalKind::Announcement(raw.clone()), None);
        }
        !legs.is_empty()
    }

    /// Everybody goes from one session to another, sooner or later or never, and perhaps the old one ends.
    fn move_people(&mut self, old: &str, new: &str, left: u64) {
        for person in 0..self.people.len() {
            if let Some(after) = self.how_late() {
                self.plan(after, Happening::Person(person, Step::Enter(new.to_owned())));
            }
        }
        if self.dice.one_in(2) {
            self.allow_until(left);
            self.plan(left, Happening::SessionEnds(old.to_owned()));
        }
    }

    fn befall_people(&mut self, mishap: Mishap) -> bool {
        if self.people.is_empty() {
            return false;
        }
        let person = self.dice.below(self.people.len() as u64) as usize;
        let place = self.people[person].places.last().map(|place| (place.session.clone(), place.info.id.clone()));
        match (mishap, place) {
            (Mishap::SomebodyJoins, None) => self.plan(0, Happening::Person(person, Step::ComeHome)),
            (Mishap::SomebodyLeaves, Some((_, connection))) => self.leave(person, &connection),
            (Mishap::SomebodyReturns, Some((session, connection))) => self.come_back(person, session, connection),
            (Mishap::SomebodySignals, Some(_)) => self.person_signals(person),
            _ => return false,
        }
        true
    }

    /// Somebody was cut off and connects again, before or after the service has noticed.
    fn come_back(&mut self, person: usize, session: String, connection: ConnectionId) {
        let after = self.dice.between(100, 40_000);
        if self.dice.one_in(2) {
            self.people[person].haunted = true;
            if let Some(place) = self.people[person].place(&connection) {
                place.ghost = true;
            }
            self.join(person, &session);
            self.say_who_came_back(person, &connection);
            self.plan(after, Happening::Person(person, Step::Leave(connection)));
        } else {
            self.leave(person, &connection);
            self.plan(after, Happening::Person(person, Step::Enter(session)));
        }
    }

    fn is_in_a_call(&self) -> bool {
        let status = self.machine.status();
        !matches!(status, Status::Idle | Status::Disconnected | Status::Failed | Status::Closed)
    }

    fn app_does(&mut self, mishap: Mishap) -> bool {
        let status = self.machine.status();
        if status == Status::Closed {
            // The shell throws.
            return false;
        }
        let idle = matches!(status, Status::Idle | Status::Disconnected | Status::Failed);
        let publisher = self.dice.pick(&PUBLISHERS);
        match mishap {
            Mishap::AppConnects if idle => {
                self.app.connecting = true;
                let session = if self.dice.one_in(4) { "s1".to_owned() } else { self.service.home.clone() };
                self.soon(Input::Connect(credentials(&session, "good")));
            }
            Mishap::AppPublishes => return self.app_publishes(publisher),
            Mishap::AppUnpublishes if self.app.publishers.remove(&publisher).is_some() => {
                self.soon(Input::Unpublish(publisher));
            }
            Mishap::AppSubscribes if !self.ledger.streams().is_empty() => {
                let stream = self.dice.below(self.ledger.streams().len() as u64) as usize;
                self.app_subscribes(self.ledger.streams()[stream].clone());
            }
            Mishap::AppUnsubscribes if !self.app.views.is_empty() => {
                let views: Vec<_> = self.app.views.keys().copied().collect();
                let view = self.dice.pick(&views);
                self.app.views.remove(&view);
                self.soon(Input::Unsubscribe(view));
            }
            // Without a call the shell asks the SDK, not the machine.
            Mishap::AppSignals if self.is_in_a_call() => {
                let outgoing = OutgoingId(self.next_number() as u32);
                let wait = !self.dice.one_in(4);
                self.soon(Input::Send { outgoing, to: None, wait });
            }
            Mishap::AppSignalsSomebody if self.is_in_a_call() && !self.ledger.people().is_empty() => {
                let outgoing = OutgoingId(self.next_number() as u32);
                let people = self.ledger.people();
                let to = self.dice.below(people.len() as u64) as usize;
                self.soon(Input::Send { outgoing, to: Some(ConnectionId::new(people[to].clone())), wait: true });
            }
            Mishap::AppRetriesNow => self.soon(Input::RetryNow),
            Mishap::AppDisconnects => self.soon(Input::Disconnect),
            Mishap::AppCloses => {
                self.soon(Input::Close);
                self.drain();
                self.app.forget_call();
            }
            _ => return false,
        }
        true
    }
}
