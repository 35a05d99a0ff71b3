//! The segments that crossed the lab's wire.

use std::collections::BTreeSet;

use crate::app::model::Numbers;
use crate::tcp::{Delivery, Segment, WireSegment, WireStatus};

/// Counts and sequence numbers beyond the list of segments.
#[derive(Clone, Debug, Default)]
pub(crate) struct SegmentLog {
    pub(super) numbers: Numbers,
    /// How many segments of the list are on the wire.
    pub(super) waiting: usize,
    /// How many others are on the wire.
    pub(super) hidden: usize,
    /// The number of the oldest segment on the wire, in the list or not.
    pub(super) oldest: Option<u64>,
    /// Numbers of segments that were ordered to be delivered or dropped; the wire has not confirmed it yet.
    pub(super) leaving: BTreeSet<u64>,
    /// How many pending orders are about a segment that is not in the list.
    pub(super) unnamed: usize,
    /// How many orders were given to the wire.
    pub(super) ordered: u64,
    /// How many frames the wire missed.
    pub(crate) missed: u64,
    /// How many segments were reported, and are no longer in the list.
    pub(crate) forgotten: u64,
    /// How many segments were counted but not reported one by one.
    pub(crate) untold: u64,
}

/// Whether it is retransmitted until it is acknowledged.
pub(crate) fn is_sent_again(segment: &Segment) -> bool {
    segment.sequence_length() > 0
}

impl SegmentLog {
    /// How many segments are held on the wire.
    pub(crate) fn waiting(&self) -> usize {
        let all = self.waiting + self.hidden;
        all.saturating_sub(self.leaving.len() + self.unnamed)
    }

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
