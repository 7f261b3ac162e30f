//! Which announcements are believed.

use std::time::Duration;

use opentok_handover::core::announcement::{
    Announcement, Context, Data, Deadline, Flaw, RawAnnouncement, Rejection, Sender, Trust, check_session_id,
};
use opentok_handover::core::ids::SessionId;
use proptest::prelude::*;

const CURRENT: &str = "1_MX40NX5-current~";

#[test]
fn plain_text_from_the_server_is_a_session() {
    let accepted = judge(text("2_MX40NX5-MTY3.NjY3~aGk=")).expect("well formed");
    let expected = Announcement { session_id: SessionId::new("2_MX40NX5-MTY3.NjY3~aGk="), deadline: None, epoch: None };
    assert_eq!(accepted, expected);
}

#[test]
fn white_space_around_a_session_does_not_count() {
    let accepted = judge(text(" \n next\t")).expect("well formed");
    assert_eq!(accepted.session_id.as_str(), "next");
}

#[test]
fn json_from_the_server_names_session_deadline_and_epoch() {
    let accepted = judge(json(Some("next"), Deadline::In(90_000), Some(4))).expect("well formed");
    let expected =
        Announcement { session_id: SessionId::new("next"), deadline: Some(Duration::from_secs(90)), epoch: Some(4) };
    assert_eq!(accepted, expected);
}

#[test]
fn nothing_and_white_space_are_empty() {
    rejects(Data::Missing, Rejection::Empty);
    rejects(text(""), Rejection::Empty);
    rejects(text(" \n"), Rejection::Empty);
}

#[test]
fn more_than_eight_kilobytes_are_too_large() {
    let raw = |size| RawAnnouncement { sender: Sender::Server, size, data: text("next") };
    let session = SessionId::new(CURRENT);
    assert!(raw(8192).check(&context(&session)).is_ok());
    assert_eq!(raw(8193).check(&context(&session)), Err(Rejection::TooLarge));
}

#[test]
fn a_broken_object_is_not_json() {
    rejects(Data::BrokenJson, Rejection::NotJson);
}

#[test]
fn an_announcement_without_a_session_is_invalid() {
    rejects(json(None, Deadline::None, None), Rejection::Invalid(Flaw::NoSessionId));
    rejects(json(Some(" "), Deadline::None, None), Rejection::Invalid(Flaw::NoSessionId));
}

#[test]
fn what_cannot_be_a_session_is_invalid() {
    for odd in ["a b", "next\n2", "ünext", "<b>", "\"next\"", "[1]", "a/b", "next\0"] {
        rejects(text(odd), Rejection::Invalid(Flaw::OddSessionId));
    }
    rejects(text(&"a".repeat(256)), Rejection::Invalid(Flaw::LongSessionId));
    assert!(judge(text(&"a".repeat(255))).is_ok());
}

#[test]
fn an_unreadable_deadline_is_invalid() {
    let data = json(Some("next"), Deadline::Unreadable, None);
    rejects(data, Rejection::Invalid(Flaw::UnreadableDeadline));
}

#[test]
fn a_participant_is_believed_only_if_anyone_is() {
    let session = SessionId::new(CURRENT);
    for sender in [Sender::Participant, Sender::Unknown] {
        let raw = RawAnnouncement { sender, size: 4, data: text("next") };
        assert_eq!(raw.check(&context(&session)), Err(Rejection::FromParticipant));
        let anyone = Context { trust: Trust::Anyone, ..context(&session) };
        assert!(raw.check(&anyone).is_ok());
    }
}

#[test]
fn a_participant_learns_nothing_about_the_rest() {
    let session = SessionId::new(CURRENT);
    let raw = RawAnnouncement { sender: Sender::Participant, size: 9999, data: text(CURRENT) };
    assert_eq!(raw.check(&context(&session)), Err(Rejection::FromParticipant));
}

#[test]
fn the_session_that_we_are_in_is_no_successor() {
    rejects(text(CURRENT), Rejection::CurrentSession);
    rejects(json(Some(CURRENT), Deadline::In(-1), Some(9)), Rejection::CurrentSession);
}

#[test]
fn the_session_that_we_are_moving_to_is_a_duplicate() {
    let [current, pending] = [CURRENT, "next"].map(SessionId::new);
    let context = Context { pending: Some(&pending), ..context(&current) };
    let check = |data| raw(data).check(&context);
    assert_eq!(check(text("next")), Err(Rejection::Duplicate));
    assert_eq!(check(json(Some("next"), Deadline::In(-1), Some(9))), Err(Rejection::Duplicate));
    assert!(check(text("another")).is_ok());
}

#[test]
fn an_epoch_that_is_not_higher_is_a_duplicate() {
    let current = SessionId::new(CURRENT);
    let context = Context { highest_epoch: Some(4), ..context(&current) };
    let check = |epoch| raw(json(Some("next"), Deadline::None, epoch)).check(&context);
    assert_eq!(check(Some(3)), Err(Rejection::Duplicate));
    assert_eq!(check(Some(4)), Err(Rejection::Duplicate));
    assert!(check(Some(5)).is_ok());
    assert!(check(None).is_ok());
}

#[test]
fn a_deadline_that_has_come_is_past() {
    rejects(json(Some("next"), Deadline::In(0), None), Rejection::PastDeadline);
    rejects(json(Some("next"), Deadline::In(i64::MIN), None), Rejection::PastDeadline);
    assert!(judge(json(Some("next"), Deadline::In(1), None)).is_ok());
}

#[test]
fn each_reason_has_its_name_and_a_sentence() {
    let reasons = [
        (Rejection::Empty, "empty"),
        (Rejection::TooLarge, "too_large"),
        (Rejection::NotJson, "not_json"),
        (Rejection::Invalid(Flaw::NoSessionId), "invalid"),
        (Rejection::Invalid(Flaw::LongSessionId), "invalid"),
        (Rejection::Invalid(Flaw::OddSessionId), "invalid"),
        (Rejection::Invalid(Flaw::UnreadableDeadline), "invalid"),
        (Rejection::FromParticipant, "from_participant"),
        (Rejection::Duplicate, "duplicate"),
        (Rejection::CurrentSession, "current_session"),
        (Rejection::PastDeadline, "past_deadline"),
        (Rejection::TooMany, "too_many"),
    ];
    let mut sentences = std::collections::BTreeSet::new();
    for (reason, name) in reasons {
        assert_eq!(reason.as_str(), name);
        let sentence = reason.to_string();
        assert!(sentence.starts_with("The announcement") && sentence.ends_with('.'), "{sentence}");
        assert!(sentences.insert(sentence), "{name} shares its sentence");
    }
}

proptest! {
    #[test]
    fn whatever_comes_is_judged(raw in any_raw(), trust in any_trust(), pending: Option<String>, epoch: Option<u64>) {
        let current = SessionId::new(CURRENT);
        let pending = pending.map(SessionId::new);
        let context = Context { current: &current, pending: pending.as_ref(), highest_epoch: epoch, trust };
        if let Ok(accepted) = raw.check(&context) {
            prop_assert!(check_session_id(Some(accepted.session_id.as_str())).is_ok());
            prop_assert_ne!(&accepted.session_id, &current);
            prop_assert_ne!(Some(&accepted.session_id), pending.as_ref());
            prop_assert_ne!(accepted.deadline, Some(Duration::ZERO));
            prop_assert!(raw.size <= 8192);
            prop_assert!(trust == Trust::Anyone || raw.sender == Sender::Server);
        }
    }
}

fn any_raw() -> impl Strategy<Value = RawAnnouncement> {
    let sender = prop_oneof![Just(Sender::Server), Just(Sender::Participant), Just(Sender::Unknown)];
    (sender, 0..10_000_usize, any_data()).prop_map(|(sender, size, data)| RawAnnouncement { sender, size, data })
}

fn any_data() -> impl Strategy<Value = Data> {
    let session = prop_oneof![any::<String>(), "[A-Za-z0-9._~=-]{0,300}", Just(CURRENT.to_owned())];
    let deadline = prop_oneof![Just(Deadline::None), Just(Deadline::Unreadable), any::<i64>().prop_map(Deadline::In)];
    let json = (proptest::option::of(session.clone()), deadline, any::<Option<u64>>());
    prop_oneof![
        Just(Data::Missing),
        Just(Data::BrokenJson),
        session.prop_map(Data::Text),
        json.prop_map(|(session_id, deadline, epoch)| Data::Json { session_id, deadline, epoch }),
    ]
}

fn any_trust() -> impl Strategy<Value = Trust> {
    prop_oneof![Just(Trust::Server), Just(Trust::Anyone)]
}

fn judge(data: Data) -> Result<Announcement, Rejection> {
    raw(data).check(&context(&SessionId::new(CURRENT)))
}

#[track_caller]
fn rejects(data: Data, reason: Rejection) {
    assert_eq!(judge(data), Err(reason));
}

fn raw(data: Data) -> RawAnnouncement {
    RawAnnouncement { sender: Sender::Server, size: 100, data }
}

fn context(current: &SessionId) -> Context<'_> {
    Context { current, pending: None, highest_epoch: None, trust: Trust::Server }
}

fn text(text: &str) -> Data {
    Data::Text(text.to_owned())
}

fn json(session_id: Option<&str>, deadline: Deadline, epoch: Option<u64>) -> Data {
    Data::Json { session_id: session_id.map(str::to_owned), deadline, epoch }
}
