//! Labels: which connection a segment belongs to, if the wire carries several.

use std::collections::BTreeMap;

use crate::app::State;
use crate::tcp::{FiveTuple, Host, Moment, Port, Segment};

/// What distinguishes the connections on the wire: the client's name, its port, or both; neither if there is only one.
#[derive(Clone, Copy)]
pub(super) struct SegmentLabel {
    name: bool,
    port: bool,
}

impl SegmentLabel {
    pub(super) fn of(state: &State, then: Moment) -> SegmentLabel {
        let crossings = state.lab.crossings.iter();
        let known = crossings.take_while(|crossing| crossing.sent <= then);
        let mut clients: BTreeMap<Host, Option<FiveTuple>> = BTreeMap::new();
        let (mut port, mut name) = (false, false);
        for segment in known.map(|crossing| &crossing.segment) {
            let connection = clients.entry(client(state, segment)).or_default();
            // An echo has no ports, and belongs to no connection.
            if segment.tuple.is_connected() {
                let connection = connection.get_or_insert(segment.tuple);
                port |= ![segment.tuple, segment.tuple.mirrored()].contains(connection);
            }
            name |= is_among_clients(state, segment);
        }
        SegmentLabel { name: name || clients.len() > 1, port }
    }

    /// The label of a segment: `laptop:44506`.
    pub(super) fn words(self, state: &State, segment: &Segment) -> String {
        let (client, tuple) = (client(state, segment), segment.tuple);
        let port = if client == segment.from { tuple.local.port } else { tuple.remote.port };
        let has_port = self.port && port != Port::ANY;
        let port = if has_port { format!(":{port}") } else { String::new() };
        if is_among_clients(state, segment) {
            let name = |host| state.computer_name(host) + if host == client { &*port } else { "" };
            return format!("{} to {}", name(segment.from), name(segment.to));
        }
        if self.name { state.computer_name(client) + &port } else { port }
    }
}

/// Whether a segment goes to the right: the server is at the left, the computer whose table is shown at the right.
pub(super) fn goes_right(state: &State, segment: &Segment) -> bool {
    let shown = state.clients.computer().host;
    if is_among_clients(state, segment) && [segment.from, segment.to].contains(&shown) {
        segment.to == shown
    } else {
        segment.from < segment.to
    }
}

fn client(state: &State, segment: &Segment) -> Host {
    if is_among_clients(state, segment) {
        segment.from.min(segment.to)
    } else if is_servers(state, segment.from) {
        segment.to
    } else {
        segment.from
    }
}

fn is_among_clients(state: &State, segment: &Segment) -> bool {
    !is_servers(state, segment.from) && !is_servers(state, segment.to)
}

fn is_servers(state: &State, host: Host) -> bool {
    state.lab.server().is_some_and(|server| server.host == host)
}
