//! A ladder from segments that were captured on a wire.

use std::time::Duration;

use crate::app::ladder::{Arrow, Fate, Ladder, Pair, Rung, Side, StateMark};
use crate::tcp::{self, Crossing, Flags, Moment, Segment};

/// The segments of one connection, or of several, in the order in which they were sent, and the states that both ends of `pair` had
/// meanwhile. `numbers` tells the sequence and acknowledgement number of a segment as they are to be shown.
pub fn captured(
    crossings: &[Crossing],
    pair: &Pair<'_>,
    numbers: impl Fn(&Segment) -> (u32, u32),
) -> Ladder {
    let rung = |crossing: &Crossing| {
        let arrow = Arrow {
            from: side_of(&crossing.segment, pair),
            words: words(&crossing.segment),
            numbers: numbers_of(&crossing.segment, numbers(&crossing.segment)),
            fate: match crossing.fate {
                tcp::Fate::OnTheWay => Fate::OnTheWay,
                tcp::Fate::Arrived(at) => Fate::Arrived(at),
                tcp::Fate::Lost(_, how) => Fate::Lost(how),
            },
            again: crossing.again,
        };
        Rung {
            at: crossing.sent,
            arrow: Some(arrow),
            states: [None, None],
        }
    };
    let mut rungs: Vec<Rung> = crossings.iter().map(rung).collect();
    for (n, side) in [Side::Client, Side::Server].into_iter().enumerate() {
        for (at, mark) in states(pair, side) {
            put(&mut rungs, at, n, mark);
        }
    }
    Ladder {
        ends: pair.names.clone(),
        captured: true,
        rungs,
    }
}

/// The client's end sends from the left.
fn side_of(segment: &Segment, pair: &Pair<'_>) -> Side {
    let tuple = segment.tuple.canonical();
    let is = |n: usize, tuple| {
        pair.lives[n].is_some_and(|life| life.line.row.tuple.canonical() == tuple)
    };
    if is(0, tuple) || is(1, tuple.mirrored()) {
        return Side::Client;
    }
    if is(1, tuple) || is(0, tuple.mirrored()) {
        return Side::Server;
    }
    // Of other connections: the first host is the server's.
    if segment.from < segment.to {
        Side::Server
    } else {
        Side::Client
    }
}

fn words(segment: &Segment) -> String {
    match segment.length {
        0 => segment.flags.to_string(),
        length => format!("{}, {length} B", segment.flags),
    }
}

fn numbers_of(segment: &Segment, (seq, ack): (u32, u32)) -> String {
    if segment.flags.has(Flags::ACK) {
        format!("seq {seq} ack {ack}")
    } else {
        format!("seq {seq}")
    }
}

/// What an end became, and when a look showed it.
fn states(pair: &Pair<'_>, side: Side) -> Vec<(Moment, StateMark)> {
    let Some(life) = pair.lives[side as usize] else {
        return Vec::new();
    };
    let stretches = life.stretches().into_iter().filter(|stretch| stretch.seen);
    let mark = |state| StateMark { state, seen: true };
    let states = stretches.map(|stretch| (stretch.from, mark(Some(stretch.state))));
    let gone = life.line.gone.map(|gone| (gone.at, mark(None)));
    states.chain(gone).collect()
}

/// A look may come so much later than the segment that it saw the effect of.
const LATE: Duration = Duration::from_millis(250);

/// Writes a state beside the last segment before it; where that is long ago, or a state stands there already, it gets a line of its own.
fn put(rungs: &mut Vec<Rung>, at: Moment, side: usize, mark: StateMark) {
    let after = rungs.partition_point(|rung| rung.at <= at);
    let beside = after.checked_sub(1).map(|n| &mut rungs[n]);
    let has_room =
        |rung: &&mut Rung| rung.states[side].is_none() && at.since(rung.arrived()) <= LATE;
    if let Some(rung) = beside.filter(has_room) {
        rung.states[side] = Some(mark);
        return;
    }
    let mut states = [None, None];
    states[side] = Some(mark);
    rungs.insert(
        after,
        Rung {
            at,
            arrow: None,
            states,
        },
    );
}
