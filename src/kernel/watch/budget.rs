use std::time::Duration;

use crate::tcp::Moment;

/// The processor time that reads may take: a tenth of the time that passes, with a limited reserve.
///
/// One read may cost more than is left; the next then waits until the debt is paid.
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
