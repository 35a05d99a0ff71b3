use std::time::Duration;

use crate::tcp::Moment;

/// When the next frame may be drawn: after calm at once, under load one in `gap`.
#[derive(Default)]
pub(crate) struct FramePacer {
    gap: Duration,
    pub(crate) last: Moment,
    spare: u8,
    pub(crate) due: bool,
}

/// Frames that may follow each other at once after calm: a key's own frame must not delay its effect's.
const SPARE: u8 = 3;

impl FramePacer {
    /// At most so many frames a second.
    pub(crate) fn a_second(most: u16) -> FramePacer {
        FramePacer { gap: Duration::from_secs(1) / u32::from(most.max(1)), ..FramePacer::default() }
    }

    pub(crate) fn next(&self) -> Moment {
        if self.spare > 0 { self.last } else { self.last.plus(self.gap) }
    }

    pub(crate) fn drawn(&mut self, now: Moment) {
        let calm = now.since(self.last).as_nanos() / self.gap.as_nanos().max(1);
        let earned = u8::try_from(calm).unwrap_or(SPARE);
        self.spare = self.spare.saturating_add(earned).min(SPARE).saturating_sub(1);
        self.last = now;
        self.due = false;
    }
}
