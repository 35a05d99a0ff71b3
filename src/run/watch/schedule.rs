use std::time::Duration;

use crate::kernel::Activity;
use crate::run::Budget;
use crate::tcp::Moment;

/// How often the pulse is taken.
const BEAT: Duration = Duration::from_millis(16);
/// How often the rows in LISTEN and those on the screen are looked at while something happens, and while nothing does.
const GLANCES: (Duration, Duration) = (Duration::from_millis(100), Duration::from_millis(250));
/// How long after a movement something still happens.
const LIVELY: Duration = Duration::from_secs(1);
/// How often the whole table is read although nothing moved; more often where there are no glances.
const CALM: Duration = Duration::from_secs(5);
const CALM_WITHOUT_GLANCES: Duration = Duration::from_secs(1);
/// Where only data moved, readings may take one part in so many of the time, but are not put off for longer than the limit.
const DATA_SHARE: u32 = 20;
const DATA_LIMIT: Duration = Duration::from_secs(1);

/// When what is due: quick while something moves, slow while nothing does, and never dearer than the budget.
#[derive(Debug)]
pub(crate) struct Schedule {
    /// What moved since the last reading began.
    motion: Activity,
    moved_at: Option<Moment>,
    pulse_at: Option<Moment>,
    glance_at: Option<Moment>,
    read_at: Moment,
    cost: Duration,
    budget: Budget,
}

impl Schedule {
    pub(crate) fn new(now: Moment) -> Schedule {
        Schedule {
            motion: Activity::Still,
            moved_at: None,
            pulse_at: None,
            glance_at: None,
            read_at: now,
            cost: Duration::ZERO,
            budget: Budget::full(now),
        }
    }

    pub(crate) fn pulse_due(&self, now: Moment) -> bool {
        is_due(self.pulse_at, BEAT, now)
    }

    pub(crate) fn pulse(&mut self, now: Moment, motion: Activity) {
        self.pulse_at = Some(now);
        if motion != Activity::Still {
            self.moved_at = Some(now);
            self.hurry(motion);
        }
    }

    /// As if the pulse had shown this much.
    pub(crate) fn hurry(&mut self, motion: Activity) {
        self.motion = self.motion.max(motion);
    }

    pub(crate) fn glance_due(&self, now: Moment) -> bool {
        is_due(self.glance_at, self.pace(now, GLANCES), now)
    }

    pub(crate) fn glance(&mut self, now: Moment) {
        self.glance_at = Some(now);
    }

    pub(crate) fn reading_due(&mut self, now: Moment, is_exact: bool) -> bool {
        let since = now.since(self.read_at);
        let calm = if is_exact { CALM } else { CALM_WITHOUT_GLANCES };
        let wait = match self.motion {
            Activity::Still => calm,
            Activity::Segments => (self.cost * DATA_SHARE).min(DATA_LIMIT),
            Activity::Sockets => Duration::ZERO,
        };
        self.budget.allows(now) && since >= wait
    }

    /// A reading begins: what moves from now on it may not see.
    pub(crate) fn reading_begins(&mut self, now: Moment) {
        self.motion = Activity::Still;
        self.read_at = now;
    }

    pub(crate) fn reading_took(&mut self, cost: Duration) {
        self.cost = cost;
        self.budget.spend(cost);
    }

    /// How long nothing is due.
    pub(crate) fn pause(&self, now: Moment) -> Duration {
        self.pulse_at.map_or(Duration::ZERO, |last| BEAT.saturating_sub(now.since(last)))
    }

    fn pace(&self, now: Moment, (lively, calm): (Duration, Duration)) -> Duration {
        let is_lively = self.moved_at.is_some_and(|at| now.since(at) < LIVELY);
        if is_lively { lively } else { calm }
    }
}

fn is_due(last: Option<Moment>, every: Duration, now: Moment) -> bool {
    last.is_none_or(|last| now.since(last) >= every)
}
