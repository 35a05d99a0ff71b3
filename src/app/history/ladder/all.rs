//! The ladder of all connections: every segment on the wire, one line for the server and one for its clients.

use std::collections::{BTreeMap, BTreeSet};

use crate::app::State;
use crate::app::history::connection::{lifetime, row};
use crate::app::history::ladder::captured::{insert, rung, write};
use crate::app::history::ladder::incarnation;
use crate::app::history::{Ladder, Rung, Side, StateMarks};
use crate::tcp::{Endpoint, FiveTuple, Host, Segment, SocketId, WireSegment};

const MOST: usize = 512;

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
    insert(&mut rungs, alone);
    let first = crossings.first()?;
    Some(Ladder {
        ends: ends(state, &first.segment, named),
        captured: true,
        of_all: true,
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
    state.lab.known.forgotten + state.lab.known.untold + known
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
    let with_name = |(host, end): (Host, Endpoint)| {
        let port = format!(":{}", end.port);
        format!("{:>7}{port:<6}", host.name().unwrap_or_default())
    };
    let port = |end: Endpoint| format!(":{}", end.port);
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
fn states(state: &State, rungs: &mut [Rung], group: &[(usize, &WireSegment)]) -> Vec<Rung> {
    let Some((_, first)) = group.first() else { return Vec::new() };
    let segment = &first.segment;
    let (tuple, then) = (segment.tuple.canonical(), state.then());
    let ends = [(tuple, segment.from, segment.to), (tuple.mirrored(), segment.to, segment.from)];
    let ports = rungs[group[0].0].ports.clone();
    let crossings: Vec<&WireSegment> = group.iter().map(|(_, crossing)| *crossing).collect();
    let mut alone = Vec::new();
    for (own, host, other) in ends {
        let side = side_of(state, host, other) as usize;
        let row = row(state, SocketId::connected(host, own));
        let known = row.map(|row| incarnation::own(&crossings, lifetime(row, then)));
        for places in incarnation::each(&crossings, known.as_ref()) {
            let row = row.filter(|_| Some(&places) == known.as_ref());
            let begun = crossings[places.start].sent;
            let marks = StateMarks::of(own, &group[places], row, then);
            let rest = write(rungs, side, marks).filter(|rung| rung.at >= begun);
            alone.extend(rest.map(|rung| Rung { ports: ports.clone(), ..rung }));
        }
    }
    alone
}
