//! What can go wrong, and at which point.

use opentok_handover::core::error::{Code, Failure};

/// Something that goes wrong in the answer to a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    RenewThrows,
    RenewHangs,
    RenewIsLate,
    RenewIsInvalid,
    RenewNamesTheOldSession,
    RenewNamesNoSession,
    RenewGivesAnExpiredToken,
    ConnectFails,
    ConnectHangs,
    ConnectIsLate,
    ConnectIsLostAtOnce,
    ConnectIsDeadSoon,
    PublishFails,
    PublishHangs,
    PublishIsLate,
    PreviewNeverComes,
    PublisherEndsAtOnce,
    SubscribeFails,
    PictureNeverComes,
    PictureIsLate,
    SubscriberIsGivenUp,
    ProbeIsLost,
    ProbeFails,
    DisconnectHangs,
    CloseHangs,
    CallbackComesTwice,
}

impl Fault {
    pub(super) const RENEW: &[Self] = &[
        Self::RenewThrows,
        Self::RenewHangs,
        Self::RenewIsLate,
        Self::RenewIsInvalid,
        Self::RenewNamesTheOldSession,
        Self::RenewNamesNoSession,
        Self::RenewGivesAnExpiredToken,
    ];
    pub(super) const CONNECT: &[Self] = &[
        Self::ConnectFails,
        Self::ConnectFails,
        Self::ConnectHangs,
        Self::ConnectIsLate,
        Self::ConnectIsLostAtOnce,
        Self::ConnectIsDeadSoon,
    ];
    pub(super) const PUBLISH: &[Self] = &[
        Self::PublishFails,
        Self::PublishHangs,
        Self::PublishIsLate,
        Self::PreviewNeverComes,
        Self::PublisherEndsAtOnce,
    ];
    pub(super) const SUBSCRIBE: &[Self] =
        &[Self::SubscribeFails, Self::PictureNeverComes, Self::PictureIsLate, Self::SubscriberIsGivenUp];
    pub(super) const PROBE: &[Self] = &[Self::ProbeIsLost, Self::ProbeFails];
    pub(super) const DISCONNECT: &[Self] = &[Self::DisconnectHangs];
    pub(super) const CLOSE: &[Self] = &[Self::CloseHangs];
    pub(super) const CALLBACK: &[Self] = &[Self::CallbackComesTwice];
    /// Every point with what can go wrong there.
    pub(super) const POINTS: [&[Self]; 8] = [
        Self::RENEW,
        Self::CONNECT,
        Self::PUBLISH,
        Self::SUBSCRIBE,
        Self::PROBE,
        Self::DISCONNECT,
        Self::CLOSE,
        Self::CALLBACK,
    ];
}

/// Something that goes wrong, changes or is asked for while nobody has been asked anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mishap {
    ServersRotate,
    ServersRotateAndTheSessionIsOver,
    LegIsLost,
    LegIsLostForAnUnknownReason,
    LegIsEndedByAModerator,
    RepairSucceeds,
    RepairFails,
    MigrationSucceeds,
    MigrationHangs,
    MigrationIsRefused,
    MigrationDiesSilently,
    MigrationComesBackToWhereItWas,
    MigrationLosesTheOldSocket,
    MigrationGivesASubscriberUp,
    NetworkGoes,
    PageIsStored,
    PageSleepsForHours,
    SubscriberIsGivenUp,
    PublisherEnds,
    SuccessorIsAnnounced,
    AnnouncementIsRepeated,
    AnnouncementIsTooLate,
    SomebodyJoins,
    SomebodyLeaves,
    SomebodyReturns,
    SomebodySignals,
    AppPublishes,
    AppUnpublishes,
    AppSubscribes,
    AppUnsubscribes,
    AppSignals,
    AppSignalsSomebody,
    AppHandsOver,
    AppRetriesNow,
    AppConnects,
    AppDisconnects,
    AppCloses,
}

impl Mishap {
    pub(super) const ALL: [Self; 37] = [
        Self::ServersRotate,
        Self::ServersRotateAndTheSessionIsOver,
        Self::LegIsLost,
        Self::LegIsLostForAnUnknownReason,
        Self::LegIsEndedByAModerator,
        Self::RepairSucceeds,
        Self::RepairFails,
        Self::MigrationSucceeds,
        Self::MigrationHangs,
        Self::MigrationIsRefused,
        Self::MigrationDiesSilently,
        Self::MigrationComesBackToWhereItWas,
        Self::MigrationLosesTheOldSocket,
        Self::MigrationGivesASubscriberUp,
        Self::NetworkGoes,
        Self::PageIsStored,
        Self::PageSleepsForHours,
        Self::SubscriberIsGivenUp,
        Self::PublisherEnds,
        Self::SuccessorIsAnnounced,
        Self::AnnouncementIsRepeated,
        Self::AnnouncementIsTooLate,
        Self::SomebodyJoins,
        Self::SomebodyLeaves,
        Self::SomebodyReturns,
        Self::SomebodySignals,
        Self::AppPublishes,
        Self::AppUnpublishes,
        Self::AppSubscribes,
        Self::AppUnsubscribes,
        Self::AppSignals,
        Self::AppSignalsSomebody,
        Self::AppHandsOver,
        Self::AppRetriesNow,
        Self::AppConnects,
        Self::AppDisconnects,
        Self::AppCloses,
    ];

    /// Whether it ends the call for good: what comes after it finds little to break.
    pub(super) fn ends_the_call(self) -> bool {
        matches!(self, Self::LegIsEndedByAModerator | Self::AppDisconnects | Self::AppCloses)
    }
}

/// How the SDK fails to connect: the name of its error, what the message says, and after how many milliseconds
/// (SDK-FACTS section 7).
pub(super) const CONNECT_ERRORS: [(&str, &str, u64); 14] = [
    ("OT_AUTHENTICATION_ERROR", "", 160),
    ("OT_INVALID_SESSION_ID", "", 100),
    ("OT_TERMS_OF_SERVICE_FAILURE", "", 200),
    ("OT_UNEXPECTED_SERVER_RESPONSE", "", 60),
    ("OT_INVALID_HTTP_STATUS", "status 403", 1900),
    ("OT_INVALID_HTTP_STATUS", "status 429", 2000),
    ("OT_INVALID_HTTP_STATUS", "status 503", 2200),
    ("OT_CONNECT_FAILED", "", 1900),
    ("OT_EMPTY_RESPONSE_BODY", "", 1900),
    ("OT_XDOMAIN_OR_PARSING_ERROR", "", 1900),
    ("OT_SOCKET_CLOSE_FALLBACK_CODE", "", 7500),
    ("OT_SOCKET_CLOSE_TIMEOUT", "", 45_000),
    ("OT_CONNECTION_LIMIT_EXCEEDED", "", 6000),
    ("OT_OF_A_LATER_VERSION", "", 500),
];

/// How the SDK fails to publish.
pub(super) const PUBLISH_ERRORS: [&str; 4] =
    ["OT_STREAM_CREATE_FAILED", "OT_TIMEOUT", "OT_PERMISSION_DENIED", "OT_UNSUPPORTED_BROWSER"];

/// What the SDK says of a session that has ended or never was.
pub(super) fn no_such_session() -> Failure {
    Failure::of_sdk(Code::ConnectFailed, "OT_INVALID_SESSION_ID", "there is no such session")
}
