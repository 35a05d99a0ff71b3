//! The states of a TCP endpoint, and what leads from one to another.

pub(crate) mod transitions;

use std::fmt;
use std::str::FromStr;

/// The state of one end of a connection (RFC 9293, section 3.3.2), with the names that `netstat` prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TcpState {
    /// Waits for connections.
    Listen,
    /// Has sent a SYN, waits for SYN+ACK.
    SynSent,
    /// Has answered a SYN, waits for the ACK.
    SynReceived,
    /// Open in both directions.
    Established,
    /// Has sent its FIN first, waits for the ACK.
    FinWait1,
    /// Its FIN is acknowledged, waits for the other's FIN.
    FinWait2,
    /// Has received a FIN; its program has not closed yet.
    CloseWait,
    /// Both sent a FIN at once; waits for the ACK of its own.
    Closing,
    /// Has sent its FIN last, waits for the ACK.
    LastAck,
    /// Closed first; the kernel keeps the five numbers reserved for 60 s.
    TimeWait,
    /// Bound to a port, neither listening nor connected.
    Closed,
}

impl TcpState {
    /// Every state, in the order of a connection's life.
    pub const ALL: [TcpState; 11] = [
        TcpState::Listen,
        TcpState::SynSent,
        TcpState::SynReceived,
        TcpState::Established,
        TcpState::FinWait1,
        TcpState::FinWait2,
        TcpState::CloseWait,
        TcpState::Closing,
        TcpState::LastAck,
        TcpState::TimeWait,
        TcpState::Closed,
    ];

    /// The state behind the number that the kernel uses (include/net/tcp_states.h); 12 is a half-open request, 13 a socket that is only bound.
    pub const fn from_kernel(number: u8) -> Option<TcpState> {
        Some(match number {
            1 => TcpState::Established,
            2 => TcpState::SynSent,
            3 | 12 => TcpState::SynReceived,
            4 => TcpState::FinWait1,
            5 => TcpState::FinWait2,
            6 => TcpState::TimeWait,
            7 | 13 => TcpState::Closed,
            8 => TcpState::CloseWait,
            9 => TcpState::LastAck,
            10 => TcpState::Listen,
            11 => TcpState::Closing,
            _ => return None,
        })
    }

    /// Whether the connection is made and not yet closed by both ends, with SYN_RECV and LAST_ACK at its borders.
    pub const fn is_open(self) -> bool {
        use TcpState::{Closed, Listen, SynSent, TimeWait};
        !matches!(self, Listen | SynSent | TimeWait | Closed)
    }

    /// Whether this end has closed before the FIN of the other arrived.
    pub const fn closed_first(self) -> bool {
        use TcpState::{Closing, FinWait1, FinWait2, TimeWait};
        matches!(self, FinWait1 | FinWait2 | Closing | TimeWait)
    }

    /// Whether this end has sent its FIN.
    pub const fn has_sent_fin(self) -> bool {
        self.closed_first() || matches!(self, TcpState::LastAck)
    }

    /// Whether the FIN of the other end has arrived.
    pub const fn has_received_fin(self) -> bool {
        use TcpState::{CloseWait, Closing, LastAck, TimeWait};
        matches!(self, CloseWait | LastAck | Closing | TimeWait)
    }

    /// Whether both ends have closed.
    pub const fn is_closing(self) -> bool {
        self.has_sent_fin() && self.has_received_fin()
    }

    /// The name that `netstat` prints.
    pub const fn name(self) -> &'static str {
        self.words().0
    }

    /// What the state means, for a newcomer.
    pub const fn meaning(self) -> &'static str {
        self.words().1
    }

    const fn words(self) -> (&'static str, &'static str) {
        match self {
            TcpState::Listen => ("LISTEN", "waiting for connections; not a connection itself"),
            TcpState::SynSent => ("SYN_SENT", "SYN sent; waiting for SYN+ACK"),
            TcpState::SynReceived => ("SYN_RECV", "SYN+ACK sent; waiting for the ACK"),
            TcpState::Established => ("ESTABLISHED", "open in both directions"),
            TcpState::FinWait1 => ("FIN_WAIT1", "FIN sent; waiting for its ACK"),
            TcpState::FinWait2 => ("FIN_WAIT2", "closed; the peer may still send"),
            TcpState::CloseWait => ("CLOSE_WAIT", "peer closed; this program has not"),
            TcpState::Closing => ("CLOSING", "both ends closed at the same time"),
            TcpState::LastAck => ("LAST_ACK", "closed last; waiting for the ACK"),
            TcpState::TimeWait => ("TIME_WAIT", "closed first; 5-tuple kept for 60 s"),
            TcpState::Closed => ("CLOSED", "bound to a port, neither listening nor connected"),
        }
    }
}

impl fmt::Display for TcpState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for TcpState {
    type Err = ();

    fn from_str(text: &str) -> Result<TcpState, ()> {
        TcpState::ALL.into_iter().find(|state| state.name() == text).ok_or(())
    }
}
