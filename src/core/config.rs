//! How often, how long and how much: the policy apart from the mechanism.

mod check;
mod nearest;

use std::time::Duration;

use super::announcement::Trust;
use super::backoff::Backoff;

pub use self::check::{
    Given, HANDOVER_OPTIONS, Kind, Known, MANAGER_OPTIONS, OptionError, RETRY_OPTIONS, check_object, check_option,
};
pub use self::nearest::nearest;

/// The policy of a manager.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// How long the app's `renew` may take. 10 s by default: a request to the app's own server takes a fraction of
    /// one, and what hangs must leave time for further attempts.
    pub renew_timeout: Duration,
    /// How long a leg may take to connect. 12 s by default: the SDK's own three rounds take up to 9 s, and of some
    /// failures it never tells.
    pub connect_timeout: Duration,
    /// How long a publisher may take to be live on a leg. 20 s by default: as long as a connection, because the camera
    /// may have to be opened again and the media path to be found through a relay.
    pub publish_timeout: Duration,
    /// How long a handover may take whose announcement names no deadline. 120 s by default: rotations are announced an
    /// hour ahead, so there is time for several attempts, but two legs cost twice the upload.
    pub handover_timeout: Duration,
    /// Over how long the clients of all calls begin a handover that was announced in good time, as far as `handover_timeout`
    /// is left after that. 60 s by default: a million clients of one data centre are 17,000 joins a second then, and an
    /// announcement that comes an hour ahead has that minute to spare.
    pub spread: Duration,
    /// How long a recovery may take. 120 s by default: long enough for a train's tunnel or a server's restart, and not
    /// longer than people wait in front of a still picture.
    pub recovery_timeout: Duration,
    /// How long others are waited for that are in the new session, but don't say that they are done with the old one.
    /// 10 s by default: they may run without this package; whoever does runs says it within a second or two.
    pub settle_timeout: Duration,
    /// How long a signal from the new leg waits for its copy from the old one. 2 s by default: more than a leg is
    /// slower than another unless it is about to die, and little enough for a chat.
    pub signal_hold: Duration,
    /// The delays between attempts. 500 ms, doubling up to 10 s, by default: the first retry comes while nobody has
    /// noticed yet, and a server that is starting again isn't flooded by all its clients.
    pub backoff: Backoff,
    /// How many attempts a handover or a recovery has. 30 by default: more than fit into the time that they have by
    /// default, so that it takes somebody who gives them more time to need this bound.
    pub attempts: u32,
    /// How many handovers and recoveries there may be in an hour. 60 by default: servers rotate every few hours, so this
    /// is a fault or an attack, and by then every tile has been renewed once a minute.
    pub moves_per_hour: u32,
    /// Whose announcements are believed. Only a server's by default: anybody who can publish can send signals, and a
    /// successor of their choice would have everybody.
    pub trust: Trust,
    /// Where the random numbers for the delays start. 0 by default, which suits tests: the shell draws one, so that no
    /// two clients wait in step.
    pub seed: u64,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            renew_timeout: Duration::from_secs(10),
            connect_timeout: Duration::from_secs(12),
            publish_timeout: Duration::from_secs(20),
            handover_timeout: Duration::from_secs(120),
            spread: Duration::from_secs(60),
            recovery_timeout: Duration::from_secs(120),
            settle_timeout: Duration::from_secs(10),
            signal_hold: Duration::from_secs(2),
            backoff: Backoff { initial: Duration::from_millis(500), factor: 2, max: Duration::from_secs(10) },
            attempts: 30,
            moves_per_hour: 60,
            trust: Trust::Server,
            seed: 0,
        }
    }
}

impl Config {
    /// Checks one of the manager's options and takes its value over. The shell calls it for every property of the
    /// options object. Functions and texts are only checked: they stay in the shell. A missing value leaves the
    /// default.
    ///
    /// # Errors
    ///
    /// There is no such option, or the value isn't one for it.
    pub fn set(&mut self, option: &str, given: Given<'_>) -> Result<(), OptionError> {
        let known = check_option(MANAGER_OPTIONS, option, given)?;
        match (known.name, given) {
            ("newSessionFrom", Given::Text("anyone")) => self.trust = Trust::Anyone,
            ("newSessionFrom", Given::Text(_)) => self.trust = Trust::Server,
            ("movesPerHour", Given::Number(moves)) => self.moves_per_hour = moves as u32,
            (name, Given::Number(millis)) => {
                // Checked above: neither negative nor out of range.
                let value = Duration::from_millis(millis as u64);
                if let Some(field) = self.duration(name) {
                    *field = value;
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Checks one of the options in `retry` and takes its value over, like [`set`](Self::set). `option` is its name with
    /// `retry.` before it.
    ///
    /// # Errors
    ///
    /// There is no such option, or the value isn't one for it.
    pub fn set_retry(&mut self, option: &str, given: Given<'_>) -> Result<(), OptionError> {
        let known = check_option(RETRY_OPTIONS, option, given)?;
        if let Given::Number(number) = given {
            let delay = Duration::from_millis(number as u64);
            match known.name {
                "retry.initialDelay" => self.backoff.initial = delay,
                "retry.maxDelay" => self.backoff.max = delay,
                _ => self.attempts = number as u32,
            }
        }
        Ok(())
    }

    fn duration(&mut self, option: &str) -> Option<&mut Duration> {
        Some(match option {
            "renewTimeout" => &mut self.renew_timeout,
            "connectTimeout" => &mut self.connect_timeout,
            "publishTimeout" => &mut self.publish_timeout,
            "handoverTimeout" => &mut self.handover_timeout,
            "spread" => &mut self.spread,
            "recoveryTimeout" => &mut self.recovery_timeout,
            "settleTimeout" => &mut self.settle_timeout,
            _ => return None,
        })
    }
}
