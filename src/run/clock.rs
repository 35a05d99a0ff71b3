use std::time::{Duration, Instant};

use jiff::ZonedDateTime;
use jiff::civil::Time;

use crate::tcp::Moment;

/// The only clock of the program: everything else gets the time as a value.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    start: Instant,
    started_at: Duration,
    epoch: Duration,
}

impl Clock {
    /// Starts the clock.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads a clock")]
    pub fn start() -> Clock {
        let midnight = Time::midnight();
        let now = ZonedDateTime::now();
        let local = now.time().duration_since(midnight);
        let epoch = now.timestamp().as_duration();
        Clock {
            start: Instant::now(),
            started_at: Duration::try_from(local).unwrap_or_default(),
            epoch: Duration::try_from(epoch).unwrap_or_default(),
        }
    }

    /// Now; never goes back, unlike the wall clock.
    pub fn now(&self) -> Moment {
        Moment::at(self.start.elapsed())
    }

    /// The local time of day when the clock started, since midnight.
    pub fn started_at(&self) -> Duration {
        self.started_at
    }

    /// When the clock started, as the time since 1970.
    pub fn epoch(&self) -> Duration {
        self.epoch
    }

    pub(super) fn instant(&self, moment: Moment) -> Instant {
        self.start + moment.since_start()
    }
}
