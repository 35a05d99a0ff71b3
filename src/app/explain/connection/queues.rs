//! The queues of one end, and what their numbers mean; the longest words first.

use crate::app::explain::connection::seen;
use crate::app::explain::words;
use crate::app::{State, Statement, TableRow};
use crate::tcp::TcpState;

pub(crate) fn received(state: &State, line: &TableRow) -> Vec<String> {
    let (row, unread) = (&line.row, line.row.unread());
    let what = seen(state, line, "recv-q")
        .with("data", unread)
        .when("OnlyFin", unread == 0)
        .when("Fin", row.may_hold_a_fin());
    in_words(line, what, "recv-q-brief", row.queues.recv)
}

pub(crate) fn sent(state: &State, line: &TableRow) -> Vec<String> {
    let count = line.row.queues.send;
    let is_fin_unacknowledged =
        matches!(line.row.state, TcpState::FinWait1 | TcpState::Closing | TcpState::LastAck);
    let fin = is_fin_unacknowledged.then_some("FIN");
    let flag = if line.row.state == TcpState::SynSent { Some("SYN") } else { fin };
    let what = seen(state, line, "send-q")
        .with("before", count.saturating_sub(1))
        .with_some("flag", flag)
        .when("One", count == 1);
    in_words(line, what, "send-q-brief", count)
}

/// Rows in TIME_WAIT, or gone, have no queues.
fn in_words(line: &TableRow, what: Statement, brief: &'static str, count: u32) -> Vec<String> {
    if line.gone.is_some() || line.row.state == TcpState::TimeWait {
        return Vec::new();
    }
    let what = what.with("count", count).when("Zero", count == 0);
    let brief = Statement { key: brief, ..what.clone() };
    let size = (line.row.state != TcpState::Listen).then(|| format!("{count} B"));
    [words(&what), words(&brief)].into_iter().chain(size).collect()
}
