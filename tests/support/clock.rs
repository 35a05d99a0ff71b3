//! The one clock of the tests.

use std::time::{Duration, Instant};

#[expect(
    clippy::disallowed_methods,
    reason = "waits need limits and films need times; nothing else here asks a clock"
)]
pub(crate) fn now() -> Instant {
    Instant::now()
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadline(Instant);

impl Deadline {
    pub(crate) fn after(limit: Duration) -> Deadline {
        Deadline(now() + limit)
    }

    pub(crate) fn left(self) -> Duration {
        self.0.saturating_duration_since(now())
    }
}
