//! The state of an end of a connection, as the segments that it sends and receives show it.

use crate::tcp::TcpState::{Closed, Established, Listen, SynSent};
use crate::tcp::{Flags, Segment, TcpEvent, TcpState};

/// Turns the segments of one end into the events of TCP's state machine; the sequence numbers show which FIN has arrived and which is acknowledged.
#[derive(Debug, Default)]
pub(crate) struct TcpEnd {
    /// CLOSED once it has ended; `None` before its first SYN or FIN.
    pub(crate) state: Option<TcpState>,
    /// Whether it has a transmission control block; `None` before its first segment. Without one, TCP answers with RST.
    has_tcb: Option<bool>,
    /// The number after its own FIN.
    fin: Option<u32>,
    /// The next number to receive (RCV.NXT).
    receive_next: Option<u32>,
    /// The number after the FIN of the other end.
    peer_fin: Option<u32>,
}

impl TcpEnd {
    pub(crate) fn sends(&mut self, segment: &Segment) {
        let has = |flags| segment.flags.has(flags);
        if has(Flags::RST) {
            // In SYN_SENT an unacceptable ACK is answered with RST, and the state stays (RFC 9293, section 3.10.7.3).
            if self.has_tcb != Some(false) && self.state != Some(SynSent) {
                self.on(TcpEvent::Abort);
            }
            return;
        }
        self.has_tcb = Some(true);
        if has(Flags::SYN) {
            let is_answer = has(Flags::ACK);
            let (from, event) =
                if is_answer { (Listen, TcpEvent::Syn) } else { (Closed, TcpEvent::Connect) };
            let opened = from.on(event).map(|transition| transition.to);
            if self.state != opened {
                *self = TcpEnd {
                    state: opened,
                    has_tcb: Some(true),
                    receive_next: is_answer.then_some(segment.ack),
                    ..TcpEnd::default()
                };
            }
            return;
        }
        if has(Flags::ACK) {
            self.has_received_up_to(segment.ack);
        }
        if has(Flags::FIN) && self.fin.is_none() {
            self.fin = Some(after(segment));
            if self.state != Some(SynSent) {
                self.on(TcpEvent::Close);
            }
        }
    }

    pub(crate) fn receives(&mut self, segment: &Segment) {
        let has = |flags| segment.flags.has(flags);
        if has(Flags::RST) {
            if self.has_tcb != Some(false) {
                self.on(TcpEvent::Rst);
            }
            return;
        }
        self.has_tcb.get_or_insert(false);
        if has(Flags::ACK) {
            self.is_acknowledged(segment);
        }
        if has(Flags::SYN) {
            self.receive_next = Some(after(segment));
            return;
        }
        if has(Flags::FIN) {
            self.peer_fin = Some(after(segment));
        }
        if self.receive_next.is_none_or(|next| is_at_most(segment.seq, next)) {
            self.has_received_up_to(after(segment));
        }
    }

    fn is_acknowledged(&mut self, segment: &Segment) {
        let is_syn = segment.flags.has(Flags::SYN);
        if is_syn {
            self.on(TcpEvent::SynAck);
        }
        // Before the FIN is sent, only the SYN can be waiting for an ACK.
        if self.fin.map_or(!is_syn, |fin| is_at_most(fin, segment.ack)) {
            self.on(TcpEvent::Ack);
        }
    }

    fn has_received_up_to(&mut self, number: u32) {
        if self.receive_next.is_none_or(|next| is_at_most(next, number)) {
            self.receive_next = Some(number);
        }
        let is_received = |fin| self.receive_next.is_some_and(|next| is_at_most(fin, next));
        if self.peer_fin.is_some_and(is_received) {
            self.on(TcpEvent::Fin);
        }
    }

    fn on(&mut self, event: TcpEvent) {
        // A connection whose SYN was not seen is taken to be open in both directions.
        if let Some(transition) = self.state.unwrap_or(Established).on(event) {
            // Only the figure's passive end returns to LISTEN; in a socket table the listening socket has a row of its own.
            self.state = Some(transition.to).filter(|to| *to != Listen).or(Some(Closed));
        }
    }
}

fn after(segment: &Segment) -> u32 {
    segment.seq.wrapping_add(segment.sequence_length())
}

/// Whether `number` is `other` or comes before it; numbers wrap around (RFC 9293, section 3.4).
const fn is_at_most(number: u32, other: u32) -> bool {
    other.wrapping_sub(number) < 1 << 31
}
