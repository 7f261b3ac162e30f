//! The lab from outside: in virtual time without sockets, and over real ones.

mod callbacks;
mod caller;
mod control;
mod faults;
mod links;
mod over_http;
mod rotation;
mod services;
mod session;
mod support;
