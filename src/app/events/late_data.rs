//! Data that arrives at an end after its program has closed it: the kernel answers with RST (RFC 1122, section 4.2.2.13).

use crate::app::events::episodes::begin;
use crate::app::model::account::episodes::Cause;
use crate::app::{State, Verb};
use crate::tcp::{CloseKind, Delivery, Flags, SocketId, WireSegment};

/// Finds such an RST among the segments put on the wire after that number.
pub(crate) fn look_for(state: &mut State, after: Option<u64>) {
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
    let cause = Cause { verb: Verb::LateData, ends: [end, other], ordered: None, bytes };
    (bytes > 0 && is_first).then_some(cause)
}
