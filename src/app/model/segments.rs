//! The segments that crossed the lab's wire.

use std::collections::HashMap;
use std::time::Duration;

use crate::app::LabState;
use crate::app::model::SegmentNumbers;
use crate::app::model::lab::SegmentLog;
use crate::tcp::{
    Delivery, FiveTuple, Host, LabOrder, Moment, Segment, WireEvent, WireOrder, WireSegment,
};

const SEGMENTS: usize = 4096;
const FORGOTTEN: usize = SEGMENTS / 4;

impl LabState {
    pub(crate) fn take_wire(&mut self, events: Vec<WireEvent>) {
        for event in events {
            match event {
                WireEvent::Sent { at, segment } => self.sent(at, segment),
                WireEvent::SentAgain { at, from, tuple, seq } => {
                    self.sent_again((from, tuple), seq, at);
                }
                WireEvent::Arrived { at, number } => self.ended(number, Delivery::Arrived(at)),
                WireEvent::Lost { at, number, how } => {
                    self.ended(number, Delivery::Lost(at, how));
                }
                WireEvent::Unreported { at, from, tuple, count } => {
                    self.known.numbers.skip((from, tuple), count, at);
                }
                WireEvent::Status(status) => {
                    if status.orders_done >= self.known.ordered {
                        self.wire = status.settings;
                    }
                    self.known.count(status);
                }
                WireEvent::Full { .. } => (),
            }
        }
    }

    /// Clears the list; relative sequence numbers of open connections stay.
    pub(crate) fn forget_crossings(&mut self) {
        self.crossings.clear();
        self.known.numbers.count_anew();
        self.known = SegmentLog {
            numbers: std::mem::take(&mut self.known.numbers),
            ordered: self.known.ordered,
            ..SegmentLog::default()
        };
    }

    /// The oldest segment that is held on the wire; `None` if there is none, or it is not in the list.
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
    pub(crate) fn order(&mut self, order: WireOrder) -> LabOrder {
        self.wire.apply(order);
        self.known.ordered += 1;
        LabOrder::Wire(order)
    }

    /// The oldest held segment was ordered to be delivered or dropped.
    pub(crate) fn oldest_is_to_leave(&mut self) {
        match self.oldest_waiting().map(|crossing| crossing.segment.number) {
            Some(number) => {
                self.known.leaving.insert(number);
            }
            None => self.known.unnamed += 1,
        }
    }

    /// When a retransmitted segment was sent before.
    pub fn sent_before(&self, again: &WireSegment) -> Option<Moment> {
        let before = Some(&again.segment).filter(|_| again.again);
        before.and_then(|segment| self.before(segment)).map(WireSegment::last_sent)
    }

    /// The newest segment before that one which its end had sent with its sequence number.
    fn before(&self, again: &Segment) -> Option<&WireSegment> {
        let Segment { from, tuple, seq, number, .. } = *again;
        let newest_first =
            self.crossings.iter().rev().map(|crossing| (crossing, &crossing.segment));
        let mut older = newest_first.skip_while(|(_, segment)| segment.number >= number);
        older.find(|(_, older)| has_sent(older, (from, tuple), seq)).map(|(crossing, _)| crossing)
    }

    /// A retransmission that the wire only counts.
    fn sent_again(&mut self, end: (Host, FiveTuple), seq: u32, at: Moment) {
        let mut newest_first = self.crossings.iter_mut().rev();
        if let Some(before) = newest_first.find(|before| has_sent(&before.segment, end, seq)) {
            before.sent_again.push(at);
        }
    }

    /// How long the wire was held in between.
    fn held_between(&self, from: Moment, to: Moment) -> Duration {
        let (mut until, mut held) = (to, Duration::ZERO);
        for (since, wire) in self.wires.iter().rev().filter(|(since, _)| *since < to) {
            held += if wire.held { until.since(from.max(*since)) } else { Duration::ZERO };
            until = *since;
            if until <= from {
                break;
            }
        }
        held
    }

    fn sent(&mut self, at: Moment, segment: Segment) {
        let SegmentNumbers { relative, again, nth } = self.known.numbers.note(&segment);
        let before = Some(&segment).filter(|_| again).and_then(|segment| self.before(segment));
        let spare = before.is_some_and(|before| !matches!(before.fate, Delivery::Lost(..)));
        if self.crossings.len() == SEGMENTS {
            self.forget_some();
        }
        self.known.waiting += 1;
        let fate = Delivery::OnTheWay;
        let (sent_again, held) = (Vec::new(), Duration::ZERO);
        self.crossings.push_back(WireSegment {
            segment,
            sent: at,
            fate,
            relative,
            again,
            spare,
            nth,
            sent_again,
            held,
        });
    }

    /// Forgets a quarter of the list: the oldest segments of the ends that have more than their share of it, but those that open or end a
    /// connection only where that is not enough.
    fn forget_some(&mut self) {
        let LabState { crossings, known, .. } = self;
        let mut counts: HashMap<FiveTuple, usize> = HashMap::new();
        for crossing in crossings.iter() {
            *counts.entry(crossing.segment.tuple).or_default() += 1;
        }
        let share = (SEGMENTS - FORGOTTEN) / counts.len().max(1);
        let mut left = FORGOTTEN;
        crossings.retain(|crossing| {
            let Segment { tuple, flags, .. } = crossing.segment;
            let count = counts.entry(tuple).or_default();
            let goes = left > 0 && *count > share && !flags.opens_or_ends();
            if goes {
                *count -= 1;
                left -= 1;
                known.forget(crossing);
            }
            !goes
        });
        for crossing in crossings.drain(..left) {
            known.forget(&crossing);
        }
    }

    /// Numbers only rise, with gaps after a burst.
    fn ended(&mut self, number: u64, fate: Delivery) {
        let place =
            self.crossings.binary_search_by_key(&number, |crossing| crossing.segment.number);
        let Ok(place) = place else { return };
        let held = match fate {
            Delivery::Arrived(at) => self.held_between(self.crossings[place].sent, at),
            Delivery::OnTheWay | Delivery::Lost(..) => Duration::ZERO,
        };
        let crossing = &mut self.crossings[place];
        crossing.held = held;
        if crossing.fate == Delivery::OnTheWay {
            self.known.has_left(number);
        }
        crossing.fate = fate;
    }
}

/// Whether it was sent by that end, and took that sequence number.
fn has_sent(segment: &Segment, (from, tuple): (Host, FiveTuple), seq: u32) -> bool {
    seq.wrapping_sub(segment.seq) < segment.sequence_length()
        && (segment.from, segment.tuple) == (from, tuple)
}
