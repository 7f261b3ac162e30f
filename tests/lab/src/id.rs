//! Names of things, and where new ones come from.

use std::borrow::Borrow;
use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

macro_rules! name {
    ($(#[$about:meta])* $name:ident) => {
        $(#[$about])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The name as it stands on the wire.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl<T: Into<String>> From<T> for $name {
            fn from(name: T) -> Self {
                Self(name.into())
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

name!(
    /// A session, named by whoever asked for it first.
    SessionId
);
name!(
    /// A client in a session; the client makes it, and keeps it through a migration.
    ConnectionId
);
name!(
    /// A published stream; its publisher makes it, and keeps it through a migration.
    StreamId
);
name!(
    /// One client's subscription to one stream.
    SubscriberId
);

/// One WebSocket, as the server numbers them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct WireId(pub u64);

/// One signalling link: a client's tie to one server, which may outlive several wires.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LinkId(pub u64);

/// Draws random-looking UUIDs from a seed, so that a run can be repeated (SplitMix64).
#[derive(Debug)]
pub struct Ids(u64);

impl Ids {
    /// A source whose names depend on nothing but `seed`.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next UUID (version 4 in form).
    pub fn uuid(&mut self) -> String {
        let bytes = (u128::from(self.draw()) << 64) | u128::from(self.draw());
        uuid::Builder::from_random_bytes(bytes.to_be_bytes()).into_uuid().to_string()
    }

    /// The next word of six letters.
    pub fn word(&mut self) -> String {
        let mut left = self.draw();
        let letter = |_| {
            let letter = b'a' + (left % 26) as u8;
            left /= 26;
            char::from(letter)
        };
        (0..6).map(letter).collect()
    }

    /// A random time of whole milliseconds, at most this long.
    pub fn up_to(&mut self, longest: Duration) -> Duration {
        let millis = u64::try_from(longest.as_millis()).unwrap_or(u64::MAX - 1);
        Duration::from_millis(if millis == 0 { 0 } else { self.draw() % (millis + 1) })
    }

    fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_depend_on_the_seed_and_never_repeat() {
        let draw = |seed| {
            let mut ids = Ids::new(seed);
            [ids.uuid(), ids.uuid(), ids.word(), ids.word()]
        };
        let names = draw(7);
        assert_eq!(names, draw(7));
        assert_ne!(names, draw(8));
        assert_ne!(names[0], names[1]);
        assert_eq!(names[0].as_bytes()[14], b'4', "a UUID of version 4: {}", names[0]);
        assert!(names[2].len() == 6 && names[2].bytes().all(|byte| byte.is_ascii_lowercase()), "{}", names[2]);
    }
}
