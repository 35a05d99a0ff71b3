//! Rows that left TIME_WAIT before its time: an RST ended them (RFC 1337).

use crate::app::query::facts;
use crate::app::{GoneReason, RowNow, RowOutcome, State, Topic, Verb};
use crate::tcp::{Change, SocketRow, TcpState};

pub(crate) fn tell(state: &mut State, changes: &[Change]) {
    for change in changes {
        if let Change::Vanished(row) = change
            && row.state == TcpState::TimeWait
        {
            tell_of(state, row);
        }
    }
}

fn tell_of(state: &mut State, row: &SocketRow) -> Option<()> {
    let name = row.name();
    let line = state.sockets.get(name)?;
    let gone = line.gone.filter(|gone| gone.why == GoneReason::Reset)?;
    let early = u32::try_from(line.time_left(gone.at)?.as_secs()).ok()?;
    let mut account = facts::account(state, Verb::CutShort, [name, state.other_end(name)], early);
    account.rows[0] = RowOutcome { before: Some(row.state), after: RowNow::Gone };
    // A FIN retransmitted over a slow wire is acknowledged again, and one ACK arrives after the other end is closed.
    state.notices.tell(state.now, Some(Topic::CutShort), (0, account), 1);
    Some(())
}
