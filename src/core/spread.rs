//! When each client begins a move that was announced in good time: a service's clients must not come all at once.
//!
//! All of one room would keep two sessions open for as long as its people are apart. So a room has one moment, drawn
//! from what all of its people know and nobody else shares, and each of them begins shortly after it, by their own dice.

use std::time::Duration;

use super::backoff::Random;
use super::ids::SessionId;

/// Within how long the people of one room begin. 2 s: a handover takes about as long, so nobody has two legs for much
/// longer than alone, and a server doesn't get a room of twenty-five in one blow.
const ROOM: Duration = Duration::from_secs(2);

/// How long after its announcement a client begins to move to `successor`, in whole milliseconds: uniform over `window`
/// for all rooms and people together. `random` is from 0 up to, not including, 1.
#[must_use]
pub fn begin_after(window: Duration, successor: &SessionId, random: f64) -> Duration {
    let own = window.min(ROOM);
    let room = Random::new(fingerprint(successor.as_str())).next_f64();
    let millis = |span: Duration, part: f64| (span.as_millis() as f64 * part.clamp(0.0, 1.0)) as u64;
    Duration::from_millis(millis(window.saturating_sub(own), room) + millis(own, random))
}

/// The same for the same text, whoever asks: FNV-1a of 64 bits.
fn fingerprint(text: &str) -> u64 {
    let fold = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    text.bytes().fold(0xcbf2_9ce4_8422_2325, fold)
}
