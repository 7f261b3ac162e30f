//! The recordings of a call, piece by piece.

use super::planner::Planner;
use super::protocol::{Command, Event, Kind, Piece, Recording};
use super::state::{Phase, Plan, Purpose, Service};

/// All of them.
pub(super) fn recordings(plan: &Plan) -> Vec<Recording> {
    plan.services.iter().filter(|service| service.kind == Kind::Archive).map(recording).collect()
}

fn recording(service: &Service) -> Recording {
    let mut pieces: Vec<Piece> = vec![];
    for run in &service.runs {
        let before = pieces.last().and_then(|piece| piece.ended_at);
        pieces.push(Piece {
            archive_id: run.id.clone(),
            session_id: run.session.clone(),
            started_at: run.started,
            ended_at: run.ended,
            gap: before.map(|before| run.started as i64 - before as i64),
        });
    }
    Recording {
        number: service.number,
        name: service.options["name"].as_str().unwrap_or_default().to_owned(),
        running: service.runs.last().is_some_and(super::state::Run::may_run),
        pieces,
    }
}

impl Planner {
    /// Tells the application of a recording in several pieces, as it is now. What it hasn't been told yet is replaced.
    pub(super) fn tell_recording(&mut self, number: u32) {
        let Some(plan) = &mut self.plan else { return };
        let Some(service) = plan.services.iter().find(|service| service.number == number) else { return };
        if service.kind != Kind::Archive || service.runs.len() < 2 {
            return;
        }
        let recording = recording(service);
        plan.pending.retain(|pending| {
            let untold = matches!(pending.phase, Phase::Waiting { .. });
            let of_it = matches!(&pending.command,
                Command::Tell { event: Event::Recording { recording } } if recording.number == number);
            !(pending.purpose == Purpose::Tell && untold && of_it)
        });
        self.tell(Event::Recording { recording });
    }
}
