//! First and last frames of a video.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use opentok_handover::dom::{Beginning, FirstFrame, LastFrame};
use wasm_bindgen_test::wasm_bindgen_test as test;

use crate::page::{Film, Lacking, next_frame, now, until};

#[test]
async fn a_video_without_a_frame_has_no_first_frame() {
    let film = Film::new();
    let (seen, _wait) = first_frame(&film);
    for _ in 0..5 {
        next_frame().await;
    }
    assert!(seen.times.borrow().is_empty());
}

#[test]
async fn the_first_frame_is_told_once_with_the_time_at_which_it_was_presented() {
    let film = Film::new();
    let start = now();
    let (seen, _wait) = first_frame(&film);
    until("the first frame is presented", || film.shows(&seen)).await;
    let [at] = seen.times.borrow()[..] else { panic!("it was told more than once") };
    assert!(start <= at && at <= now());
    more_frames(&film).await;
    assert_eq!(seen.times.borrow()[..], [at]);
}

#[test]
async fn a_frame_at_hand_counts_once_it_was_painted_even_if_no_other_one_comes() {
    let film = Film::new();
    let (early, _wait) = first_frame(&film);
    until("there is a picture", || film.shows(&early)).await;
    film.video().pause().unwrap();
    next_frame().await;
    let start = now();
    let (seen, _wait) = first_frame(&film);
    assert!(seen.times.borrow().is_empty(), "nothing was painted since");
    until("the frame counts", || !seen.times.borrow().is_empty()).await;
    let [at] = seen.times.borrow()[..] else { panic!("it was told more than once") };
    assert!(start <= at && at <= now());
}

#[test]
async fn where_the_first_frames_may_be_made_up_neither_one_at_hand_counts_nor_the_next_ones() {
    let film = Film::new();
    let (early, _wait) = first_frame(&film);
    until("there is a picture", || film.shows(&early)).await;
    let (seen, _wait) = wait_for(&film, Beginning::Filler);
    more_frames(&film).await;
    assert!(seen.times.borrow().is_empty());
    until("a later frame counts", || film.shows(&seen)).await;
}

#[test]
async fn a_frame_at_hand_does_not_count_if_it_goes_before_it_was_painted_or_after_the_wait_was_dropped() {
    let film = Film::new();
    let (early, _wait) = first_frame(&film);
    until("there is a picture", || film.shows(&early)).await;
    film.video().pause().unwrap();
    let (dropped, wait) = first_frame(&film);
    drop(wait);
    let (seen, _wait) = first_frame(&film);
    film.video().set_src_object(None);
    for _ in 0..5 {
        next_frame().await;
    }
    assert!(seen.times.borrow().is_empty());
    assert!(dropped.times.borrow().is_empty());
}

#[test]
async fn frames_that_are_covered_do_not_count() {
    let film = Film::new();
    let (seen, _wait) = first_frame(&film);
    seen.covered.set(true);
    more_frames(&film).await;
    more_frames(&film).await;
    assert!(seen.times.borrow().is_empty());
    seen.covered.set(false);
    let uncovered = now();
    until("a frame is seen", || film.shows(&seen)).await;
    assert!(seen.times.borrow()[0] >= uncovered);
}

#[test]
async fn a_frame_that_was_covered_counts_as_soon_as_what_covers_it_changes() {
    let film = Film::new();
    let (seen, _wait) = first_frame(&film);
    seen.covered.set(true);
    more_frames(&film).await;
    // From now on there is no other frame.
    film.video().pause().unwrap();
    next_frame().await;
    seen.covered.set(false);
    next_frame().await;
    assert!(seen.times.borrow().is_empty());
    film.video().set_class_name("uncovered");
    until("the change is noticed", || !seen.times.borrow().is_empty()).await;
}

#[test]
async fn before_a_frame_no_change_counts() {
    let film = Film::new();
    let (seen, _wait) = first_frame(&film);
    film.video().set_class_name("uncovered");
    for _ in 0..5 {
        next_frame().await;
    }
    assert!(seen.times.borrow().is_empty());
}

#[test]
async fn nothing_is_told_after_the_wait_was_dropped() {
    let film = Film::new();
    let (seen, wait) = first_frame(&film);
    let (seen_late, wait_late) = first_frame(&film);
    seen_late.covered.set(true);
    drop(wait);
    more_frames(&film).await;
    drop(wait_late);
    seen_late.covered.set(false);
    more_frames(&film).await;
    assert!(seen.times.borrow().is_empty());
    assert!(seen_late.times.borrow().is_empty());
}

#[test]
async fn the_wait_may_be_dropped_by_what_it_calls() {
    let film = Film::new();
    let wait: Rc<RefCell<Option<FirstFrame>>> = Rc::default();
    let own = Rc::clone(&wait);
    let told = Rc::new(Cell::new(0));
    let count = Rc::clone(&told);
    *wait.borrow_mut() = Some(FirstFrame::new(
        &film.video(),
        Beginning::Frame,
        &film.video(),
        || true,
        move |_| {
            count.set(count.get() + 1);
            own.take();
        },
    ));
    more_frames(&film).await;
    more_frames(&film).await;
    assert_eq!(told.get(), 1);
    assert!(wait.borrow().is_none());
}

#[test]
async fn without_frame_callbacks_a_playing_picture_is_evidence() {
    let _old_browser = Lacking::frame_callbacks();
    let film = Film::new();
    let (seen, _wait) = first_frame(&film);
    seen.covered.set(true);
    until("there is a picture", || {
        film.draw();
        film.video().current_time() > 0.5
    })
    .await;
    assert!(seen.times.borrow().is_empty(), "it is covered");
    seen.covered.set(false);
    until("a picture is seen", || film.shows(&seen)).await;
    let told = film.video().current_time();
    until("it has played on", || {
        film.draw();
        film.video().current_time() > told + 0.6
    })
    .await;
    assert_eq!(seen.times.borrow().len(), 1);
}

#[test]
async fn without_frame_callbacks_nothing_is_told_before_there_is_a_picture_or_after_the_wait_was_dropped() {
    let _old_browser = Lacking::frame_callbacks();
    let film = Film::new();
    let (seen, wait) = first_frame(&film);
    for _ in 0..3 {
        time_update(&film);
    }
    assert!(seen.times.borrow().is_empty());
    drop(wait);
    until("there is a picture", || {
        film.draw();
        film.video().current_time() > 0.0
    })
    .await;
    time_update(&film);
    assert!(seen.times.borrow().is_empty());
}

#[test]
async fn where_there_are_frame_callbacks_a_time_that_moves_is_no_evidence() {
    let film = Film::new();
    let (seen, _wait) = first_frame(&film);
    seen.covered.set(true);
    more_frames(&film).await;
    seen.covered.set(false);
    time_update(&film);
    assert!(seen.times.borrow().is_empty());
}

#[test]
async fn the_last_frame_moves_on_with_the_frames() {
    let film = Film::new();
    let last = LastFrame::follow(&film.video());
    assert_eq!(last.at(), None);
    let mut before = 0.0;
    for _ in 0..3 {
        until("a frame is presented", || {
            film.draw();
            last.at().is_some_and(|at| at > before)
        })
        .await;
        before = last.at().unwrap();
        assert!(before <= now());
    }
}

#[test]
async fn without_frame_callbacks_the_last_frame_is_unknown() {
    let _old_browser = Lacking::frame_callbacks();
    let film = Film::new();
    let last = LastFrame::follow(&film.video());
    until("there is a picture", || {
        film.draw();
        film.video().current_time() > 0.0
    })
    .await;
    assert_eq!(last.at(), None);
}

/// What a wait has told, and whether its video is covered.
#[derive(Default)]
struct Seen {
    times: RefCell<Vec<f64>>,
    covered: Cell<bool>,
}

fn first_frame(film: &Film) -> (Rc<Seen>, FirstFrame) {
    wait_for(film, Beginning::Frame)
}

fn wait_for(film: &Film, beginning: Beginning) -> (Rc<Seen>, FirstFrame) {
    let seen = Rc::new(Seen::default());
    let (asked, told) = (Rc::clone(&seen), Rc::clone(&seen));
    let wait = FirstFrame::new(
        &film.video(),
        beginning,
        &film.video(),
        move || !asked.covered.get(),
        move |at| told.times.borrow_mut().push(at),
    );
    (seen, wait)
}

impl Film {
    /// Draws, and says whether that was seen.
    fn shows(&self, seen: &Seen) -> bool {
        self.draw();
        !seen.times.borrow().is_empty()
    }
}

/// Lets two more frames be presented.
async fn more_frames(film: &Film) {
    let last = LastFrame::follow(&film.video());
    let mut times = Vec::new();
    until("frames are presented", || {
        film.draw();
        if let Some(at) = last.at()
            && times.last() != Some(&at)
        {
            times.push(at);
        }
        times.len() == 2
    })
    .await;
}

fn time_update(film: &Film) {
    let event = web_sys::Event::new("timeupdate").unwrap();
    film.video().dispatch_event(&event).unwrap();
}
