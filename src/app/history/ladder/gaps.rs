//! What a ladder lacks: segments that crossed the wire, and were not reported one by one, or were forgotten since.

use crate::app::State;
use crate::app::history::ladder::state_marks::Line;
use crate::app::history::{Connection, LadderArrow, Rung, Side};
use crate::tcp::{Moment, WireSegment};

/// A line for each gap in the segments of one connection, and how many segments they have together; `is_newest`: no other connection of
/// this five-tuple followed.
pub(super) fn gaps(
    state: &State,
    connection: &Connection<'_>,
    (segments, is_newest): (&[WireSegment], bool),
) -> (Vec<(Line, Rung)>, u64) {
    let (mut gaps, mut all) = (Vec::new(), 0);
    for side in Side::BOTH {
        let end = &connection.ends[side as usize];
        let Some(from) = end.host else { continue };
        let mut add = |line: Line, many: u64| {
            all += many;
            gaps.extend((many > 0).then(|| (line, rung(line.0, side, many))));
        };
        let mut next = 0;
        for (place, crossing) in segments.iter().enumerate() {
            if (crossing.segment.from, crossing.segment.tuple) == (from, end.tuple) {
                add((crossing.sent, place), crossing.nth.saturating_sub(next));
                next = crossing.nth + 1;
            }
        }
        if is_newest {
            let sent = state.lab.known.numbers.sent((from, end.tuple));
            add((sent.unreported_at, usize::MAX), sent.all.saturating_sub(next));
        }
    }
    (gaps, all)
}

fn rung(at: Moment, from: Side, many: u64) -> Rung {
    let segments = if many == 1 { "segment" } else { "segments" };
    let arrow = LadderArrow::inferred(from, format!("{many} more {segments}"));
    Rung { at, arrow: Some(arrow), states: [None, None], ports: None }
}
