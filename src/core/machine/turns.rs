//! Whose turn it is to be subscribed to on a successor: one after the other, so that the pictures on screen go on.
//!
//! A second copy of a picture costs most until its first frame is there: a subscriber with its elements, a peer connection, its
//! negotiation. All at once, those of a large room keep the main thread for as long as they take, and nothing that is
//! shown moves. So each has a turn of its own, and the browser can draw in between. How soon the next one comes depends on how
//! the machine copes: where a timer is late, something keeps the main thread, and as much time again is left to that.

use std::time::Duration;

use super::{Command, LegId, Machine, Time, ViewId};

/// So many begin at once. A call of five doesn't notice that there are turns.
const FIRST: usize = 4;

/// Between two turns: a frame of the screen, and a little more.
const PACE: Duration = Duration::from_millis(20);

/// What is later than this is late.
const PROMPT: Duration = Duration::from_millis(50);

/// No turn is put off for longer, however late it is, and none twice.
const LONGEST: Duration = Duration::from_millis(300);

/// The views that are to be subscribed to on the successor.
#[derive(Debug, Default)]
pub(super) struct Turns {
    /// In the order in which their streams came.
    waiting: Vec<ViewId>,
    /// Those that can be seen go first.
    in_view: Vec<ViewId>,
    /// How many had theirs.
    taken: usize,
    /// When the next one is due.
    due: Option<Time>,
    /// Whether a timer has been waiting for that.
    awaited: bool,
}

impl Turns {
    /// A view's stream is there.
    pub(super) fn wait(&mut self, view: ViewId) {
        if !self.waiting.contains(&view) {
            self.waiting.push(view);
        }
    }

    /// These can be seen.
    pub(super) fn prefer(&mut self, in_view: Vec<ViewId>) {
        self.in_view = in_view;
    }

    /// Whose turn it is now, if it is anybody's.
    fn take(&mut self, now: Time) -> Option<ViewId> {
        if self.waiting.is_empty() {
            self.awaited = false;
            return None;
        }
        if let Some(due) = self.due {
            if now < due {
                self.awaited = true;
                return None;
            }
            let late = now.saturating_since(due);
            if late > PROMPT && std::mem::take(&mut self.awaited) {
                self.due = Some(now + late.min(LONGEST));
                return None;
            }
        }
        self.taken += 1;
        self.due = (self.taken >= FIRST).then(|| now + PACE);
        let at = self.waiting.iter().position(|view| self.in_view.contains(view)).unwrap_or_default();
        let view = self.waiting.remove(at);
        self.awaited = !self.waiting.is_empty();
        Some(view)
    }

    /// When the next turn comes.
    pub(super) fn poll_timeout(&self) -> Option<Time> {
        self.due.filter(|_| !self.waiting.is_empty())
    }

    /// Nothing comes of a view. Returns whether it has been waiting.
    pub(super) fn forget(&mut self, view: ViewId) -> bool {
        let at = self.waiting.iter().position(|other| *other == view);
        at.map(|at| self.waiting.remove(at)).is_some()
    }
}

impl Machine {
    /// A successor is connected. Where there are more views than begin at once, it matters which.
    pub(super) fn begin_turns(&mut self) {
        self.turns = Turns::default();
        let is_second = self.state.moving().is_some_and(|handover| handover.old_leg().is_some());
        if is_second && self.views.all().len() > FIRST {
            self.order(Command::Survey);
        }
    }

    /// Begins with those whose turn it is.
    pub(super) fn take_turns(&mut self, now: Time) {
        let Some(leg) = self.second_leg() else { return };
        while let Some(view) = self.turns.take(now) {
            self.subscribe_on(view, leg);
        }
    }

    /// A view has nothing on a leg any more. If that is the old one, there is no picture that it could wait behind.
    pub(super) fn lose_turn(&mut self, view: ViewId, leg: LegId) {
        let second = self.second_leg().filter(|second| *second != leg);
        if self.turns.forget(view)
            && let Some(second) = second
        {
            self.subscribe_on(view, second);
        }
    }

    /// There is nothing to be spared any more: begins with all that wait.
    pub(super) fn end_turns(&mut self, leg: LegId) {
        for view in std::mem::take(&mut self.turns).waiting {
            self.subscribe_on(view, leg);
        }
    }

    /// The connected successor, while the old leg lives and shows everything.
    pub(super) fn second_leg(&self) -> Option<LegId> {
        let handover = self.state.moving().filter(|handover| handover.old_leg().is_some() && !handover.is_leaving())?;
        handover.connected_leg().map(|leg| leg.id)
    }

    pub(super) fn subscribe_on(&mut self, view: ViewId, leg: LegId) {
        let stream = self.views.stream(view).and_then(|key| self.roster.stream_on(leg, key)).cloned();
        if let Some(stream) = stream
            && let Some(under) = self.views.subscribe(view, leg)
        {
            self.order(Command::Subscribe { leg, view, stream, under });
        }
    }
}
