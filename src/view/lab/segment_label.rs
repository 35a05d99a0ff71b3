//! Labels: which connection a segment belongs to, if the wire carries several.

use std::collections::BTreeMap;

use crate::app::State;
use crate::tcp::{FiveTuple, Host, Moment, Segment};

/// The label that distinguishes the connections on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SegmentLabel {
    /// Nothing: there is only one.
    Nobodys,
    /// The client's port.
    Port,
    /// The client's name.
    Name,
    /// Both.
    NameAndPort,
}

impl SegmentLabel {
    /// The label needed for the segments sent by `then`.
    pub(crate) fn of(state: &State, then: Moment) -> SegmentLabel {
        let crossings = state.lab.crossings.iter();
        let known = crossings.take_while(|crossing| crossing.sent <= then);
        let mut clients: BTreeMap<Host, FiveTuple> = BTreeMap::new();
        let (mut several, mut among_clients) = (false, false);
        for segment in known.map(|crossing| &crossing.segment) {
            let connection = clients.entry(client(state, segment)).or_insert(segment.tuple);
            several |= ![segment.tuple, segment.tuple.mirrored()].contains(connection);
            among_clients |= is_among_clients(state, segment);
        }
        match (clients.len() > 1 || among_clients, several) {
            (false, false) => SegmentLabel::Nobodys,
            (false, true) => SegmentLabel::Port,
            (true, false) => SegmentLabel::Name,
            (true, true) => SegmentLabel::NameAndPort,
        }
    }

    /// The label of a segment: `laptop:44506`.
    pub(crate) fn words(self, state: &State, segment: &Segment) -> String {
        let port = if client(state, segment) == segment.from {
            segment.tuple.local.port
        } else {
            segment.tuple.remote.port
        };
        if is_among_clients(state, segment) {
            let name = |host: Host| {
                let name = state.computer_name(host);
                let is_named = self == SegmentLabel::NameAndPort && host == client(state, segment);
                if is_named { format!("{name}:{port}") } else { name }
            };
            return format!("{} to {}", name(segment.from), name(segment.to));
        }
        let name = || state.computer_name(client(state, segment));
        match self {
            SegmentLabel::Nobodys => String::new(),
            SegmentLabel::Port => format!(":{port}"),
            SegmentLabel::Name => name(),
            SegmentLabel::NameAndPort => format!("{}:{port}", name()),
        }
    }
}

/// Whether a segment goes to the right: the server is at the left, the computer whose table is shown at the right.
pub(super) fn goes_right(state: &State, segment: &Segment) -> bool {
    let [from, to] = [segment.from, segment.to];
    let shown = state.clients.computer().host;
    if is_among_clients(state, segment) && [from, to].contains(&shown) {
        to == shown
    } else {
        from < to
    }
}

/// The computer that is not the server; of two, the first.
fn client(state: &State, segment: &Segment) -> Host {
    let [from, to] = [segment.from, segment.to];
    if is_among_clients(state, segment) {
        from.min(to)
    } else if is_servers(state, from) {
        to
    } else {
        from
    }
}

fn is_among_clients(state: &State, segment: &Segment) -> bool {
    ![segment.from, segment.to].into_iter().any(|host| is_servers(state, host))
}

fn is_servers(state: &State, host: Host) -> bool {
    state.lab.server().is_some_and(|server| server.host == host)
}
