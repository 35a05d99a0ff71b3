use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// The processor time that this thread has spent so far: unlike the time that goes by, it does not grow while others are at work.
pub fn spent() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.try_into().unwrap_or_default()
}
