//! Rotations that are still to come, and the notices before them.

use std::time::Duration;

use super::{Lab, Missing, Rotating};
use crate::id::SessionId;
use crate::journal::Entry;
use crate::session::{News, SERVER_ROTATION};
use crate::time::Time;

/// How long before a rotation the application's server hears of it, as documented.
const NOTICES: [Duration; 2] = [Duration::from_hours(4), Duration::from_hours(1)];

/// A rotation that is still to come.
#[derive(Clone, Debug)]
pub struct Schedule {
    /// Of which session.
    pub session: SessionId,
    /// When.
    pub at: Time,
    /// Whether those clients that can migrate are told to.
    pub migrate: bool,
    notices: Vec<Time>,
}

impl Schedule {
    fn next(&self) -> Time {
        self.notices.iter().copied().min().unwrap_or(self.at)
    }
}

impl Lab {
    /// Has a session's servers rotate in a while, instead of whatever was planned for it. Its notices come four hours and
    /// one hour before, divided by `speed`; those that would have come in the past are left out. Says when, counted from
    /// now.
    ///
    /// # Errors
    ///
    /// There is no such session.
    pub fn schedule(
        &mut self,
        session: &str,
        left: Duration,
        speed: u32,
        migrate: bool,
        now: Time,
    ) -> Result<Vec<Duration>, Missing> {
        let session = self.session(session)?.id.clone();
        let before = NOTICES.map(|notice| notice / speed.max(1));
        let waits: Vec<Duration> = before.iter().filter_map(|before| left.checked_sub(*before)).collect();
        let notices = waits.iter().map(|wait| now + *wait).collect();
        self.schedules.retain(|schedule| schedule.session != session);
        self.schedules.push(Schedule { session, at: now + left, migrate, notices });
        Ok(waits)
    }

    /// When a notice or a rotation is due next.
    pub(super) fn next_scheduled(&self) -> Option<Time> {
        self.schedules.iter().map(Schedule::next).min()
    }

    /// Sends the notices that are due, and rotates.
    pub(super) fn run_schedules(&mut self, now: Time) {
        let (due, kept): (Vec<Schedule>, _) = self.schedules.drain(..).partition(|schedule| schedule.next() <= now);
        self.schedules = kept;
        for mut schedule in due {
            let session = schedule.session.clone();
            let due = schedule.notices.iter().filter(|notice| **notice <= now).count();
            for _ in 0..due {
                self.note(Entry::Notice { session: session.clone() }, now);
                self.tell(&News::session("sessionNotification", Some(SERVER_ROTATION)), session.as_str(), now);
            }
            schedule.notices.retain(|notice| *notice > now);
            if schedule.at > now {
                self.schedules.push(schedule);
            } else {
                let how = Rotating { migrate: schedule.migrate, ..Rotating::default() };
                // A session that has been scheduled is there, and stays.
                let _ = self.rotate(session.as_str(), None, &how, now);
            }
        }
    }
}
