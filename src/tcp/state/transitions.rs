//! TCP's state machine as a table (RFC 9293, section 3.10 and figure 5).

use std::collections::VecDeque;
use std::fmt;

use crate::tcp::TcpState::{
    CloseWait, Closed, Closing, Established, FinWait1, FinWait2, LastAck, Listen, SynReceived,
    SynSent, TimeWait,
};
use crate::tcp::{Flags, TcpState};

/// What TCP reacts to: a call of its program, an acceptable segment, a timeout.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TcpEvent {
    /// Passive OPEN (section 3.10.1): listen(2).
    Listen,
    /// Active OPEN (section 3.10.1): connect(2).
    Connect,
    /// SEND (section 3.10.2): send(2).
    Send,
    /// CLOSE (section 3.10.4): close(2), or shutdown(2) with `SHUT_WR`.
    Close,
    /// ABORT (section 3.10.5): close(2) with `SO_LINGER` 0.
    Abort,
    /// A SYN without ACK arrived.
    Syn,
    /// A SYN arrived that acknowledges the SYN of this end.
    SynAck,
    /// Everything that this end has sent is acknowledged, its SYN and FIN included.
    Ack,
    /// A FIN arrived, and all data before it. The ACK in the same segment is applied first: in SYN_RECV a FIN finds ESTABLISHED.
    Fin,
    /// An RST arrived.
    Rst,
    /// The user timeout expired (section 3.10.8).
    UserTimeout,
    /// The TIME-WAIT timeout expired (section 3.10.8): 60 s on Linux.
    TimeWaitTimeout,
}

impl TcpEvent {
    /// Every event.
    pub const ALL: [TcpEvent; 12] = [
        TcpEvent::Listen,
        TcpEvent::Connect,
        TcpEvent::Send,
        TcpEvent::Close,
        TcpEvent::Abort,
        TcpEvent::Syn,
        TcpEvent::SynAck,
        TcpEvent::Ack,
        TcpEvent::Fin,
        TcpEvent::Rst,
        TcpEvent::UserTimeout,
        TcpEvent::TimeWaitTimeout,
    ];
}

impl fmt::Display for TcpEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            TcpEvent::Listen => "listen()",
            TcpEvent::Connect => "connect()",
            TcpEvent::Send => "send()",
            TcpEvent::Close => "close()",
            TcpEvent::Abort => "abort",
            TcpEvent::Syn => "gets SYN",
            TcpEvent::SynAck => "gets SYN+ACK",
            TcpEvent::Ack => "gets ACK",
            TcpEvent::Fin => "gets FIN",
            TcpEvent::Rst => "gets RST",
            TcpEvent::UserTimeout => "user timeout",
            TcpEvent::TimeWaitTimeout => "60 s elapsed",
        })
    }
}

/// A change of state: an arrow of figure 5, or the end by RST, abort or timeout, for which the figure has no arrows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transition {
    /// The state before.
    pub from: TcpState,
    /// The state after.
    pub to: TcpState,
    /// What TCP reacts to.
    pub event: TcpEvent,
    /// The segment that TCP sends.
    pub sends: Option<Flags>,
}

const fn arrow(from: TcpState, event: TcpEvent, to: TcpState, sends: Option<Flags>) -> Transition {
    Transition { from, to, event, sends }
}

const SYN: Option<Flags> = Some(Flags::SYN);
const SYN_ACK: Option<Flags> = Some(Flags::SYN.and(Flags::ACK));
const ACK: Option<Flags> = Some(Flags::ACK);
const FIN: Option<Flags> = Some(Flags::FIN);
const RST: Option<Flags> = Some(Flags::RST);

impl Transition {
    /// The arrows that most connections follow; where two leave a state, the usual one first.
    pub const USUAL: [Transition; 14] = [
        arrow(Closed, TcpEvent::Listen, Listen, None),
        arrow(Closed, TcpEvent::Connect, SynSent, SYN),
        arrow(Listen, TcpEvent::Syn, SynReceived, SYN_ACK),
        arrow(SynReceived, TcpEvent::Ack, Established, None),
        arrow(SynSent, TcpEvent::SynAck, Established, ACK),
        arrow(Established, TcpEvent::Close, FinWait1, FIN),
        arrow(Established, TcpEvent::Fin, CloseWait, ACK),
        arrow(FinWait1, TcpEvent::Ack, FinWait2, None),
        arrow(FinWait1, TcpEvent::Fin, Closing, ACK),
        arrow(FinWait2, TcpEvent::Fin, TimeWait, ACK),
        arrow(Closing, TcpEvent::Ack, TimeWait, None),
        arrow(CloseWait, TcpEvent::Close, LastAck, FIN),
        arrow(LastAck, TcpEvent::Ack, Closed, None),
        arrow(TimeWait, TcpEvent::TimeWaitTimeout, Closed, None),
    ];

    /// The other arrows of the figure: simultaneous open, send() on a listening socket, an early close() or RST.
    pub const RARE: [Transition; 6] = [
        arrow(Listen, TcpEvent::Send, SynSent, SYN),
        arrow(Listen, TcpEvent::Close, Closed, None),
        arrow(SynSent, TcpEvent::Syn, SynReceived, SYN_ACK),
        arrow(SynSent, TcpEvent::Close, Closed, None),
        arrow(SynReceived, TcpEvent::Rst, Listen, None),
        arrow(SynReceived, TcpEvent::Close, FinWait1, FIN),
    ];

    fn figure() -> impl Iterator<Item = Transition> {
        Transition::USUAL.into_iter().chain(Transition::RARE)
    }

    /// The arrow that leads straight from one state to another.
    pub fn between(from: TcpState, to: TcpState) -> Option<Transition> {
        Transition::figure().find(|arrow| arrow.from == from && arrow.to == to)
    }

    /// The shortest path from one state to another along the usual arrows.
    pub fn path(from: TcpState, to: TcpState) -> Option<Vec<Transition>> {
        let mut found = VecDeque::from([(from, Vec::new())]);
        while let Some((at, path)) = found.pop_front() {
            if at == to {
                return Some(path);
            }
            // No connection goes on as another: nothing follows CLOSED.
            let is_over = at == Closed && !path.is_empty();
            let next = Transition::USUAL.into_iter().filter(|arrow| arrow.from == at);
            for arrow in next.filter(|_| !is_over) {
                found.push_back((arrow.to, [path.as_slice(), &[arrow]].concat()));
            }
        }
        None
    }

    /// The event and the segment that is sent: `gets FIN, sends ACK`.
    pub fn cause(&self) -> String {
        match self.sends {
            None => self.event.to_string(),
            Some(flags) => format!("{}, sends {flags}", self.event),
        }
    }
}

impl TcpState {
    /// What TCP does in this state on an event; `None` where the state stays.
    pub fn on(self, event: TcpEvent) -> Option<Transition> {
        let mut figure = Transition::figure();
        figure.find(|arrow| arrow.from == self && arrow.event == event).or_else(|| {
            let is_cut = (event == TcpEvent::Abort && self != Closed)
                || (matches!(event, TcpEvent::Rst | TcpEvent::UserTimeout)
                    && !matches!(self, Closed | Listen));
            // Section 3.10.5: no RST before the connection is made, and none once both ends have closed.
            let may_send = self.is_open() && !self.is_closing();
            let sends = RST.filter(|_| event == TcpEvent::Abort && may_send);
            is_cut.then(|| arrow(self, event, Closed, sends))
        })
    }
}
