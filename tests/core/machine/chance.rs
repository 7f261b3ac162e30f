//! Whatever comes, in whatever order: the [`Ledger`](super::ledger::Ledger) objects to what must never happen.

use std::time::Duration;

use opentok_handover::core::announcement::Deadline;
use opentok_handover::core::error::Code;
use opentok_handover::core::ids::{ConnectionId, LegId, OutgoingId, PublisherId, RenewId, SessionId, StreamId, ViewId};
use opentok_handover::core::protocol::{
    ConnectionInfo, Input, LossReason, SignalKind, Stamp, StreamInfo, VideoType, WireMessage,
};
use opentok_handover::core::state::Status;

use super::desk::{Desk, announcement, credentials, failure};
use crate::dice::Dice;

const INPUTS: u64 = 400;
const SEEDS: u64 = 400;

#[test]
fn nothing_that_can_come_makes_the_machine_break_a_promise() {
    for seed in 0..SEEDS {
        eprintln!("seed {seed}");
        let mut chance = Chance::new(seed);
        chance.run();
        let mut desk = chance.desk;
        desk.comes_to_rest();
        desk.gone_legs_are_silent();
        assert!(desk.status() == Status::Closed || desk.ledger.held_signals() == 0, "a signal is lost");
    }
}

#[test]
fn chance_goes_everywhere() {
    let mut seen = Vec::new();
    for seed in 0..SEEDS {
        let mut chance = Chance::new(seed);
        chance.run();
        seen.extend(chance.desk.ledger.receipts.iter().map(|receipt| receipt.outcome.as_str()));
        seen.extend(chance.desk.ledger.statuses.iter().map(|status| status.as_str()));
    }
    for place in [
        "completed",
        "promoted",
        "abandoned",
        "superseded",
        "cancelled",
        "connected",
        "disconnected",
        "failed",
        "closed",
    ] {
        assert!(seen.contains(&place), "never seen: {place}");
    }
}

#[test]
fn the_same_inputs_at_the_same_times_give_the_same_outputs() {
    for seed in 0..20 {
        let [one, other] = [(); 2].map(|()| {
            let mut chance = Chance::new(seed);
            chance.run();
            chance.desk.outputs()
        });
        assert!(one.len() > 10);
        assert_eq!(one, other);
    }
}

#[test]
fn attempts_of_clients_with_other_seeds_come_at_other_times() {
    let pause = |seed| {
        let mut desk = Desk::with_seed(seed);
        desk.dies(LegId(1));
        desk.renew_fails(Code::RenewThrew);
        desk.machine.poll_timeout()
    };
    assert_ne!(pause(1), pause(2));
}

/// Draws one input after the other.
struct Chance {
    dice: Dice,
    desk: Desk,
}

impl Chance {
    fn new(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let desk = if dice.one_in(4) { Desk::new() } else { Desk::with_seed(seed) };
        Self { dice, desk }
    }

    fn run(&mut self) {
        for _ in 0..INPUTS {
            let input = self.draw();
            let leaves = input == Input::Disconnect;
            self.desk.feed(input);
            if leaves && let Some(leg) = self.desk.machine.primary() {
                // The SDK answers at once.
                self.desk.feed(Input::LegLost { leg, reason: LossReason::Final });
            }
            if self.below(4) == 0 {
                let longest = self.pick(&[10, 500, 3000, 30_000, 150_000]);
                let millis = self.below(longest);
                self.desk.wait(millis);
            }
        }
    }

    fn draw(&mut self) -> Input {
        match self.below(100) {
            0..9 => self.app_input(),
            9..14 => Input::Handover(announcement(self.session(), self.deadline())),
            14..26 => Input::Renewed { request: self.request(), credentials: credentials(self.session()) },
            26..28 => {
                let code = self.pick(&[Code::RenewThrew, Code::RenewInvalid, Code::RenewMissing]);
                Input::RenewFailed { request: self.request(), failure: failure(code) }
            }
            _ => {
                let leg = self.leg();
                self.leg_input(leg)
            }
        }
    }

    fn app_input(&mut self) -> Input {
        let publisher = self.publisher();
        match self.below(30) {
            0 => Input::Disconnect,
            1 if self.below(5) == 0 => Input::Close,
            1..5 => Input::Connect(credentials(self.session())),
            5 if self.below(3) == 0 => Input::RetryNow,
            5 if self.below(3) == 0 => {
                Input::RetryIn((self.below(4) > 0).then(|| Duration::from_millis(self.below(5000))))
            }
            5 => Input::Online(self.below(8) > 0),
            6..10 => Input::Publish(publisher),
            10 => Input::Unpublish(publisher),
            11..18 => Input::Subscribe { view: self.view(), stream: self.durable_stream() },
            18 => Input::Unsubscribe(self.view()),
            _ => Input::Send { outgoing: OutgoingId(1), to: None, wait: self.below(4) > 0 },
        }
    }

    fn migration_input(&mut self, leg: LegId) -> Input {
        match self.below(6) {
            0 => Input::Repairing(leg),
            1 => Input::Repaired(leg),
            2 => Input::Migrating(leg),
            3 => Input::Migrated(leg),
            4 => Input::MigrationFailed(leg),
            _ => Input::Probed { leg, number: self.below(10) as u32, alive: self.below(2) == 0 },
        }
    }

    fn leg_input(&mut self, leg: LegId) -> Input {
        let (view, publisher) = (self.view(), self.publisher());
        let person = self.pick(&["ann", "bob", "cat"]);
        let session = self.desk.session_of(leg);
        let connection = ConnectionInfo {
            id: ConnectionId::new(format!("{person}@{session}")),
            identity: (person != "cat").then(|| person.into()),
        };
        match self.below(100) {
            0..12 => Input::LegConnected { leg, own: ConnectionId::new(format!("me@{session}")) },
            12..14 => Input::LegFailed { leg, failure: failure(Code::ConnectFailed) },
            14..17 => Input::LegLost { leg, reason: self.reason() },
            17..19 => self.migration_input(leg),
            19 => Input::LegClosed(leg),
            20..30 => Input::Published { leg, publisher },
            30 => Input::PublishFailed { leg, publisher, failure: failure(Code::PublishFailed) },
            31 => Input::PublisherEnded { leg, publisher },
            32..42 => Input::PreviewPresented { leg, publisher },
            42..52 => Input::Presented { leg, view },
            52 => Input::ViewLost { leg, view },
            53 => Input::SubscribeFailed { leg, view, failure: failure(Code::SubscribeFailed) },
            54..62 => Input::ConnectionCreated { leg, connection },
            62..64 => Input::ConnectionDestroyed { leg, connection: connection.id, reason: self.reason() },
            64..76 => {
                let video_type = self.pick(&[VideoType::Camera, VideoType::Screen]);
                let id = StreamId::new(format!("{person}-{video_type:?}@{session}"));
                let stream = StreamInfo { id, connection, name: String::new(), video_type, has_video: true };
                Input::StreamCreated { leg, stream }
            }
            76..78 => {
                let stream = StreamId::new(format!("{person}-Camera@{session}"));
                Input::StreamDestroyed { leg, stream, reason: self.reason() }
            }
            _ => {
                let kind = self.signal_kind(person);
                let from = Some(connection.id).filter(|_| self.below(10) > 0);
                Input::Signal { leg, from, signal: self.desk.next_signal(), kind }
            }
        }
    }

    fn signal_kind(&mut self, person: &str) -> SignalKind {
        let (session, other) = (self.session(), self.session());
        let connection = ConnectionId::new(format!("{person}@{session}"));
        let stamp = Stamp { number: self.below(20), of: ConnectionId::new(format!("{person}@{other}")) };
        match self.below(10) {
            0 => SignalKind::Wire(WireMessage::Moved { to: SessionId::new(session), connection }),
            8 => SignalKind::Wire(WireMessage::Was { connections: vec![connection] }),
            9 => SignalKind::Wire(WireMessage::Returning),
            1 | 2 => SignalKind::Wire(WireMessage::Settled { to: SessionId::new(session) }),
            3 | 4 => SignalKind::Wire(WireMessage::Stamp(stamp)),
            5 => SignalKind::Wire(WireMessage::Stamped(stamp)),
            _ => SignalKind::App,
        }
    }

    /// Any leg that ever was, mostly one of the latest.
    fn leg(&mut self) -> LegId {
        let legs = self.desk.legs();
        match (legs.len(), self.below(20)) {
            (0, _) => LegId(1),
            (count, 0) => legs[self.below(count as u64) as usize],
            (1, _) => legs[0],
            (count, _) => legs[count - 1 - self.below(2) as usize],
        }
    }

    fn request(&mut self) -> RenewId {
        let latest = self.desk.latest_request();
        RenewId(latest.0.saturating_sub(u32::from(self.below(10) == 0)))
    }

    fn durable_stream(&mut self) -> StreamId {
        let known = self.desk.ledger.streams();
        if known.is_empty() { StreamId::new("none") } else { known[self.below(known.len() as u64) as usize].clone() }
    }

    fn reason(&mut self) -> LossReason {
        // The last two end a call: less often, so that it gets somewhere.
        match self.below(8) {
            0..3 => LossReason::ServerRotation,
            3..6 => LossReason::NetworkDisconnected,
            6 => LossReason::ClientDisconnected,
            _ => LossReason::Final,
        }
    }

    fn session(&mut self) -> &'static str {
        self.pick(&["one", "two", "three", "four"])
    }

    fn deadline(&mut self) -> Deadline {
        let millis = self.below(100_000) as i64;
        self.pick(&[Deadline::None, Deadline::In(millis), Deadline::In(millis / 50)])
    }

    fn view(&mut self) -> ViewId {
        ViewId(self.below(4) as u32)
    }

    fn publisher(&mut self) -> PublisherId {
        PublisherId(1 + self.below(2) as u32)
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        self.dice.pick(from)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.dice.below(limit)
    }
}
