//! What must hold of a call that has come through it all: everything that belongs to it is there.

use std::collections::BTreeSet;

use opentok_handover::core::ids::{ConnectionId, LegId, StreamId};

use super::app::Publishing;
use super::schedule::Schedule;

impl Schedule {
    /// What the app believes of its call is true.
    pub(super) fn law_of_the_call(&self) {
        let Some(leg) = self.machine.primary() else { panic!("connected without a leg") };
        assert!(self.app.in_call, "the app was not told that it is connected");
        assert!(!self.ledger.is_cut_off(), "the app was not told that the call is back");
        assert!(self.legs[&leg].is_alive(), "the call is in a leg that is dead");
        let held: Vec<_> = self.living_legs(None);
        assert_eq!((held, self.ledger.open_legs()), (vec![leg], vec![leg]), "other legs than the call's are left");
        self.law_of_publishers(leg);
        self.law_of_leavings(leg);
        self.law_of_views(leg);
        self.law_of_people(leg);
    }

    fn law_of_publishers(&self, leg: LegId) {
        for (publisher, publishing) in &self.app.publishers {
            let real = self.legs[&leg].publishers.get(publisher);
            let fits = match publishing {
                // Of a publish() of the app's own that the SDK leaves unanswered nothing can be said.
                Publishing::Live => real.is_some_and(|it| it.live || (it.hangs && it.is_first)),
                Publishing::Asked => real.is_some_and(|it| it.hangs),
                Publishing::Ended => true,
            };
            assert!(fits, "{publisher:?} is {publishing:?} for the app, and is not");
        }
    }

    /// Nothing is published or subscribed to behind the app's back.
    fn law_of_leavings(&self, leg: LegId) {
        let line = &self.legs[&leg];
        let publishers = line.publishers.keys().filter(|publisher| !self.app.publishers.contains_key(publisher));
        let views = line.subscribers.keys().filter(|view| !self.app.views.contains_key(view));
        let left: (Vec<_>, Vec<_>) = (publishers.collect(), views.collect());
        assert_eq!(left, (vec![], vec![]), "they are left in the leg, and the app wants none of them");
    }

    fn law_of_views(&self, leg: LegId) {
        for (view, stream) in &self.app.views {
            assert!(self.ledger.streams().contains(stream), "{view:?} shows {stream}, which has left");
            let real = self.legs[&leg].subscribers.get(view);
            let Some(real) = real else { panic!("{view:?} has no subscriber, and was not told to be over") };
            assert!(real.hangs || real.presented, "{view:?} has no picture");
            assert!(!real.presented || self.machine.shown(*view) == Some(leg), "{view:?} does not show its picture");
        }
    }

    /// The app knows those who are in the session, all of them and nobody else, and so for what they publish.
    fn law_of_people(&self, leg: LegId) {
        let (session, own) = (&self.legs[&leg].session, &self.legs[&leg].own);
        let haunted = |id: &str| self.people.iter().any(|it| it.haunted && id.contains(&format!("{}@", it.name)));
        let here = self.people.iter().flat_map(|person| &person.places).filter(|place| place.session == *session);
        let mut people: BTreeSet<ConnectionId> = [own.clone()].into();
        let mut streams: BTreeSet<StreamId> = BTreeSet::new();
        for place in here {
            people.insert(place.info.id.clone());
            streams.extend(place.streams.iter().map(|stream| stream.id.clone()));
        }
        let known = self.ledger.people().into_iter().map(ConnectionId::new);
        let mut known: BTreeSet<_> =
            known.map(|person| self.machine.connection_on(leg, &person).cloned().unwrap_or(person)).collect();
        known.retain(|person| !haunted(person.as_str()));
        people.retain(|person| !haunted(person.as_str()));
        assert_eq!(known, people, "the app knows other people than there are");
        let known = self.ledger.streams().into_iter();
        let mut known: BTreeSet<_> =
            known.map(|stream| self.machine.stream_on(leg, &stream).cloned().unwrap_or(stream)).collect();
        known.retain(|stream| !haunted(stream.as_str()));
        streams.retain(|stream| !haunted(stream.as_str()));
        assert_eq!(known, streams, "the app knows other streams than there are");
    }
}
