//! Which announcements are believed.

use std::time::Duration;

use opentok_handover::core::announcement::{
    Announcement, Context, Data, Deadline, Flaw, Proof, RawAnnouncement, Rejection, Seal, Sender, Trust,
    check_session_id,
};
use opentok_handover::core::ids::SessionId;
use proptest::prelude::*;

const CURRENT: &str = "1_MX40NX5-current~";

#[test]
fn plain_text_from_the_server_is_a_session() {
    let accepted = judge(text("2_MX40NX5-MTY3.NjY3~aGk=")).expect("well formed");
    let expected = Announcement {
        session_id: SessionId::new("2_MX40NX5-MTY3.NjY3~aGk="),
        deadline: None,
        epoch: None,
        prompt: false,
    };
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
    let expected = Announcement {
        session_id: SessionId::new("next"),
        deadline: Some(Duration::from_secs(90)),
        epoch: Some(4),
        prompt: false,
    };
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
    let sized = |size| RawAnnouncement { size, ..raw(text("next")) };
    let session = SessionId::new(CURRENT);
    assert!(sized(8192).check(&context(&session)).is_ok());
    assert_eq!(sized(8193).check(&context(&session)), Err(Rejection::TooLarge));
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
        let raw = RawAnnouncement { sender, ..raw(text("next")) };
        assert_eq!(raw.check(&context(&session)), Err(Rejection::FromParticipant));
        let anyone = Context { trust: Trust::Anyone, ..context(&session) };
        assert!(raw.check(&anyone).is_ok());
    }
}

#[test]
fn a_participant_learns_nothing_about_the_rest() {
    let session = SessionId::new(CURRENT);
    let raw = RawAnnouncement { sender: Sender::Participant, size: 9999, ..raw(text(CURRENT)) };
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
fn a_signed_announcement_is_believed_in_the_call_that_it_is_for() {
    let [current, pending, left] = [CURRENT, "on the way", "left"].map(SessionId::new);
    let left = [left];
    let context = Context { pending: Some(&pending), left: &left, highest_epoch: Some(4), ..context(&current) };
    for from in [CURRENT, "on the way", "left"] {
        assert_eq!(signed(from, 1, 5).check(&context).map(|accepted| accepted.session_id), Ok(SessionId::new("next")));
    }
    for from in ["another", "next", ""] {
        assert_eq!(signed(from, 1, 5).check(&context), Err(Rejection::OtherSession), "{from}");
    }
}

#[test]
fn what_is_not_signed_is_refused_where_signatures_are_asked_for() {
    let current = SessionId::new(CURRENT);
    for proof in [Proof::Genuine, Proof::Forged, Proof::Unverifiable] {
        for data in [text("next"), json(Some("next"), Deadline::In(90_000), Some(5)), json(None, Deadline::None, None)]
        {
            let raw = RawAnnouncement { proof, ..raw(data) };
            assert_eq!(raw.check(&context(&current)), Err(Rejection::Unsigned));
        }
    }
}

#[test]
fn a_signature_that_is_another_or_cannot_be_checked_is_none() {
    let current = SessionId::new(CURRENT);
    for (proof, reason) in [(Proof::Forged, Rejection::Forged), (Proof::Unverifiable, Rejection::Unverifiable)] {
        for from in [CURRENT, "another"] {
            let raw = RawAnnouncement { proof, ..signed(from, -1, 5) };
            assert_eq!(raw.check(&context(&current)), Err(reason));
        }
    }
}

#[test]
fn a_signed_announcement_expires() {
    let current = SessionId::new(CURRENT);
    for expires in [0, -1, i64::MIN] {
        assert_eq!(signed(CURRENT, expires, 5).check(&context(&current)), Err(Rejection::Expired));
    }
}

#[test]
fn a_signed_announcement_that_is_replayed_is_a_duplicate() {
    let current = SessionId::new(CURRENT);
    let context = Context { highest_epoch: Some(5), ..context(&current) };
    for epoch in [4, 5] {
        assert_eq!(signed(CURRENT, 1, epoch).check(&context), Err(Rejection::Duplicate));
    }
}

#[test]
fn a_signature_makes_nothing_else_acceptable() {
    let current = SessionId::new(CURRENT);
    let participant = RawAnnouncement { sender: Sender::Participant, ..signed(CURRENT, 1, 5) };
    assert_eq!(participant.check(&context(&current)), Err(Rejection::FromParticipant));
    let large = RawAnnouncement { size: 8193, ..signed(CURRENT, 1, 5) };
    assert_eq!(large.check(&context(&current)), Err(Rejection::TooLarge));
    for (data, reason) in [(Data::Missing, Rejection::Empty), (Data::BrokenJson, Rejection::NotJson)] {
        assert_eq!(RawAnnouncement { proof: Proof::Genuine, ..raw(data) }.check(&context(&current)), Err(reason));
    }
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
        (Rejection::Unsigned, "unsigned"),
        (Rejection::Forged, "forged"),
        (Rejection::Unverifiable, "unverifiable"),
        (Rejection::OtherSession, "other_session"),
        (Rejection::Expired, "expired"),
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
        let context = Context { current: &current, pending: pending.as_ref(), left: &[], highest_epoch: epoch, trust };
        if let Ok(accepted) = raw.check(&context) {
            prop_assert!(check_session_id(Some(accepted.session_id.as_str())).is_ok());
            prop_assert_ne!(&accepted.session_id, &current);
            prop_assert_ne!(Some(&accepted.session_id), pending.as_ref());
            prop_assert_ne!(accepted.deadline, Some(Duration::ZERO));
            prop_assert!(raw.size <= 8192);
            prop_assert!(trust == Trust::Anyone || raw.sender == Sender::Server);
            prop_assert!(raw.proof == Proof::NotAsked || is_sealed(&raw, &context));
        }
    }
}

fn any_raw() -> impl Strategy<Value = RawAnnouncement> {
    let sender = prop_oneof![Just(Sender::Server), Just(Sender::Participant), Just(Sender::Unknown)];
    let proof = prop_oneof![
        Just(Proof::NotAsked),
        Just(Proof::Genuine),
        Just(Proof::Genuine),
        Just(Proof::Forged),
        Just(Proof::Unverifiable)
    ];
    let parts = (sender, 0..10_000_usize, any_data(), proof);
    parts.prop_map(|(sender, size, data, proof)| RawAnnouncement { sender, size, data, proof })
}

/// Whether it is genuine, of this call, not expired, and newer than the last one.
fn is_sealed(raw: &RawAnnouncement, context: &Context<'_>) -> bool {
    let Data::Json { epoch, seal: Some(seal), .. } = &raw.data else { return false };
    let ours = seal.from == *context.current || context.pending == Some(&seal.from);
    let newer = context.highest_epoch.is_none_or(|highest| epoch.is_none_or(|epoch| epoch > highest));
    raw.proof == Proof::Genuine && ours && seal.expires > 0 && newer
}

fn any_data() -> impl Strategy<Value = Data> {
    let session = prop_oneof![any::<String>(), "[A-Za-z0-9._~=-]{0,300}", Just(CURRENT.to_owned())];
    let deadline = prop_oneof![Just(Deadline::None), Just(Deadline::Unreadable), any::<i64>().prop_map(Deadline::In)];
    let from = prop_oneof![Just(CURRENT.to_owned()), any::<String>()].prop_map(SessionId::new);
    let seal = (from, any::<i64>()).prop_map(|(from, expires)| Seal { from, expires });
    let json = (proptest::option::of(session.clone()), deadline, any::<Option<u64>>(), proptest::option::of(seal));
    prop_oneof![
        Just(Data::Missing),
        Just(Data::BrokenJson),
        session.prop_map(Data::Text),
        json.prop_map(|(session_id, deadline, epoch, seal)| Data::Json { session_id, deadline, epoch, seal }),
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
    RawAnnouncement { sender: Sender::Server, size: 100, data, proof: Proof::NotAsked }
}

fn context(current: &SessionId) -> Context<'_> {
    Context { current, pending: None, left: &[], highest_epoch: None, trust: Trust::Server }
}

fn text(text: &str) -> Data {
    Data::Text(text.to_owned())
}

fn json(session_id: Option<&str>, deadline: Deadline, epoch: Option<u64>) -> Data {
    Data::Json { session_id: session_id.map(str::to_owned), deadline, epoch, seal: None }
}

/// An announcement of `next`, signed for the session `from`.
fn signed(from: &str, expires: i64, epoch: u64) -> RawAnnouncement {
    let seal = Some(Seal { from: SessionId::new(from), expires });
    let data = Data::Json { session_id: Some("next".into()), deadline: Deadline::In(90_000), epoch: Some(epoch), seal };
    RawAnnouncement { proof: Proof::Genuine, ..raw(data) }
}
