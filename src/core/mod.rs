//! Decides. No browser, no clock, no randomness, no logging.
//!
//! # The rendezvous
//!
//! Everybody moves from one session to its successor, each at a moment of their own, some late, some never. Nobody leads:
//! each client decides by what it sees and hears itself.
//!
//! 1. **Come.** Connect to the successor while in the old session. Say in the old one which connection is one's own there
//!    (`moved`), and there which was one's own in the old one (`was`); then publish there too, and subscribe to each stream
//!    as it appears. Who comes to either later is told the same.
//! 2. **Swap.** A tile swaps when its own next picture has been presented, not before. In a large call its old copy is given
//!    up with that, so that no machine carries everything twice.
//! 3. **Settle.** When everybody who is in the old session is in the successor, and each of their tiles shows them from
//!    there, say so in the old one (`settled`), and signal in the successor alone. Go on publishing in the old one.
//! 4. **Leave** the old session when everybody who is still there has settled. Ten seconds after having settled oneself, those
//!    who are in the successor and haven't said so, nor anything else, are not waited for any more: they run without this
//!    package. Whoever has spoken is waited for three times as long, for a picture may never come (from a camera that has died),
//!    and nobody after the deadline. Without one in the announcement it is two minutes later.
//! 5. **Go back** if the successor fails: what it showed is shown from the old session again, where everybody has gone on
//!    publishing, and the move begins anew while there is time. In a large call the last picture stays until it is there.
//!
//! ## Why nobody loses sight of anybody
//!
//! Let Ann and Ben see each other in the old session. While both are in it, nothing of it is given up but for a picture that
//! is there. Say that Ann is the first to leave it. Then she has settled, with Ben
//! still there: so he is in the successor, and she sees him from there. And he has settled, so he sees her from there. Her
//! leaving takes nothing from either. What remains are the exceptions of step 4, in which Ben has not settled: he runs
//! without this package, or takes half a minute longer than she, or the old session ends; and of step 5 a successor that
//! dies after both have settled, when whoever is cut off comes back as after any loss.
//!
//! ## Why nobody is there twice
//!
//! A view shows one leg. A connection in the successor is somebody known if it has the identity of exactly one person who is
//! not there yet; or if its own word and that person's in the old session agree, and what is known of both doesn't
//! contradict them. The service says who a signal is from, so each of the two words can only be said by who has that
//! connection: together nobody can say them of somebody else. While it may be somebody known it is held back, two seconds at
//! most, and only then a newcomer. Each one's signals are delivered once, in their order: [`bridge`].
//!
//! ## What a lie comes to
//!
//! | who says what | comes to |
//! |---|---|
//! | a connection in the successor to have been somebody who is in the old session | one event: that person doesn't say so |
//! | somebody in the old session to be another one's connection in the successor | one event: that one doesn't say so |
//! | one word after another, or one a thousand times | the last counts; nothing is kept of the others |
//! | a word about a session that the call doesn't go to, or a connection that isn't there | nothing, until it is |
//! | a connection in the successor to have been somebody who has lost theirs | nothing, if either has an identity |
//! | the same, where neither has | is believed: whoever was cut off has no other word left |
//! | somebody to have settled who hasn't | is not waited for: loses sight of others themselves, nobody else |
//! | somebody nothing, or to come and doesn't | is waited for until the deadline, as who runs without this package |
//!
//! ## What it costs
//!
//! Each client says three things to all in a move, and two things to each who comes late to the old session; one to each who
//! comes later than itself to the successor, if its identity is not its own. Both sessions carry everybody's media from the first one's coming to the last one's settling; [`spread`] keeps that short within a call.

pub mod announcement;
pub mod backoff;
pub mod bridge;
pub mod config;
pub mod error;
mod handover;
pub mod ids;
pub mod machine;
pub mod muting;
pub mod protocol;
pub mod receipt;
mod roster;
pub mod spread;
pub mod state;
pub mod time;
mod views;
