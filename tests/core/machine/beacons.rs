//! By what people are known in the successor: their identity, and their own words.

use opentok_handover::core::ids::{ConnectionId, SessionId};
use opentok_handover::core::protocol::{ConnectionInfo, Input, LossReason, SignalKind, WireMessage};
use opentok_handover::core::receipt::Outcome;

use super::desk::{Desk, seconds};
use super::rooms::{NEW, OLD, go_over, id, late, moved, overlapping, settle_all, with_strangers};

#[test]
fn a_newcomer_on_the_successor_is_told_of_at_once_if_nobody_is_missing() {
    let mut desk = overlapping(&["ann"]);
    desk.arrives("ann");
    desk.arrives("zoe");
    assert_eq!(desk.news(), ["zoe@two joined", "zoe-camera@two joined"]);
}

#[test]
fn a_newcomer_with_data_of_their_own_is_told_of_though_others_are_missing() {
    let mut desk = overlapping(&["ann"]);
    desk.arrives("zoe");
    assert_eq!(desk.news(), ["zoe@two joined", "zoe-camera@two joined"]);
    desk.watch("zoe");
    desk.presented("zoe");
    desk.arrives("ann");
    desk.presented("ann");
    desk.settles("ann");
    desk.closed(OLD);
    assert_eq!((desk.shown("zoe"), desk.outcomes()), (Some(NEW), vec![Outcome::Completed]));
}

#[test]
fn people_without_data_are_known_by_their_words_in_whichever_order_they_come() {
    let words: [fn(&mut Desk, &str); 3] = [
        |desk, person| desk.comes(person, None),
        |desk, person| desk.says_moved(person),
        |desk, person| desk.says_was(person),
    ];
    // Nobody is heard in a session before coming there.
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2]] {
        let mut desk = with_strangers(&["ann", "bob"]);
        for word in order {
            words[word](&mut desk, "bob");
            words[word](&mut desk, "ann");
        }
        desk.presented("ann");
        desk.presented("bob");
        assert_eq!((desk.shown("ann"), desk.shown("bob")), (Some(NEW), Some(NEW)), "{order:?}");
        settle_all(&mut desk, &["ann", "bob"]);
        assert_eq!((desk.news(), desk.outcomes()), (vec![], vec![Outcome::Completed]), "{order:?}");
    }
}

#[test]
fn of_people_without_data_one_word_is_not_enough() {
    for word in [Desk::says_moved, Desk::says_was] {
        let mut desk = with_strangers(&["ann"]);
        desk.comes("ann", None);
        word(&mut desk, "ann");
        desk.wait(seconds(2));
        assert_eq!(desk.news(), ["ann@two is not believed", "ann@two joined", "ann-camera@two joined"]);
        assert_eq!(desk.machine.connection_on(NEW, &id("ann@one")), None);
    }
}

#[test]
fn nobody_is_taken_for_somebody_else_by_their_own_word() {
    // In the successor Eve says that she was Ann; and in the old session, that Ann's new connection is hers.
    for (leg, from, word) in [(NEW, "eve@two", was("ann@one")), (OLD, "eve@one", is_now("ann@two"))] {
        let mut desk = with_strangers(&["ann", "eve"]);
        for person in ["eve", "ann"] {
            desk.comes(person, None);
        }
        for _ in 0..3 {
            desk.signal(leg, Some(id(from)), SignalKind::Wire(word.clone()));
        }
        desk.says_moved("ann");
        desk.says_was("ann");
        desk.presented("ann");
        assert_eq!(desk.machine.durable_connection(NEW, &id("ann@two")), Some(id("ann@one")), "{word:?}");
        assert_eq!(desk.shown("eve"), Some(OLD), "{word:?}");
        desk.wait(seconds(3));
        let mut news = desk.news();
        assert_eq!(news.len(), 3, "once: {news:?}");
        news.retain(|word| word != &format!("{from} is not believed"));
        assert_eq!(news, ["eve@two joined", "eve-camera@two joined"], "{word:?}");
    }
}

#[test]
fn the_last_word_counts() {
    let mut desk = with_strangers(&["ann"]);
    desk.comes("ann", None);
    for connection in ["ann@nowhere", "bob@two", "ann@two"] {
        desk.signal(OLD, Some(id("ann@one")), SignalKind::Wire(is_now(connection)));
    }
    desk.says_was("ann");
    assert_eq!(desk.machine.durable_connection(NEW, &id("ann@two")), Some(id("ann@one")));
}

#[test]
fn whoever_holds_a_seat_in_neither_session_says_nothing() {
    let mut desk = with_strangers(&["ann"]);
    desk.comes("ann", None);
    for (leg, word) in [(OLD, is_now("ann@two")), (NEW, was("ann@one")), (NEW, was("me@one"))] {
        desk.signal(leg, Some(id("nobody")), SignalKind::Wire(word));
    }
    assert_eq!(desk.machine.connection_on(NEW, &id("ann@one")), None);
    assert_eq!(desk.machine.connection_on(NEW, &id("me@one")), Some(&id("me@two")));
}

#[test]
fn whoever_was_cut_off_on_the_way_has_one_word_left() {
    let mut desk = with_strangers(&["ann"]);
    desk.comes("ann", None);
    desk.says_was("ann");
    assert_eq!(desk.machine.connection_on(NEW, &id("ann@one")), None);
    desk.is_gone(OLD, "ann", LossReason::NetworkDisconnected);
    assert_eq!(desk.machine.connection_on(NEW, &id("ann@one")), Some(&id("ann@two")));
    assert_eq!(desk.news(), [""; 0]);
}

#[test]
fn whoever_has_an_identity_is_not_taken_for_cut_off_by_a_stranger_s_word() {
    let mut desk = overlapping(&["ann"]);
    desk.comes("eve", None);
    desk.signal(NEW, Some(id("eve@two")), SignalKind::Wire(was("ann@one")));
    desk.is_gone(OLD, "ann", LossReason::NetworkDisconnected);
    assert_eq!(desk.machine.connection_on(NEW, &id("ann@one")), None);
    desk.arrives("ann");
    assert_eq!(desk.machine.connection_on(NEW, &id("ann@one")), Some(&id("ann@two")));
}

#[test]
fn a_latecomer_to_the_successor_is_told_who_we_were_if_nothing_else_tells() {
    let mut desk = overlapping(&["ann"]);
    desk.arrives("ann");
    assert_eq!(desk.commands(), ["subscribe to ann-camera@two on 2"]);
    // Another device of ours has our data too.
    desk.feed(Input::ConnectionCreated {
        leg: OLD,
        connection: ConnectionInfo { id: id("tab@one"), identity: Some("me".into()) },
    });
    desk.arrives("zoe");
    assert_eq!(desk.commands(), ["say moved to tab@one on 1"], "zoe has heard what was said to all");
    desk.signal(NEW, Some(id("me@two")), SignalKind::Wire(was("me@one")));
    desk.arrives("bob");
    assert_eq!(desk.commands(), ["say was to bob@two on 2"]);
}

#[test]
fn a_word_that_does_not_come_back_counts_as_heard_in_the_end() {
    let mut desk = with_strangers(&["ann"]);
    desk.wait(seconds(2));
    desk.listens("tab");
    assert_eq!(desk.commands(), [""; 0], "we have an identity of our own");
    let mut desk = Desk::in_call(&[]);
    desk.comes("tab", Some("me"));
    go_over(&mut desk);
    let _ = desk.commands();
    desk.wait(seconds(2));
    desk.arrives("zoe");
    assert_eq!(desk.commands(), ["say was to zoe@two on 2"]);
}

#[test]
fn a_word_before_the_announcement_is_remembered() {
    let mut desk = Desk::in_call(&[]);
    desk.comes("ann", None);
    desk.watch("ann");
    let moved = WireMessage::Moved { to: SessionId::new("two"), connection: ConnectionId::new("ann@two") };
    desk.signal(OLD, Some(ConnectionId::new("ann@one")), SignalKind::Wire(moved));
    let _ = desk.news();
    go_over(&mut desk);
    desk.comes("ann", None);
    assert_eq!(desk.news(), [""; 0]);
    assert_eq!(desk.ledger.people(), ["ann@one", "me@one"]);
}

#[test]
fn people_without_data_and_without_a_word_are_newcomers_after_a_moment() {
    let mut desk = with_strangers(&["ann"]);
    desk.comes("ann", None);
    assert_eq!(desk.news(), [""; 0]);
    desk.wait(seconds(2));
    assert_eq!(desk.news(), ["ann@two joined", "ann-camera@two joined"]);
}

#[test]
fn whoever_is_held_back_is_forgotten_with_the_successor() {
    let mut desk = with_strangers(&["ann"]);
    desk.comes("ann", None);
    desk.dies(NEW);
    desk.wait(seconds(3));
    assert_eq!(desk.news(), [""; 0]);
}

#[test]
fn two_tabs_with_the_same_data_are_told_apart_by_their_word_alone() {
    let mut desk = Desk::in_call(&[]);
    for tab in ["tab1", "tab2"] {
        desk.comes(tab, Some("ann"));
        desk.watch(tab);
        desk.presented(tab);
    }
    let _ = desk.news();
    go_over(&mut desk);
    desk.comes("tab2", Some("ann"));
    desk.comes("tab1", Some("ann"));
    assert_eq!(desk.news(), [""; 0]);
    desk.says_moved("tab1");
    desk.says_moved("tab2");
    for tab in ["tab1", "tab2"] {
        desk.presented(tab);
        assert_eq!(desk.machine.connection_on(NEW, &id(&format!("{tab}@one"))), Some(&id(&format!("{tab}@two"))));
    }
    settle_all(&mut desk, &["tab1", "tab2"]);
    assert_eq!((desk.news(), desk.outcomes()), (vec![], vec![Outcome::Completed]));
}

#[test]
fn another_tab_of_our_own_is_not_taken_for_us() {
    let mut desk = Desk::in_call(&[]);
    desk.comes("tab", Some("me"));
    desk.watch("tab");
    desk.presented("tab");
    let _ = desk.news();
    go_over(&mut desk);
    desk.comes("tab", Some("me"));
    desk.presented("tab");
    desk.settles("tab");
    desk.closed(OLD);
    assert_eq!((desk.news(), desk.outcomes()), (vec![], vec![Outcome::Completed]));
    assert_eq!(desk.ledger.people(), ["me@one", "tab@one"]);
}

#[test]
fn a_forged_word_does_not_take_somebody_with_other_data() {
    let mut desk = overlapping(&["ann", "bob"]);
    let forged = WireMessage::Moved { to: SessionId::new("two"), connection: id("ann@two") };
    desk.signal(OLD, Some(id("bob@one")), SignalKind::Wire(forged));
    desk.arrives("ann");
    assert_eq!(desk.machine.durable_connection(NEW, &id("ann@two")), Some(id("ann@one")));
}

#[test]
fn a_latecomer_to_the_old_session_is_introduced() {
    let mut desk = overlapping(&["ann"]);
    late(&mut desk, "zoe");
    assert_eq!(desk.commands(), ["say moved to zoe@one on 1"]);
    let mut desk = moved(&["ann"]);
    late(&mut desk, "zoe");
    assert_eq!(desk.commands(), ["say moved to zoe@one on 1", "say settled to zoe@one on 1"]);
    desk.settles("ann");
    assert_eq!(desk.ledger.open_legs(), [OLD, NEW]);
    desk.arrives("zoe");
    desk.settles("zoe");
    assert_eq!(desk.ledger.open_legs(), [NEW]);
}

#[test]
fn a_word_about_a_later_session_outlives_the_move_to_an_earlier_one() {
    let mut desk = with_strangers(&["ann"]);
    desk.says_moved("ann");
    desk.comes("ann", None);
    desk.says_was("ann");
    let later = WireMessage::Moved { to: SessionId::new("three"), connection: id("ann@three") };
    desk.signal(NEW, Some(id("ann@two")), SignalKind::Wire(later));
    desk.presented("ann");
    settle_all(&mut desk, &["ann"]);
    desk.announce("three");
    desk.renewed("three");
    desk.connected();
    desk.comes("ann", None);
    desk.says_was("ann");
    assert_eq!(desk.machine.durable_connection(desk.leg(), &id("ann@three")), Some(id("ann@one")));
}

#[test]
fn our_own_connection_is_ours_even_if_it_is_told_of_before_we_are_connected() {
    let mut desk = Desk::in_call(&[]);
    desk.comes("tab", Some("me"));
    desk.announce("two");
    desk.renewed("two");
    let own = ConnectionInfo { id: id("me@two"), identity: Some("me".into()) };
    desk.feed(Input::ConnectionCreated { leg: NEW, connection: own });
    let _ = desk.news();
    desk.connected();
    desk.live();
    desk.says_moved("tab");
    desk.comes("tab", Some("me"));
    assert_eq!(desk.machine.connection_on(NEW, &id("me@one")), Some(&id("me@two")));
    assert_eq!(desk.machine.connection_on(NEW, &id("tab@one")), Some(&id("tab@two")));
    assert_eq!(desk.news(), [""; 0]);
}

fn is_now(connection: &str) -> WireMessage {
    WireMessage::Moved { to: SessionId::new("two"), connection: id(connection) }
}

fn was(connection: &str) -> WireMessage {
    WireMessage::Was { connections: vec![id(connection)] }
}
