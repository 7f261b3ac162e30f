//! What a leg tells: people, streams, pictures and signals.

use super::{
    Command, ConnectionId, Event, LegId, LossReason, Machine, SignalKind, StreamId, Time, ViewId, WireMessage,
};
use crate::core::error::{Code, Failure};
use crate::core::handover::Step;
use crate::core::ids::{PublisherId, SignalId};
use crate::core::receipt::Tile;
use crate::core::roster::Change;
use crate::core::views::{Rest, Retry};

impl Machine {
    /// Tells the app what changed and feeds the views that are concerned.
    pub(super) fn apply(&mut self, changes: Vec<Change>) {
        for change in changes {
            match change {
                Change::PersonJoined(person) => self.tell(Event::PersonJoined(person)),
                Change::PersonLeft(person) => self.tell(Event::PersonLeft(person)),
                Change::StreamJoined(stream) => self.tell(Event::StreamJoined(stream)),
                Change::StreamLeft(stream) => {
                    let views = self.views.of_stream(&stream);
                    self.tell(Event::StreamLeft(stream));
                    for view in views {
                        self.end_view(view);
                    }
                }
                Change::Unconfirmed(connection) => self.tell(Event::BeaconRejected(connection)),
                Change::StreamAway { stream, leg } => {
                    for view in self.views.of_stream(&stream) {
                        self.starve(view, leg);
                    }
                }
                Change::StreamArrived(stream) => {
                    for view in self.views.of_stream(&stream) {
                        for leg in self.legs() {
                            self.feed(view, leg);
                        }
                    }
                }
            }
        }
    }

    pub(super) fn connection_destroyed(
        &mut self,
        leg: LegId,
        connection: &ConnectionId,
        reason: LossReason,
        now: Time,
    ) {
        let may_return = self.may_return(leg, reason);
        let changes = self.roster.connection_destroyed(leg, connection, may_return, now);
        self.bridge.member_gone(leg, connection, now);
        self.apply(changes);
    }

    pub(super) fn stream_destroyed(&mut self, leg: LegId, stream: &StreamId, reason: LossReason, now: Time) {
        let may_return = self.may_return(leg, reason);
        let changes = self.roster.stream_destroyed(leg, stream, may_return, now);
        self.apply(changes);
    }

    /// Whether somebody who has gone for this reason is likely to come back by themselves. While servers migrate, that is
    /// so whatever the reason: a client that they don't take in leaves, and comes anew.
    fn may_return(&self, leg: LegId, reason: LossReason) -> bool {
        match reason {
            LossReason::ServerRotation | LossReason::NetworkDisconnected => true,
            LossReason::ClientDisconnected => self.is_supervised(leg),
            LossReason::Unknown | LossReason::Final => false,
        }
    }

    /// A view's stream on a leg is gone, but not for good: shows another one if there is one.
    fn starve(&mut self, view: ViewId, leg: LegId) {
        self.lose_turn(view, leg);
        let Some(rest) = self.views.drop_feed(view, leg) else { return };
        if let Rest::Show(other) = rest {
            self.order(Command::Swap { leg: other, view });
        }
        self.order(Command::Unsubscribe { leg, view });
        if rest == Rest::Nothing {
            self.feed_elsewhere(view, leg);
        }
    }

    /// A view has nothing any more: subscribes where else its stream is. Returns whether it is anywhere.
    fn feed_elsewhere(&mut self, view: ViewId, leg: LegId) -> bool {
        self.legs().into_iter().filter(|other| *other != leg).for_each(|other| self.feed(view, other));
        self.views.is_fed(view)
    }

    pub(super) fn presented(&mut self, leg: LegId, view: ViewId, now: Time) {
        if self.views.presented(view, leg) {
            self.views.show(view, leg);
            self.order(Command::Swap { leg, view });
            self.note_tile(Tile::View(view), now);
            self.end_turn(view, leg);
        }
    }

    pub(super) fn preview_presented(&mut self, leg: LegId, publisher: PublisherId, now: Time) {
        if self.views.preview_presented(publisher, leg) {
            self.views.show_preview(publisher, leg);
            self.order(Command::SwapPreview { leg, publisher });
            self.note_tile(Tile::Preview(publisher), now);
        }
    }

    pub(super) fn note_tile(&mut self, tile: Tile, now: Time) {
        self.update_move(|handover| handover.record.tile(tile, now), now);
    }

    pub(super) fn subscribe_failed(&mut self, leg: LegId, view: ViewId, failure: Failure) {
        if self.successor() != Some(leg) {
            self.unfeed(leg, view, failure);
            return;
        }
        match self.views.subscribe_failed(view, leg) {
            Retry::No => {}
            Retry::Again { under } => {
                let stream = self.views.stream(view).and_then(|key| self.roster.stream_on(leg, key)).cloned();
                if let Some(stream) = stream {
                    self.order(Command::Unsubscribe { leg, view });
                    self.order(Command::Subscribe { leg, view, stream, under });
                }
            }
            // What is on screen stays there as long as its own leg lives.
            Retry::Hopeless if self.primary() != Some(leg) => {
                self.turns.forget(view);
            }
            Retry::Hopeless => self.unfeed(leg, view, failure),
        }
    }

    /// A view's subscriber on a leg has been given up: takes another one.
    pub(super) fn view_lost(&mut self, leg: LegId, view: ViewId) {
        if !self.views.lost(view) {
            let message = "the SDK has given the subscriber up again and again";
            self.unfeed(leg, view, Failure::new(Code::SubscribeFailed, message));
            return;
        }
        self.starve(view, leg);
        self.feed(view, leg);
    }

    /// A view's subscriber on a leg can't be had: shows another one if there is one, else the view is over.
    pub(super) fn unfeed(&mut self, leg: LegId, view: ViewId, failure: Failure) {
        self.lose_turn(view, leg);
        let seen = self.views.seen(view);
        let Some(rest) = self.views.drop_feed(view, leg) else { return };
        self.order(Command::Unsubscribe { leg, view });
        match rest {
            Rest::Show(leg) => self.order(Command::Swap { leg, view }),
            Rest::Wait => {}
            Rest::Nothing if self.feed_elsewhere(view, leg) => {}
            Rest::Nothing if seen => self.end_view(view),
            Rest::Nothing => {
                self.views.remove_view(view);
                self.tell(Event::SubscribeFailed { view, failure });
            }
        }
    }

    /// The app's subscriber is over.
    pub(super) fn end_view(&mut self, view: ViewId) {
        self.turns.forget(view);
        self.views.remove_view(view);
        self.tell(Event::ViewEnded(view));
    }

    pub(super) fn publish_failed(&mut self, leg: LegId, publisher: PublisherId, failure: Failure, now: Time) {
        if !self.views.publishes(publisher, leg) {
            return;
        }
        let known = self.views.told(publisher);
        let proving = self.successor() == Some(leg) && !self.has_settled();
        if proving && (known || self.primary() != Some(leg)) {
            self.say_returning();
            self.retry(failure, now);
        } else if self.successor() != Some(leg) && self.views.is_live_elsewhere(publisher, leg) {
            if let Some(leg) = self.views.drop_publication(publisher, leg) {
                self.order(Command::SwapPreview { leg, publisher });
                self.note_tile(Tile::Preview(publisher), now);
            }
        } else {
            self.unpublish(publisher);
            self.tell(Event::PublishFailed { publisher, failure });
        }
    }

    /// A moderator or the device ended a publisher: it ends everywhere.
    pub(super) fn publisher_ended(&mut self, leg: LegId, publisher: PublisherId, now: Time) {
        if !self.views.publishes(publisher, leg) {
            return;
        }
        if self.keeps_publishers() && !self.has_settled() {
            let message = "the publisher was ended while the call came back";
            self.say_returning();
            self.retry(Failure::new(Code::PublishFailed, message), now);
            return;
        }
        for other in self.views.remove_publisher(publisher) {
            if other != leg {
                self.order(Command::Unpublish { leg: other, publisher });
            }
        }
    }

    pub(super) fn signal(
        &mut self,
        leg: LegId,
        from: Option<ConnectionId>,
        signal: SignalId,
        kind: SignalKind,
        now: Time,
    ) {
        match (kind, from) {
            (SignalKind::App, from) => {
                self.bridge.handle_signal(leg, from.as_ref(), signal, now);
                return;
            }
            (SignalKind::Announcement(raw), _) => self.announced(raw, false, now),
            (SignalKind::Wire(message), Some(from)) => self.wire(leg, from, message, now),
            // Our own messages come from clients only.
            (SignalKind::Wire(_), None) => {}
        }
        self.tell(Event::SignalDiscarded(signal));
    }

    fn wire(&mut self, leg: LegId, from: ConnectionId, message: WireMessage, now: Time) {
        match message {
            WireMessage::Stamp(stamp) => self.bridge.handle_stamp(leg, &from, stamp, now),
            WireMessage::Stamped(stamp) => self.bridge.handle_stamped(leg, &from, stamp, now),
            WireMessage::Moved { to, connection } => {
                self.bridge.handle_moved(leg, &from, connection.clone(), now);
                self.roster.moved(leg, &from, to, connection);
            }
            WireMessage::Settled { to } => {
                self.bridge.handle_settled(leg, &from, now);
                self.roster.settled(leg, &from, to);
            }
            WireMessage::Was { .. } if self.roster.own_at(leg) == Some(&from) => self.hear_own_word(leg),
            WireMessage::Was { connections } => self.roster.was(leg, &from, connections),
            WireMessage::Returning => self.roster.returning(leg, &from),
        }
    }

    /// Where the app's signals go at this moment: once settled on the new leg only, except to somebody who isn't there.
    pub(super) fn sending_legs(&self, to: Option<&ConnectionId>) -> Vec<LegId> {
        let legs = self.legs();
        match self.successor().filter(|_| self.has_settled()) {
            Some(new) if to.is_none_or(|person| self.roster.connection_on(new, person).is_some()) => vec![new],
            _ => legs,
        }
    }

    /// The connected leg that the call is moving to.
    fn successor(&self) -> Option<LegId> {
        let handover = self.state.moving().filter(|handover| !handover.is_leaving())?;
        handover.connected_leg().map(|leg| leg.id)
    }

    /// Whether all of ours has moved, so that the successor is not given back because of a part of it.
    pub(super) fn has_settled(&self) -> bool {
        self.state.moving().is_some_and(|handover| match handover.step {
            Step::Settling { .. } | Step::Leaving { .. } => true,
            Step::Renewing { .. } | Step::Waiting { .. } | Step::Connecting { .. } | Step::Overlapping { .. } => false,
        })
    }
}
