use std::time::{Duration, Instant};

use jiff::ZonedDateTime;
use jiff::civil::Time;

use crate::tcp::Moment;

/// The only clock: everything else is told the time.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    start: Instant,
    started_at: Duration,
    epoch: Duration,
}

impl Clock {
    /// Begins to count.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that looks at a clock")]
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

    /// Now; never earlier than an answer before, whatever happens to the wall clock.
    pub fn now(&self) -> Moment {
        Moment::at(self.start.elapsed())
    }

    /// The time of day when the clock started, as the time since midnight in the local time zone.
    pub fn started_at(&self) -> Duration {
        self.started_at
    }

    /// The wall clock when the clock started, as the time since 1970.
    pub fn epoch(&self) -> Duration {
        self.epoch
    }

    /// The instant of `moment`, for timers.
    pub(crate) fn instant(&self, moment: Moment) -> Instant {
        self.start + moment.since_start()
    }
}
