//! The one clock of the tests.

use std::time::{Duration, Instant};

/// The time now.
#[expect(
    clippy::disallowed_methods,
    reason = "waits need limits and films need times; nothing else here asks a clock"
)]
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// The moment when a wait gives up.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadline(Instant);

impl Deadline {
    /// A deadline `limit` from now.
    pub(crate) fn after(limit: Duration) -> Deadline {
        Deadline(now() + limit)
    }

    /// How much is left; zero once it is over.
    pub(crate) fn left(self) -> Duration {
        self.0.saturating_duration_since(now())
    }
}
