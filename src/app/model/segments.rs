//! Counts of the segments on the lab's wire, and the numbers that sequence numbers are counted from.

use std::collections::BTreeSet;

use crate::app::model::Numbers;
use crate::app::model::sequence_numbers::carried;
use crate::tcp::{Delivery, Segment, WireSegment, WireStatus};

/// The most segments that are kept one by one.
pub(super) const KEPT: usize = 4096;

/// What is known of segments beyond the list of them.
#[derive(Clone, Debug, Default)]
pub(crate) struct SegmentLog {
    pub(super) numbers: Numbers,
    /// How many of those that are known one by one are on the wire.
    pub(super) waiting: usize,
    /// How many others are on it.
    pub(super) hidden: usize,
    /// The number of the oldest that is on it, known or not.
    pub(super) oldest: Option<u64>,
    /// Those of them that an order lets through or loses already, by their numbers; the wire has not said so yet.
    pub(super) leaving: BTreeSet<u64>,
    /// So many orders, not yet carried out, are about segments of which it is not known which they are.
    pub(super) unnamed: usize,
    /// How many orders were given.
    pub(super) ordered: u64,
    /// So many frames never came on the wire.
    pub(crate) missed: u64,
    /// How many segments were told, and are no longer kept.
    pub(crate) forgotten: u64,
    /// How many segments were not told one by one.
    pub(crate) untold: u64,
}

/// Whether its sender sends it again when nobody acknowledges it.
pub(crate) fn is_sent_again(segment: &Segment) -> bool {
    carried(segment) > 0
}

impl SegmentLog {
    /// How many segments are on the wire, and stay there for now.
    pub(crate) fn waiting(&self) -> usize {
        let all = self.waiting + self.hidden;
        all.saturating_sub(self.leaving.len() + self.unnamed)
    }

    /// A segment is on the wire no more.
    pub(super) fn has_left(&mut self, number: u64) {
        self.waiting = self.waiting.saturating_sub(1);
        self.leaving.remove(&number);
    }

    pub(super) fn forget(&mut self, crossing: &WireSegment) {
        if crossing.fate == Delivery::OnTheWay {
            self.has_left(crossing.segment.number);
            self.hidden += 1;
        }
    }

    pub(super) fn count(&mut self, status: WireStatus) {
        let WireStatus { kept, oldest, obeyed, .. } = status;
        let count = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
        self.hidden = count(kept).saturating_sub(self.waiting);
        self.oldest = oldest;
        self.unnamed = self.unnamed.min(count(self.ordered.saturating_sub(obeyed)));
        self.untold += status.unreported;
        self.missed += status.missed;
    }
}
