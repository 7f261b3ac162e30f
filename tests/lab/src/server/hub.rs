//! The hub: the lab behind a lock, and the wires that its outputs go to.

use std::collections::BTreeMap;
use std::io::{self, Write as _};
use std::sync::{Mutex, PoisonError};

use tokio::sync::Notify;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::sleep_until;

use super::clock::Clock;
use crate::callback::Post;
use crate::id::WireId;
use crate::lab::{Lab, Opening, Output};
use crate::time::Time;

/// What a socket is told to do.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// Send a binary message.
    Send(Vec<u8>),
    /// Close with this code.
    Close(u16),
    /// End without a word.
    Cut,
}

/// The lab at work.
#[derive(Debug)]
pub(super) struct Hub {
    state: Mutex<State>,
    clock: Clock,
    rearm: Notify,
    posts: UnboundedSender<Post>,
    print: bool,
}

#[derive(Debug)]
struct State {
    lab: Lab,
    wires: BTreeMap<WireId, UnboundedSender<Order>>,
    next_wire: u64,
}

impl Hub {
    /// A hub without wires, whose callbacks go to `posts`; with `print`, the journal goes to standard output as it is
    /// written.
    pub(super) const fn new(lab: Lab, clock: Clock, posts: UnboundedSender<Post>, print: bool) -> Self {
        let state = State { lab, wires: BTreeMap::new(), next_wire: 0 };
        Self { state: Mutex::new(state), clock, rearm: Notify::const_new(), posts, print }
    }

    /// Does something with the lab, and then all that follows from it.
    pub(super) fn with<T>(&self, act: impl FnOnce(&mut Lab, Time) -> T) -> T {
        self.with_state(|state, now| act(&mut state.lab, now))
    }

    /// Takes in a socket, which is to do as the orders say.
    pub(super) fn open(&self, opening: Opening) -> (WireId, UnboundedReceiver<Order>) {
        let (sender, orders) = unbounded_channel();
        let wire = self.with_state(|state, now| {
            state.next_wire += 1;
            let wire = WireId(state.next_wire);
            state.wires.insert(wire, sender);
            state.lab.handle_open(wire, opening, now);
            wire
        });
        (wire, orders)
    }

    /// Lets go of a socket that has ended.
    pub(super) fn close(&self, wire: WireId) {
        self.with_state(|state, now| {
            state.wires.remove(&wire);
            state.lab.handle_close(wire, now);
        });
    }

    /// Wakes the lab whenever something is due. Never ends.
    pub(super) async fn keep_time(&self) {
        loop {
            let due = self.with(|lab, _| lab.poll_timeout());
            let wake = async {
                match due {
                    Some(due) => sleep_until(self.clock.instant(due)).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = wake => self.with(Lab::handle_timeout),
                () = self.rearm.notified() => {}
            }
        }
    }

    fn with_state<T>(&self, act: impl FnOnce(&mut State, Time) -> T) -> T {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let due = state.lab.poll_timeout();
        let answer = act(&mut state, self.clock.now());
        while let Some(output) = state.lab.poll_output() {
            let (wire, order) = match output {
                Output::Send(wire, bytes) => (wire, Order::Send(bytes)),
                Output::Close(wire, code) => (wire, Order::Close(code)),
                Output::Cut(wire) => (wire, Order::Cut),
                Output::Post(post) => {
                    // Nobody posts any more once the server is told to stop.
                    let _ = self.posts.send(post);
                    continue;
                }
            };
            if let Some(sender) = state.wires.get(&wire) {
                // A socket that has just ended takes no more orders, and will say so itself.
                let _ = sender.send(order);
            }
        }
        if self.print {
            let mut output = io::stdout().lock();
            for line in state.lab.take_log() {
                // Nobody reads it any more: that is no reason to stop.
                let _ = writeln!(output, "{}", serde_json::to_string(&line).unwrap_or_default());
            }
        }
        if state.lab.poll_timeout() != due {
            self.rearm.notify_one();
        }
        answer
    }
}
