use std::time::Duration;

use crate::app::{Line, Table, Why};
use crate::tcp::{Host, Moment, TcpState};

/// A look may find a timer so much later, or earlier, than the kernel does.
const ABOUT: Duration = Duration::from_secs(2);

/// Why the row of this line went at that time, as far as it and the row of its other end tell.
pub(crate) fn why_gone(table: &Table, line: &Line, at: Moment) -> Why {
    match line.row.state {
        TcpState::TimeWait if line.time_left(at).is_some_and(|left| left > ABOUT) => {
            // Over a wire nothing but a RST ends it early (RFC 1337); on loopback a new connection may, too (`tcp_tw_reuse`).
            return if line.row.host == Host::THIS {
                Why::Unknown
            } else {
                Why::Reset
            };
        }
        TcpState::TimeWait => return Why::TimeWaitOver,
        TcpState::Listen => return Why::Stopped,
        TcpState::SynSent => return Why::NeverConnected,
        TcpState::Closed => return Why::Unknown,
        TcpState::SynReceived
        | TcpState::Established
        | TcpState::FinWait1
        | TcpState::FinWait2
        | TcpState::CloseWait
        | TcpState::Closing
        | TcpState::LastAck => (),
    }
    let other = table.mirror(line.row.name());
    let client = table.is_client(line.row.name());
    if line.was_reset() || other.is_some_and(Line::was_reset) {
        return Why::Reset;
    }
    let this_first = line.closed_first();
    let other_first = other.is_some_and(Line::closed_first) || line.was(TcpState::CloseWait);
    match (this_first || other_first, this_first == client) {
        (false, _) => Why::Unknown,
        (true, true) => Why::ClosedByClient,
        (true, false) => Why::ClosedByServer,
    }
}
