use std::time::Duration;

use crate::kernel::Activity;
use crate::tcp::Moment;

const SAMPLE_INTERVAL: Duration = Duration::from_millis(16);
/// How often listening and visible rows are looked up while something changes, and while nothing does.
const LOOKUP_INTERVALS: (Duration, Duration) =
    (Duration::from_millis(100), Duration::from_millis(250));
/// How long after a change the shorter of these intervals applies.
const ACTIVE_FOR: Duration = Duration::from_secs(1);
/// How often the whole table is read although nothing changed; more often where single rows cannot be looked up.
const IDLE_READ_INTERVAL: Duration = Duration::from_secs(5);
const IDLE_READ_INTERVAL_WITHOUT_LOOKUPS: Duration = Duration::from_secs(1);
/// Where only data moved, the interval is the cost of a read times this, up to the limit.
const DATA_READ_FACTOR: u32 = 20;
const DATA_READ_LIMIT: Duration = Duration::from_secs(1);

/// When each read is due: often while something changes, rarely while nothing does, and never beyond the budget.
#[derive(Debug)]
pub(super) struct Schedule {
    activity: Activity,
    active_at: Option<Moment>,
    sampled_at: Option<Moment>,
    looked_up_at: Option<Moment>,
    read_at: Moment,
    read_cost: Duration,
    budget: Budget,
}

impl Schedule {
    pub(super) fn new(now: Moment) -> Schedule {
        Schedule {
            activity: Activity::Still,
            active_at: None,
            sampled_at: None,
            looked_up_at: None,
            read_at: now,
            read_cost: Duration::ZERO,
            budget: Budget::full(now),
        }
    }

    pub(super) fn is_sample_due(&self, now: Moment) -> bool {
        is_due(self.sampled_at, SAMPLE_INTERVAL, now)
    }

    pub(super) fn sampled(&mut self, now: Moment, activity: Activity) {
        self.sampled_at = Some(now);
        if activity != Activity::Still {
            self.active_at = Some(now);
            self.assume(activity);
        }
    }

    pub(super) fn assume(&mut self, activity: Activity) {
        self.activity = self.activity.max(activity);
    }

    pub(super) fn is_lookup_due(&self, now: Moment) -> bool {
        let (active, idle) = LOOKUP_INTERVALS;
        let is_active = self.active_at.is_some_and(|at| now.since(at) < ACTIVE_FOR);
        is_due(self.looked_up_at, if is_active { active } else { idle }, now)
    }

    pub(super) fn looked_up(&mut self, now: Moment) {
        self.looked_up_at = Some(now);
    }

    pub(super) fn is_read_due(&mut self, now: Moment, has_lookups: bool) -> bool {
        let interval = match self.activity {
            Activity::Still if has_lookups => IDLE_READ_INTERVAL,
            Activity::Still => IDLE_READ_INTERVAL_WITHOUT_LOOKUPS,
            Activity::Segments => (self.read_cost * DATA_READ_FACTOR).min(DATA_READ_LIMIT),
            Activity::Sockets => Duration::ZERO,
        };
        self.budget.allows(now) && now.since(self.read_at) >= interval
    }

    pub(super) fn read_begins(&mut self, now: Moment) {
        self.activity = Activity::Still;
        self.read_at = now;
    }

    pub(super) fn read_took(&mut self, cost: Duration) {
        self.read_cost = cost;
        self.budget.spend(cost);
    }

    pub(super) fn pause(&self, now: Moment) -> Duration {
        self.sampled_at
            .map_or(Duration::ZERO, |last| SAMPLE_INTERVAL.saturating_sub(now.since(last)))
    }
}

fn is_due(last: Option<Moment>, interval: Duration, now: Moment) -> bool {
    last.is_none_or(|last| now.since(last) >= interval)
}

/// The processor time that reads may take, with a limited reserve; after one that cost more than was left, the next waits for the rest.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    /// In microseconds; negative when more was spent than there was.
    left: i64,
    at: Moment,
}

impl Budget {
    /// One part in so many of the passing time may be spent.
    pub const SHARE: i64 = 10;
    /// The largest reserve.
    pub const BURST: Duration = Duration::from_millis(150);

    /// A full budget.
    pub fn full(now: Moment) -> Budget {
        Budget { left: micros(Budget::BURST), at: now }
    }

    /// Whether something may be spent now.
    pub fn allows(&mut self, now: Moment) -> bool {
        let earned = micros(now.since(self.at)) / Budget::SHARE;
        if earned > 0 {
            self.left = self.left.saturating_add(earned).min(micros(Budget::BURST));
            self.at = now;
        }
        self.left > 0
    }

    /// Takes `cost` off the budget.
    pub fn spend(&mut self, cost: Duration) {
        self.left = self.left.saturating_sub(micros(cost));
    }
}

fn micros(time: Duration) -> i64 {
    i64::try_from(time.as_micros()).unwrap_or(i64::MAX)
}
