//! What crossed the lab's wire, and what is remembered of it.

use std::collections::BTreeSet;

use crate::app::Effect;
use crate::app::model::sequence_numbers::carried;
use crate::app::model::{LabState, Numbers, SegmentNumbers};
use crate::tcp::{
    Delivery, LabOrder, Moment, Segment, WireEvent, WireOrder, WireSegment, WireStatus,
};

/// So many segments are kept; of older ones only what numbers are counted from.
const KEPT: usize = 4096;
/// What is known of segments beyond the list of them.
#[derive(Clone, Debug, Default)]
pub(crate) struct SegmentLog {
    numbers: Numbers,
    /// How many of those that are known one by one are on the wire.
    waiting: usize,
    /// How many others are on it.
    hidden: usize,
    /// The number of the oldest that is on it, known or not.
    oldest: Option<u64>,
    /// Those of them that an order lets through or loses already, by their numbers; the wire has not said so yet.
    leaving: BTreeSet<u64>,
    /// So many orders, not yet carried out, are about segments of which it is not known which they are.
    unnamed: usize,
    /// How many orders were given.
    ordered: u64,
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
    fn has_left(&mut self, number: u64) {
        self.waiting = self.waiting.saturating_sub(1);
        self.leaving.remove(&number);
    }

    fn forget(&mut self, crossing: &WireSegment) {
        if crossing.fate == Delivery::OnTheWay {
            self.has_left(crossing.segment.number);
            self.hidden += 1;
        }
    }

    fn count(&mut self, status: WireStatus) {
        let WireStatus { kept, oldest, obeyed, .. } = status;
        let count = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
        self.hidden = count(kept).saturating_sub(self.waiting);
        self.oldest = oldest;
        self.unnamed = self.unnamed.min(count(self.ordered.saturating_sub(obeyed)));
        self.untold += status.unreported;
        self.missed += status.missed;
    }
}

impl LabState {
    /// Takes what happened on the wire.
    pub(crate) fn take_wire(&mut self, news: Vec<WireEvent>) {
        for news in news {
            match news {
                WireEvent::Sent { at, segment } => self.sent(at, segment),
                WireEvent::Arrived { at, number } => self.ended(number, Delivery::Arrived(at)),
                WireEvent::Lost { at, number, how } => {
                    self.ended(number, Delivery::Lost(at, how));
                }
                WireEvent::Status(status) => {
                    if status.obeyed >= self.known.ordered {
                        self.wire = status.settings;
                    }
                    self.known.count(status);
                }
                WireEvent::Full { .. } => (),
            }
        }
    }

    /// Forgets every segment; numbers of connections that are still there are counted as before.
    pub(crate) fn forget_crossings(&mut self) {
        self.crossings.clear();
        self.known = SegmentLog {
            numbers: std::mem::take(&mut self.known.numbers),
            ordered: self.known.ordered,
            ..SegmentLog::default()
        };
    }

    /// The segment that is on the wire for longest, and stays there for now; `None` where there is none, or it is not known one by one.
    pub fn oldest_waiting(&self) -> Option<&WireSegment> {
        let known = &self.known;
        let leaves = |number: u64| known.leaving.contains(&number);
        let mut crossings = self.crossings.iter();
        let oldest = crossings.find(|WireSegment { segment, fate, .. }| {
            *fate == Delivery::OnTheWay && !leaves(segment.number)
        });
        let is_sure = |number| known.unnamed == 0 && known.oldest == Some(number);
        oldest.filter(|oldest| known.hidden == 0 || is_sure(oldest.segment.number))
    }

    /// Orders the wire to do this, and assumes the settings that it will report once it has.
    pub(crate) fn order(&mut self, order: WireOrder) -> Effect {
        self.wire.apply(order);
        self.known.ordered += 1;
        Effect::Lab(LabOrder::Wire(order))
    }

    /// The oldest segment that waits is ordered off the wire.
    pub(crate) fn oldest_is_to_leave(&mut self) {
        let oldest = self.oldest_waiting();
        match oldest.map(|crossing| crossing.segment.number) {
            Some(number) => {
                self.known.leaving.insert(number);
            }
            None => self.known.unnamed += 1,
        }
    }

    /// When a segment that is sent again was sent before.
    pub fn sent_before(&self, again: &WireSegment) -> Option<Moment> {
        let Segment { tuple, seq, .. } = *Some(&again.segment).filter(|_| again.again)?;
        let older = self
            .crossings
            .iter()
            .rev()
            .skip_while(|crossing| crossing.segment.number >= again.segment.number);
        let mut same = older.filter(|WireSegment { segment, .. }| {
            segment.tuple == tuple && seq.wrapping_sub(segment.seq) < carried(segment)
        });
        same.next().map(|crossing| crossing.sent)
    }

    fn sent(&mut self, at: Moment, segment: Segment) {
        let SegmentNumbers { relative, again } = self.known.numbers.note(&segment);
        if self.crossings.len() == KEPT
            && let Some(oldest) = self.crossings.pop_front()
        {
            self.known.forgotten += 1;
            self.known.forget(&oldest);
        }
        self.known.waiting += 1;
        self.crossings.push_back(WireSegment {
            segment,
            sent: at,
            fate: Delivery::OnTheWay,
            relative,
            again,
        });
    }

    /// Numbers only rise, though some are missing after a burst.
    fn ended(&mut self, number: u64, fate: Delivery) {
        let place =
            self.crossings.binary_search_by_key(&number, |crossing| crossing.segment.number);
        let Ok(place) = place else { return };
        let crossing = &mut self.crossings[place];
        if crossing.fate == Delivery::OnTheWay {
            self.known.has_left(number);
        }
        crossing.fate = fate;
    }
}
