//! What is on screen: which leg feeds each view and each own preview, and which legs could.

use litemap::LiteMap;

use super::ids::{LegId, PublisherId, StreamId, ViewId};

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
    legs: LiteMap<LegId, Feed>,
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

impl Views {
    pub(super) fn add_view(&mut self, view: ViewId, stream: StreamId) {
        self.views.insert(view, View { stream, shown: None, legs: LiteMap::new() });
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
        view.legs.insert(leg, Feed { presented: false, tries: 1 });
        let under = view.shown.is_some();
        if !under {
            view.shown = Some(leg);
        }
        Some(under)
    }

    /// Notes that a view could not subscribe on a leg. Returns whether to try again.
    pub(super) fn subscribe_failed(&mut self, view: ViewId, leg: LegId) -> bool {
        let Some(feed) = self.views.get_mut(&view).and_then(|view| view.legs.get_mut(&leg)) else {
            return false;
        };
        feed.tries += 1;
        feed.tries <= SUBSCRIBE_TRIES
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
        view.shown.is_none_or(|shown| shown < leg)
    }

    pub(super) fn show(&mut self, view: ViewId, leg: LegId) {
        if let Some(view) = self.views.get_mut(&view) {
            view.shown = Some(leg);
        }
    }

    /// A view's subscriber on a leg is gone. Returns the leg to show instead, if it was on screen and there is one.
    pub(super) fn drop_feed(&mut self, view: ViewId, leg: LegId) -> Option<LegId> {
        let view = self.views.get_mut(&view)?;
        view.legs.remove(&leg);
        if view.shown != Some(leg) {
            return None;
        }
        view.shown = view.legs.keys().next().copied();
        view.shown
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
        publisher.legs.insert(leg, Publication::default());
        if publisher.shown.is_none() {
            publisher.shown = Some(leg);
        }
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

    /// Whether every own preview of a leg has been presented.
    pub(super) fn all_previews(&self, leg: LegId) -> bool {
        self.publishers.values().all(|p| p.legs.get(&leg).is_some_and(|on| on.presented))
    }

    /// A leg is gone or about to go. Returns what was on screen from it and from where to show it instead.
    pub(super) fn drop_leg(&mut self, leg: LegId) -> (Vec<(ViewId, LegId)>, Vec<(PublisherId, LegId)>) {
        let mut views = Vec::new();
        for id in self.all() {
            if let Some(other) = self.drop_feed(id, leg) {
                views.push((id, other));
            }
        }
        let mut previews = Vec::new();
        for (id, publisher) in &mut self.publishers {
            publisher.legs.remove(&leg);
            if publisher.shown == Some(leg) {
                publisher.shown = publisher.legs.keys().next().copied();
                previews.extend(publisher.shown.map(|other| (*id, other)));
            }
        }
        (views, previews)
    }

    /// The call is over.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }
}
