//! The whole vocabulary of the core on a page: what goes in, what comes out.
//!
//! Inputs are translated from the SDK's events, from timers and from the app's calls. Outputs are either
//! [`Command`]s, which an executor carries out, or [`Event`]s, which the app may hear of.

use std::time::Duration;

use super::announcement::{RawAnnouncement, Rejection};
use super::error::Failure;
use super::ids::{ConnectionId, LegId, OutgoingId, PublisherId, RenewId, SessionId, SignalId, StreamId, ViewId};
use super::receipt::Receipt;
use super::state::{Phase, Status};

/// What admits this client to one session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credentials {
    /// The application ID (formerly API key), or `None` to go on with the one in use.
    pub application: Option<String>,
    /// The session that the token is for.
    pub session: SessionId,
    /// The token. A bearer credential: never logged, never sent to others.
    pub token: String,
}

/// A client's connection to one session, as the SDK reports it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectionInfo {
    /// The ID on this leg.
    pub id: ConnectionId,
    /// Who it is, wherever the person is connected; `None` if unknown.
    pub identity: Option<String>,
}

/// Where the pictures of a stream come from. Streams of one person are told apart by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum VideoType {
    /// A camera.
    Camera,
    /// A shared screen.
    Screen,
    /// A track that the publishing app supplied.
    Custom,
    /// No video track at all.
    None,
}

/// A stream in one session, as the SDK reports it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamInfo {
    /// The ID on this leg.
    pub id: StreamId,
    /// Who publishes it.
    pub connection: ConnectionInfo,
    /// The publisher's `name` option.
    pub name: String,
    /// Where its pictures come from.
    pub video_type: VideoType,
    /// Whether pictures are being sent: `false` while the publisher's video is off.
    pub has_video: bool,
}

/// How many earlier connections of somebody are read from what they say of themselves.
pub const MOST_EARLIER: usize = 8;

/// What clients that run this package tell each other. Never reaches the app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WireMessage {
    /// On the old leg: "my connection in session `to` is `connection`".
    Moved {
        /// The successor.
        to: SessionId,
        /// The sender's connection there.
        connection: ConnectionId,
    },
    /// On the old leg: "I see everybody in session `to` and send nothing more here".
    Settled {
        /// The successor.
        to: SessionId,
    },
    /// In a successor, and after a loss: "my connections before this one were `connections`".
    Was {
        /// The sender's connections on the leg that is left or was lost, and on those before and since. A few at most:
        /// [`MOST_EARLIER`].
        connections: Vec<ConnectionId>,
    },
    /// On a new leg: "I give this connection up, and come back with another".
    Returning,
    /// On either leg: "my next signal here is number `number`".
    Stamp(Stamp),
    /// On either leg: "my last signal here was number `number`".
    Stamped(Stamp),
}

pub use super::bridge::Stamp;

/// What a signal turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignalKind {
    /// The app's own.
    App,
    /// Of the type that announces a successor.
    Announcement(RawAnnouncement),
    /// Between clients that run this package.
    Wire(WireMessage),
}

/// What can happen to a machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// The app called `connect()`.
    Connect(Credentials),
    /// The app called `disconnect()`.
    Disconnect,
    /// The manager closes: leave everything. Signals that are held back are not told any more.
    Close,
    /// The app called `handover()`.
    Handover(RawAnnouncement),
    /// A successor was announced by a signal whose signature had to be checked first. Of no leg: by now, the one that it came
    /// on may be gone, and what is signed names its session.
    Announced(RawAnnouncement),
    /// The app published a publisher.
    Publish(PublisherId),
    /// The app unpublished or destroyed a publisher.
    Unpublish(PublisherId),
    /// The app subscribed to a stream.
    Subscribe {
        /// The new view.
        view: ViewId,
        /// The durable stream.
        stream: StreamId,
    },
    /// The app unsubscribed or destroyed a subscriber.
    Unsubscribe(ViewId),
    /// The app sends a signal.
    Send {
        /// The app's call.
        outgoing: OutgoingId,
        /// To one person (a durable connection), or to all.
        to: Option<ConnectionId>,
        /// Whether it may wait for a call that is cut off.
        wait: bool,
    },

    /// `renew` answered.
    Renewed {
        /// Which request.
        request: RenewId,
        /// The answer.
        credentials: Credentials,
    },
    /// `renew` failed.
    RenewFailed {
        /// Which request.
        request: RenewId,
        /// Why.
        failure: Failure,
    },

    /// A leg is connected.
    LegConnected {
        /// Which leg.
        leg: LegId,
        /// This client's own connection there.
        own: ConnectionId,
    },
    /// A leg could not connect.
    LegFailed {
        /// Which leg.
        leg: LegId,
        /// Why.
        failure: Failure,
    },
    /// A leg was disconnected (`sessionDisconnected`).
    LegLost {
        /// Which leg.
        leg: LegId,
        /// The SDK's reason.
        reason: LossReason,
    },
    /// A leg that was told to close has closed.
    LegClosed(LegId),
    /// The SDK has lost a leg's connection and repairs it by itself.
    Repairing(LegId),
    /// The SDK has repaired a leg's connection.
    Repaired(LegId),
    /// The SDK has begun to migrate a leg.
    Migrating(LegId),
    /// The SDK says that it has migrated a leg. That is no proof.
    Migrated(LegId),
    /// The SDK could not connect a leg that it migrates.
    MigrationFailed(LegId),
    /// Whether a signal to oneself went through, as [`Command::Probe`] asked.
    Probed {
        /// Where.
        leg: LegId,
        /// Which question is answered.
        number: u32,
        /// Whether it did.
        alive: bool,
    },
    /// The SDK could not send a signal of the app's that may wait: it is between two sockets.
    Unsent {
        /// The app's call.
        outgoing: OutgoingId,
        /// As in [`Input::Send`].
        to: Option<ConnectionId>,
    },
    /// A publisher is live on a leg.
    Published {
        /// Which leg.
        leg: LegId,
        /// Which publisher.
        publisher: PublisherId,
    },
    /// A publisher could not be published on a leg.
    PublishFailed {
        /// Which leg.
        leg: LegId,
        /// Which publisher.
        publisher: PublisherId,
        /// Why.
        failure: Failure,
    },
    /// A publisher's stream on a leg ended without the app's asking for it.
    PublisherEnded {
        /// Which leg.
        leg: LegId,
        /// Which publisher.
        publisher: PublisherId,
    },
    /// The first frame of a publisher's own preview on a leg was presented, or it has none to show.
    PreviewPresented {
        /// Which leg.
        leg: LegId,
        /// Which publisher.
        publisher: PublisherId,
    },
    /// The first frame of a view on a leg was presented, or it is connected and has none to show.
    Presented {
        /// Which leg.
        leg: LegId,
        /// Which view.
        view: ViewId,
    },
    /// The SDK has given a view's subscriber on a leg up, though its stream goes on.
    ViewLost {
        /// Which leg.
        leg: LegId,
        /// Which view.
        view: ViewId,
    },
    /// A view could not subscribe on a leg, or its subscriber there ended.
    SubscribeFailed {
        /// Which leg.
        leg: LegId,
        /// Which view.
        view: ViewId,
        /// Why.
        failure: Failure,
    },

    /// Somebody connected to a leg.
    ConnectionCreated {
        /// Which leg.
        leg: LegId,
        /// Who.
        connection: ConnectionInfo,
    },
    /// Somebody's connection to a leg ended.
    ConnectionDestroyed {
        /// Which leg.
        leg: LegId,
        /// Who.
        connection: ConnectionId,
        /// The SDK's reason.
        reason: LossReason,
    },
    /// Somebody published on a leg.
    StreamCreated {
        /// Which leg.
        leg: LegId,
        /// What.
        stream: StreamInfo,
    },
    /// A stream on a leg ended.
    StreamDestroyed {
        /// Which leg.
        leg: LegId,
        /// What.
        stream: StreamId,
        /// The SDK's reason.
        reason: LossReason,
    },
    /// A signal arrived on a leg.
    Signal {
        /// Which leg.
        leg: LegId,
        /// Its sender's connection on that leg; `None` for the server.
        from: Option<ConnectionId>,
        /// The handle of the event.
        signal: SignalId,
        /// What it is.
        kind: SignalKind,
    },
    /// The time that `poll_timeout` asked for has come.
    Timeout,
    /// Whether the page has a network.
    Online(bool),
    /// The app knows that the next attempt need not wait.
    RetryNow,
    /// The app's own policy for the attempt that is waited for: when, or not at all.
    RetryIn(Option<Duration>),
    /// These views can be seen in the window: the answer to [`Command::Survey`].
    InView(Vec<ViewId>),
}

impl Input {
    /// The leg that it comes from: what such an input says holds as long as that leg is held. (A leg that has closed was
    /// given up before.)
    #[must_use]
    pub fn leg(&self) -> Option<LegId> {
        match self {
            Self::LegConnected { leg, .. }
            | Self::LegFailed { leg, .. }
            | Self::LegLost { leg, .. }
            | Self::Repairing(leg)
            | Self::Repaired(leg)
            | Self::Migrating(leg)
            | Self::Migrated(leg)
            | Self::MigrationFailed(leg)
            | Self::Probed { leg, .. }
            | Self::Published { leg, .. }
            | Self::PublishFailed { leg, .. }
            | Self::PublisherEnded { leg, .. }
            | Self::PreviewPresented { leg, .. }
            | Self::Presented { leg, .. }
            | Self::ViewLost { leg, .. }
            | Self::SubscribeFailed { leg, .. }
            | Self::ConnectionCreated { leg, .. }
            | Self::ConnectionDestroyed { leg, .. }
            | Self::StreamCreated { leg, .. }
            | Self::StreamDestroyed { leg, .. }
            | Self::Signal { leg, .. } => Some(*leg),
            Self::LegClosed(_)
            | Self::Unsent { .. }
            | Self::Renewed { .. }
            | Self::RenewFailed { .. }
            | Self::Connect(_)
            | Self::Disconnect
            | Self::Close
            | Self::Handover(_)
            | Self::Announced(_)
            | Self::Publish(_)
            | Self::Unpublish(_)
            | Self::Subscribe { .. }
            | Self::Unsubscribe(_)
            | Self::Send { .. }
            | Self::Online(_)
            | Self::RetryNow
            | Self::RetryIn(_)
            | Self::InView(_)
            | Self::Timeout => None,
        }
    }
}

/// Why a leg was disconnected, or somebody's connection or stream there ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LossReason {
    /// The servers were rotated.
    ServerRotation,
    /// The network went away and the SDK gave up.
    NetworkDisconnected,
    /// For a reason that no SDK documents so far.
    Unknown,
    /// The SDK has left, as it does when it is told to.
    ClientDisconnected,
    /// Somebody ended it on purpose, this client or a moderator, or the platform for good.
    Final,
}

impl LossReason {
    /// Maps the SDK's reason string.
    #[must_use]
    pub fn from_sdk(reason: &str) -> Self {
        match reason {
            "serverRotation" => Self::ServerRotation,
            "networkDisconnected" => Self::NetworkDisconnected,
            "clientDisconnected" => Self::ClientDisconnected,
            "forceDisconnected" | "" => Self::Final,
            // Nobody in the call wanted that.
            _ => Self::Unknown,
        }
    }
}

/// Why fresh credentials are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MoveKind {
    /// Planned: the old leg lives.
    Handover,
    /// After a loss: no leg lives.
    Recovery,
}

/// Work for an executor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Ask the app's `renew` for credentials.
    Renew {
        /// To be named in the answer.
        request: RenewId,
        /// The session wanted.
        wanted: SessionId,
        /// The session that is left.
        previous: SessionId,
        /// Why.
        kind: MoveKind,
        /// Counts from 1 within one handover or recovery.
        attempt: u32,
    },
    /// The answer of this request is no longer wanted.
    AbortRenew(RenewId),
    /// Connect a new leg.
    OpenLeg {
        /// Its name.
        leg: LegId,
        /// With what.
        credentials: Credentials,
    },
    /// Leave a leg: its subscribers, publishers, tracks, session and listeners go, silently.
    CloseLeg(LegId),
    /// Disconnect a leg as the app asked, telling the app what the SDK tells.
    Disconnect(LegId),
    /// A leg went away by itself: drop its remains, but keep publishers for the next leg.
    DropLeg(LegId),
    /// Send a signal to oneself and hand in [`Input::Probed`].
    Probe {
        /// Where.
        leg: LegId,
        /// To be named in the answer.
        number: u32,
    },
    /// Publish on a leg: the app's own publisher on its first leg, a second one beside it on a successor.
    Publish {
        /// Where.
        leg: LegId,
        /// Which.
        publisher: PublisherId,
    },
    /// Stop publishing on a leg.
    Unpublish {
        /// Where.
        leg: LegId,
        /// Which.
        publisher: PublisherId,
    },
    /// Subscribe on a leg.
    Subscribe {
        /// Where.
        leg: LegId,
        /// For which view.
        view: ViewId,
        /// To what (the ID on that leg).
        stream: StreamId,
        /// Silently and under the picture that is on screen, rather than as the view's first.
        under: bool,
    },
    /// Drop a view's subscriber on a leg.
    Unsubscribe {
        /// Where.
        leg: LegId,
        /// Of which view.
        view: ViewId,
    },
    /// Put a view's picture and sound of this leg on screen.
    Swap {
        /// Of which leg.
        leg: LegId,
        /// Which view.
        view: ViewId,
    },
    /// Put the own preview of this leg on screen.
    SwapPreview {
        /// Of which leg.
        leg: LegId,
        /// Which publisher.
        publisher: PublisherId,
    },
    /// Say which views can be seen in the window, so that their turn comes first: [`Input::InView`].
    Survey,
    /// Send the app's signal, a copy on each leg named.
    SendSignal {
        /// The app's call.
        outgoing: OutgoingId,
        /// Where to.
        copies: Vec<SignalCopy>,
    },
    /// Send a message of ours.
    SendWire {
        /// Where.
        leg: LegId,
        /// To one, or to all.
        to: Option<ConnectionId>,
        /// What.
        message: WireMessage,
    },
}

/// One copy of the app's signal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignalCopy {
    /// Where.
    pub leg: LegId,
    /// To one (the ID on that leg), or to all.
    pub to: Option<ConnectionId>,
    /// Sent right before it, and right after it.
    pub stamp: Option<Stamp>,
}

/// What the app may hear of.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// The state changed.
    StateChange {
        /// Before.
        from: Status,
        /// Now.
        to: Status,
    },
    /// A handover or recovery entered a phase.
    PhaseChange {
        /// The phase.
        phase: Phase,
        /// Since it started.
        at: Duration,
    },
    /// A planned handover is on.
    HandoverStart {
        /// The session that is left.
        from: SessionId,
        /// The successor.
        to: SessionId,
        /// Until then the old session lives.
        deadline: Duration,
        /// After that its first attempt begins: not all clients come at once.
        wait: Duration,
    },
    /// A handover or recovery ended.
    HandoverEnd(Receipt),
    /// An attempt at a handover or recovery failed.
    AttemptFailed {
        /// Why.
        failure: Failure,
        /// Which attempt, from 1.
        attempt: u32,
        /// How long the handover or recovery has been going on.
        elapsed: Duration,
        /// When the next one begins; `None` if there is none.
        retry_in: Option<Duration>,
    },
    /// `renew` failed.
    RenewFailed {
        /// Why.
        failure: Failure,
        /// Which attempt.
        attempt: u32,
        /// The next attempt, if there is time for one.
        retry_in: Option<Duration>,
    },
    /// An announcement was ignored.
    AnnouncementRejected {
        /// Why.
        rejection: Rejection,
        /// The app's own call, rather than a signal.
        by_call: bool,
    },
    /// What this connection has said of who it is, or somebody of it, isn't believed: the other one doesn't say so. It has
    /// its ID on whichever leg.
    BeaconRejected(ConnectionId),
    /// The app asked for a handover where there is nothing to hand over.
    HandoverRefused(Failure),
    /// The app's first `connect()` succeeded.
    Connected,
    /// The app's `connect()` failed.
    ConnectFailed(Failure),
    /// The call was interrupted; recovery runs.
    Reconnecting,
    /// The call goes on.
    Reconnected,
    /// The call is over. The leg that said so, if one did, has gone with it: no command names it any more.
    Disconnected(LossReason),
    /// Recovery gave up.
    Failed(Failure),
    /// The app's publisher is live.
    Published(PublisherId),
    /// The app's publisher could not be published.
    PublishFailed {
        /// Which.
        publisher: PublisherId,
        /// Why.
        failure: Failure,
    },
    /// The app's subscriber has ended with its stream.
    ViewEnded(ViewId),
    /// The app's `subscribe()` failed.
    SubscribeFailed {
        /// Which.
        view: ViewId,
        /// Why.
        failure: Failure,
    },
    /// Somebody joined the call.
    PersonJoined(ConnectionId),
    /// Somebody left the call.
    PersonLeft(ConnectionId),
    /// A stream joined the call.
    StreamJoined(StreamId),
    /// A stream left the call.
    StreamLeft(StreamId),
    /// A signal for the app.
    Signal {
        /// The handle of the event.
        signal: SignalId,
    },
    /// The app's signal can't be sent.
    SignalFailed {
        /// The app's call.
        outgoing: OutgoingId,
        /// Why.
        failure: Failure,
    },
    /// A copy of a signal that the app has had.
    SignalDiscarded(SignalId),
}

/// What a machine puts out.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    /// Something to do.
    Command(Command),
    /// Something to tell.
    Event(Event),
}

impl From<Command> for Output {
    fn from(command: Command) -> Self {
        Self::Command(command)
    }
}

impl From<Event> for Output {
    fn from(event: Event) -> Self {
        Self::Event(event)
    }
}
