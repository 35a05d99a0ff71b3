use std::collections::VecDeque;
use std::time::Duration;

use crate::tcp::{Loss, Moment, WireOrder};

/// Decides what becomes of each frame; without I/O or a clock of its own.
///
/// There is one queue, so that no frame overtakes another, however the delay is changed.
#[derive(Debug)]
pub struct Cable<T> {
    held: bool,
    cut: bool,
    delay: Duration,
    /// So many of the next segments are lost.
    drops: u32,
    kept: VecDeque<Kept<T>>,
}

#[derive(Debug)]
struct Kept<T> {
    since: Moment,
    /// Whether it carries TCP or UDP; other frames are not told of, and go along.
    is_segment: bool,
    frame: T,
}

/// What becomes of a frame that is put on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Put {
    /// It goes through at once.
    Through,
    /// It is to be kept, until it is due or somebody lets it go.
    Kept,
    /// It is lost.
    Lost(Loss),
}

impl<T> Default for Cable<T> {
    fn default() -> Cable<T> {
        Cable {
            held: false,
            cut: false,
            delay: Duration::ZERO,
            drops: 0,
            kept: VecDeque::new(),
        }
    }
}

impl<T> Cable<T> {
    /// So many frames are kept at most; more are lost.
    pub const MOST: usize = 1 << 18;

    /// What becomes of the next frame; a frame that is to be kept is then handed over to [`Cable::keep`].
    pub fn put(&mut self, is_segment: bool) -> Put {
        if self.cut {
            return Put::Lost(Loss::Cut);
        }
        let is_unlucky = is_segment && self.drops > 0;
        if is_unlucky || self.kept.len() >= Cable::<T>::MOST {
            self.drops = self.drops.saturating_sub(u32::from(is_unlucky));
            return Put::Lost(Loss::Dropped);
        }
        if self.held || !self.delay.is_zero() || !self.kept.is_empty() {
            Put::Kept
        } else {
            Put::Through
        }
    }

    /// Keeps a frame that was put on the wire at `since`.
    pub fn keep(&mut self, since: Moment, is_segment: bool, frame: T) {
        self.kept.push_back(Kept {
            since,
            is_segment,
            frame,
        });
    }

    /// When the next kept frame is due; `None` while nothing is, or the wire is held.
    pub fn due(&self) -> Option<Moment> {
        let first = self.kept.front().filter(|_| !self.held)?;
        Some(first.since.plus(self.delay))
    }

    /// The next kept frame, if it is due.
    pub fn next_due(&mut self, now: Moment) -> Option<T> {
        self.due().filter(|due| *due <= now)?;
        self.kept.pop_front().map(|kept| kept.frame)
    }

    /// Does what is ordered; the kept frames that leave by it, and how those of them that are lost are lost.
    pub fn order(&mut self, order: WireOrder) -> Vec<(T, Option<Loss>)> {
        match order {
            WireOrder::Hold => self.held = true,
            WireOrder::LetGo => self.held = false,
            WireOrder::Delay(delay) => self.delay = delay,
            WireOrder::Mend => (self.cut, self.drops) = (false, 0),
            WireOrder::Step => return self.step(),
            WireOrder::DropNext => return self.drop_next(),
            WireOrder::Cut => {
                self.cut = true;
                let lost = self.kept.drain(..);
                return lost.map(|kept| (kept.frame, Some(Loss::Cut))).collect();
            }
        }
        Vec::new()
    }

    /// The oldest kept segment, and what is older and no segment.
    fn step(&mut self) -> Vec<(T, Option<Loss>)> {
        if !self.held {
            return Vec::new();
        }
        let last = self.oldest_segment().unwrap_or(self.kept.len());
        let count = self.kept.len().min(last + 1);
        let through = self.kept.drain(..count);
        through.map(|kept| (kept.frame, None)).collect()
    }

    fn drop_next(&mut self) -> Vec<(T, Option<Loss>)> {
        let oldest = self.oldest_segment().filter(|_| self.held);
        if let Some(kept) = oldest.and_then(|place| self.kept.remove(place)) {
            return vec![(kept.frame, Some(Loss::Dropped))];
        }
        self.drops = self.drops.saturating_add(1);
        Vec::new()
    }

    fn oldest_segment(&self) -> Option<usize> {
        self.kept.iter().position(|kept| kept.is_segment)
    }
}
