//! What an end becomes by the segments that it sends and receives.

use crate::tcp::TcpState::{
    CloseWait, Closing, Established, FinWait1, FinWait2, LastAck, SynReceived, SynSent, TimeWait,
};
use crate::tcp::{Flags, Segment, TcpState};

/// One end, as far as its segments tell (RFC 9293, section 3.10).
#[derive(Debug, Default)]
pub(crate) struct OldTcpEnd {
    /// `None` before its SYN, or where that was not seen.
    pub(crate) state: Option<TcpState>,
    /// Whether there is one at all; `None` before it sent or received anything. Who has none answers with RST.
    is_there: Option<bool>,
    /// Whether the kernel has it no more.
    pub(crate) is_over: bool,
    /// The number after its own FIN.
    fin: Option<u32>,
    /// The next number that it waits for.
    next: Option<u32>,
    /// The number after the other end's FIN.
    others_fin: Option<u32>,
}

impl OldTcpEnd {
    pub(crate) fn sends(&mut self, segment: &Segment) {
        let has = |flags| segment.flags.has(flags);
        if has(Flags::RST) {
            // Who calls answers so what is not for its call, and goes on calling (RFC 9293, section 3.10.7.3).
            self.is_over |= self.is_there != Some(false) && self.state != Some(SynSent);
            return;
        }
        self.is_there = Some(true);
        if has(Flags::SYN) {
            let state = if has(Flags::ACK) { SynReceived } else { SynSent };
            if self.is_over || self.state != Some(state) {
                *self = OldTcpEnd {
                    state: Some(state),
                    is_there: Some(true),
                    next: has(Flags::ACK).then_some(segment.ack),
                    ..OldTcpEnd::default()
                };
            }
            return;
        }
        if has(Flags::ACK) {
            self.has_come_to(segment.ack);
        }
        if has(Flags::FIN) && self.fin.is_none() {
            self.fin = Some(after(segment));
            self.state = match self.state {
                Some(CloseWait) => Some(LastAck),
                Some(SynReceived | Established) | None => Some(FinWait1),
                other => other,
            };
        }
    }

    pub(crate) fn receives(&mut self, segment: &Segment) {
        let has = |flags| segment.flags.has(flags);
        if has(Flags::RST) {
            self.is_over |= self.is_there != Some(false);
            return;
        }
        self.is_there.get_or_insert(false);
        if has(Flags::ACK) {
            self.is_answered(segment);
        }
        if has(Flags::SYN) {
            self.next = Some(after(segment));
            return;
        }
        if has(Flags::FIN) {
            self.others_fin = Some(after(segment));
        }
        let is_next = |next: u32| is_at_most(segment.seq, next);
        if self.next.is_none_or(is_next) {
            self.has_come_to(after(segment));
        }
    }

    /// The other end acknowledges what this one sent.
    fn is_answered(&mut self, segment: &Segment) {
        let is_syn = segment.flags.has(Flags::SYN);
        if (self.state == Some(SynSent) && is_syn) || (self.state == Some(SynReceived) && !is_syn) {
            self.state = Some(Established);
        }
        if self.fin.is_none_or(|fin| !is_at_most(fin, segment.ack)) {
            return;
        }
        match self.state {
            Some(FinWait1) => self.state = Some(FinWait2),
            Some(Closing) => self.state = Some(TimeWait),
            Some(LastAck) => self.is_over = true,
            _ => (),
        }
    }

    /// Everything before that number has come; the other end's FIN may be among it.
    fn has_come_to(&mut self, number: u32) {
        if self.next.is_none_or(|next| is_at_most(next, number)) {
            self.next = Some(number);
        }
        let next = self.next;
        let is_there = |fin| next.is_some_and(|next| is_at_most(fin, next));
        if !self.others_fin.is_some_and(is_there) {
            return;
        }
        self.state = match self.state {
            Some(SynReceived | Established) => Some(CloseWait),
            Some(FinWait1) => Some(Closing),
            Some(FinWait2) => Some(TimeWait),
            None if self.fin.is_none() => Some(CloseWait),
            other => other,
        };
    }
}

/// The number after a segment: SYN and FIN count as one byte each.
fn after(segment: &Segment) -> u32 {
    let signs = [Flags::SYN, Flags::FIN].map(|flag| u32::from(segment.flags.has(flag)));
    let length = segment.length.wrapping_add(signs[0] + signs[1]);
    segment.seq.wrapping_add(length)
}

/// Whether one number is another or comes before it; numbers begin again after the largest.
const fn is_at_most(number: u32, other: u32) -> bool {
    other.wrapping_sub(number) < 1 << 31
}
