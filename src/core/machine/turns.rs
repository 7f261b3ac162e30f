//! Whose turn it is to be subscribed to on a successor: a few at a time, so that the pictures on screen go on.
//!
//! A second copy of a picture costs most until its first frame is there: a subscriber with its elements, a peer connection, its
//! negotiation. All at once, those of a large room keep the main thread, the decoders and the line for as long as they take,
//! and nothing that is shown moves. So each has a turn of its own, in large rooms:
//!
//! - No more than a few are under way at once. How many adapts: one more for each first frame, half as many where a timer is
//!   late, since then something keeps the main thread; and as much time again is left to that. How long a first frame takes
//!   says nothing: that depends on the network, and on whoever sends it.
//! - Between two the browser can draw.
//! - What has its first frame on the successor is unsubscribed from on the old leg: nothing is decoded twice for longer than it
//!   takes. If the successor fails after all, it is subscribed to there again, and the last picture stays until then.

use std::time::Duration;

use litemap::LiteMap;

use super::{Command, LegId, Machine, Time, ViewId};
use crate::core::handover::Handover;

/// So many begin at once. A call of five doesn't notice that there are turns.
const FIRST: usize = 4;

/// Between two turns: a frame of the screen, and a little more.
const PACE: Duration = Duration::from_millis(20);

/// What is later than this is late.
const PROMPT: Duration = Duration::from_millis(50);

/// No turn is put off for longer, however late it is, and none twice.
const LONGEST: Duration = Duration::from_millis(300);

/// Who has no picture after this keeps nobody waiting: what is left to do is others'.
const PATIENCE: Duration = Duration::from_secs(1);

/// The views that are to be subscribed to on the successor.
#[derive(Debug)]
pub(super) struct Turns {
    /// In the order in which their streams came.
    waiting: Vec<ViewId>,
    /// Those that can be seen go first.
    in_view: Vec<ViewId>,
    /// Those that have begun and have no picture yet, and since when.
    under_way: LiteMap<ViewId, Time>,
    /// How many may be under way at once.
    limit: usize,
    /// How many had their turn.
    taken: usize,
    /// When the next one is due.
    due: Option<Time>,
    /// What a timer has been set to.
    awaited: Option<Time>,
    /// Whether a view gives its old copy up as soon as it has the new one.
    is_crowd: bool,
}

impl Default for Turns {
    fn default() -> Self {
        Self {
            waiting: Vec::new(),
            in_view: Vec::new(),
            under_way: LiteMap::new(),
            limit: FIRST,
            taken: 0,
            due: None,
            awaited: None,
            is_crowd: false,
        }
    }
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
        self.under_way.retain(|_, since| now < *since + PATIENCE);
        let due = self.poll_timeout();
        if self.waiting.is_empty() || due.is_some_and(|due| now < due) {
            self.awaited = due;
            return None;
        }
        let late = self.awaited.take().map_or(Duration::ZERO, |awaited| now.saturating_since(awaited));
        if late > PROMPT {
            self.limit = FIRST.max(self.limit / 2);
            self.due = Some(now + late.min(LONGEST));
            return None;
        }
        self.taken += 1;
        self.due = (self.taken >= FIRST).then(|| now + PACE);
        let at = self.waiting.iter().position(|view| self.in_view.contains(view)).unwrap_or_default();
        let view = self.waiting.remove(at);
        self.under_way.insert(view, now);
        self.awaited = self.poll_timeout();
        Some(view)
    }

    /// When the next turn comes, if nothing else happens.
    pub(super) fn poll_timeout(&self) -> Option<Time> {
        if self.waiting.is_empty() {
            return None;
        }
        if self.under_way.len() < self.limit {
            return self.due;
        }
        self.under_way.values().min().map(|since| *since + PATIENCE)
    }

    /// A view has its first frame.
    fn arrived(&mut self, view: ViewId) {
        if self.under_way.remove(&view).is_some() {
            self.limit += 1;
        }
    }

    /// Nothing comes of a view. Returns whether it has been waiting.
    pub(super) fn forget(&mut self, view: ViewId) -> bool {
        self.under_way.remove(&view);
        let at = self.waiting.iter().position(|other| *other == view);
        at.map(|at| self.waiting.remove(at)).is_some()
    }
}

impl Machine {
    /// A successor is connected. Where there are more views than begin at once, it matters which.
    pub(super) fn begin_turns(&mut self) {
        let is_second = self.state.moving().is_some_and(|handover| handover.old_leg().is_some());
        let is_crowd = is_second && self.views.all().len() > FIRST;
        self.turns = Turns { is_crowd, ..Turns::default() };
        if is_crowd {
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

    /// A view has its first frame on a leg, and shows it. In a crowd it needs no other copy then.
    pub(super) fn end_turn(&mut self, view: ViewId, leg: LegId) {
        if self.second_leg() != Some(leg) {
            return;
        }
        self.turns.arrived(view);
        let old = self.state.moving().and_then(Handover::old_leg).filter(|_| self.turns.is_crowd);
        if let Some(leg) = old.filter(|old| self.views.drop_feed(view, *old).is_some()) {
            self.order(Command::Unsubscribe { leg, view });
        }
    }

    /// Whether a view has no use for a copy on a leg, because it has a better one.
    pub(super) fn is_spared(&self, view: ViewId, leg: LegId) -> bool {
        self.turns.is_crowd && self.second_leg().is_some_and(|new| new != leg && self.views.shown(view) == Some(new))
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
