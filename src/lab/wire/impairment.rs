use std::collections::VecDeque;
use std::time::Duration;

use crate::tcp::{DropReason, Moment, WireOrder};

/// Decides what becomes of each frame; without I/O or a clock of its own.
///
/// There is one queue, so that no frame overtakes another, however the delay is changed.
#[derive(Debug)]
pub struct Impairment<T> {
    held: bool,
    cut: bool,
    delay: Duration,
    /// So many of the next segments are lost.
    drops: u32,
    kept: VecDeque<HeldFrame<T>>,
    /// So many of the oldest kept segments are let through, though it is held.
    owed: usize,
    /// How many segments are among them.
    segments: usize,
    /// How many bytes are kept.
    bytes: usize,
    overflow: Overflow,
}

/// Whether something was lost for lack of room since the cable was empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Overflow {
    No,
    Untold,
    Told,
}

#[derive(Debug)]
struct HeldFrame<T> {
    since: Moment,
    load: FrameInfo,
    frame: T,
}

/// What a cable has to know of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrameInfo {
    /// Whether it carries TCP, UDP or the refusal of a datagram, a fragment of them included; other frames are not told of, and go along.
    pub is_segment: bool,
    /// How long it is.
    pub bytes: usize,
}

/// What becomes of a frame that is put on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrameFate {
    /// It goes through at once.
    Through,
    /// It is to be kept, until it is due or somebody lets it go.
    Held,
    /// It is lost.
    Lost(DropReason),
}

impl<T> Default for Impairment<T> {
    fn default() -> Impairment<T> {
        Impairment {
            held: false,
            cut: false,
            delay: Duration::ZERO,
            drops: 0,
            kept: VecDeque::new(),
            owed: 0,
            segments: 0,
            bytes: 0,
            overflow: Overflow::No,
        }
    }
}

impl<T> Impairment<T> {
    /// So many frames are kept at most; more are lost.
    pub const MOST: usize = 1 << 18;
    /// So many bytes: 256 MiB, which a small machine can spare, and which 64 connections fill that send as much as they can, since a
    /// kernel sends 4 MiB at most before it hears an answer (`net.ipv4.tcp_wmem`).
    pub const MOST_BYTES: usize = 256 << 20;

    /// What becomes of the next frame; a frame that is to be kept is then handed over to [`Impairment::keep`].
    pub fn put(&mut self, load: FrameInfo) -> FrameFate {
        if self.cut {
            return FrameFate::Lost(DropReason::Cut);
        }
        if load.is_segment && self.drops > 0 {
            self.drops -= 1;
            return FrameFate::Lost(DropReason::Dropped);
        }
        // What is not told of cannot be let through by hand either.
        let passes = self.held && !load.is_segment;
        if passes || (!self.held && self.delay.is_zero() && self.kept.is_empty()) {
            return FrameFate::Through;
        }
        let has_room = self.kept.len() < Impairment::<T>::MOST
            && load.bytes <= Impairment::<T>::MOST_BYTES.saturating_sub(self.bytes);
        if has_room {
            return FrameFate::Held;
        }
        if self.overflow == Overflow::No {
            self.overflow = Overflow::Untold;
        }
        FrameFate::Lost(DropReason::Full)
    }

    /// Keeps a frame that was put on the wire at `since`.
    pub fn keep(&mut self, since: Moment, load: FrameInfo, frame: T) {
        self.bytes += load.bytes;
        self.segments += usize::from(load.is_segment);
        self.kept.push_back(HeldFrame { since, load, frame });
    }

    /// How many frames are kept, and how many bytes, if one was lost for lack of room; says so once until the cable was empty.
    pub fn overflows(&mut self) -> Option<(usize, usize)> {
        let is_new = self.overflow == Overflow::Untold;
        is_new.then(|| {
            self.overflow = Overflow::Told;
            (self.kept.len(), self.bytes)
        })
    }

    /// How many segments are kept.
    pub fn segments(&self) -> usize {
        self.segments
    }

    /// The oldest segment that is kept.
    pub fn oldest(&self) -> Option<&T> {
        let oldest = self.segment_at(0)?;
        self.kept.get(oldest).map(|kept| &kept.frame)
    }

    /// How many segments are to be let through, and have not left yet.
    pub fn owed(&self) -> usize {
        self.owed
    }

    /// When the next kept frame is due; `None` while nothing is, or the wire is held.
    pub fn due(&self) -> Option<Moment> {
        let first = self.kept.front()?;
        match (self.held, self.owed) {
            (true, 0) => None,
            (true, _) => Some(first.since),
            (false, _) => Some(first.since.plus(self.delay)),
        }
    }

    /// The next kept frame, if it is due.
    pub fn next_due(&mut self, now: Moment) -> Option<T> {
        self.due().filter(|due| *due <= now)?;
        let first = self.kept.front()?;
        self.owed -= usize::from(self.owed > 0 && first.load.is_segment);
        self.remove(0)
    }

    /// Does what is ordered; the kept frames that are lost by it.
    pub fn order(&mut self, order: WireOrder) -> Vec<(T, DropReason)> {
        match order {
            WireOrder::Hold => self.held = true,
            WireOrder::LetGo => (self.held, self.owed) = (false, 0),
            WireOrder::Delay(delay) => self.delay = delay,
            WireOrder::Mend => (self.cut, self.drops) = (false, 0),
            WireOrder::Step => {
                // What is older and no segment goes with it.
                self.owed += usize::from(self.held && self.owed < self.segments);
            }
            WireOrder::DropNext => return self.drop_next(),
            WireOrder::Cut => {
                (self.cut, self.owed) = (true, 0);
                let lost = std::iter::from_fn(|| self.remove(0));
                return lost.map(|frame| (frame, DropReason::Cut)).collect();
            }
        }
        Vec::new()
    }

    fn drop_next(&mut self) -> Vec<(T, DropReason)> {
        // Those before it are on their way already.
        let next = self.segment_at(self.owed).filter(|_| self.held);
        if let Some(frame) = next.and_then(|place| self.remove(place)) {
            return vec![(frame, DropReason::Dropped)];
        }
        self.drops = self.drops.saturating_add(1);
        Vec::new()
    }

    /// The place of the segment before which so many others are kept.
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
        }
        Some(kept.frame)
    }
}
