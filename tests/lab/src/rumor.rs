//! Rumor: the binary frames in which signalling travels over a WebSocket.
//!
//! One frame is one binary message, everything big endian:
//!
//! | bytes | what |
//! |---|---|
//! | 4 | length of the rest |
//! | 2 | zero |
//! | 1 | [`Kind`] |
//! | 1 | number of addresses; each is a [string](#strings) |
//! | 1 | number of headers; each is two [strings](#strings), name and value |
//! | | the payload, to the end |
//!
//! # Strings
//!
//! Two bytes of length, then UTF-8.

use std::fmt;

/// Header that names a message, and the status frame that answers it.
pub const TRANSACTION: &str = "TRANSACTION-ID";
/// Header of a status frame: 2xx is success.
pub const STATUS: &str = "STATUS";
/// Header that names the sender; empty for a signal that the server made.
pub const FROM: &str = "X-TB-FROM-ADDRESS";
/// Header that carries the token with which a client asks to connect.
pub const TOKEN: &str = "X-TB-TOKEN-AUTH";
/// Header of a connect frame: the client's connection ID.
pub const UNIQUE_ID: &str = "uniqueId";
/// Header of a disconnect frame: `1` if the client means to come back.
pub const RECONNECT: &str = "reconnect";

/// What a frame is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Asks for messages sent to an address.
    Subscribe,
    /// Takes that back.
    Unsubscribe,
    /// Carries a [Raptor](crate::raptor) message.
    Message,
    /// Says who the client is.
    Connect,
    /// Says that the client leaves.
    Disconnect,
    /// Asks for a sign of life.
    Ping,
    /// Gives it.
    Pong,
    /// Answers a message.
    Status,
    /// A number we have no name for; to be ignored.
    Other(u8),
}

impl Kind {
    const fn number(self) -> u8 {
        match self {
            Self::Subscribe => 0,
            Self::Unsubscribe => 1,
            Self::Message => 2,
            Self::Connect => 3,
            Self::Disconnect => 4,
            Self::Ping => 7,
            Self::Pong => 8,
            Self::Status => 9,
            Self::Other(number) => number,
        }
    }
}

impl From<u8> for Kind {
    fn from(number: u8) -> Self {
        match number {
            0 => Self::Subscribe,
            1 => Self::Unsubscribe,
            2 => Self::Message,
            3 => Self::Connect,
            4 => Self::Disconnect,
            7 => Self::Ping,
            8 => Self::Pong,
            9 => Self::Status,
            number => Self::Other(number),
        }
    }
}

/// One frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// What it is for.
    pub kind: Kind,
    /// Whom it is for.
    pub addresses: Vec<String>,
    /// Names and values, in order.
    pub headers: Vec<(String, String)>,
    /// The rest: JSON in messages and their answers.
    pub payload: Vec<u8>,
}

impl Frame {
    /// A frame with nothing in it.
    #[must_use]
    pub const fn new(kind: Kind) -> Self {
        Self { kind, addresses: Vec::new(), headers: Vec::new(), payload: Vec::new() }
    }

    /// Adds an address.
    #[must_use]
    pub fn to(mut self, address: impl Into<String>) -> Self {
        self.addresses.push(address.into());
        self
    }

    /// Adds a header.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// Sets the payload.
    #[must_use]
    pub fn carrying(mut self, payload: impl Into<Vec<u8>>) -> Self {
        self.payload = payload.into();
        self
    }

    /// The value of a header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Reads one frame.
    ///
    /// # Errors
    ///
    /// The bytes end early or go on too long, or a string isn't UTF-8.
    pub fn decode(bytes: &[u8]) -> Result<Self, FrameError> {
        let mut reader = Reader(bytes);
        let said = reader.take(4)?.iter().fold(0, |sum, byte| (sum << 8) | usize::from(*byte));
        if said != reader.0.len() {
            return Err(FrameError::Length { said, found: reader.0.len() });
        }
        reader.take(2)?;
        let kind = Kind::from(reader.byte()?);
        let addresses = (0..reader.byte()?).map(|_| reader.string()).collect::<Result<_, _>>()?;
        let headers =
            (0..reader.byte()?).map(|_| Ok((reader.string()?, reader.string()?))).collect::<Result<_, _>>()?;
        Ok(Self { kind, addresses, headers, payload: reader.0.to_vec() })
    }

    /// Writes the frame.
    ///
    /// A string of more than 65,535 bytes is cut, and addresses and headers after the 255th are left out. Nothing that
    /// the lab sends comes near that.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = vec![0, 0, 0, 0, 0, 0, self.kind.number()];
        let addresses = counted(&mut bytes, &self.addresses);
        addresses.iter().for_each(|address| write_string(&mut bytes, address));
        for (name, value) in counted(&mut bytes, &self.headers) {
            write_string(&mut bytes, name);
            write_string(&mut bytes, value);
        }
        bytes.extend_from_slice(&self.payload);
        let length = u32::try_from(bytes.len() - 4).unwrap_or(u32::MAX);
        bytes[..4].copy_from_slice(&length.to_be_bytes());
        bytes
    }
}

/// Why bytes are no frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrameError {
    /// They end in the middle of something.
    Short,
    /// The length at the front is not theirs.
    Length {
        /// What it says.
        said: usize,
        /// How many bytes there are.
        found: usize,
    },
    /// A string isn't UTF-8.
    Text,
}

impl fmt::Display for FrameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Short => f.write_str("the frame ends early"),
            Self::Length { said, found } => write!(f, "the frame says {said} bytes and has {found}"),
            Self::Text => f.write_str("a string of the frame isn't UTF-8"),
        }
    }
}

impl std::error::Error for FrameError {}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], FrameError> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or(FrameError::Short)?;
        self.0 = rest;
        Ok(taken)
    }

    fn byte(&mut self) -> Result<u8, FrameError> {
        let (first, rest) = self.0.split_first().ok_or(FrameError::Short)?;
        self.0 = rest;
        Ok(*first)
    }

    fn string(&mut self) -> Result<String, FrameError> {
        let length = usize::from(self.byte()?) << 8 | usize::from(self.byte()?);
        let text = self.take(length)?;
        str::from_utf8(text).map(str::to_owned).map_err(|_| FrameError::Text)
    }
}

fn counted<'a, T>(bytes: &mut Vec<u8>, items: &'a [T]) -> &'a [T] {
    let count = u8::try_from(items.len()).unwrap_or(u8::MAX);
    bytes.push(count);
    &items[..usize::from(count)]
}

fn write_string(bytes: &mut Vec<u8>, text: &str) {
    let text = &text[..text.floor_char_boundary(usize::from(u16::MAX))];
    let length = u16::try_from(text.len()).unwrap_or(u16::MAX);
    bytes.extend_from_slice(&length.to_be_bytes());
    bytes.extend_from_slice(text.as_bytes());
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_ping_is_nine_bytes() {
        assert_eq!(Frame::new(Kind::Ping).encode(), [0, 0, 0, 5, 0, 0, 7, 0, 0]);
    }

    #[test]
    fn a_message_is_laid_out_as_documented() {
        let frame = Frame::new(Kind::Message).to("ab").with("k", "é").carrying("{}");
        let expected = b"\0\0\0\x12\0\0\x02\x01\0\x02ab\x01\0\x01k\0\x02\xc3\xa9{}";
        assert_eq!(frame.encode(), expected);
        assert_eq!(Frame::decode(expected), Ok(frame));
    }

    #[test]
    fn every_truncation_is_an_error() {
        let bytes = Frame::new(Kind::Status).to("a").with(TRANSACTION, "t").carrying("x").encode();
        for end in 0..bytes.len() {
            assert!(Frame::decode(&bytes[..end]).is_err(), "{end} bytes");
        }
    }

    #[test]
    fn a_count_that_promises_too_much_is_an_error() {
        assert_eq!(Frame::decode(&[0, 0, 0, 5, 0, 0, 2, 200, 0]), Err(FrameError::Short));
    }

    #[test]
    fn a_string_that_is_not_utf8_is_an_error() {
        assert_eq!(Frame::decode(&[0, 0, 0, 8, 0, 0, 2, 1, 0, 1, 0xFF, 0]), Err(FrameError::Text));
    }

    #[test]
    fn a_string_too_long_for_its_length_is_cut_between_characters() {
        let frame = Frame::new(Kind::Message).to("é".repeat(40_000));
        let back = Frame::decode(&frame.encode()).map(|frame| frame.addresses[0].len());
        assert_eq!(back, Ok(65_534));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(
            kind in any::<u8>(),
            addresses in prop::collection::vec(any::<String>(), 0..4),
            headers in prop::collection::vec(any::<(String, String)>(), 0..4),
            payload in prop::collection::vec(any::<u8>(), 0..64),
        ) {
            let frame = Frame { kind: Kind::from(kind), addresses, headers, payload };
            prop_assert_eq!(Frame::decode(&frame.encode()), Ok(frame));
        }

        #[test]
        fn garbage_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            let _ = Frame::decode(&bytes);
            let length = u32::try_from(bytes.len()).unwrap_or_default().to_be_bytes();
            let _ = Frame::decode(&[&length[..], &bytes].concat());
        }
    }
}
