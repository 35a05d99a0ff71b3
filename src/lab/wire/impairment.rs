use crate::tcp::{DropReason, Moment, WireOrder, WireSettings};
use std::collections::VecDeque;

/// Decides the fate of each frame, as netem does, without I/O or a clock; in one queue, so that no frame overtakes another.
#[derive(Debug)]
pub struct Impairment<T> {
    pub(super) settings: WireSettings,
    kept: VecDeque<HeldFrame<T>>,
    /// How many of the oldest kept segments are let through, though it is held.
    owed: usize,
    pub(super) segments: usize,
    bytes: usize,
    overflow: Overflow,
}

/// Whether a frame was lost for lack of space since the queue was empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Overflow {
    No,
    Unreported,
    Reported,
}

#[derive(Debug)]
struct HeldFrame<T> {
    since: Moment,
    load: FrameInfo,
    frame: T,
}

/// What decides the fate of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrameInfo {
    /// Whether it carries TCP, UDP or ICMP, or a fragment of them; other frames are neither reported nor dropped.
    pub is_segment: bool,
    /// Its length.
    pub bytes: usize,
}

/// What happens to a frame that is put on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrameFate {
    /// It is delivered at once.
    Forward,
    /// It is kept until it is due or let go.
    Held,
    /// It is lost.
    Lost(DropReason),
}

impl<T> Default for Impairment<T> {
    fn default() -> Impairment<T> {
        Impairment {
            settings: WireSettings::default(),
            kept: VecDeque::new(),
            owed: 0,
            segments: 0,
            bytes: 0,
            overflow: Overflow::No,
        }
    }
}

impl<T> Impairment<T> {
    /// How many frames are kept at most.
    pub const MOST: usize = 1 << 18;
    /// How many bytes are kept at most: what 64 connections send without an answer, 4 MiB each (`net.ipv4.tcp_wmem`).
    pub const MOST_BYTES: usize = 256 << 20;

    /// For how many frames the queue keeps its memory once it is empty.
    const SPARE: usize = 1 << 12;

    /// Decides the fate of the next frame; if it is to be held, call [`Impairment::keep`].
    pub fn put(&mut self, load: FrameInfo) -> FrameFate {
        let WireSettings { held, delay, cut, drop_next, .. } = self.settings;
        if cut {
            return FrameFate::Lost(DropReason::Cut);
        }
        if load.is_segment && drop_next > 0 {
            self.settings.drop_next -= 1;
            return FrameFate::Lost(DropReason::Dropped);
        }
        // What is not reported cannot be let through by hand either.
        let passes = held && !load.is_segment;
        if passes || (!held && delay.is_zero() && self.kept.is_empty()) {
            return FrameFate::Forward;
        }
        let has_space = self.kept.len() < Impairment::<T>::MOST
            && load.bytes <= Impairment::<T>::MOST_BYTES.saturating_sub(self.bytes);
        if has_space {
            return FrameFate::Held;
        }
        if self.overflow == Overflow::No {
            self.overflow = Overflow::Unreported;
        }
        FrameFate::Lost(DropReason::Full)
    }

    /// Keeps a frame that was put on the wire at `since`.
    pub fn keep(&mut self, since: Moment, load: FrameInfo, frame: T) {
        self.bytes += load.bytes;
        self.segments += usize::from(load.is_segment);
        self.kept.push_back(HeldFrame { since, load, frame });
    }

    /// How many frames and bytes are kept, if a frame was lost for lack of space; returned once until the queue was empty.
    pub fn overflows(&mut self) -> Option<(usize, usize)> {
        let is_new = self.overflow == Overflow::Unreported;
        is_new.then(|| {
            self.overflow = Overflow::Reported;
            (self.kept.len(), self.bytes)
        })
    }

    /// The oldest kept segment.
    pub fn oldest(&self) -> Option<&T> {
        self.kept.get(self.segment_at(0)?).map(|kept| &kept.frame)
    }

    /// How many segments are to be let through, and have not left yet.
    pub fn owed(&self) -> usize {
        self.owed
    }

    /// When the next kept frame is due; `None` while nothing is, or the wire is held.
    pub fn due(&self) -> Option<Moment> {
        let first = self.kept.front()?;
        match (self.settings.held, self.owed) {
            (true, 0) => None,
            (true, _) => Some(first.since),
            (false, _) => Some(first.since.plus(self.settings.delay)),
        }
    }

    /// The next kept frame, if it is due.
    pub fn next_due(&mut self, now: Moment) -> Option<T> {
        self.due().filter(|due| *due <= now)?;
        let first = self.kept.front()?;
        self.owed -= usize::from(self.owed > 0 && first.load.is_segment);
        self.remove(0)
    }

    /// Carries out an order, and returns the kept frames that are lost by it.
    pub fn order(&mut self, order: WireOrder) -> Vec<(T, DropReason)> {
        if order == WireOrder::DropNext
            && let Some(frame) = self.drop_kept()
        {
            return vec![(frame, DropReason::Dropped)];
        }
        self.settings.apply(order);
        match order {
            WireOrder::Hold
            | WireOrder::Delay(_)
            | WireOrder::DropNext
            | WireOrder::Reconnect
            | WireOrder::QueueRetransmissions(_) => {}
            WireOrder::Release => self.owed = 0,
            // Older frames that are no segments are let through with it.
            WireOrder::Step => {
                self.owed += usize::from(self.settings.held && self.owed < self.segments);
            }
            WireOrder::Cut => {
                self.owed = 0;
                let lost = std::iter::from_fn(|| self.remove(0));
                return lost.map(|frame| (frame, DropReason::Cut)).collect();
            }
        }
        Vec::new()
    }

    /// Takes the oldest segment off a held wire, after those that are let through already.
    fn drop_kept(&mut self) -> Option<T> {
        let next = self.segment_at(self.owed).filter(|_| self.settings.held);
        next.and_then(|place| self.remove(place))
    }

    fn segment_at(&self, others: usize) -> Option<usize> {
        let kept = self.kept.iter().enumerate();
        let mut segments = kept.filter(|(_, kept)| kept.load.is_segment);
        segments.nth(others).map(|(place, _)| place)
    }

    /// The only way by which a kept frame leaves.
    fn remove(&mut self, place: usize) -> Option<T> {
        let kept = self.kept.remove(place)?;
        self.bytes -= kept.load.bytes;
        self.segments -= usize::from(kept.load.is_segment);
        if self.kept.is_empty() {
            self.overflow = Overflow::No;
            self.kept.shrink_to(Impairment::<T>::SPARE);
        }
        Some(kept.frame)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_queue_that_was_long_gives_its_memory_back() {
        let load = FrameInfo { is_segment: true, bytes: 60 };
        for order in [WireOrder::Cut, WireOrder::Release] {
            let mut wire = Impairment::default();
            wire.order(WireOrder::Hold);
            (0..100_000).for_each(|n| wire.keep(Moment::default(), load, n));
            wire.order(order);
            while wire.next_due(Moment::default()).is_some() {}
            assert!(wire.kept.capacity() <= 2 * Impairment::<u32>::SPARE, "{order:?}");
        }
    }
}
