//! Relative sequence numbers: counted from the SYN of each end.

use std::collections::HashMap;

use crate::tcp::{FiveTuple, Flags, Host, Moment, Protocol, Segment};

const ENDS: usize = 200_000;

/// The sequence numbers of every end that has sent a segment (RFC 9293, section 3.4). A router that forwards one is an end of its own: what
/// it sends is no retransmission.
#[derive(Clone, Debug, Default)]
pub(crate) struct Numbers(HashMap<(Host, FiveTuple), EndNumbers>);

/// Sequence numbers of one end, and of the previous connection on the same five-tuple: a stale peer may still send for that one.
#[derive(Clone, Copy, Debug, Default)]
struct EndNumbers {
    now: Option<SentRange>,
    before: Option<SentRange>,
    sent: SegmentCount,
}

/// How many segments an end has put on the wire since its SYN, and when the last of those that were not reported.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct SegmentCount {
    pub(crate) all: u64,
    pub(crate) unreported_at: Moment,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct SentRange {
    first: u32,
    /// The number after the last one sent (SND.NXT).
    next: u32,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct SegmentNumbers {
    /// Sequence and acknowledgement number, counted from the SYN of each end.
    pub(crate) relative: (u32, u32),
    pub(crate) again: bool,
    /// How many segments that end had sent before, since its SYN.
    pub(crate) nth: u64,
}

impl Numbers {
    /// Records a segment that was sent. Where no SYN was seen, the first segment has number 1, as after one.
    pub(crate) fn note(&mut self, segment: &Segment) -> SegmentNumbers {
        if self.0.len() > ENDS {
            self.0.clear();
        }
        let is_udp = segment.tuple.protocol == Protocol::Udp;
        let (seq, again) = if is_udp { (0, false) } else { self.note_seq(segment) };
        let ack = if segment.flags.has(Flags::ACK) {
            let other = self.0.entry((segment.to, segment.tuple.mirrored())).or_default();
            segment.ack.wrapping_sub(other.at(segment.ack).first)
        } else {
            0
        };
        let sent = &mut self.0.entry((segment.from, segment.tuple)).or_default().sent;
        sent.all += 1;
        SegmentNumbers { relative: (seq, ack), again, nth: sent.all - 1 }
    }

    /// Records that so many segments of an end were not reported.
    pub(crate) fn skip(&mut self, (from, tuple): (Host, FiveTuple), count: u64, at: Moment) {
        let sent = &mut self.0.entry((from, tuple)).or_default().sent;
        *sent = SegmentCount { all: sent.all + count, unreported_at: at };
    }

    /// Forgets what was sent so far, but not the numbers.
    pub(crate) fn count_anew(&mut self) {
        self.0.values_mut().for_each(|end| end.sent = SegmentCount::default());
    }

    pub(crate) fn sent(&self, end: (Host, FiveTuple)) -> SegmentCount {
        self.0.get(&end).map(|end| end.sent).unwrap_or_default()
    }

    fn note_seq(&mut self, segment: &Segment) -> (u32, bool) {
        let Segment { from, to, tuple, flags, seq, .. } = *segment;
        let next = seq.wrapping_add(segment.sequence_length());
        let end = self.0.entry((from, tuple)).or_default();
        if flags.has(Flags::SYN) {
            let again = end.all().any(|range| range.first == seq);
            if !again {
                end.begin(SentRange { first: seq, next });
            }
            if !again && !flags.has(Flags::ACK) {
                // What the other end has sent so far belongs to an older connection.
                self.0.entry((to, tuple.mirrored())).or_default().end_connection();
            }
            return (0, again);
        }
        // An RST for a connection that does not exist has the sequence number 0 (RFC 9293, section 3.10.7.1).
        let is_next = end.all().any(|range| range.next == seq);
        let is_unrelated = flags.has(Flags::RST) && seq == 0 && !is_next;
        let range = if is_unrelated { end.begin(SentRange::before(seq)) } else { end.at(seq) };
        let again = segment.sequence_length() > 0 && is_before(seq, range.next);
        if is_before(range.next, next) {
            range.next = next;
        }
        (seq.wrapping_sub(range.first), again)
    }
}

impl EndNumbers {
    fn all(&self) -> impl Iterator<Item = &SentRange> {
        self.now.iter().chain(&self.before)
    }

    /// The connection that a number belongs to: the one with the nearest numbers, else a new one that begins with it.
    fn at(&mut self, number: u32) -> &mut SentRange {
        let EndNumbers { now, before, .. } = self;
        let Some(before) = before else { return now.get_or_insert(SentRange::before(number)) };
        let far = |range: &SentRange| number.wrapping_sub(range.next).cast_signed().unsigned_abs();
        match now {
            Some(now) if far(now) <= far(before) => now,
            _ => before,
        }
    }

    fn end_connection(&mut self) {
        self.before = self.now.take().or(self.before);
        self.sent = SegmentCount::default();
    }

    fn begin(&mut self, range: SentRange) -> &mut SentRange {
        self.end_connection();
        self.now.insert(range)
    }
}

impl SentRange {
    /// A connection of which only the SYN came before that number.
    const fn before(number: u32) -> SentRange {
        SentRange { first: number.wrapping_sub(1), next: number }
    }
}

fn is_before(one: u32, other: u32) -> bool {
    one.wrapping_sub(other).cast_signed() < 0
}
