//! Ladders from segments that were captured on a wire: that of one connection, and that of all, with a line for the server and one for its clients.

use std::collections::{BTreeMap, BTreeSet};

use crate::app::history::connection::{
    ConnectionEnd, each_connection, host_of_end, lifetime, own_segments, row,
};
use crate::app::history::ladder::gaps::gaps;
use crate::app::history::ladder::state_marks::Line;
use crate::app::history::{Connection, Ladder, LadderArrow, Rung, Side, StateMarks};
use crate::app::{State, format};
use crate::tcp::{
    Endpoint, FiveTuple, Flags, Host, Port, Protocol, Segment, SocketId, WireSegment,
};

const MOST: usize = 512;

/// The segments of one connection in the order in which they were sent, with the states that they lead to; `None` if none was captured.
pub(crate) fn captured(state: &State, connection: &Connection<'_>) -> Option<Ladder> {
    let (crossings, is_newest) = connection.segments(state);
    let rung = |crossing: &WireSegment| {
        let side = connection.side_of(crossing.segment.tuple);
        let mut rung = rung(crossing, side, state.lab.numbers(crossing));
        let from = crossing.segment.from;
        // A router forwarded it, or it is forged.
        let is_anothers = connection.ends[side as usize].host != Some(from);
        if let (true, Some(name), Some(arrow)) = (is_anothers, from.name(), &mut rung.arrow) {
            arrow.words.extend([", by ", name]);
        }
        rung
    };
    let mut rungs: Vec<Rung> = crossings.iter().map(rung).collect();
    rungs.first()?;
    let (mut alone, hidden) = gaps(state, connection, (&crossings, is_newest));
    for (side, end) in connection.ends.iter().enumerate() {
        let segments = crossings.iter().enumerate();
        let segments = segments.filter(|(_, crossing)| end.has(&crossing.segment));
        let marks =
            StateMarks::of(end.tuple, &segments.collect::<Vec<_>>(), end.row, connection.now);
        alone.extend(write(&mut rungs, side, marks));
    }
    let rungs = insert(rungs, alone);
    let ends = connection.names.clone();
    let port = Some(connection.ends[0].tuple.local.port);
    Some(Ladder { ends, captured: true, of_all: false, port, hidden, rungs })
}

/// Writes the states of an end beside its segments; the rest gets lines of its own.
fn write(rungs: &mut [Rung], side: usize, marks: StateMarks) -> impl Iterator<Item = (Line, Rung)> {
    for (place, mark) in marks.by {
        rungs[place].states[side] = Some(mark);
    }
    marks.alone.into_iter().map(move |(line, mark)| {
        let mut states = [None, None];
        states[side] = Some(mark);
        (line, Rung { at: line.0, arrow: None, states, ports: None })
    })
}

fn insert(rungs: Vec<Rung>, alone: Vec<(Line, Rung)>) -> Vec<Rung> {
    let segments = rungs.into_iter().enumerate().map(|(place, rung)| ((rung.at, place + 1), rung));
    let mut all: Vec<(Line, Rung)> = segments.chain(alone).collect();
    all.sort_by_key(|(line, _)| *line);
    all.into_iter().map(|(_, rung)| rung).collect()
}

fn rung(crossing: &WireSegment, from: Side, numbers: (u32, u32)) -> Rung {
    let arrow = LadderArrow {
        from,
        words: words(&crossing.segment),
        numbers: numbers_of(&crossing.segment, numbers),
        fate: Some(crossing.fate),
        waits: false,
        again: crossing.again,
        spare: crossing.spare,
        about: about(crossing),
    };
    Rung { at: crossing.sent, arrow: Some(arrow), states: [None, None], ports: None }
}

fn about(crossing: &WireSegment) -> String {
    let parts = [crossing.times(), format::way(crossing)];
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join(", ")
}

fn words(segment: &Segment) -> String {
    match segment.length {
        0 => segment.label(),
        _ if segment.tuple.protocol == Protocol::Tcp => segment.label(),
        length if segment.is_fragment => format!("{}, {length} B in fragments", segment.label()),
        length => format!("{}, {length} B", segment.label()),
    }
}

fn numbers_of(segment: &Segment, (seq, ack): (u32, u32)) -> String {
    if let Some(icmp) = segment.icmp {
        String::from(icmp.words())
    } else if segment.tuple.protocol == Protocol::Udp {
        String::new()
    } else if segment.length > 0 && segment.flags.without_data().is_none() {
        format!("{} seq {seq} ack {ack}", segment.flags)
    } else if segment.flags.has(Flags::ACK) {
        format!("seq {seq} ack {ack}")
    } else {
        format!("seq {seq}")
    }
}

/// The ladder of all connections; `None` if no segment was captured.
pub(crate) fn all(state: &State) -> Option<Ladder> {
    let crossings = last(state);
    let named = named(&crossings, state);
    let mut rungs: Vec<Rung> = Vec::new();
    let mut connections: BTreeMap<FiveTuple, Vec<(usize, &WireSegment)>> = BTreeMap::new();
    for (place, crossing) in crossings.iter().enumerate() {
        let segment = &crossing.segment;
        let numbers = state.lab.numbers(crossing);
        rungs.push(Rung {
            ports: Some(ports(state, segment, named)),
            ..rung(crossing, side_of(state, segment.from, segment.to), numbers)
        });
        let group = connections.entry(segment.tuple.connection()).or_default();
        group.push((place, crossing));
    }
    let mut alone = Vec::new();
    for group in connections.values() {
        alone.extend(states(state, &mut rungs, group));
    }
    let rungs = insert(rungs, alone);
    let first = crossings.first()?;
    Some(Ladder {
        ends: ends(state, &first.segment, named),
        captured: true,
        of_all: true,
        port: None,
        hidden: hidden(state, crossings.len()),
        rungs,
    })
}

fn last(state: &State) -> Vec<WireSegment> {
    let then = state.then();
    let known = state.lab.crossings.iter().rev().filter(|crossing| crossing.sent <= then);
    let mut last: Vec<WireSegment> =
        known.take(MOST).map(|crossing| crossing.as_of(then)).collect();
    last.reverse();
    last
}

/// Between two clients, the one with the lower host number takes the server's side.
fn side_of(state: &State, host: Host, other: Host) -> Side {
    let is_servers = |host| state.lab.server().is_some_and(|server| server.host == host);
    if is_servers(host) || (!is_servers(other) && host < other) {
        Side::Server
    } else {
        Side::Client
    }
}

/// How many further segments crossed the wire; unknown for the past.
fn hidden(state: &State, shown: usize) -> u64 {
    if state.is_past() {
        return 0;
    }
    let known = state.lab.crossings.len().saturating_sub(shown) as u64;
    state.lab.known.forgotten + state.lab.known.unreported + known
}

/// Whether there are several computers on the client's side, and on the server's, so that ports need names.
fn named(crossings: &[WireSegment], state: &State) -> [bool; 2] {
    let hosts =
        |side: usize| crossings.iter().map(move |crossing| both(state, &crossing.segment)[side].0);
    [0, 1].map(|side| hosts(side).collect::<BTreeSet<Host>>().len() > 1)
}

/// Computer and port of the client, then of the server.
fn both(state: &State, segment: &Segment) -> [(Host, Endpoint); 2] {
    let tuple = segment.tuple.canonical();
    let own = (segment.from, tuple.local);
    let other = (segment.to, tuple.remote);
    match side_of(state, segment.from, segment.to) {
        Side::Client => [own, other],
        Side::Server => [other, own],
    }
}

/// The ports of both ends, with names where needed, all equally wide.
fn ports(state: &State, segment: &Segment, named: [bool; 2]) -> [String; 2] {
    let [client, server] = both(state, segment);
    // An echo has none.
    let port = |end: Endpoint| match end.port {
        Port::ANY => String::new(),
        port => format!(":{port}"),
    };
    let with_name = |(host, end): (Host, Endpoint)| {
        let port = port(end);
        format!("{:>7}{port:<6}", host.name().unwrap_or_default())
    };
    [
        if named[0] { with_name(client) } else { format!("{:>6}", port(client.1)) },
        if named[1] { with_name(server) } else { format!("{:<6}", port(server.1)) },
    ]
}

fn ends(state: &State, segment: &Segment, named: [bool; 2]) -> [String; 2] {
    let [client, server] = both(state, segment);
    let one =
        |(host, end): (Host, Endpoint)| format!("{} {}", host.name().unwrap_or_default(), end.ip);
    [
        if named[0] { String::from("all clients") } else { one(client) },
        if named[1] { String::from("destinations") } else { one(server) },
    ]
}

/// Writes the states of both ends beside their segments; returns the rest as lines of their own.
fn states(state: &State, rungs: &mut [Rung], group: &[(usize, &WireSegment)]) -> Vec<(Line, Rung)> {
    let Some((first, crossing)) = group.first() else { return Vec::new() };
    let (tuple, then) = (crossing.segment.tuple, state.then());
    let ports = rungs[*first].ports.clone();
    let crossings: Vec<&WireSegment> = group.iter().map(|(_, crossing)| *crossing).collect();
    let mut alone = Vec::new();
    for tuple in [tuple, tuple.mirrored()] {
        let Some(host) = host_of_end(crossings.iter().copied(), tuple) else { continue };
        let row = row(state, SocketId::connected(host, tuple));
        let end = ConnectionEnd { tuple, host: Some(host), row };
        let known = row.map(|row| own_segments(&crossings, lifetime(row, then)));
        for places in each_connection(&crossings, known.as_ref()) {
            let begun = crossings[places.start].sent;
            let row = row.filter(|_| Some(&places) == known.as_ref());
            let own = group[places].iter().filter(|(_, crossing)| end.has(&crossing.segment));
            let own: Vec<(usize, &WireSegment)> = own.copied().collect();
            let Some((_, beside)) = own.first() else { continue };
            let Segment { from, to, .. } = beside.segment;
            let side = side_of(state, host, if from == host { to } else { from }) as usize;
            let rest = write(rungs, side, StateMarks::of(tuple, &own, row, then));
            let rest = rest.filter(|(line, _)| line.0 >= begun);
            alone.extend(rest.map(|(line, rung)| (line, Rung { ports: ports.clone(), ..rung })));
        }
    }
    alone
}
