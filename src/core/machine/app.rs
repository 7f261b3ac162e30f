//! What the app asks for.

use std::time::Duration;

use super::{Command, Credentials, Event, LegId, LossReason, Machine, State, Time};
use crate::core::error::{Code, Failure};
use crate::core::handover::Step;
use crate::core::ids::{PublisherId, RenewId, StreamId, ViewId};
use crate::core::protocol::MoveKind;
use crate::core::state::Leg;

/// How long the SDK may take to say that it has left: a round trip, or it never does (SDK-FACTS sections 4 and 7).
const DISCONNECT_TIMEOUT: Duration = Duration::from_secs(3);

impl Machine {
    pub(super) fn connect(&mut self, credentials: Credentials, now: Time) {
        if self.is_leaving() {
            self.rejoin = Some(Some(credentials));
            return;
        }
        match self.state {
            State::Idle | State::Disconnected | State::Failed => self.enter(credentials, now),
            // A second connect() is answered as the SDK answers it: with success, and nothing done.
            State::Connected { .. } | State::Moving(_) => self.tell(Event::Connected),
            State::Asking { .. } | State::Connecting { .. } | State::Closed => {}
        }
    }

    /// Connects as the app asked. Its token may be of a session that the call has left since: the others are not there.
    fn enter(&mut self, credentials: Credentials, now: Time) {
        let first = self.first.get_or_insert_with(|| credentials.session.clone());
        let left = *first == credentials.session;
        let Some(home) = self.home.clone().filter(|home| left && *home != credentials.session) else {
            self.open_first(credentials, false, now);
            return;
        };
        self.next_renew += 1;
        let request = RenewId(self.next_renew);
        let (previous, kind) = (credentials.session, MoveKind::Recovery);
        self.order(Command::Renew { request, wanted: home, previous, kind, attempt: 1 });
        self.set_state(State::Asking { request, until: now + self.config.renew_timeout });
    }

    pub(super) fn open_first(&mut self, credentials: Credentials, again: bool, now: Time) {
        let leg = Leg { id: self.new_leg_id(), session: credentials.session.clone() };
        self.credentials = Some(credentials.clone());
        self.order(Command::OpenLeg { leg: leg.id, credentials });
        let until = now + self.connect_timeout(again);
        self.set_state(State::Connecting { leg, until, again });
    }

    /// The SDK has not answered the app's own `connect()`: once more, then that is the answer.
    pub(super) fn connect_timed_out(&mut self, now: Time) {
        let State::Connecting { leg, again, .. } = &self.state else { return };
        let (leg, again) = (leg.id, *again);
        match self.credentials.clone() {
            Some(credentials) if !again => {
                self.close_leg(leg, now);
                self.open_first(credentials, true, now);
            }
            _ => {
                let message = "the session did not connect in time (option connectTimeout), twice";
                self.connect_failed(leg, Failure::new(Code::ConnectTimeout, message), now);
            }
        }
    }

    /// Leaves as the app asked. Of a connected leg the SDK then says what it always says, and the app hears it from
    /// there.
    pub(super) fn disconnect(&mut self, now: Time) {
        if let Some(credentials) = &mut self.rejoin {
            *credentials = None;
            return;
        }
        match &self.state {
            State::Asking { .. } => {
                self.abort_renew();
                self.not_connected(disconnected_first());
            }
            State::Connecting { leg, .. } => {
                self.connect_failed(leg.id, disconnected_first(), now);
            }
            State::Connected { leg } => {
                let leg = leg.id;
                self.leave_for_good(leg, now);
            }
            State::Moving(handover) => match handover.old.as_ref().or_else(|| handover.connected_leg()).cloned() {
                Some(leg) => {
                    let id = leg.id;
                    self.abort_renew();
                    if self.state.moving().is_some_and(|handover| handover.old.is_some()) {
                        self.give_back(now);
                    }
                    self.cancel(State::Connected { leg }, now);
                    self.leave_for_good(id, now);
                }
                None => {
                    self.close_legs(now);
                    self.over(LossReason::Final, now);
                }
            },
            State::Idle | State::Disconnected | State::Failed | State::Closed => {}
        }
    }

    fn leave_for_good(&mut self, leg: LegId, now: Time) {
        self.refuse_waiting();
        self.leaving = Some(now + DISCONNECT_TIMEOUT);
        self.stop_supervising(leg);
        self.order(Command::Disconnect(leg));
    }

    /// The SDK has not said in time that it has left.
    pub(super) fn left_in_silence(&mut self, now: Time) {
        self.close_legs(now);
        self.over(LossReason::Final, now);
    }

    /// Leaves everything without a word to the app's own listeners.
    pub(super) fn close(&mut self, now: Time) {
        self.rejoin = None;
        self.abort_renew();
        self.close_legs(now);
        self.forget_call(now);
        self.cancel(State::Closed, now);
    }

    fn close_legs(&mut self, now: Time) {
        for leg in self.open_legs() {
            self.close_leg(leg, now);
        }
    }

    /// The call has ended: forgets everybody and tells the app why.
    pub(super) fn over(&mut self, reason: LossReason, now: Time) {
        self.abort_renew();
        self.forget_call(now);
        self.cancel(State::Disconnected, now);
        self.tell(Event::Disconnected(reason));
        match self.rejoin.take() {
            Some(Some(credentials)) => self.enter(credentials, now),
            Some(None) => self.tell(Event::ConnectFailed(disconnected_first())),
            None => {}
        }
    }

    /// Forgets everybody and everything that was in the call.
    pub(super) fn forget_call(&mut self, now: Time) {
        self.refuse_waiting();
        self.bridge.old_leg_gone(now);
        self.views.clear();
        self.roster.clear();
        self.leaving = None;
        self.lagging_until = None;
        self.interrupted = false;
        self.supervision.clear();
    }

    /// Publishes wherever this client is, or is going to be.
    pub(super) fn publish(&mut self, publisher: PublisherId, now: Time) {
        let here = !matches!(self.state, State::Idle | State::Disconnected | State::Failed | State::Closed);
        if !here || self.is_leaving() {
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
        let by = now + self.config.publish_timeout;
        self.update_move(
            |handover| {
                if let Step::Overlapping { publish_until, until, .. } = &mut handover.step {
                    // What begins late has the time it needs, and no more.
                    *publish_until = Some(by);
                    *until = by.max(*until);
                }
            },
            now,
        );
    }

    pub(super) fn unpublish(&mut self, publisher: PublisherId) {
        for leg in self.views.remove_publisher(publisher) {
            self.order(Command::Unpublish { leg, publisher });
        }
    }

    pub(super) fn subscribe(&mut self, view: ViewId, stream: StreamId) {
        if !self.roster.has_stream(&stream) {
            let failure = Failure::new(Code::SubscribeFailed, "the stream has left the call");
            self.tell(Event::SubscribeFailed { view, failure });
            return;
        }
        self.views.add_view(view, stream);
        for leg in self.legs() {
            self.feed(view, leg);
        }
    }

    pub(super) fn unsubscribe(&mut self, view: ViewId) {
        self.turns.forget(view);
        for leg in self.views.remove_view(view) {
            self.order(Command::Unsubscribe { leg, view });
        }
    }

    /// Subscribes a view on a leg if its stream is there.
    pub(super) fn feed(&mut self, view: ViewId, leg: LegId) {
        if self.is_spared(view, leg) {
            return;
        }
        let is_second = self.second_leg() == Some(leg) && self.views.shown(view).is_some();
        let stream = self.views.stream(view);
        if is_second && stream.is_some_and(|key| self.roster.stream_on(leg, key).is_some()) {
            self.turns.wait(view);
        } else {
            self.subscribe_on(view, leg);
        }
    }
}

fn disconnected_first() -> Failure {
    Failure::new(Code::Cancelled, "the app called disconnect() before the session was connected")
}
