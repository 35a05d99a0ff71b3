use std::time::{Duration, Instant};

use crate::tcp::Moment;

/// The one place that looks at a clock; everything else is told the time.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    start: Instant,
}

impl Clock {
    /// Starts to count.
    #[expect(clippy::disallowed_methods, reason = "this is the clock")]
    pub fn start() -> Clock {
        Clock { start: Instant::now() }
    }

    /// The time since the start.
    pub fn now(&self) -> Moment {
        Moment::at(self.start.elapsed())
    }

    /// The local time of day at the start of this clock, for display only.
    pub fn started_at(&self) -> Duration {
        let time = jiff::Zoned::now().time();
        let midnight = jiff::civil::Time::midnight();
        let now = Duration::try_from(time.duration_since(midnight)).unwrap_or_default();
        now.saturating_sub(self.start.elapsed())
    }

    /// The instant of `moment`, for tokio's timers.
    pub(crate) fn instant(&self, moment: Moment) -> Instant {
        self.start + moment.since_start()
    }
}
