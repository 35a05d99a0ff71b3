//! The rows that hold a port.

use crate::app::{State, TableRow};
use crate::tcp::{Endpoint, Host, Protocol, SocketId, TcpState};

/// The rows that keep `at` from being bound on that computer: same port, and same or unspecified address; the main culprit first.
pub(crate) fn holders(
    state: &State,
    host: Host,
    at: Endpoint,
    protocol: Protocol,
) -> Vec<SocketId> {
    let at = at.canonical();
    let overlaps = |line: &&TableRow| {
        let local = line.row.tuple.local.canonical();
        let same_address = local.ip == at.ip || local.ip.is_unspecified() || at.ip.is_unspecified();
        line.gone.is_none()
            && line.row.host == host
            && line.row.tuple.protocol == protocol
            && local.port == at.port
            && same_address
    };
    let mut lines: Vec<&TableRow> = state.sockets.in_order().filter(overlaps).collect();
    let left = |line: &TableRow| line.time_left(state.now).unwrap_or_default();
    lines.sort_by_key(|line| (PortUse::of(line.row.state), std::cmp::Reverse(left(line))));
    lines.into_iter().map(|line| line.row.name()).collect()
}

/// How a row uses its port, in the order of blame: listening, then connected, then TIME_WAIT.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum PortUse {
    Listening,
    Connected,
    Waiting,
}

impl PortUse {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            PortUse::Listening => "Listener",
            PortUse::Connected => "Connected",
            PortUse::Waiting => "TimeWait",
        }
    }

    pub(crate) fn of(state: TcpState) -> PortUse {
        match state {
            TcpState::Listen => PortUse::Listening,
            TcpState::TimeWait => PortUse::Waiting,
            TcpState::Closed
            | TcpState::SynSent
            | TcpState::SynReceived
            | TcpState::Established
            | TcpState::FinWait1
            | TcpState::FinWait2
            | TcpState::CloseWait
            | TcpState::Closing
            | TcpState::LastAck => PortUse::Connected,
        }
    }
}
