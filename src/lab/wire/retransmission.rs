use std::collections::HashMap;

use crate::lab::wire::decode::Packet;
use crate::lab::wire::reporter::End;
use crate::tcp::{Flags, Host};

/// The largest window (RFC 7323, section 2.3): what is further away belongs to another connection.
const WINDOW: u32 = 1 << 30;

/// What TCP has on the wire, by the end that sent it: tells which retransmission adds nothing to that.
#[derive(Debug, Default)]
pub(super) struct SegmentsOnWire(HashMap<End, Vec<SegmentRange>>);

/// Which sequence numbers a segment takes, and which it acknowledges.
#[derive(Clone, Copy, Debug)]
pub(super) struct SegmentRange {
    pub(super) from: End,
    to: Host,
    pub(super) flags: Flags,
    pub(super) seq: u32,
    /// The number after the last one.
    next: u32,
    ack: Option<u32>,
    /// Of the segment.
    number: u64,
}

impl SegmentRange {
    /// `None` where it is no TCP.
    pub(super) fn of(packet: &Packet<'_>, (from, to): (Host, Host), number: u64) -> Option<Self> {
        let (seq, ack, length) = packet.numbers()?;
        let flags = packet.flags();
        let control = [Flags::SYN, Flags::FIN].map(|flag| u32::from(flags.has(flag)));
        Some(SegmentRange {
            from: (from, packet.tuple()?),
            to,
            flags,
            seq,
            next: seq.wrapping_add(length).wrapping_add(control[0] + control[1]),
            ack: flags.has(Flags::ACK).then_some(ack),
            number,
        })
    }
}

impl SegmentsOnWire {
    /// A segment is kept; returns its end.
    pub(super) fn put(&mut self, segment: SegmentRange) -> End {
        self.0.entry(segment.from).or_default().push(segment);
        segment.from
    }

    /// A frame has left, or is lost, and with it the segment of that end, if any.
    pub(super) fn left(&mut self, from: Option<End>, number: u64) {
        let Some((from, all)) = from.and_then(|from| Some((from, self.0.get_mut(&from)?))) else {
            return;
        };
        all.retain(|segment| segment.number != number);
        if all.is_empty() {
            self.0.remove(&from);
        }
    }

    /// Whether all that a segment carries is still on the wire, or what acknowledges it is. One that takes no sequence number, such as a
    /// bare ACK or an RST, is never a retransmission.
    pub(super) fn repeats(&self, segment: &SegmentRange) -> bool {
        let SegmentRange { from, to, seq, next, .. } = *segment;
        let on_wire = |end: End| self.0.get(&end).into_iter().flatten();
        let answers = || on_wire((to, from.1.mirrored())).filter_map(|answer| answer.ack);
        // An end sends in the order of its numbers, and retransmits several segments as one.
        let reached = on_wire(from).fold(seq, |reached, sent| {
            let continues = is_up_to(sent.seq, reached) && is_up_to(reached, sent.next);
            if continues { sent.next } else { reached }
        });
        next != seq && (is_up_to(next, reached) || answers().any(|ack| is_up_to(next, ack)))
    }
}

fn is_up_to(one: u32, other: u32) -> bool {
    other.wrapping_sub(one) <= WINDOW
}
