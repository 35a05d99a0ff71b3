//! Connections that a RST ends: rows that left TIME_WAIT before its time (RFC 1337), and data that arrives at an end after its program has
//! closed it, which the kernel answers with RST (RFC 1122, section 4.2.2.13). And rows that the kernel itself ended, as it waited no longer.

use crate::app::events::episodes::begin;
use crate::app::model::account::episodes::Cause;
use crate::app::query::facts;
use crate::app::{Fact, GoneReason, RowNow, RowOutcome, State, Topic, Verb};
use crate::tcp::{Change, CloseKind, Delivery, Flags, SocketId, SocketRow, TcpState, WireSegment};

pub(crate) fn tell_timers(state: &mut State, changes: &[Change]) {
    for change in changes {
        if let Change::Vanished(row) = change
            && row.timer.is_some()
            && state.is_at_the_demos_port(row.name())
        {
            timer_ended(state, row);
        }
    }
}

/// Says what a row that is gone had waited for, where that was cut short or got no answer.
fn timer_ended(state: &mut State, row: &SocketRow) -> Option<()> {
    let name = row.name();
    let line = state.sockets.get(name)?;
    let (gone, timer, probed) = (line.gone?, line.row.timer?, line.probes_window());
    // What a process still held fails with an errno, which is reported.
    let is_broken = matches!(line.ending, Some(CloseKind::Broken(_)));
    let is_held = is_broken || state.ends.get(name).is_some();
    let (verb, topic, number) = if gone.why == GoneReason::Reset && row.state == TcpState::TimeWait
    {
        // A FIN retransmitted over a slow wire is acknowledged again, and one ACK arrives after the other end is closed.
        let early = line.time_left(gone.at)?.as_secs();
        (Verb::CutShort, Topic::CutShort, u32::try_from(early).ok()?)
    } else if gone.why.is_timeout() && !is_held {
        (Verb::TimedOut, Topic::TimedOut, timer.tries.into())
    } else {
        return None;
    };
    let other = state.other_end(name);
    let others = state.sockets.get(other).filter(|line| line.gone.is_none() && !line.told);
    let others = others.map(|line| line.row.state);
    let mut account = facts::account(state, verb, [name, other], number);
    let gave_up = gone.why == GoneReason::GaveUp;
    let handshake = row.state == TcpState::SynReceived;
    account.learn([
        (gave_up, Fact::Retransmitted),
        (gave_up && probed, Fact::ZeroWindow),
        (handshake, Fact::InSynRecv),
    ]);
    account.rows[0] = RowOutcome { before: Some(row.state), after: RowNow::Gone };
    account.rows[1] =
        RowOutcome { before: others, after: others.map_or(RowNow::Unseen, RowNow::In) };
    state.notices.tell(state.now, Some(topic), (0, account), 1);
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
