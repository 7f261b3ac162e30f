//! What is true of a leg, whatever the SDK says of it.

use std::collections::BTreeMap;

use opentok_handover::core::ids::{ConnectionId, PublisherId, StreamId, ViewId};

/// One real session of the SDK's.
pub(super) struct Leg {
    pub(super) session: String,
    pub(super) own: ConnectionId,
    pub(super) truth: Truth,
    /// Whether the SDK is migrating it.
    pub(super) migrating: bool,
    /// Whether the SDK has lost its connection and is having it back.
    pub(super) repairing: bool,
    /// Messages take this long, and never overtake each other.
    pub(super) latency: u64,
    pub(super) told_until: u64,
    /// When it was given up, if it never connected.
    pub(super) given_up: Option<u64>,
    pub(super) publishers: BTreeMap<PublisherId, Publication>,
    pub(super) subscribers: BTreeMap<ViewId, Subscription>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Truth {
    Connecting,
    Alive,
    /// Nothing goes through, whether anybody has said so or not.
    Dead,
    /// The client has left it.
    Left,
}

/// A real publisher.
pub(super) struct Publication {
    pub(super) number: u64,
    pub(super) live: bool,
    /// The SDK will never answer.
    pub(super) hangs: bool,
    /// The app has asked for it on the leg that is its own: nobody but the app can tell that it hangs.
    pub(super) is_first: bool,
}

/// A real subscriber.
pub(super) struct Subscription {
    pub(super) number: u64,
    pub(super) stream: StreamId,
    pub(super) presented: bool,
    /// There will never be a picture.
    pub(super) hangs: bool,
}

impl Leg {
    pub(super) fn is_alive(&self) -> bool {
        self.truth == Truth::Alive
    }

    /// Whether a word of this real publisher or subscriber still means anything: a leg that was left is left with all
    /// that was on it, and what it says all the same the machine has to bear.
    pub(super) fn has_publisher(&self, publisher: PublisherId, number: u64) -> bool {
        self.truth == Truth::Left || self.publishers.get(&publisher).is_some_and(|it| it.number == number)
    }

    pub(super) fn has_subscriber(&self, view: ViewId, number: u64) -> bool {
        self.truth == Truth::Left || self.subscribers.get(&view).is_some_and(|it| it.number == number)
    }
}
