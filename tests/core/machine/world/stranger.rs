//! Somebody whose page knows nothing of us: a phone, an old page.

use super::{ConnectionId, ConnectionInfo, Happening, LegId, Message, START, SignalKind, StreamId, StreamInfo, World};
use opentok_handover::core::protocol::VideoType;

/// What somebody does when the others move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Manner {
    /// Stays in the old session until its servers go, and comes to the successor then.
    Stays,
    /// Leaves the old session at some time, and comes to the successor.
    Moves,
    /// Stays until the servers go, and never comes.
    Remains,
}

impl Manner {
    pub(in super::super) const ALL: [Self; 3] = [Self::Stays, Self::Moves, Self::Remains];
}

pub(in super::super) struct Stranger {
    pub(in super::super) manner: Manner,
    name: String,
    latency: u64,
    /// Where they are.
    pub(in super::super) at: Option<(&'static str, ConnectionId)>,
    /// How often they have come.
    times: u32,
    pub(in super::super) sent: usize,
    /// What they have heard, of whom.
    pub(in super::super) heard: Vec<(usize, usize)>,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Deed {
    Come(&'static str),
    Go,
    Send,
}

impl Stranger {
    pub(super) fn new(number: usize, manner: Manner, latency: u64) -> Self {
        let name = format!("stranger {number}");
        Self { manner, name, latency, at: None, times: 0, sent: 0, heard: Vec::new() }
    }
}

impl World {
    pub(super) fn make_strange_plans(&mut self, number: usize) {
        let at = self.below(2000);
        self.plan(at, Happening::Stray(number, Deed::Come("one")));
        for _ in 0..self.below(6) {
            let at = START - 3000 + self.below(20_000);
            self.plan(at, Happening::Stray(number, Deed::Send));
        }
        if self.strangers[number].manner == Manner::Moves {
            let at = START + self.below(20_000);
            self.plan(at, Happening::Stray(number, Deed::Go));
            let at = at + 500 + self.below(3000);
            self.plan(at, Happening::Stray(number, Deed::Come("two")));
        }
    }

    pub(super) fn stray(&mut self, number: usize, deed: Deed) {
        let who = self.clients.len() + number;
        let stranger = &mut self.strangers[number];
        match deed {
            Deed::Come(session) => {
                stranger.times += 1;
                let me = ConnectionId::new(format!("{}@{session}#{}", stranger.name, stranger.times));
                stranger.at = Some((session, me.clone()));
                let stream = StreamInfo {
                    id: StreamId::new(format!("camera of {me}")),
                    connection: ConnectionInfo { id: me, identity: None },
                    name: String::new(),
                    video_type: VideoType::Camera,
                    has_video: true,
                };
                self.strange_word(number, Message::Join { who, leg: LegId(0), identity: None });
                self.strange_word(number, Message::Publish(stream, None));
            }
            Deed::Go => {
                self.strange_word(number, Message::Left);
                self.strangers[number].at = None;
            }
            Deed::Send if stranger.at.is_some() => {
                stranger.sent += 1;
                let number_sent = Some(stranger.sent);
                self.strange_word(number, Message::Signal { to: None, kind: SignalKind::App, number: number_sent });
            }
            Deed::Send => {}
        }
    }

    /// The servers of a session have gone.
    pub(super) fn thrown_out(&mut self, number: usize, session: &str) {
        let stranger = &mut self.strangers[number];
        if stranger.at.as_ref().is_none_or(|(at, _)| *at != session) {
            return;
        }
        stranger.at = None;
        if stranger.manner == Manner::Stays {
            let at = self.now + 1000 + self.below(3000);
            self.plan(at, Happening::Stray(number, Deed::Come("two")));
        }
    }

    fn strange_word(&mut self, number: usize, message: Message) {
        let stranger = &self.strangers[number];
        let Some((session, me)) = stranger.at.clone() else { return };
        let at = self.now + stranger.latency;
        self.plan(at, Happening::AtService { session: session.into(), from: me, message });
    }
}
