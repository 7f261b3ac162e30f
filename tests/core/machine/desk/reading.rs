//! What a desk can be asked: what came out, and how things stand.

use super::{
    CAMERA, Code, Command, ConnectionId, ConnectionInfo, Desk, Event, Input, LossReason, Outcome, Output, Receipt,
    SessionId, SignalId, SignalKind, Status, StreamId, StreamInfo, VideoType, ViewId, WireMessage, failure, seconds,
};

impl Desk {
    /// Everything that came out since it was last asked.
    pub(in super::super) fn outputs(&mut self) -> Vec<Output> {
        std::mem::take(&mut self.outputs)
    }

    /// What was ordered since it was last asked, in short.
    pub(in super::super) fn commands(&mut self) -> Vec<String> {
        let outputs = std::mem::take(&mut self.outputs);
        outputs.iter().filter_map(|it| if let Output::Command(it) = it { Some(short(it)) } else { None }).collect()
    }

    /// What the app was told since it was last asked.
    pub(in super::super) fn events(&mut self) -> Vec<Event> {
        let outputs = std::mem::take(&mut self.outputs);
        outputs.into_iter().filter_map(|it| if let Output::Event(it) = it { Some(it) } else { None }).collect()
    }

    /// Whom and what the app saw coming and going since it was last asked.
    pub(in super::super) fn news(&mut self) -> Vec<String> {
        let word = |event| match event {
            Event::PersonJoined(id) => Some(format!("{id} joined")),
            Event::PersonLeft(id) => Some(format!("{id} left")),
            Event::StreamJoined(id) => Some(format!("{id} joined")),
            Event::StreamLeft(id) => Some(format!("{id} left")),
            Event::BeaconRejected(id) => Some(format!("{id} is not believed")),
            Event::ViewEnded(_) => Some("a view ended".into()),
            Event::Reconnecting => Some("reconnecting".into()),
            Event::Reconnected => Some("reconnected".into()),
            Event::Disconnected(_) => Some("disconnected".into()),
            _ => None,
        };
        self.events().into_iter().filter_map(word).collect()
    }

    /// The app's signals that were sent.
    pub(in super::super) fn sent(&self) -> Vec<u32> {
        let sent = |it: &Output| match it {
            Output::Command(Command::SendSignal { outgoing, .. }) => Some(outgoing.0),
            _ => None,
        };
        self.outputs.iter().filter_map(sent).collect()
    }

    /// The app's signals that failed, and how.
    pub(in super::super) fn refused(&self) -> Vec<(u32, Code)> {
        let refused = |it: &Output| match it {
            Output::Event(Event::SignalFailed { outgoing, failure }) => Some((outgoing.0, failure.code)),
            _ => None,
        };
        self.outputs.iter().filter_map(refused).collect()
    }

    /// Objects if the machine goes on wanting something.
    pub(in super::super) fn comes_to_rest(&mut self) {
        self.wait(seconds(1000));
        assert_eq!(self.machine.poll_timeout(), None);
    }

    pub(in super::super) fn status(&self) -> Status {
        self.machine.status()
    }

    pub(in super::super) fn session(&self) -> Option<&str> {
        self.machine.session().map(SessionId::as_str)
    }

    pub(in super::super) fn receipt(&self) -> &Receipt {
        self.ledger.receipts.last().expect("no receipt yet")
    }

    pub(in super::super) fn outcomes(&self) -> Vec<Outcome> {
        self.ledger.receipts.iter().map(|receipt| receipt.outcome).collect()
    }

    pub(in super::super) fn failure_codes(&self) -> Vec<Code> {
        self.receipt().failures.iter().map(|(failure, _)| failure.code).collect()
    }

    /// Whatever comes from a leg that is gone, nobody hears of it.
    pub(in super::super) fn gone_legs_are_silent(&mut self) {
        let open = self.ledger.open_legs();
        self.outputs.clear();
        for (leg, _) in self.legs.clone().into_iter().filter(|(leg, _)| !open.contains(leg)) {
            let person = ConnectionInfo { id: ConnectionId::new("ghost"), identity: None };
            let (view, publisher) = (ViewId(0), CAMERA);
            let failure = failure(Code::ConnectFailed);
            let stream = StreamInfo {
                id: StreamId::new("ghost"),
                connection: person.clone(),
                name: String::new(),
                video_type: VideoType::Camera,
                has_video: true,
            };
            for input in [
                Input::LegConnected { leg, own: person.id.clone() },
                Input::LegFailed { leg, failure: failure.clone() },
                Input::LegLost { leg, reason: LossReason::Final },
                Input::LegClosed(leg),
                Input::Published { leg, publisher },
                Input::PublishFailed { leg, publisher, failure: failure.clone() },
                Input::PublisherEnded { leg, publisher },
                Input::PreviewPresented { leg, publisher },
                Input::Presented { leg, view },
                Input::SubscribeFailed { leg, view, failure },
                Input::ConnectionCreated { leg, connection: person.clone() },
                Input::ConnectionDestroyed {
                    leg,
                    connection: ConnectionId::new("ann@one"),
                    reason: LossReason::ClientDisconnected,
                },
                Input::StreamCreated { leg, stream },
                Input::StreamDestroyed {
                    leg,
                    stream: StreamId::new("ann-camera@one"),
                    reason: LossReason::ClientDisconnected,
                },
            ] {
                self.feed(input);
            }
            assert_eq!(self.outputs, [], "{leg:?} is gone");
            self.signal(leg, Some(person.id), SignalKind::App);
            assert_eq!(self.events(), [Event::SignalDiscarded(SignalId(self.signals))]);
        }
    }
}

/// A command in a few words.
fn short(command: &Command) -> String {
    match command {
        Command::Renew { wanted, attempt, .. } => format!("renew {wanted} #{attempt}"),
        Command::AbortRenew(_) => "abort renew".into(),
        Command::OpenLeg { leg, credentials } => format!("open {} in {}", leg.0, credentials.session),
        Command::CloseLeg(leg) => format!("close {}", leg.0),
        Command::Disconnect(leg) => format!("disconnect {}", leg.0),
        Command::DropLeg(leg) => format!("drop {}", leg.0),
        Command::Probe { leg, .. } => format!("probe {}", leg.0),
        Command::Publish { leg, .. } => format!("publish on {}", leg.0),
        Command::Unpublish { leg, .. } => format!("unpublish on {}", leg.0),
        Command::Subscribe { leg, stream, .. } => format!("subscribe to {stream} on {}", leg.0),
        Command::Unsubscribe { leg, view } => format!("unsubscribe view {} on {}", view.0, leg.0),
        Command::Swap { leg, view } => format!("swap view {} to {}", view.0, leg.0),
        Command::SwapPreview { leg, .. } => format!("swap preview to {}", leg.0),
        Command::Survey => "survey".into(),
        Command::SendSignal { .. } => "send".into(),
        Command::SendWire { leg, to, message } => {
            let to = to.as_ref().map_or("all", |to| to.as_str());
            let word = match message {
                WireMessage::Moved { .. } => "moved",
                WireMessage::Settled { .. } => "settled",
                WireMessage::Was { .. } => "was",
                WireMessage::Returning => "returning",
                WireMessage::Stamp(_) | WireMessage::Stamped(_) => "stamp",
            };
            format!("say {word} to {to} on {}", leg.0)
        }
    }
}
