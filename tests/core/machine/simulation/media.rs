//! The SDK's publishers and subscribers, real ones, on one leg each.

use opentok_handover::core::error::{Code, Failure};
use opentok_handover::core::ids::{LegId, PublisherId, StreamId, ViewId};
use opentok_handover::core::protocol::Input;

use super::app::Publishing;
use super::fault::{Fault, PUBLISH_ERRORS};
use super::happening::Happening;
use super::leg::{Publication, Subscription};
use super::schedule::Schedule;

impl Schedule {
    pub(super) fn publish(&mut self, leg: LegId, publisher: PublisherId) {
        let number = self.next_number();
        let fault = if self.legs[&leg].is_alive() { self.strike(Fault::PUBLISH) } else { Some(Fault::PublishHangs) };
        let hangs = fault == Some(Fault::PublishHangs);
        let asked = self.app.publishers.get(&publisher) == Some(&Publishing::Asked);
        let is_first = asked && self.machine.primary() == Some(leg);
        if let Some(line) = self.legs.get_mut(&leg) {
            line.publishers.insert(publisher, Publication { number, live: false, hangs, is_first });
        }
        let live = self.dice.between(0, 600);
        let seen = self.dice.between(0, 800);
        let mut say = |after, input| self.plan(after, Happening::FromPublisher(leg, publisher, number, input));
        let published = Input::Published { leg, publisher };
        let preview = Input::PreviewPresented { leg, publisher };
        match fault {
            Some(Fault::PublishFails) => {
                let failure = Failure::of_sdk(Code::PublishFailed, self.dice.pick(&PUBLISH_ERRORS), "by chance");
                self.plan(
                    live,
                    Happening::FromPublisher(leg, publisher, number, Input::PublishFailed { leg, publisher, failure }),
                );
            }
            Some(Fault::PublishHangs) => {}
            Some(Fault::PublishIsLate) => {
                say(seen, preview);
                say(live + 20_000, published);
            }
            Some(Fault::PreviewNeverComes) => say(live, published),
            Some(Fault::PublisherEndsAtOnce) => {
                say(live, published);
                say(live + seen, Input::PublisherEnded { leg, publisher });
            }
            _ => {
                say(seen, preview);
                say(live, published);
            }
        }
    }

    pub(super) fn subscribe(&mut self, leg: LegId, view: ViewId, stream: StreamId) {
        let number = self.next_number();
        let fault =
            if self.legs[&leg].is_alive() { self.strike(Fault::SUBSCRIBE) } else { Some(Fault::PictureNeverComes) };
        let hangs = fault == Some(Fault::PictureNeverComes);
        if let Some(line) = self.legs.get_mut(&leg) {
            line.subscribers.insert(view, Subscription { number, stream, presented: false, hangs });
        }
        let after = self.dice.between(0, 1500);
        let presented = Input::Presented { leg, view };
        let mut say = |after, input| self.plan(after, Happening::FromSubscriber(leg, view, number, input));
        match fault {
            Some(Fault::SubscribeFails) => {
                let failure = Failure::of_sdk(Code::SubscribeFailed, "OT_STREAM_DESTROYED", "by chance");
                say(after, Input::SubscribeFailed { leg, view, failure });
            }
            Some(Fault::PictureNeverComes) => {}
            Some(Fault::PictureIsLate) => say(after + 10_000, presented),
            Some(Fault::SubscriberIsGivenUp) => {
                if after.is_multiple_of(2) {
                    say(after, presented);
                }
                say(after + 100, Input::ViewLost { leg, view });
            }
            _ => say(after, presented),
        }
    }

    /// A real publisher says something. What it says once it was replaced on its leg, the shell doesn't hear.
    pub(super) fn hear_from_publisher(&mut self, leg: LegId, publisher: PublisherId, number: u64, input: Input) {
        let Some(line) = self.legs.get_mut(&leg).filter(|line| line.has_publisher(publisher, number)) else { return };
        match &input {
            Input::Published { .. } if !line.is_alive() && self.ledger.holds(leg) => return,
            Input::Published { .. } => {
                if let Some(publication) = line.publishers.get_mut(&publisher) {
                    publication.live = true;
                }
            }
            Input::PublishFailed { .. } => {
                line.publishers.remove(&publisher);
            }
            Input::PublisherEnded { .. } => {
                line.publishers.remove(&publisher);
                self.app.publisher_ended(publisher);
            }
            _ => {}
        }
        self.feed(input);
    }

    /// A real subscriber says something. What it says once it was replaced on its leg, the shell doesn't hear.
    pub(super) fn hear_from_subscriber(&mut self, leg: LegId, view: ViewId, number: u64, input: Input) {
        let Some(line) = self.legs.get_mut(&leg).filter(|line| line.has_subscriber(view, number)) else { return };
        let presents = matches!(input, Input::Presented { .. });
        if presents && !line.is_alive() && self.ledger.holds(leg) {
            return;
        }
        if let Some(subscriber) = line.subscribers.get_mut(&view) {
            subscriber.presented = presents;
        }
        self.feed(input);
    }

    /// The SDK takes down the subscribers of a stream that has ended.
    pub(super) fn stream_is_gone(&mut self, leg: LegId, stream: &StreamId) {
        if let Some(line) = self.legs.get_mut(&leg) {
            line.subscribers.retain(|_, subscriber| subscriber.stream != *stream);
        }
    }
}
