//! All clients of a data centre whose servers rotate: when they come to the new ones, and how many at once.
//!
//! A client here is what the core says of time: its moment in the window, and its delays after failures; and the SDK, which
//! asks three times before it tells of a failure. The service lets so many in a second; whoever comes beyond that is refused.

mod chart;

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Instant;

use opentok_handover::core::backoff::Random;
use opentok_handover::core::config::Config;
use opentok_handover::core::ids::SessionId;
use opentok_handover::core::spread::begin_after;

use self::chart::{Line, draw};

const ROOMS: u32 = 50_000;
const PEOPLE: u32 = 20;

/// How many the service lets in within a second: nearly twice what the window asks of it.
const CAPACITY: u64 = 30_000;

/// The slowest way to the service takes this long, ms.
const LATENCY: f64 = 300.0;

/// How long after each of its tries the SDK makes the next, ms, before it tells of a failure (SDK-FACTS section 7).
const SDK_TRIES: [u64; 2] = [600, 1_200];

/// For how many seconds a herd is watched, and shown.
const WATCHED: usize = 180;
const SHOWN: usize = 75;

/// How a client comes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Manner {
    /// As this package does where the successor was announced in good time.
    Noticed,
    /// As it does where the servers have gone without a word: at once, and after a failure with full jitter.
    Surprised,
    /// As most write it: at once, and again every second.
    Naive,
}

struct Outcome {
    /// Requests in each second.
    arrivals: Vec<u64>,
    /// How many were let in, and when the last of them was, in ms.
    joined: u32,
    last: u64,
    events: u64,
}

impl Outcome {
    fn peak(&self) -> u64 {
        self.arrivals.iter().copied().max().unwrap_or(0)
    }
}

/// Lets everybody of so many rooms come.
fn run(manner: Manner, rooms: u32, capacity: u64) -> Outcome {
    let config = Config::default();
    let mut dice = Random::new(7);
    let mut agenda = BinaryHeap::with_capacity((rooms * PEOPLE) as usize);
    for room in 0..rooms {
        let successor = SessionId::new(format!("2_MX4xfn4-{room}"));
        for person in 0..PEOPLE {
            let own = match manner {
                Manner::Noticed => begin_after(config.spread, &successor, dice.next_f64()).as_millis() as u64,
                Manner::Surprised | Manner::Naive => 0,
            };
            let at = own + (LATENCY * dice.next_f64()) as u64;
            agenda.push(Reverse((at, room * PEOPLE + person, 1_u32, 0_usize)));
        }
    }
    let mut outcome = Outcome { arrivals: vec![0; WATCHED], joined: 0, last: 0, events: 0 };
    let (mut second, mut let_in) = (0, 0);
    while let Some(Reverse((at, client, attempt, tries))) = agenda.pop() {
        outcome.events += 1;
        if at / 1000 != second {
            (second, let_in) = (at / 1000, 0);
        }
        if let Some(arrivals) = outcome.arrivals.get_mut(second as usize) {
            *arrivals += 1;
        }
        if let_in < capacity {
            let_in += 1;
            outcome.joined += 1;
            outcome.last = at;
            continue;
        }
        if let Some(wait) = SDK_TRIES.get(tries) {
            agenda.push(Reverse((at + wait, client, attempt, tries + 1)));
            continue;
        }
        let wait = match manner {
            Manner::Naive => 1000,
            Manner::Noticed | Manner::Surprised => config.backoff.delay(attempt, dice.next_f64()).as_millis() as u64,
        };
        let way = (LATENCY * dice.next_f64()) as u64;
        agenda.push(Reverse((at + way + wait, client, attempt + 1, 0)));
    }
    outcome
}

/// The peak against the mean of the window.
fn peak_ratio(outcome: &Outcome, clients: u32) -> f64 {
    outcome.peak() as f64 / (f64::from(clients) / Config::default().spread.as_secs_f64())
}

#[test]
fn with_notice_a_whole_service_comes_evenly() {
    let rooms = ROOMS / 10;
    let outcome = run(Manner::Noticed, rooms, CAPACITY / 10);
    assert_eq!(outcome.joined, rooms * PEOPLE);
    assert_eq!(outcome.events, u64::from(rooms * PEOPLE), "somebody was refused");
    // A tenth of the rooms: chance has three times the say that it has with all of them.
    assert!(peak_ratio(&outcome, rooms * PEOPLE) < 1.2, "{}", outcome.peak());
}

#[test]
fn without_notice_those_who_are_refused_come_back_scattered() {
    let rooms = ROOMS / 10;
    let [ours, naive] = [Manner::Surprised, Manner::Naive].map(|manner| run(manner, rooms, CAPACITY / 10));
    assert_eq!([ours.joined, naive.joined], [rooms * PEOPLE; 2]);
    // The first requests are everybody's at once, in either manner, and so are the SDK's own next two.
    let later = |outcome: &Outcome| outcome.arrivals[15..].iter().copied().max();
    assert!(later(&ours) < later(&naive), "{:?} {:?}", ours.arrivals, naive.arrivals);
    assert!(ours.events < naive.events);
}

/// `npm run bench -- herd`: a million clients; draws what came of it into the file that `HERD` names.
#[test]
#[ignore = "npm run bench -- herd"]
#[allow(clippy::disallowed_methods, reason = "it is measured how long it takes")]
fn a_million_clients_of_fifty_thousand_rooms() {
    let clients = ROOMS * PEOPLE;
    let mut found = Vec::new();
    for (name, manner) in
        [("with notice", Manner::Noticed), ("without", Manner::Surprised), ("written by hand", Manner::Naive)]
    {
        let began = Instant::now();
        let outcome = run(manner, ROOMS, CAPACITY);
        let took = began.elapsed().as_secs_f64();
        assert_eq!(outcome.joined, clients);
        println!(
            "{name:<16} peak {:>9} a second ({:.2} of the window's mean), {:>9} requests, all in after {:>5.1} s; \
             {took:.1} s, {:.1} million events a second",
            outcome.peak(),
            peak_ratio(&outcome, clients),
            outcome.events,
            outcome.last as f64 / 1000.0,
            outcome.events as f64 / took / 1e6,
        );
        found.push(outcome);
    }
    println!("memory at the most: {}", memory());
    let [noticed, surprised, naive] = &found[..] else { return };
    let ideal = vec![u64::from(clients) / Config::default().spread.as_secs(); 60];
    let capacity = vec![CAPACITY; SHOWN];
    let line = |name, colour, dashed, values| Line { name, colour, dashed, values };
    let short = |outcome: &Outcome| outcome.arrivals[..SHOWN].to_vec();
    let [soon, at_once, by_hand] = [noticed, surprised, naive].map(short);
    let chart = draw(&[
        (
            "A million clients of 50,000 rooms, announced an hour ahead: arrivals a second",
            vec![
                line("this package", "#1f77b4", false, &soon),
                line("at once, again every second", "#d62728", false, &by_hand),
                line("ideal: even over the window", "#222", true, &ideal),
            ],
        ),
        (
            "Their servers gone without a word",
            vec![
                line("this package", "#1f77b4", false, &at_once),
                line("at once, again every second", "#d62728", false, &by_hand),
                line("what the service lets in", "#222", true, &capacity),
            ],
        ),
    ]);
    if let Ok(file) = std::env::var("HERD") {
        std::fs::write(&file, chart).expect("the chart can't be written");
        println!("drawn: {}", std::path::Path::new(&file).file_name().unwrap_or_default().display());
    }
}

/// What the process has needed at the most, where the system says so.
fn memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.map_or_else(|| "not known here".to_owned(), |text| text.trim().to_owned())
}
