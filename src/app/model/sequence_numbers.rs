//! Sequence numbers, counted from the SYN of the end that they belong to.

use std::collections::HashMap;

use crate::tcp::{FiveTuple, Flags, Protocol, Segment};

/// So many ends are remembered at most.
const ENDS: usize = 200_000;

/// Where every end that was heard of is with its sequence numbers (RFC 9293, section 3.4).
#[derive(Clone, Debug, Default)]
pub(crate) struct Numbers(HashMap<FiveTuple, EndNumbers>);

/// What is known of one end of a connection, and of the connection before it between the same ports: an end whose other end is gone still
/// speaks of that one.
#[derive(Clone, Copy, Debug, Default)]
struct EndNumbers {
    now: Option<SentRange>,
    before: Option<SentRange>,
}

/// What an end has sent in one connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SentRange {
    /// The number of its SYN.
    first: u32,
    /// The number after the last that it has sent.
    next: u32,
}

/// What the numbers of a segment say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct SegmentNumbers {
    /// Sequence and acknowledgement number, counted from the SYN of each end.
    pub(crate) relative: (u32, u32),
    /// Whether some of what it carries had been sent before.
    pub(crate) again: bool,
}

impl Numbers {
    /// Notes that a segment was sent. Where no SYN was seen, the first segment has number 1, as after one.
    pub(crate) fn note(&mut self, segment: &Segment) -> SegmentNumbers {
        if segment.tuple.protocol == Protocol::Udp {
            return SegmentNumbers::default();
        }
        if self.0.len() > ENDS {
            self.0.clear();
        }
        let (seq, again) = self.note_seq(segment);
        let ack = if segment.flags.has(Flags::ACK) {
            let other = self.0.entry(segment.tuple.mirrored()).or_default();
            segment.ack.wrapping_sub(other.at(segment.ack).first)
        } else {
            0
        };
        SegmentNumbers { relative: (seq, ack), again }
    }

    fn note_seq(&mut self, segment: &Segment) -> (u32, bool) {
        let Segment { tuple, flags, seq, .. } = *segment;
        let next = seq.wrapping_add(carried(segment));
        let end = self.0.entry(tuple).or_default();
        if flags.has(Flags::SYN) {
            let again = end.all().any(|spoken| spoken.first == seq);
            if !again {
                end.begin(SentRange { first: seq, next });
            }
            if !again && !flags.has(Flags::ACK) {
                // What the other end has said so far belongs to an older connection.
                self.0.entry(tuple.mirrored()).or_default().is_over();
            }
            return (0, again);
        }
        // Who has no such connection answers a SYN with the number 0, which is nobody's (RFC 9293, section 3.10.7.1).
        let is_next = end.all().any(|spoken| spoken.next == seq);
        let is_nobodys = flags.has(Flags::RST) && seq == 0 && !is_next;
        let spoken = if is_nobodys { end.begin(SentRange::before(seq)) } else { end.at(seq) };
        let again = carried(segment) > 0 && is_before(seq, spoken.next);
        if is_before(spoken.next, next) {
            spoken.next = next;
        }
        (seq.wrapping_sub(spoken.first), again)
    }
}

impl EndNumbers {
    fn all(&self) -> impl Iterator<Item = &SentRange> {
        self.now.iter().chain(&self.before)
    }

    /// The connection that a number belongs to: the one whose numbers are near it. Where none is known it begins with that number.
    fn at(&mut self, number: u32) -> &mut SentRange {
        let EndNumbers { now, before } = self;
        let Some(before) = before else {
            return now.get_or_insert(SentRange::before(number));
        };
        let far =
            |spoken: &SentRange| number.wrapping_sub(spoken.next).cast_signed().unsigned_abs();
        match now {
            Some(now) if far(now) <= far(before) => now,
            _ => before,
        }
    }

    fn is_over(&mut self) {
        self.before = self.now.take().or(self.before);
    }

    fn begin(&mut self, spoken: SentRange) -> &mut SentRange {
        self.is_over();
        self.now.insert(spoken)
    }
}

impl SentRange {
    /// Nothing but a SYN before that number.
    const fn before(number: u32) -> SentRange {
        SentRange { first: number.wrapping_sub(1), next: number }
    }
}

fn is_before(one: u32, other: u32) -> bool {
    one.wrapping_sub(other).cast_signed() < 0
}

/// How many sequence numbers a segment takes, each of which is sent again until it is acknowledged: none where it only acknowledges, and
/// of UDP.
pub(crate) fn carried(segment: &Segment) -> u32 {
    if segment.tuple.protocol == Protocol::Udp {
        return 0;
    }
    let signs = [Flags::SYN, Flags::FIN].map(|sign| u32::from(segment.flags.has(sign)));
    segment.length + signs.iter().sum::<u32>()
}
