//! A ladder from segments that were captured on a wire.

use crate::app::history::{Connection, Ladder, LadderArrow, Rung, Side, StateMarks};
use crate::tcp::{Flags, Protocol, Segment, WireSegment};

/// The segments of one connection in the order in which they were sent, with the states that they lead to. `numbers` gives the sequence
/// and acknowledgement number to show.
pub fn captured(
    crossings: &[WireSegment],
    connection: &Connection<'_>,
    numbers: impl Fn(&WireSegment) -> (u32, u32),
) -> Ladder {
    let rung = |crossing: &WireSegment| {
        let side = connection.side_of(crossing.segment.tuple);
        rung(crossing, side, numbers(crossing))
    };
    let mut rungs: Vec<Rung> = crossings.iter().map(rung).collect();
    let segments: Vec<(usize, &WireSegment)> = crossings.iter().enumerate().collect();
    let mut alone = Vec::new();
    for (side, row) in connection.rows.iter().enumerate() {
        let Some(row) = row else { continue };
        let own = row.row.tuple.canonical();
        let marks = StateMarks::of(own, &segments, Some(row), connection.now);
        alone.extend(write(&mut rungs, side, marks));
    }
    insert(&mut rungs, alone);
    Ladder { ends: connection.names.clone(), captured: true, rungs, ..Ladder::default() }
}

/// Writes the states of an end beside its segments; the rest gets lines of its own.
pub(crate) fn write(
    rungs: &mut [Rung],
    side: usize,
    marks: StateMarks,
) -> impl Iterator<Item = Rung> {
    for (place, mark) in marks.by {
        rungs[place].states[side] = Some(mark);
    }
    marks.alone.into_iter().map(move |(at, mark)| {
        let mut states = [None, None];
        states[side] = Some(mark);
        Rung { at, arrow: None, states, ports: None }
    })
}

pub(crate) fn insert(rungs: &mut Vec<Rung>, alone: Vec<Rung>) {
    rungs.extend(alone);
    // A state comes before the segment that is sent at the same time.
    rungs.sort_by_key(|rung| (rung.at, rung.arrow.is_some()));
}

pub(crate) fn rung(crossing: &WireSegment, from: Side, numbers: (u32, u32)) -> Rung {
    let arrow = LadderArrow {
        from,
        words: words(&crossing.segment),
        numbers: numbers_of(&crossing.segment, numbers),
        fate: Some(crossing.fate),
        waits: false,
        again: crossing.again,
    };
    Rung { at: crossing.sent, arrow: Some(arrow), states: [None, None], ports: None }
}

fn words(segment: &Segment) -> String {
    match segment.length {
        0 => segment.label(),
        length if segment.is_fragment => format!("{}, {length} B in fragments", segment.label()),
        length => format!("{}, {length} B", segment.label()),
    }
}

fn numbers_of(segment: &Segment, (seq, ack): (u32, u32)) -> String {
    if segment.is_refusal {
        String::from(Segment::REFUSES)
    } else if segment.tuple.protocol == Protocol::Udp {
        String::new()
    } else if segment.flags.has(Flags::ACK) {
        format!("seq {seq} ack {ack}")
    } else {
        format!("seq {seq}")
    }
}
