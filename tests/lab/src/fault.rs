//! Faults: what goes wrong on demand, where, for whom, how often.

use std::time::Duration;

use serde::Serialize;

use crate::id::SessionId;
use crate::time::Time;

/// A place where things can go wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Point {
    /// `GET .../project/<key>/config.json`.
    Config,
    /// `GET .../session/<id>`: session info.
    Info,
    /// The WebSocket's upgrade.
    Socket,
    /// A client's request to join, on its socket.
    Connect,
    /// A client's request to publish, on its socket.
    StreamCreate,
    /// What the application's server asks for: `/session/create` and `/v2/project`.
    Rest,
}

impl Point {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Config, Self::Info, Self::Socket, Self::Connect, Self::StreamCreate, Self::Rest];

    /// Its name in the control API.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Config => "config",
            Self::Info => "info",
            Self::Socket => "socket",
            Self::Connect => "connect",
            Self::StreamCreate => "streamCreate",
            Self::Rest => "rest",
        }
    }

    /// The names of the [harms](Harm) that can be done here.
    #[must_use]
    pub const fn harms(self) -> &'static [&'static str] {
        match self {
            Self::Config | Self::Info => &["status", "body", "error", "hang", "destroy"],
            Self::Socket => &["status", "close", "hang", "destroy"],
            Self::Connect | Self::StreamCreate => &["status", "hang", "destroy"],
            Self::Rest => &["status", "body", "hang", "destroy", "lose"],
        }
    }

    /// What is done if nobody says what.
    #[must_use]
    pub const fn usual_harm(self) -> Harm {
        match self {
            Self::Config | Self::Info | Self::Rest => Harm::Status { code: 503, body: String::new() },
            Self::Socket => Harm::Destroy,
            Self::Connect => Harm::Status { code: 403, body: String::new() },
            Self::StreamCreate => Harm::Status { code: 500, body: String::new() },
        }
    }
}

/// What is done instead of the right thing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Harm {
    /// No answer, ever.
    Hang,
    /// The connection is reset.
    Destroy,
    /// An answer with this status: of HTTP, or of a Rumor status frame.
    Status {
        /// The status.
        code: u16,
        /// The HTTP body, or the `reason` in the status frame.
        body: String,
    },
    /// An answer with status 200 and this body.
    Body(String),
    /// An answer with status 200 and an error in its JSON, as session info reports them.
    ErrorNode {
        /// The code in it.
        code: u16,
        /// The text in it.
        message: String,
    },
    /// The socket opens and is closed at once with this code.
    Close(u16),
    /// The right thing is done, and the connection is reset before anybody hears of it.
    Lose,
}

/// One fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where.
    pub point: Point,
    /// In which session; in all if `None`.
    pub session: Option<SessionId>,
    /// On which generation of the session's servers; on all if `None`.
    pub generation: Option<u32>,
    /// Only for this operation of REST; for all if `None`.
    pub operation: Option<String>,
    /// How many times still; without end if `None`.
    pub times: Option<u32>,
    /// Until when.
    pub until: Option<Time>,
    /// How long everything waits first.
    pub delay: Duration,
    /// What then; if `None`, the right thing.
    pub harm: Option<Harm>,
    /// After how many seconds the asker is told to come back, in the header `Retry-After`.
    pub retry_after: Option<u32>,
}

/// Where a request is: in which session, on which generation of its servers, and what it asks REST for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Place<'a> {
    /// The session, if it is about one.
    pub session: Option<&'a str>,
    /// The generation, if it comes from a client.
    pub generation: Option<u32>,
    /// The operation of REST, if it is one.
    pub operation: Option<&'a str>,
}

/// What a fault does to one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blow {
    /// How long the request waits first.
    pub delay: Duration,
    /// What then; if `None`, the right thing.
    pub harm: Option<Harm>,
    /// After how many seconds the asker is told to come back.
    pub retry_after: Option<u32>,
}

/// The faults in force.
#[derive(Debug, Default)]
pub struct Faults(Vec<Fault>);

impl Faults {
    /// None.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Puts a fault in force, ahead of those that are.
    pub fn add(&mut self, fault: Fault) {
        self.0.insert(0, fault);
    }

    /// Ends them all, and says how many they were.
    pub fn clear(&mut self) -> usize {
        std::mem::take(&mut self.0).len()
    }

    /// Those that may still strike, the newest first.
    pub fn in_force(&self, now: Time) -> impl Iterator<Item = &Fault> {
        self.0.iter().filter(move |fault| fault.is_in_force(now))
    }

    /// Strikes at a request, if a fault is meant for it: the newest that is.
    pub fn strike(&mut self, point: Point, place: Place<'_>, now: Time) -> Option<Blow> {
        let fault = self.0.iter_mut().find(|fault| {
            fault.point == point
                && fault.is_in_force(now)
                && fault.session.as_ref().is_none_or(|id| place.session == Some(id.as_str()))
                && fault.generation.is_none_or(|number| place.generation == Some(number))
                && fault.operation.as_ref().is_none_or(|name| place.operation == Some(name.as_str()))
        })?;
        if let Some(times) = &mut fault.times {
            *times -= 1;
        }
        Some(Blow { delay: fault.delay, harm: fault.harm.clone(), retry_after: fault.retry_after })
    }
}

impl Fault {
    fn is_in_force(&self, now: Time) -> bool {
        self.times != Some(0) && self.until.is_none_or(|until| now < until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Time = Time::from_millis(5_000);

    fn fault(point: Point) -> Fault {
        let harm = Some(point.usual_harm());
        Fault {
            point,
            session: None,
            generation: None,
            operation: None,
            times: None,
            until: None,
            delay: Duration::ZERO,
            harm,
            retry_after: None,
        }
    }

    fn strikes(faults: &mut Faults, session: &str, generation: u32) -> bool {
        faults.strike(Point::Socket, place(session, generation), NOW).is_some()
    }

    #[test]
    fn a_fault_strikes_as_often_as_it_was_told() {
        let mut faults = Faults::default();
        faults.add(Fault { times: Some(2), ..fault(Point::Socket) });
        let struck = [(); 3].map(|()| strikes(&mut faults, "s", 0));
        assert_eq!(struck, [true, true, false]);
        assert_eq!(faults.in_force(NOW).count(), 0);
    }

    #[test]
    fn a_fault_strikes_only_its_session_and_generation() {
        let mut faults = Faults::default();
        faults.add(Fault { session: Some("s".into()), generation: Some(1), ..fault(Point::Socket) });
        assert!(strikes(&mut faults, "s", 1));
        assert!(!strikes(&mut faults, "s", 0));
        assert!(!strikes(&mut faults, "t", 1));
        assert_eq!(faults.strike(Point::Info, place("s", 1), NOW), None);
    }

    #[test]
    fn a_fault_ends_with_its_time() {
        let mut faults = Faults::default();
        faults.add(Fault { until: Some(NOW), ..fault(Point::Socket) });
        assert!(!strikes(&mut faults, "s", 0));
    }

    #[test]
    fn the_newest_fault_strikes_first() {
        let mut faults = Faults::default();
        faults.add(fault(Point::Info));
        faults.add(Fault { harm: Some(Harm::Hang), ..fault(Point::Info) });
        let blow = faults.strike(Point::Info, Place::default(), NOW).expect("a blow");
        assert_eq!(blow.harm, Some(Harm::Hang));
        assert_eq!(faults.clear(), 2);
        assert_eq!(faults.strike(Point::Info, Place::default(), NOW), None);
    }

    #[test]
    fn a_fault_strikes_only_its_operation() {
        let mut faults = Faults::default();
        faults.add(Fault { operation: Some("startArchive".to_owned()), ..fault(Point::Rest) });
        let mut strikes = |operation| {
            let place = Place { operation: Some(operation), ..Place::default() };
            faults.strike(Point::Rest, place, NOW).is_some()
        };
        assert!(strikes("startArchive"));
        assert!(!strikes("stopArchive"));
    }

    fn place(session: &str, generation: u32) -> Place<'_> {
        Place { session: Some(session), generation: Some(generation), operation: None }
    }
}
