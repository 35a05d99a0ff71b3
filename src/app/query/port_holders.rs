//! The rows that hold a port.

use crate::app::{State, TableRow};
use crate::tcp::{Endpoint, Host, Protocol, SocketId, SocketRow, TcpState};

/// The rows that keep `at` from being bound on that computer: same port, and same or unspecified address; the main culprit first.
pub(crate) fn holders(
    state: &State,
    host: Host,
    at: Endpoint,
    protocol: Protocol,
) -> Vec<SocketId> {
    let there = state.sockets.in_order().filter(|line| line.is_there());
    let mut lines: Vec<&TableRow> =
        there.filter(|line| shares_port(&line.row, host, at, protocol)).collect();
    let left = |line: &TableRow| line.time_left(state.now).unwrap_or_default();
    lines.sort_by_key(|line| (PortUse::of(&line.row), std::cmp::Reverse(left(line))));
    lines.into_iter().map(|line| line.row.name()).collect()
}

/// Whether the row has the same port there, and the same or an unspecified address.
pub(crate) fn shares_port(row: &SocketRow, host: Host, at: Endpoint, protocol: Protocol) -> bool {
    let (local, at) = (row.tuple.local.canonical(), at.canonical());
    let same_address = local.ip == at.ip || local.ip.is_unspecified() || at.ip.is_unspecified();
    row.host == host && row.tuple.protocol == protocol && local.port == at.port && same_address
}

/// How a row uses its port, in the order of blame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum PortUse {
    Listening,
    /// By a socket that neither listens nor is connected.
    Bound,
    Connected,
    Waiting,
}

impl PortUse {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            PortUse::Listening => "Listener",
            PortUse::Bound => "BoundOnly",
            PortUse::Connected => "Connected",
            PortUse::Waiting => "TimeWait",
        }
    }

    pub(crate) fn of(row: &SocketRow) -> PortUse {
        match row.state {
            TcpState::Listen => PortUse::Listening,
            TcpState::TimeWait => PortUse::Waiting,
            _ if !row.tuple.is_connected() => PortUse::Bound,
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
