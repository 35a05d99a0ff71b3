//! The ladder of all connections: every segment on the wire, one line for the server and one for its clients.

use std::collections::{BTreeMap, BTreeSet};

use crate::app::ladder::became::Became;
use crate::app::ladder::captured::{insert, rung, write};
use crate::app::ladder::{Ladder, Rung, Side, life, lived, reused};
use crate::app::looking::show;
use crate::app::{Picture, State, Tone};
use crate::tcp::{Crossing, FiveTuple, Host, RowName, Segment};

/// So many of the last segments it shows: with more nobody scrolls through them.
const MOST: usize = 512;

/// The ladder of all connections, as it was by the time that is shown; `None` where nothing has crossed a wire.
pub(super) fn all(state: &State) -> Option<Ladder> {
    let crossings = last(state);
    let many = are_many(&crossings, state);
    let mut rungs: Vec<Rung> = Vec::new();
    let mut connections: BTreeMap<FiveTuple, Vec<(usize, &Crossing)>> = BTreeMap::new();
    for (place, crossing) in crossings.iter().enumerate() {
        let segment = &crossing.segment;
        let numbers = state.lab.numbers(crossing);
        rungs.push(Rung {
            ports: Some(ports(state, segment, many)),
            ..rung(crossing, side_of(state, segment.from, segment.to), numbers)
        });
        let its = connections.entry(segment.tuple.connection()).or_default();
        its.push((place, crossing));
    }
    let mut alone = Vec::new();
    for its in connections.values() {
        alone.extend(states(state, &mut rungs, its));
    }
    insert(&mut rungs, alone);
    let first = crossings.first()?;
    Some(Ladder {
        ends: ends(state, &first.segment, many),
        captured: true,
        of_all: true,
        rungs,
    })
}

/// The last segments, as far as they had come by then.
fn last(state: &State) -> Vec<Crossing> {
    let then = state.then();
    let crossings = state.lab.crossings.iter().rev();
    let known = crossings.filter(|crossing| crossing.sent <= then);
    let mut last: Vec<Crossing> = known
        .take(MOST)
        .map(|crossing| crossing.as_of(then))
        .collect();
    last.reverse();
    last
}

/// The server's computer stands at the right; between two clients, who comes first among the computers.
fn side_of(state: &State, host: Host, other: Host) -> Side {
    let is_servers = |host| state.lab.server().is_some_and(|server| server.host == host);
    if is_servers(host) || (!is_servers(other) && host < other) {
        Side::Server
    } else {
        Side::Client
    }
}

/// Whether more than one client has sent or received anything: then ports alone do not tell connections apart.
fn are_many(crossings: &[Crossing], state: &State) -> bool {
    let hosts = |crossing: &Crossing| [crossing.segment.from, crossing.segment.to];
    let all: BTreeSet<Host> = crossings.iter().flat_map(hosts).collect();
    let server = state.lab.server().map(|server| server.host);
    all.iter().filter(|host| Some(**host) != server).count() > 1
}

/// The ports at both ends, and whose the client's is; every one as wide as the widest can be.
fn ports(state: &State, segment: &Segment, many: bool) -> [String; 2] {
    let own = (segment.from, segment.tuple.local.port);
    let other = (segment.to, segment.tuple.remote.port);
    let (client, server) = match side_of(state, segment.from, segment.to) {
        Side::Client => (own, other),
        Side::Server => (other, own),
    };
    let port = format!(":{}", client.1);
    let client = if many {
        format!("{:>7}{port:<6}", state.computer_name(client.0))
    } else {
        format!("{port:<6}")
    };
    [client, format!("{:>6}", format!(":{}", server.1))]
}

/// What stands above the lines.
fn ends(state: &State, segment: &Segment, many: bool) -> [String; 2] {
    let tuple = segment.tuple.canonical();
    let own = (segment.from, tuple.local.ip);
    let other = (segment.to, tuple.remote.ip);
    let (client, server) = match side_of(state, segment.from, segment.to) {
        Side::Client => (own, other),
        Side::Server => (other, own),
    };
    let client = if many {
        String::from("all clients")
    } else {
        format!("{} {}", state.computer_name(client.0), client.1)
    };
    [client, format!("server {}", server.1)]
}

/// Writes what both ends of a connection became beside its segments; the rest comes back as lines of its own.
fn states(state: &State, rungs: &mut [Rung], its: &[(usize, &Crossing)]) -> Vec<Rung> {
    let Some((_, first)) = its.first() else {
        return Vec::new();
    };
    let segment = &first.segment;
    let (tuple, then) = (segment.tuple.canonical(), state.then());
    let ends = [
        (tuple, segment.from, segment.to),
        (tuple.mirrored(), segment.to, segment.from),
    ];
    let ports = rungs[its[0].0].ports.clone();
    let crossings: Vec<&Crossing> = its.iter().map(|(_, crossing)| *crossing).collect();
    let mut alone = Vec::new();
    for (own, host, other) in ends {
        let side = side_of(state, host, other) as usize;
        let life = life(state, RowName::connected(host, own));
        let lived = life.map(|life| reused::own(&crossings, lived(&life, then)));
        for places in reused::each(&crossings, lived.as_ref()) {
            let life = life.filter(|_| Some(&places) == lived.as_ref());
            let begun = crossings[places.start].sent;
            let became = Became::of(own, &its[places], life.as_ref(), then);
            let rest = write(rungs, side, became).filter(|rung| rung.at >= begun);
            alone.extend(rest.map(|rung| Rung {
                ports: ports.clone(),
                ..rung
            }));
        }
    }
    alone
}

/// Shows the ladder of all connections, or that of one again.
pub(crate) fn toggle(state: &mut State) {
    if !state.lab.is_up() {
        let text = "the ladder of all connections is made of segments on a wire, and loopback has none: N starts the lab. t shows the ladder of one";
        state.notices.say(state.now, Tone::Plain, text.to_owned());
        return;
    }
    let desk = &mut state.desk;
    let all = desk.picture != Picture::Timeline || !desk.all;
    if desk.picture != Picture::Timeline {
        show(desk, Picture::Timeline);
    }
    (desk.all, desk.back) = (all, 0);
    let text = if desk.all {
        "the ladder of all connections: the ports at both ends tell them apart. O shows the chosen one's again"
    } else {
        "the ladder of one connection: the chosen one, else the newest"
    };
    state.notices.say(state.now, Tone::Plain, text.to_owned());
}
