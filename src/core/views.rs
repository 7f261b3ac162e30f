//! What is on screen: which leg feeds each view and each own preview, and which legs could.

use litemap::LiteMap;

use super::ids::{LegId, PublisherId, StreamId, ViewId};
use super::receipt::Tile;

/// How often a view tries to subscribe on one leg before it is left out of the handover's count.
const SUBSCRIBE_TRIES: u32 = 3;

/// The app's subscribers and publishers.
#[derive(Debug, Default)]
pub(super) struct Views {
    views: LiteMap<ViewId, View>,
    publishers: LiteMap<PublisherId, Publisher>,
}

#[derive(Debug)]
struct View {
    stream: StreamId,
    shown: Option<LegId>,
    /// Whether it has ever had something to show.
    seen: bool,
    legs: LiteMap<LegId, Feed>,
    /// How often the SDK has given a subscriber up since the last picture.
    losses: u32,
}

/// A view's subscriber on one leg.
#[derive(Debug)]
struct Feed {
    presented: bool,
    tries: u32,
}

#[derive(Debug, Default)]
struct Publisher {
    shown: Option<LegId>,
    /// Whether the app has heard that it is live.
    told: bool,
    legs: LiteMap<LegId, Publication>,
}

/// A publisher on one leg.
#[derive(Debug, Default)]
struct Publication {
    live: bool,
    presented: bool,
}

/// What is left of a view when its subscriber on a leg is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rest {
    /// It was on screen: show this leg's.
    Show(LegId),
    /// Something is on screen, or will be with its first frame.
    Wait,
    /// It has no other subscriber.
    Nothing,
}

/// What to do about a view that could not subscribe on a leg.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Retry {
    /// Nothing: it doesn't subscribe there.
    No,
    /// Try again.
    Again { under: bool },
    /// It has tried often enough.
    Hopeless,
}

impl Views {
    pub(super) fn add_view(&mut self, view: ViewId, stream: StreamId) {
        self.views.insert(view, View { stream, shown: None, seen: false, legs: LiteMap::new(), losses: 0 });
    }

    pub(super) fn remove_view(&mut self, view: ViewId) -> Vec<LegId> {
        self.views.remove(&view).map(|view| view.legs.keys().copied().collect()).unwrap_or_default()
    }

    /// The views of a stream.
    pub(super) fn of_stream(&self, stream: &StreamId) -> Vec<ViewId> {
        self.views.iter().filter(|(_, v)| v.stream == *stream).map(|(id, _)| *id).collect()
    }

    /// The view's stream.
    pub(super) fn stream(&self, view: ViewId) -> Option<&StreamId> {
        self.views.get(&view).map(|view| &view.stream)
    }

    /// Notes that a view subscribes on a leg. Returns whether it does so under a picture that is on screen, or
    /// `None` if there is nothing to do.
    pub(super) fn subscribe(&mut self, view: ViewId, leg: LegId) -> Option<bool> {
        let view = self.views.get_mut(&view)?;
        if view.legs.contains_key(&leg) {
            return None;
        }
        let under = view.shown.is_some() || !view.legs.is_empty();
        view.legs.insert(leg, Feed { presented: false, tries: 1 });
        if !under {
            view.shown = Some(leg);
        }
        Some(under)
    }

    /// Notes that a view could not subscribe on a leg.
    pub(super) fn subscribe_failed(&mut self, view: ViewId, leg: LegId) -> Retry {
        let Some(view) = self.views.get_mut(&view) else { return Retry::No };
        let Some(feed) = view.legs.get_mut(&leg).filter(|feed| !feed.presented) else { return Retry::No };
        feed.tries = (feed.tries + 1).min(SUBSCRIBE_TRIES + 1);
        if feed.tries > SUBSCRIBE_TRIES { Retry::Hopeless } else { Retry::Again { under: view.shown != Some(leg) } }
    }

    /// Notes a view's first frame on a leg. Returns whether it should be put on screen.
    pub(super) fn presented(&mut self, view: ViewId, leg: LegId) -> bool {
        let Some(view) = self.views.get_mut(&view) else {
            return false;
        };
        let Some(feed) = view.legs.get_mut(&leg) else {
            return false;
        };
        feed.presented = true;
        view.losses = 0;
        view.seen = true;
        let has_picture = |shown: &LegId| view.legs.get(shown).is_some_and(|feed| feed.presented);
        view.shown.is_none_or(|shown| shown < leg || !has_picture(&shown))
    }

    pub(super) fn show(&mut self, view: ViewId, leg: LegId) {
        if let Some(view) = self.views.get_mut(&view) {
            view.shown = Some(leg);
        }
    }

    /// A view's subscriber on a leg is gone. Returns `None` if it had none there.
    pub(super) fn drop_feed(&mut self, view: ViewId, leg: LegId) -> Option<Rest> {
        let view = self.views.get_mut(&view)?;
        view.legs.remove(&leg)?;
        if view.shown == Some(leg) {
            view.shown = view.legs.iter().find(|(_, feed)| feed.presented).map(|(leg, _)| *leg);
            if let Some(other) = view.shown {
                return Some(Rest::Show(other));
            }
        }
        Some(if view.legs.is_empty() { Rest::Nothing } else { Rest::Wait })
    }

    /// Whether a view has a subscriber on any leg.
    pub(super) fn is_fed(&self, view: ViewId) -> bool {
        self.views.get(&view).is_some_and(|view| !view.legs.is_empty())
    }

    /// The SDK has given a view's subscriber up. Returns whether there is another try.
    pub(super) fn lost(&mut self, view: ViewId) -> bool {
        let Some(view) = self.views.get_mut(&view) else { return false };
        view.losses += 1;
        view.losses <= SUBSCRIBE_TRIES
    }

    /// Whether a view has ever had something to show.
    pub(super) fn seen(&self, view: ViewId) -> bool {
        self.views.get(&view).is_some_and(|view| view.seen)
    }

    /// The views that have tried in vain to subscribe on a leg, and have nothing else to show.
    pub(super) fn hopeless(&self, leg: LegId) -> Vec<ViewId> {
        let failed =
            |view: &View| view.legs.get(&leg).is_some_and(|feed| !feed.presented && feed.tries > SUBSCRIBE_TRIES);
        let shows_nothing = |view: &View| view.shown.is_none_or(|shown| shown == leg);
        self.views.iter().filter(|(_, view)| shows_nothing(view) && failed(view)).map(|(id, _)| *id).collect()
    }

    /// Whether this view has proved itself on a leg, or never will.
    pub(super) fn settled(&self, view: ViewId, leg: LegId) -> bool {
        self.views
            .get(&view)
            .and_then(|view| view.legs.get(&leg))
            .is_some_and(|feed| feed.presented || feed.tries > SUBSCRIBE_TRIES)
    }

    pub(super) fn all(&self) -> Vec<ViewId> {
        self.views.keys().copied().collect()
    }

    pub(super) fn shown(&self, view: ViewId) -> Option<LegId> {
        self.views.get(&view)?.shown
    }

    pub(super) fn add_publisher(&mut self, publisher: PublisherId) {
        self.publishers.entry(publisher).or_default();
    }

    pub(super) fn remove_publisher(&mut self, publisher: PublisherId) -> Vec<LegId> {
        self.publishers.remove(&publisher).map(|publisher| publisher.legs.keys().copied().collect()).unwrap_or_default()
    }

    pub(super) fn publishers(&self) -> Vec<PublisherId> {
        self.publishers.keys().copied().collect()
    }

    /// Notes that a publisher is being published on a leg. Returns `false` if it already is.
    pub(super) fn publish(&mut self, publisher: PublisherId, leg: LegId) -> bool {
        let Some(publisher) = self.publishers.get_mut(&publisher) else {
            return false;
        };
        if publisher.legs.contains_key(&leg) {
            return false;
        }
        if publisher.shown.is_none() && publisher.legs.is_empty() {
            publisher.shown = Some(leg);
        }
        publisher.legs.insert(leg, Publication::default());
        true
    }

    /// Notes that a publisher is live on a leg. Returns whether the app hears of it for the first time.
    pub(super) fn published(&mut self, publisher: PublisherId, leg: LegId) -> bool {
        let Some(publisher) = self.publishers.get_mut(&publisher) else {
            return false;
        };
        let Some(publication) = publisher.legs.get_mut(&leg) else {
            return false;
        };
        publication.live = true;
        !std::mem::replace(&mut publisher.told, true)
    }

    /// Whether a publisher is on a leg, live or on its way.
    pub(super) fn publishes(&self, publisher: PublisherId, leg: LegId) -> bool {
        self.publishers.get(&publisher).is_some_and(|publisher| publisher.legs.contains_key(&leg))
    }

    /// Whether a publisher is live on another leg than this one.
    pub(super) fn is_live_elsewhere(&self, publisher: PublisherId, leg: LegId) -> bool {
        let on_others = |publisher: &Publisher| publisher.legs.iter().any(|(other, on)| *other != leg && on.live);
        self.publishers.get(&publisher).is_some_and(on_others)
    }

    /// A publisher is not on a leg any more. Returns the leg whose preview to show instead, if it was on screen.
    pub(super) fn drop_publication(&mut self, publisher: PublisherId, leg: LegId) -> Option<LegId> {
        self.publishers.get_mut(&publisher)?.drop_leg(leg)
    }

    /// Whether the app has been told that this publisher is live.
    pub(super) fn told(&self, publisher: PublisherId) -> bool {
        self.publishers.get(&publisher).is_some_and(|publisher| publisher.told)
    }

    /// Notes an own preview's first frame. Returns whether it should be put on screen.
    pub(super) fn preview_presented(&mut self, publisher: PublisherId, leg: LegId) -> bool {
        let Some(publisher) = self.publishers.get_mut(&publisher) else {
            return false;
        };
        let Some(publication) = publisher.legs.get_mut(&leg) else {
            return false;
        };
        publication.presented = true;
        publisher.shown.is_none_or(|shown| shown < leg)
    }

    pub(super) fn show_preview(&mut self, publisher: PublisherId, leg: LegId) {
        if let Some(publisher) = self.publishers.get_mut(&publisher) {
            publisher.shown = Some(leg);
        }
    }

    /// Whether every publisher is live on a leg.
    pub(super) fn all_live(&self, leg: LegId) -> bool {
        self.publishers.values().all(|p| p.legs.get(&leg).is_some_and(|on| on.live))
    }

    /// The publishers that the app knows to be live and that are not, on a leg where they should be.
    pub(super) fn lagging(&self, leg: LegId) -> Vec<PublisherId> {
        let lags = |publisher: &Publisher| publisher.told && publisher.legs.get(&leg).is_some_and(|on| !on.live);
        self.publishers.iter().filter(|(_, publisher)| lags(publisher)).map(|(id, _)| *id).collect()
    }

    /// Whether every own preview of a leg has been presented.
    pub(super) fn all_previews(&self, leg: LegId) -> bool {
        self.publishers.values().all(|p| p.legs.get(&leg).is_some_and(|on| on.presented))
    }

    /// A leg is gone or about to go. Returns what was on screen from it and from where to show it instead.
    pub(super) fn drop_leg(&mut self, leg: LegId) -> Vec<(Tile, LegId)> {
        let mut shown = Vec::new();
        for view in self.all() {
            if let Some(Rest::Show(other)) = self.drop_feed(view, leg) {
                shown.push((Tile::View(view), other));
            }
        }
        for (id, publisher) in self.publishers.iter_mut() {
            shown.extend(publisher.drop_leg(leg).map(|other| (Tile::Preview(*id), other)));
        }
        shown
    }

    /// The call is over.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }
}

impl Publisher {
    /// Returns the leg whose preview to show instead, if the one that is gone was on screen.
    fn drop_leg(&mut self, leg: LegId) -> Option<LegId> {
        self.legs.remove(&leg);
        if self.shown != Some(leg) {
            return None;
        }
        self.shown = self.legs.iter().find(|(_, on)| on.presented).map(|(leg, _)| *leg);
        self.shown
    }
}
