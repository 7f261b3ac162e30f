//! What a leg tells: people, streams, pictures and signals.

use super::{Command, ConnectionId, Event, LegId, Machine, SignalKind, State, StreamId, Time, ViewId, WireMessage};
use crate::core::error::{Code, Failure};
use crate::core::handover::Step;
use crate::core::ids::{PublisherId, SignalId};
use crate::core::receipt::Tile;
use crate::core::roster::Change;

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
                        self.views.remove_view(view);
                        self.tell(Event::ViewEnded(view));
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

    /// Tells a latecomer to the old session what it missed: where this client is now.
    pub(super) fn introduce(&mut self, leg: LegId, to: &ConnectionId) {
        let State::Moving(handover) = &self.state else { return };
        if handover.old.as_ref().is_none_or(|old| old.id != leg) {
            return;
        }
        let settled = matches!(handover.step, Step::Settling { .. });
        let Some(new) = handover.connected_leg().cloned() else { return };
        let Some(connection) = self.roster.own_at(new.id).cloned() else { return };
        if self.roster.own_at(leg) == Some(to) {
            return;
        }
        let message = WireMessage::Moved { to: new.session.clone(), connection };
        self.order(Command::SendWire { leg, to: Some(to.clone()), message });
        if settled {
            let message = WireMessage::Settled { to: new.session };
            self.order(Command::SendWire { leg, to: Some(to.clone()), message });
        }
    }

    pub(super) fn connection_destroyed(&mut self, leg: LegId, connection: &ConnectionId, now: Time) {
        let changes = self.roster.connection_destroyed(leg, connection);
        self.bridge.member_gone(leg, connection, now);
        self.apply(changes);
    }

    pub(super) fn stream_destroyed(&mut self, leg: LegId, stream: &StreamId) {
        let (key, changes) = self.roster.stream_destroyed(leg, stream);
        let lives_on = key.filter(|key| self.roster.has_stream(key));
        if let Some(key) = lives_on {
            for view in self.views.of_stream(&key) {
                if let Some(leg) = self.views.drop_feed(view, leg) {
                    self.order(Command::Swap { leg, view });
                }
                self.order(Command::Unsubscribe { leg, view });
            }
        }
        self.apply(changes);
    }

    pub(super) fn presented(&mut self, leg: LegId, view: ViewId, now: Time) {
        if self.views.presented(view, leg) {
            self.views.show(view, leg);
            self.order(Command::Swap { leg, view });
            self.note_tile(Tile::View(view), now);
        }
    }

    pub(super) fn preview_presented(&mut self, leg: LegId, publisher: PublisherId, now: Time) {
        if self.views.preview_presented(publisher, leg) {
            self.views.show_preview(publisher, leg);
            self.order(Command::SwapPreview { leg, publisher });
            self.note_tile(Tile::Preview(publisher), now);
        }
    }

    fn note_tile(&mut self, tile: Tile, now: Time) {
        self.update_move(|handover| handover.record.tile(tile, now), now);
    }

    pub(super) fn subscribe_failed(&mut self, leg: LegId, view: ViewId, failure: Failure) {
        if self.primary() == Some(leg) {
            let other = self.views.drop_feed(view, leg);
            self.order(Command::Unsubscribe { leg, view });
            match other {
                Some(leg) => self.order(Command::Swap { leg, view }),
                None => {
                    self.views.remove_view(view);
                    self.tell(Event::SubscribeFailed { view, failure });
                }
            }
            return;
        }
        if !self.views.subscribe_failed(view, leg) {
            return;
        }
        let stream = self.views.stream(view).and_then(|key| self.roster.stream_on(leg, key)).cloned();
        if let Some(stream) = stream {
            self.order(Command::Unsubscribe { leg, view });
            self.order(Command::Subscribe { leg, view, stream, under: true });
        }
    }

    pub(super) fn publish_failed(&mut self, leg: LegId, publisher: PublisherId, failure: Failure, now: Time) {
        let first = !self.views.told(publisher);
        if first && self.primary() == Some(leg) {
            self.unpublish(publisher);
            self.tell(Event::PublishFailed { publisher, failure });
        } else if matches!(self.state, State::Moving(_)) {
            self.attempt_failed(failure, now);
        }
    }

    /// A moderator or the device ended a publisher: it ends everywhere.
    pub(super) fn publisher_ended(&mut self, leg: LegId, publisher: PublisherId, now: Time) {
        if self.keeps_publishers() {
            let message = "the publisher was ended while the call came back";
            self.attempt_failed(Failure::new(Code::PublishFailed, message), now);
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
            WireMessage::Moved { connection, .. } => {
                self.bridge.handle_moved(leg, &from, connection.clone(), now);
                let changes = self.roster.moved(leg, &from, &connection);
                self.apply(changes);
            }
            WireMessage::Settled { to } => {
                self.bridge.handle_settled(leg, &from, now);
                self.roster.settled(leg, &from, to);
            }
        }
    }

    /// Where the app's signals go at this moment.
    pub(super) fn sending_legs(&self) -> Vec<LegId> {
        match &self.state {
            State::Moving(handover) => match &handover.step {
                Step::Settling { new, .. } => vec![new.id],
                _ => self.legs(),
            },
            _ => self.legs(),
        }
    }
}
