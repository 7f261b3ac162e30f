//! Whether an announcement of a successor is to be believed.
//!
//! Announcements come from outside, by signal or by a call of the app's. The shell takes them apart; here they are
//! judged, and whatever is wrong with one is told once, in words.

mod rejection;

use std::time::Duration;

use super::ids::SessionId;

pub use self::rejection::{Flaw, Rejection};

/// The longest data of an announcement, in UTF-16 units: 8 KB, the most that the service lets a signal carry.
pub const MAX_SIZE: usize = 8192;

/// The longest session ID taken for one. The service's have about 70 characters.
pub const MAX_SESSION_ID: usize = 255;

/// An announcement as it arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawAnnouncement {
    /// Who announces.
    pub sender: Sender,
    /// Length of the data as it arrived, in UTF-16 units.
    pub size: usize,
    /// What is announced.
    pub data: Data,
    /// Whether it is signed.
    pub proof: Proof,
}

/// What is known of the signature of an announcement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// Nobody asked: the app has given no key, or announces itself.
    NotAsked,
    /// It is the key's, over what is announced: application, [`Data::Json`] and [`Seal`].
    Genuine,
    /// There is none, or another.
    Forged,
    /// It can't be checked here.
    Unverifiable,
}

/// Who announces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sender {
    /// A server: the signal's `from` is `null`, or the app called.
    Server,
    /// Somebody in the session. Every publisher can send signals of any type.
    Participant,
    /// The signal doesn't say.
    Unknown,
}

/// Whose announcements are believed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Trust {
    /// Only a server's.
    #[default]
    Server,
    /// Anybody's: for apps without a server that can signal.
    Anyone,
}

/// The data of an announcement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Data {
    /// There is none.
    Missing,
    /// Plain text: the session ID.
    Text(String),
    /// A JSON object.
    Json {
        /// `sessionId`, if that is a string.
        session_id: Option<String>,
        /// `deadline`.
        deadline: Deadline,
        /// `epoch`, if that is a whole number: rises from announcement to announcement.
        epoch: Option<u64>,
        /// What a signed one says besides; `None` if anything of what is signed is missing.
        seal: Option<Seal>,
    },
    /// It begins like a JSON object, but isn't one.
    BrokenJson,
}

/// What a signed announcement says besides: so it can be used neither in other calls nor later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seal {
    /// The session that has a successor.
    pub from: SessionId,
    /// In how many milliseconds it counts no more; negative if that is past.
    pub expires: i64,
}

/// Until when the session that is left will live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deadline {
    /// Not said.
    None,
    /// In that many milliseconds; negative if it is past.
    In(i64),
    /// Said, but neither milliseconds since the epoch nor a date in ISO 8601.
    Unreadable,
}

/// What an announcement is judged against.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The session that the call is in.
    pub current: &'a SessionId,
    /// The session that it is moving to.
    pub pending: Option<&'a SessionId>,
    /// Sessions that it has left: announcements for these may come late.
    pub left: &'a [SessionId],
    /// The highest epoch accepted so far.
    pub highest_epoch: Option<u64>,
    /// Whom to believe.
    pub trust: Trust,
}

/// A successor to move to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Announcement {
    /// The successor.
    pub session_id: SessionId,
    /// How long the session that is left will live; `None` if that wasn't said.
    pub deadline: Option<Duration>,
    /// The announcement's own number, if it has one.
    pub epoch: Option<u64>,
    /// Whether it is the app's own word: then the move begins at once.
    pub prompt: bool,
}

impl RawAnnouncement {
    /// Judges the announcement.
    ///
    /// # Errors
    ///
    /// The first reason to ignore it. Who announces is judged first, so that nobody learns from the answer what we
    /// are doing; a deadline last, so that a repeated announcement isn't called late.
    pub fn check(&self, context: &Context<'_>) -> Result<Announcement, Rejection> {
        match (context.trust, self.sender) {
            (Trust::Anyone, _) | (Trust::Server, Sender::Server) => {}
            (Trust::Server, Sender::Participant | Sender::Unknown) => {
                return Err(Rejection::FromParticipant);
            }
        }
        if self.size > MAX_SIZE {
            return Err(Rejection::TooLarge);
        }
        let (session_id, deadline, epoch, seal) = match &self.data {
            Data::Missing => return Err(Rejection::Empty),
            Data::BrokenJson => return Err(Rejection::NotJson),
            Data::Text(text) if text.trim().is_empty() => return Err(Rejection::Empty),
            Data::Text(text) => (Some(text.as_str()), Deadline::None, None, None),
            Data::Json { session_id, deadline, epoch, seal } => {
                (session_id.as_deref(), *deadline, *epoch, seal.as_ref())
            }
        };
        if self.proof != Proof::NotAsked {
            check_seal(self.proof, seal, context)?;
        }
        let session_id = check_session_id(session_id).map_err(Rejection::Invalid)?;
        if matches!(deadline, Deadline::Unreadable) {
            return Err(Rejection::Invalid(Flaw::UnreadableDeadline));
        }
        if session_id == *context.current {
            return Err(Rejection::CurrentSession);
        }
        let is_old = matches!((epoch, context.highest_epoch), (Some(epoch), Some(highest)) if epoch <= highest);
        if is_old || context.pending == Some(&session_id) {
            return Err(Rejection::Duplicate);
        }
        let deadline = match deadline {
            Deadline::None | Deadline::Unreadable => None,
            Deadline::In(millis) => match u64::try_from(millis) {
                Ok(millis) if millis > 0 => Some(Duration::from_millis(millis)),
                Ok(_) | Err(_) => return Err(Rejection::PastDeadline),
            },
        };
        Ok(Announcement { session_id, deadline, epoch, prompt: false })
    }
}

fn check_seal(proof: Proof, seal: Option<&Seal>, context: &Context<'_>) -> Result<(), Rejection> {
    let seal = seal.ok_or(Rejection::Unsigned)?;
    match proof {
        Proof::NotAsked | Proof::Genuine => {}
        Proof::Forged => return Err(Rejection::Forged),
        Proof::Unverifiable => return Err(Rejection::Unverifiable),
    }
    let is_ours = seal.from == *context.current || context.pending == Some(&seal.from);
    if !is_ours && !context.left.contains(&seal.from) {
        return Err(Rejection::OtherSession);
    }
    if seal.expires <= 0 {
        return Err(Rejection::Expired);
    }
    Ok(())
}

/// Checks that a text may be a session ID; white space around it doesn't count.
///
/// # Errors
///
/// What is wrong with it.
pub fn check_session_id(text: Option<&str>) -> Result<SessionId, Flaw> {
    let text = text.unwrap_or_default().trim();
    if text.is_empty() {
        return Err(Flaw::NoSessionId);
    }
    if text.len() > MAX_SESSION_ID {
        return Err(Flaw::LongSessionId);
    }
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~=".contains(&byte);
    if !text.bytes().all(fits) {
        return Err(Flaw::OddSessionId);
    }
    Ok(SessionId::new(text))
}
