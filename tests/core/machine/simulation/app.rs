//! The app: what it asks for, what it is told, and what it believes of that.

use std::collections::BTreeMap;
use std::time::Duration;

use opentok_handover::core::ids::{PublisherId, StreamId, ViewId};
use opentok_handover::core::protocol::{Event, Input};

use super::fault::Mishap;
use super::happening::Happening;
use super::schedule::Schedule;
use crate::dice::Dice;

pub(super) const PUBLISHERS: [PublisherId; 2] = [PublisherId(1), PublisherId(2)];

pub(super) struct App {
    /// Who this client's token says that it is.
    pub(super) identity: Option<String>,
    /// Whether it has a `renew`.
    pub(super) renews: bool,
    policy: Policy,
    /// Whether its `connect()` waits for an answer.
    pub(super) connecting: bool,
    pub(super) in_call: bool,
    pub(super) publishers: BTreeMap<PublisherId, Publishing>,
    pub(super) views: BTreeMap<ViewId, StreamId>,
    next_view: u32,
}

/// The app's own answer to when to try again.
#[derive(Clone, Copy)]
enum Policy {
    Usual,
    Own(u64),
    /// Enough, after so many.
    Stops(u32),
}

/// How far the app believes a publisher of its own to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Publishing {
    Asked,
    Live,
    /// The SDK has ended it: the app has heard so, or it comes back with the call.
    Ended,
}

impl App {
    pub(super) fn new(dice: &mut Dice) -> Self {
        let own = dice.below(5000);
        let most = dice.below(4) as u32;
        Self {
            identity: dice.one_in(2).then(|| "me".to_owned()),
            renews: !dice.one_in(20),
            policy: dice.pick(&[Policy::Usual, Policy::Usual, Policy::Usual, Policy::Own(own), Policy::Stops(most)]),
            connecting: false,
            in_call: false,
            publishers: BTreeMap::new(),
            views: BTreeMap::new(),
            next_view: 0,
        }
    }

    /// Whether the app itself gives up now and then.
    pub(super) fn may_stop(&self) -> bool {
        matches!(self.policy, Policy::Stops(_))
    }

    pub(super) fn publisher_ended(&mut self, publisher: PublisherId) {
        if let Some(publishing) = self.publishers.get_mut(&publisher) {
            *publishing = Publishing::Ended;
        }
    }

    pub(super) fn forget_call(&mut self) {
        self.connecting = false;
        self.in_call = false;
        self.publishers.clear();
        self.views.clear();
    }
}

impl Schedule {
    /// The app is told something, and perhaps does something about it.
    pub(super) fn tell_app(&mut self, event: &Event) {
        match event {
            Event::Connected => {
                self.app.connecting = false;
                self.app.in_call = true;
                if !self.dice.one_in(8) {
                    self.app_publishes(PUBLISHERS[0]);
                }
            }
            Event::ConnectFailed(_) | Event::Disconnected(_) => {
                self.app.forget_call();
                if self.dice.one_in(2) {
                    let after = self.dice.below(10_000);
                    self.plan(after, Happening::Mishap(Mishap::AppConnects));
                }
            }
            Event::StreamJoined(stream) if !self.dice.one_in(8) => self.app_subscribes(stream.clone()),
            Event::ViewEnded(view) => {
                assert!(self.app.views.remove(view).is_some(), "{view:?} ended, and is none of the app's");
                if self.dice.one_in(2) {
                    // The SDK's subscriber goes with it, and says so.
                    self.soon(Input::Unsubscribe(*view));
                }
            }
            Event::SubscribeFailed { view, .. } => {
                let wanted = self.app.views.remove(view).is_some();
                // Of a call that has ended meanwhile the app has forgotten everything.
                assert!(wanted || !self.app.in_call, "{view:?} failed, and is none of the app's");
            }
            Event::Published(publisher) => {
                let before = self.app.publishers.insert(*publisher, Publishing::Live);
                assert_ne!(before, Some(Publishing::Live), "{publisher:?} is live a second time");
                assert!(before.is_some(), "{publisher:?} is live, and nobody wanted it");
            }
            Event::PublishFailed { publisher, .. } => {
                assert!(self.app.publishers.remove(publisher).is_some(), "{publisher:?} failed, and nobody wanted it");
            }
            Event::AttemptFailed { retry_in: Some(_), attempt, .. } => self.ask_policy(*attempt),
            _ => {}
        }
    }

    fn ask_policy(&mut self, attempt: u32) {
        match self.app.policy {
            Policy::Usual => {}
            Policy::Own(delay) => self.soon(Input::RetryIn(Some(Duration::from_millis(delay)))),
            Policy::Stops(most) if attempt > most => self.soon(Input::RetryIn(None)),
            Policy::Stops(_) => {}
        }
    }

    /// Publishes, unless the publisher is published already: then the shell asks the SDK, not the machine.
    pub(super) fn app_publishes(&mut self, publisher: PublisherId) -> bool {
        let free = !self.app.publishers.contains_key(&publisher);
        if free {
            self.app.publishers.insert(publisher, Publishing::Asked);
            self.soon(Input::Publish(publisher));
        }
        free
    }

    pub(super) fn app_subscribes(&mut self, stream: StreamId) {
        self.app.next_view += 1;
        let view = ViewId(self.app.next_view);
        self.app.views.insert(view, stream.clone());
        self.soon(Input::Subscribe { view, stream });
    }
}
