//! The names of things: small newtypes, so that a leg is never taken for a view.
//!
//! The numeric ones are handles that the shell and the machine hand out; the textual ones are the service's own, which
//! nothing in `core` takes apart.

use std::fmt;

/// One real session under the durable one. Handed out in rising order and never used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LegId(pub u32);

/// What the app shows in one place: a remote person's tile, or the own preview.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ViewId(pub u32);

/// A durable publisher, whichever real publishers stand in for it on the legs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PublisherId(pub u32);

/// An app signal that has arrived on a leg and is kept by the shell until it is delivered or discarded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SignalId(pub u32);

/// A signal that the app sends, kept by the shell until each copy of it is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OutgoingId(pub u32);

/// One question to the app's `renew`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RenewId(pub u32);

/// Defines an identifier that the service chose.
macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// Takes the identifier as the service wrote it.
            pub fn new(id: impl Into<String>) -> Self {
                Self(id.into())
            }

            /// The identifier as the service wrote it.
            pub fn as_str(&self) -> &str {
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

text_id! {
    /// A session of the service. A successor has another one; a recovery may come back to the same.
    SessionId
}

text_id! {
    /// A client's connection to one session: somebody in two sessions has two of them.
    ConnectionId
}

text_id! {
    /// A stream in one session. Whoever publishes on two legs has two of them.
    StreamId
}
