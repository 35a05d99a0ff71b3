//! A ladder from segments that were captured on a wire.

use std::time::Duration;

use crate::app::ladder::{Arrow, Fate, Ladder, Pair, Rung, Side, StateMark};
use crate::tcp::{self, Crossing, Endpoint, Flags, Moment, Segment};

/// The segments of one connection, or of several, in the order in which they were sent, and the states that both ends of `pair` had
/// meanwhile. Sequence numbers are counted from each end's SYN, or as they stand in the segments when `absolute`.
pub fn captured(crossings: &[&Crossing], pair: &Pair<'_>, absolute: bool) -> Ladder {
    let mut origins: Vec<(Endpoint, Endpoint, u32)> = Vec::new();
    let mut rungs = Vec::with_capacity(crossings.len());
    for crossing in crossings {
        let segment = &crossing.segment;
        let (from, to) = (
            segment.tuple.local.canonical(),
            segment.tuple.remote.canonical(),
        );
        if segment.flags.has(Flags::SYN) || !knows(&origins, from, to) {
            let first = if segment.flags.has(Flags::SYN) {
                segment.seq
            } else {
                segment.seq.wrapping_sub(1)
            };
            origins.retain(|origin| (origin.0, origin.1) != (from, to));
            origins.push((from, to, first));
        }
        let origin = |from, to| {
            if absolute {
                0
            } else {
                origin_of(&origins, from, to)
            }
        };
        let arrow = Arrow {
            from: side_of(segment, pair),
            words: words(segment, origin(from, to), origin(to, from)),
            fate: match crossing.fate {
                tcp::Fate::OnTheWay => Fate::OnTheWay,
                tcp::Fate::Arrived(at) => Fate::Arrived(at),
                tcp::Fate::Lost(_, how) => Fate::Lost(how),
            },
            again: crossing.again,
        };
        rungs.push(Rung {
            at: crossing.sent,
            arrow: Some(arrow),
            states: [None, None],
        });
    }
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

fn knows(origins: &[(Endpoint, Endpoint, u32)], from: Endpoint, to: Endpoint) -> bool {
    origins
        .iter()
        .any(|origin| (origin.0, origin.1) == (from, to))
}

/// The number of the SYN from one end to another; of one that was never captured, nothing is taken away.
fn origin_of(origins: &[(Endpoint, Endpoint, u32)], from: Endpoint, to: Endpoint) -> u32 {
    let origin = origins
        .iter()
        .find(|origin| (origin.0, origin.1) == (from, to));
    origin.map_or(0, |origin| origin.2)
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

fn words(segment: &Segment, seq: u32, ack: u32) -> String {
    let seq = segment.seq.wrapping_sub(seq);
    let mut words = vec![segment.flags.to_string(), format!("seq {seq}")];
    if segment.flags.has(Flags::ACK) {
        words.push(format!("ack {}", segment.ack.wrapping_sub(ack)));
    }
    if segment.length > 0 {
        words.push(format!("{} B", segment.length));
    }
    words.join(" ")
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
