//! What the app asks for.

use super::{Command, ConnectionId, Credentials, Event, LegId, LossReason, Machine, State, Time};
use crate::core::error::{Code, Failure};
use crate::core::ids::{OutgoingId, PublisherId, StreamId, ViewId};
use crate::core::protocol::SignalCopy;
use crate::core::receipt::Outcome;
use crate::core::state::Leg;

impl Machine {
    pub(super) fn connect(&mut self, credentials: Credentials) {
        match self.state {
            State::Idle | State::Disconnected | State::Failed => {
                let leg = Leg { id: self.new_leg_id(), session: credentials.session.clone() };
                self.credentials = Some(credentials.clone());
                self.order(Command::OpenLeg { leg: leg.id, credentials });
                self.set_state(State::Connecting { leg });
            }
            // A second connect() is answered as the SDK answers it: with success, and nothing done.
            State::Connected { .. } | State::Moving(_) => self.tell(Event::Connected),
            State::Connecting { .. } | State::Closed => {}
        }
    }

    pub(super) fn disconnect(&mut self, now: Time) {
        let (keep, extra) = match &self.state {
            State::Connecting { leg } | State::Connected { leg } => (Some(leg.clone()), None),
            State::Moving(handover) => match &handover.old {
                Some(old) => (Some(old.clone()), handover.new_leg().map(|new| new.id)),
                None => match handover.connected_leg() {
                    Some(new) => (Some(new.clone()), None),
                    None => (None, handover.new_leg().map(|new| new.id)),
                },
            },
            State::Idle | State::Disconnected | State::Failed | State::Closed => return,
        };
        if let Some(leg) = extra {
            self.order(Command::CloseLeg(leg));
        }
        match keep {
            // The SDK then says what it always says of a disconnected session, and the app hears it from there.
            Some(leg) => {
                let id = leg.id;
                if matches!(self.state, State::Moving(_)) {
                    self.conclude(Outcome::Cancelled, State::Connected { leg }, now);
                }
                self.order(Command::Disconnect(id));
            }
            None => self.over(LossReason::Final, now),
        }
    }

    /// Leaves everything without a word to the app's own listeners.
    pub(super) fn close(&mut self, now: Time) {
        let legs = match &self.state {
            State::Connecting { leg } | State::Connected { leg } => vec![leg.id],
            State::Moving(handover) => {
                let old = handover.old.as_ref().map(|old| old.id);
                old.into_iter().chain(handover.new_leg().map(|new| new.id)).collect()
            }
            State::Idle | State::Disconnected | State::Failed => Vec::new(),
            State::Closed => return,
        };
        self.abort_renew();
        for leg in legs {
            self.order(Command::CloseLeg(leg));
        }
        self.bridge.old_leg_gone(now);
        self.views.clear();
        self.roster.clear();
        if matches!(self.state, State::Moving(_)) {
            self.conclude(Outcome::Cancelled, State::Closed, now);
        } else {
            self.set_state(State::Closed);
        }
    }

    /// The call has ended: forgets everybody and tells the app why.
    pub(super) fn over(&mut self, reason: LossReason, now: Time) {
        self.abort_renew();
        self.bridge.old_leg_gone(now);
        self.views.clear();
        self.roster.clear();
        if matches!(self.state, State::Moving(_)) {
            self.conclude(Outcome::Cancelled, State::Disconnected, now);
        } else {
            self.set_state(State::Disconnected);
        }
        self.tell(Event::Disconnected(reason));
    }

    /// Publishes wherever this client is; a recovery does it once a leg is there.
    pub(super) fn publish(&mut self, publisher: PublisherId) {
        if !matches!(self.state, State::Connected { .. } | State::Moving(_)) {
            let failure = Failure::new(Code::NotConnected, "the session is not connected");
            self.tell(Event::PublishFailed { publisher, failure });
            return;
        }
        self.views.add_publisher(publisher);
        for leg in self.legs() {
            if self.views.publish(publisher, leg) {
                self.order(Command::Publish { leg, publisher });
            }
        }
    }

    pub(super) fn unpublish(&mut self, publisher: PublisherId) {
        for leg in self.views.remove_publisher(publisher) {
            self.order(Command::Unpublish { leg, publisher });
        }
    }

    pub(super) fn subscribe(&mut self, view: ViewId, stream: StreamId) {
        self.views.add_view(view, stream);
        for leg in self.legs() {
            self.feed(view, leg);
        }
    }

    pub(super) fn unsubscribe(&mut self, view: ViewId) {
        for leg in self.views.remove_view(view) {
            self.order(Command::Unsubscribe { leg, view });
        }
    }

    /// Subscribes a view on a leg if its stream is there.
    pub(super) fn feed(&mut self, view: ViewId, leg: LegId) {
        let stream = self.views.stream(view).and_then(|key| self.roster.stream_on(leg, key)).cloned();
        if let Some(stream) = stream
            && let Some(under) = self.views.subscribe(view, leg)
        {
            self.order(Command::Subscribe { leg, view, stream, under });
        }
    }

    /// Sends the app's signal wherever those are whom it is for.
    pub(super) fn send(&mut self, outgoing: OutgoingId, to: Option<ConnectionId>, now: Time) {
        let legs = self.sending_legs();
        let stamp = self.bridge.next_stamp(now);
        let copies = legs
            .into_iter()
            .filter_map(|leg| {
                let to = match &to {
                    None => None,
                    Some(person) => Some(self.roster.connection_on(leg, person)?.clone()),
                };
                Some(SignalCopy { leg, to, stamp: stamp.clone() })
            })
            .collect();
        self.order(Command::SendSignal { outgoing, copies });
    }
}
