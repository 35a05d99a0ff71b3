//! The queues of one end, and what their numbers mean; the longest words first.

use crate::app::query::server_side;
use crate::app::{State, TableRow};
use crate::tcp::{Protocol, TcpState};

pub(crate) fn received(state: &State, line: &TableRow) -> Vec<String> {
    let count = line.row.queues.recv;
    if !has_queues(line) {
        return Vec::new();
    }
    if line.row.state == TcpState::Listen {
        return vec![format!("{count} waiting for accept()"), format!("{count} waiting")];
    }
    let size = format!("{count} B");
    let fin = line.row.may_hold_a_fin();
    let why = if server_side::is_unaccepted(state, line) {
        "received before accept()"
    } else if fin {
        "not read yet"
    } else {
        "not read by the program yet"
    };
    let [long, short] = match (count, line.row.unread()) {
        (0, _) => [format!("{size}, nothing unread"), size.clone()],
        // A UDP receive queue counts the kernel's memory for it (sk_rmem_alloc, net/ipv4/udp_diag.c).
        _ if line.row.tuple.protocol == Protocol::Udp => [
            format!("{size} of memory for unread datagrams"),
            format!("{size} of memory for datagrams"),
        ],
        (_, 0) => [format!("{size}: the FIN counts as one"), format!("{size}: the FIN")],
        (_, data) if fin => {
            [format!("{size}: {data} {why}, and the FIN"), format!("{size}: {data}, and the FIN")]
        }
        _ => [format!("{size}, {why}"), size.clone()],
    };
    vec![long, short, size]
}

pub(crate) fn sent(line: &TableRow) -> Vec<String> {
    let count = line.row.queues.send;
    if !has_queues(line) {
        return Vec::new();
    }
    if line.row.state == TcpState::Listen {
        return vec![format!("{count} may wait (backlog)"), format!("{count} may wait")];
    }
    let size = format!("{count} B");
    let is_fin_unacknowledged =
        matches!(line.row.state, TcpState::FinWait1 | TcpState::Closing | TcpState::LastAck);
    let fin = is_fin_unacknowledged.then_some("FIN");
    let flag = if line.row.state == TcpState::SynSent { Some("SYN") } else { fin };
    let is_udp = line.row.tuple.protocol == Protocol::Udp;
    let long = match (count, flag) {
        // The kernel has no queue before the handshake is complete.
        (0, _) if line.row.state == TcpState::SynReceived => {
            format!("{size}, without the SYN+ACK")
        }
        // UDP has no acknowledgements: its Send-Q is what the kernel has not sent yet (sk_wmem_alloc, net/ipv4/udp_diag.c).
        (0, _) if is_udp => format!("{size}, nothing unsent"),
        _ if is_udp => format!("{size}, not sent yet"),
        (0, _) => format!("{size}, nothing unacknowledged"),
        (1, Some(flag)) => format!("{size}: the {flag} counts as one"),
        (n, Some(flag)) => format!("{size}: {} unacknowledged, and the {flag}", n - 1),
        (_, None) => format!("{size}, unacknowledged"),
    };
    vec![long, size]
}

/// Rows in TIME_WAIT, or gone, have no queues.
fn has_queues(line: &TableRow) -> bool {
    line.gone.is_none() && line.row.state != TcpState::TimeWait
}
