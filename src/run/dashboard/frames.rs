use std::time::Duration;

use crate::tcp::Moment;

#[derive(Default)]
pub(super) struct FramePacer {
    gap: Duration,
    pub(super) last: Moment,
    spare: u8,
    pub(super) due: bool,
    /// The frame waits so long for what was ordered: most calls and lookups return at once, and a frame before them is in their way.
    awaiting_until: Option<Moment>,
}

/// How many frames may follow each other at once after a pause: the frame of a key must not delay that of its effect.
const SPARE: u8 = 3;
const PATIENCE: Duration = Duration::from_millis(1);

impl FramePacer {
    pub(super) fn per_second(fps: u16) -> FramePacer {
        FramePacer { gap: Duration::from_secs(1) / u32::from(fps.max(1)), ..FramePacer::default() }
    }

    pub(super) fn next(&self) -> Moment {
        let next = if self.spare > 0 { self.last } else { self.last.plus(self.gap) };
        next.max(self.awaiting_until.unwrap_or_default())
    }

    /// Something was ordered that will change the frame.
    pub(super) fn ordered(&mut self, now: Moment) {
        self.awaiting_until.get_or_insert(now.plus(PATIENCE));
    }

    /// Rows have come: the frame waits no more.
    pub(super) fn answered(&mut self) {
        self.awaiting_until = None;
    }

    pub(super) fn drawn(&mut self, now: Moment) {
        let pause = now.since(self.last).as_nanos() / self.gap.as_nanos().max(1);
        let earned = u8::try_from(pause).unwrap_or(SPARE);
        self.spare = self.spare.saturating_add(earned).min(SPARE).saturating_sub(1);
        self.last = now;
        self.due = false;
        self.awaiting_until = None;
    }
}
