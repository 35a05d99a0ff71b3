#![allow(unsafe_code, reason = "only malloc_trim(3) gives memory back to the kernel")]

use std::time::Duration;

use crate::app::Event;
use crate::tcp::{LabEvent, Moment};

/// Gives back the memory of a burst once the table and the wire are calm.
#[derive(Default)]
pub(super) struct BurstMemory {
    changes: usize,
    last: Moment,
}

impl BurstMemory {
    const BURST: usize = 4096;
    /// Fewer changes at once are calm.
    const FEW: usize = 64;
    /// Closed rows stay for five seconds.
    const CALM: Duration = Duration::from_secs(7);

    pub(super) fn hear(&mut self, now: Moment, event: &Event) {
        let changes = if let Event::TableRead(update) = event {
            update.changes.len()
        } else if let Event::Lab(LabEvent::Wire(events)) = event {
            events.len()
        } else {
            return;
        };
        self.changes += changes;
        if changes >= BurstMemory::FEW {
            self.last = now;
        }
    }

    pub(super) fn tick(&mut self, now: Moment) {
        if self.changes < BurstMemory::BURST || now.since(self.last) < BurstMemory::CALM {
            return;
        }
        self.changes = 0;
        #[cfg(target_env = "gnu")]
        // SAFETY: it takes no pointer, and may be called at any time by any thread.
        unsafe {
            libc::malloc_trim(0);
        }
    }
}
