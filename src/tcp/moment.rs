use std::time::Duration;

/// A point in time, counted from the start of the program: the only clock the core knows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(Duration);

impl Moment {
    /// The moment that lies `since_start` after the start of the program.
    pub const fn at(since_start: Duration) -> Moment {
        Moment(since_start)
    }

    /// How long the program had been running.
    pub const fn since_start(self) -> Duration {
        self.0
    }

    /// The time from `earlier` to here; zero when `earlier` lies in the future.
    pub fn since(self, earlier: Moment) -> Duration {
        self.0.saturating_sub(earlier.0)
    }

    /// The moment `later` after this one.
    #[must_use]
    pub fn plus(self, later: Duration) -> Moment {
        Moment(self.0.saturating_add(later))
    }
}
