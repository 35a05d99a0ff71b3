//! Connections that a RST ends: rows that left TIME_WAIT before its time (RFC 1337), and data that arrives at an end after its program has
//! closed it, which the kernel answers with RST (RFC 1122, section 4.2.2.13).

use crate::app::events::episodes::begin;
use crate::app::model::account::episodes::Cause;
use crate::app::query::facts;
use crate::app::{GoneReason, RowNow, RowOutcome, State, Topic, Verb};
use crate::tcp::{Change, CloseKind, Delivery, Flags, SocketId, SocketRow, TcpState, WireSegment};

pub(crate) fn tell_cut_short(state: &mut State, changes: &[Change]) {
    for change in changes {
        if let Change::Vanished(row) = change
            && row.state == TcpState::TimeWait
        {
            cut_short(state, row);
        }
    }
}

fn cut_short(state: &mut State, row: &SocketRow) -> Option<()> {
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

/// Finds an RST that answers late data among the segments put on the wire after that number.
pub(crate) fn look_for_late_data(state: &mut State, after: Option<u64>) {
    let newest_first = state.lab.crossings.iter().rev();
    let new = newest_first.take_while(|crossing| Some(crossing.segment.number) > after);
    let found: Vec<Cause> = new.filter_map(|crossing| answered(state, crossing)).collect();
    for cause in found.into_iter().rev() {
        begin(state, &cause);
    }
}

fn answered(state: &State, reset: &WireSegment) -> Option<Cause> {
    let segment = Some(&reset.segment).filter(|segment| segment.flags.has(Flags::RST))?;
    let end = SocketId::connected(segment.from, segment.tuple);
    let other = state.other_end(end);
    let line = state.sockets.get(end);
    let line = line.or_else(|| state.sockets.other_line(other))?;
    if line.ending != Some(CloseKind::Close) || line.closed_unread() {
        return None;
    }
    let mut before = state.lab.crossings.iter().rev().filter(|crossing| {
        let before = &crossing.segment;
        [end.tuple, other.tuple].contains(&before.tuple) && before.number < segment.number
    });
    let is_there = |crossing: &&WireSegment| {
        crossing.segment.tuple == other.tuple && matches!(crossing.fate, Delivery::Arrived(_))
    };
    let bytes = before.clone().find(is_there)?.segment.length;
    let is_first = !before.any(|crossing| crossing.segment.flags.has(Flags::RST));
    let cause = Cause { verb: Verb::LateData, ends: [end, other], ordered: None, number: bytes };
    (bytes > 0 && is_first).then_some(cause)
}
