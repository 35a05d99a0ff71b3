use std::time::Duration;

use crate::app::Table;
use crate::app::table::{Line, Why};
use crate::tcp::{Ending, Errno, Host, Protocol, TcpState};

/// A look may find a timer so much later, or earlier, than the kernel does.
const ABOUT: Duration = Duration::from_secs(2);

/// Why the row of this line went, as far as it and the row of its other end tell.
///
/// Who closes first is in TIME_WAIT for a minute, longer than between two looks. Where no look saw one, there was none: then it was no
/// exchange of FINs that took both rows away.
pub(crate) fn why_gone(table: &Table, line: &Line) -> Why {
    if line.row.tuple.protocol == Protocol::Udp {
        return if was_refused(line) { Why::Refused } else { Why::Unknown };
    }
    let left = line.gone.and_then(|gone| line.time_left(gone.at));
    match line.row.state {
        TcpState::TimeWait if left.is_some_and(|left| left > ABOUT) => {
            // Over a wire nothing but a RST ends it early (RFC 1337); on loopback a new connection may, too (`tcp_tw_reuse`).
            return if line.row.host == Host::THIS { Why::Unknown } else { Why::Reset };
        }
        TcpState::TimeWait => return Why::TimeWaitOver,
        TcpState::Listen => return Why::Stopped,
        TcpState::SynSent if was_refused(line) => return Why::Refused,
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
    if line.was_reset() || other.is_some_and(Line::was_reset) {
        return Why::Reset;
    }
    let waited = other.is_some_and(|other| other.was(TcpState::TimeWait));
    if !waited && (line.closed_unread() || other.is_some_and(Line::closed_unread)) {
        return Why::Reset;
    }
    let both_are_gone = other.is_some_and(|other| other.gone.is_some());
    if line.closed_first() || (both_are_gone && !waited) {
        return Why::Unknown;
    }
    if line.was(TcpState::CloseWait) {
        return Why::ClosedSecond;
    }
    let other_first = other.is_some_and(Line::closed_first);
    match (other_first, table.is_client(line.row.name())) {
        (false, _) => Why::Unknown,
        (true, true) => Why::ClosedByServer,
        (true, false) => Why::ClosedByClient,
    }
}

/// Whether the other computer answered that nobody has the port: a RST to a SYN, ICMP to a datagram.
fn was_refused(line: &Line) -> bool {
    line.ending == Some(Ending::Broken(Errno::ECONNREFUSED))
}
