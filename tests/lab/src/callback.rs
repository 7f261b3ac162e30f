//! Callbacks: what the application's server is told, how it is signed, and how often it is tried.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;
use serde_json::{Value, json};

use crate::id::Ids;
use crate::jwt;
use crate::time::Time;

/// How often a callback is tried, in all. With the usual first delay, that is most of a day; the platform says that it
/// goes on for 24 hours with growing delays, and not which.
const TRIES: u32 = 16;

/// How long a signature is good for, in seconds (a guess).
const LIFETIME: i64 = 300;

/// What callbacks are about; each has an address of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Topic {
    /// Session monitoring.
    Session,
    /// Archives.
    Archive,
    /// Broadcasts.
    Broadcast,
    /// Captions.
    Captions,
    /// Experience Composers.
    Render,
}

impl Topic {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Session, Self::Archive, Self::Broadcast, Self::Captions, Self::Render];

    /// Its name: the argument of the control call that sets its address.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::Archive => "archive",
            Self::Broadcast => "broadcast",
            Self::Captions => "captions",
            Self::Render => "render",
        }
    }
}

/// How callbacks are sent.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Sending {
    /// With which secret they are signed; if none, they aren't.
    #[serde(skip)]
    pub secrets: BTreeMap<Topic, String>,
    /// Where to.
    pub urls: BTreeMap<Topic, String>,
    /// How long a second try waits; each further one waits twice as long.
    #[serde(serialize_with = "millis")]
    pub retry: Duration,
    /// How often each is delivered, were it never refused.
    pub copies: u32,
    /// Each waits for a random time, at most this.
    #[serde(serialize_with = "millis")]
    pub shuffle: Duration,
    /// By how many seconds the clock that signs is wrong.
    pub skew: i64,
}

fn millis<S: serde::Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u128(duration.as_millis())
}

impl Default for Sending {
    fn default() -> Self {
        let (secrets, urls) = (BTreeMap::new(), BTreeMap::new());
        Self { secrets, urls, retry: Duration::from_secs(1), copies: 1, shuffle: Duration::ZERO, skew: 0 }
    }
}

/// One HTTP request to the application's server: a POST of JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Post {
    /// Its number, by which its end is told.
    pub number: u64,
    /// Where to.
    pub url: String,
    /// What.
    pub body: String,
    /// The header `Authorization`, if it is signed.
    pub authorization: Option<String>,
}

/// What became of a post.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// What it was about.
    pub event: String,
    /// Which try it was, from 1 on.
    pub attempt: u32,
    /// Whether it was the last.
    pub over: bool,
}

#[derive(Debug)]
struct Letter {
    number: u64,
    topic: Topic,
    url: String,
    event: String,
    body: String,
    tries: u32,
    /// When it is sent; if not, it is on its way.
    due: Option<Time>,
}

/// The callbacks that are to be delivered still.
#[derive(Debug, Default)]
pub struct Callbacks {
    /// How they are sent.
    pub sending: Sending,
    letters: Vec<Letter>,
    next: u64,
}

impl Callbacks {
    /// Has something told, if somebody wants to hear it.
    pub fn tell(&mut self, topic: Topic, body: &Value, ids: &mut Ids, now: Time) {
        let Some(url) = self.sending.urls.get(&topic) else { return };
        for _ in 0..self.sending.copies {
            self.next += 1;
            let event = body["event"].as_str().unwrap_or(topic.name()).to_owned();
            let (url, body) = (url.clone(), body.to_string());
            let due = Some(now + ids.up_to(self.sending.shuffle));
            self.letters.push(Letter { number: self.next, topic, url, event, body, tries: 0, due });
        }
    }

    /// Forgets all that isn't delivered, and says how many that were.
    pub fn clear(&mut self) -> usize {
        std::mem::take(&mut self.letters).len()
    }

    /// How many aren't delivered.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.letters.len()
    }

    /// When something is to be sent next.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Time> {
        self.letters.iter().filter_map(|letter| letter.due).min()
    }

    /// What is to be sent now. Each copy and each try is signed anew.
    pub fn take_due(&mut self, now: Time, application: &str, ids: &mut Ids) -> Vec<Post> {
        let mut due: Vec<&mut Letter> =
            self.letters.iter_mut().filter(|letter| letter.due.is_some_and(|due| due <= now)).collect();
        due.sort_by_key(|letter| letter.due);
        let sending = &self.sending;
        let post = |letter: &mut Letter| {
            letter.due = None;
            letter.tries += 1;
            let sign = |secret: &String| {
                let claims = claims(&letter.body, application, sending.skew, ids, now);
                format!("Bearer {}", jwt::sign_with_secret(&claims, secret))
            };
            let authorization = sending.secrets.get(&letter.topic).map(sign);
            Post { number: letter.number, url: letter.url.clone(), body: letter.body.clone(), authorization }
        };
        due.into_iter().map(post).collect()
    }

    /// Takes note of an answer, or that there was none. Anything but 2xx is a reason to try again.
    pub fn answered(&mut self, number: u64, status: Option<u16>, now: Time) -> Option<Delivery> {
        let at = self.letters.iter().position(|letter| letter.number == number)?;
        let letter = &mut self.letters[at];
        let taken = status.is_some_and(|status| (200..300).contains(&status));
        let over = taken || letter.tries >= TRIES;
        let delivery = Delivery { event: letter.event.clone(), attempt: letter.tries, over };
        if over {
            self.letters.remove(at);
        } else {
            letter.due = Some(now + self.sending.retry * (1 << (letter.tries - 1)));
        }
        Some(delivery)
    }
}

/// What a signature says, as the platform documents it; `exp` is a guess.
fn claims(body: &str, application: &str, skew: i64, ids: &mut Ids, now: Time) -> Value {
    let made = i64::try_from(now.as_secs()).unwrap_or(i64::MAX).saturating_add(skew);
    json!({
        "iss": "Vonage",
        "iat": made,
        "exp": made.saturating_add(LIFETIME),
        "jti": ids.uuid(),
        "application_id": application,
        "payload_hash": jwt::sha256(body),
    })
}
