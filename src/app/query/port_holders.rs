use crate::app::State;
use crate::app::table::Line;
use crate::tcp::{Endpoint, Host, Protocol, RowName, TcpState};

/// The rows that keep `at` from being bound on that computer: those with the same port, at the same address or at all of them.
pub(crate) fn holders(state: &State, host: Host, at: Endpoint, protocol: Protocol) -> Vec<RowName> {
    let at = at.canonical();
    let overlaps = |line: &&Line| {
        let local = line.row.tuple.local.canonical();
        let same_address = local.ip == at.ip || local.ip.is_unspecified() || at.ip.is_unspecified();
        line.gone.is_none()
            && line.row.host == host
            && line.row.tuple.protocol == protocol
            && local.port == at.port
            && same_address
    };
    let mut lines: Vec<&Line> = state.sockets.in_order().filter(overlaps).collect();
    let left = |line: &Line| line.time_left(state.now).unwrap_or_default();
    lines.sort_by_key(|line| (Holds::of(line.row.state), std::cmp::Reverse(left(line))));
    lines.into_iter().map(|line| line.row.name()).collect()
}

/// How a row holds its port: who listens is to blame before who is connected, and that before who only waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Holds {
    Listening,
    Connected,
    Waiting,
}

impl Holds {
    pub(crate) fn of(state: TcpState) -> Holds {
        match state {
            TcpState::Listen => Holds::Listening,
            TcpState::TimeWait => Holds::Waiting,
            TcpState::SynSent
            | TcpState::SynReceived
            | TcpState::Established
            | TcpState::FinWait1
            | TcpState::FinWait2
            | TcpState::CloseWait
            | TcpState::Closing
            | TcpState::LastAck
            | TcpState::Closed => Holds::Connected,
        }
    }
}
