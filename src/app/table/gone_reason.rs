use std::time::Duration;

use crate::app::Table;
use crate::app::table::{GoneReason, TableRow};
use crate::tcp::{CloseKind, Errno, Host, Protocol, TcpState};

/// How far the timer that a poll shows may be from the kernel's own.
const ABOUT: Duration = Duration::from_secs(2);

/// Why a row left the table, as it and the row of the other end show.
///
/// The end that closes first stays in TIME_WAIT for 60 s, far longer than the time between two polls. Where no TIME_WAIT was seen, the
/// rows did not end by FINs.
pub(crate) fn why_gone(table: &Table, line: &TableRow) -> GoneReason {
    if line.row.tuple.protocol == Protocol::Udp {
        return if was_refused(line) { GoneReason::Refused } else { GoneReason::Unknown };
    }
    let left = line.gone.and_then(|gone| line.time_left(gone.at));
    match line.row.state {
        TcpState::TimeWait if left.is_some_and(|left| left > ABOUT) => {
            // Over a wire nothing but a RST ends it early (RFC 1337); on loopback a new connection may, too (`tcp_tw_reuse`).
            return if line.row.host == Host::THIS {
                GoneReason::Unknown
            } else {
                GoneReason::Reset
            };
        }
        TcpState::TimeWait => return GoneReason::TimeWaitOver,
        TcpState::Listen => return GoneReason::Stopped,
        TcpState::SynSent if was_refused(line) => return GoneReason::Refused,
        TcpState::SynSent => return GoneReason::NeverConnected,
        TcpState::Closed => return GoneReason::Unknown,
        TcpState::SynReceived
        | TcpState::Established
        | TcpState::FinWait1
        | TcpState::FinWait2
        | TcpState::CloseWait
        | TcpState::Closing
        | TcpState::LastAck => (),
    }
    let other = table.mirror(line.row.name());
    if line.was_reset() || other.is_some_and(TableRow::was_reset) {
        return GoneReason::Reset;
    }
    let waited = other.is_some_and(|other| other.was(TcpState::TimeWait));
    if !waited && (line.closed_unread() || other.is_some_and(TableRow::closed_unread)) {
        return GoneReason::Reset;
    }
    let both_are_gone = other.is_some_and(|other| other.gone.is_some());
    if line.closed_first() || (both_are_gone && !waited) {
        return GoneReason::Unknown;
    }
    if line.was(TcpState::CloseWait) {
        return GoneReason::ClosedSecond;
    }
    let other_first = other.is_some_and(TableRow::closed_first);
    match (other_first, line.is_client()) {
        (false, _) => GoneReason::Unknown,
        (true, true) => GoneReason::ClosedByServer,
        (true, false) => GoneReason::ClosedByClient,
    }
}

/// Whether the port is closed: a RST answered the SYN, or ICMP the datagram.
fn was_refused(line: &TableRow) -> bool {
    line.ending == Some(CloseKind::Broken(Errno::ECONNREFUSED))
}
