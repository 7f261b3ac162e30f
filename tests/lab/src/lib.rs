//! A local stand-in for the Vonage Video API that rotates its servers on demand.
//!
//! The unmodified web SDK talks to it after one public call, `OT.setProxyUrl("http://127.0.0.1:4390/proxy")`. It relays
//! signalling between browsers, so that real video flows from one to the other, and it goes wrong when it is told to.
//!
//! From the wire inwards:
//!
//! - [`server`] is the only part that does I/O: HTTP, WebSockets, files, the clock.
//! - [`lab`] is the whole state and decides everything. It is pure: calls go in with the current time, outputs come out.
//! - [`link`] is one client's signalling link: what has to be said again, what was answered already.
//! - [`session`] is one room: who is there, what they publish, who watches it; [`services`] is what records or
//!   broadcasts it.
//! - [`rest`] is what an app's server asks for, [`callback`] is what it is told without asking; [`jwt`] is how each
//!   knows the other.
//! - [`rumor`] and [`raptor`] are the two layers of the protocol, [`token`] is who may do what.
//! - [`fault`] is what goes wrong; [`control`] is how to make it, over HTTP; [`journal`] is what happened.

pub mod callback;
pub mod control;
pub mod fault;
pub mod id;
pub mod journal;
pub mod jwt;
pub mod lab;
pub mod link;
pub mod raptor;
pub mod rest;
pub mod rumor;
pub mod server;
pub mod services;
pub mod session;
pub mod time;
pub mod token;
