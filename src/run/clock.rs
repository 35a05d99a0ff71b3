use std::time::{Duration, Instant, SystemTime};

use crate::tcp::Moment;

/// The only clock of the program: everything else gets the time as a value.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    start: Instant,
    epoch: Duration,
}

impl Clock {
    /// Starts the clock.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads a clock")]
    pub fn start() -> Clock {
        let epoch = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        Clock { start: Instant::now(), epoch: epoch.unwrap_or_default() }
    }

    /// Now; never goes back, unlike the wall clock.
    pub fn now(&self) -> Moment {
        Moment::at(self.start.elapsed())
    }

    /// When the clock started, as the time since 1970.
    pub fn epoch(&self) -> Duration {
        self.epoch
    }

    pub(super) fn instant(&self, moment: Moment) -> Instant {
        self.start + moment.since_start()
    }
}
