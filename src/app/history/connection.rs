//! One connection, joined from the table, our own sockets' events and the segments on the wire.

use std::collections::BTreeSet;
use std::ops::Range;
use std::time::Duration;

use crate::app::history::Side;
use crate::app::{LoggedEvent, Role, State, TableRow};
use crate::tcp::{FiveTuple, Flags, Moment, Protocol, SocketId, WireSegment};

/// The clock of the wire and that of a poll may differ by so much.
pub(super) const EARLY: Duration = Duration::from_millis(20);

/// How far the time of a poll may be from what it shows the effect of.
const ABOUT: Duration = Duration::from_secs(2);

/// One life of a five-tuple (an incarnation: RFC 9293, section 3.4.1): both rows, as far as they are known, and what happened between them.
#[derive(Clone, Debug)]
pub struct Connection<'a> {
    /// The five-tuple, the same for both ends.
    pub tuple: FiveTuple,
    /// The client's row, then the server's.
    pub rows: [Option<&'a TableRow>; 2],
    /// Computer, address and port of both ends.
    pub names: [String; 2],
    /// The time that is shown.
    pub now: Moment,
}

impl<'a> Connection<'a> {
    /// The selected connection, else the newest.
    pub fn selected(state: &'a State) -> Option<Connection<'a>> {
        let is_connected = |name: &SocketId| name.tuple.is_connected();
        let selected = state.ui.selected.filter(is_connected);
        let newest = || state.ui.shown.iter().rev().copied().find(is_connected);
        let last =
            || state.seen().closed_rows().iter().rev().map(|row| row.row.name()).find(is_connected);
        Connection::of(state, selected.or_else(newest).or_else(last)?)
    }

    fn of(state: &'a State, name: SocketId) -> Option<Connection<'a>> {
        let own = row(state, name)?;
        let tuple = name.tuple;
        // Rows that were not there together belong to different connections of the same five-tuple.
        let lived_together = |peer: &&TableRow| {
            let [own, peer] = [own, *peer].map(|row| lifetime(row, state.then()));
            peer.0 <= own.1 && own.0 <= peer.1
        };
        let peer = state.seen().other_line(name).filter(lived_together);
        let (rows, ends, server) = if own.is_client {
            ([Some(own), peer], [tuple.local, tuple.remote], state.other_end(name).host)
        } else {
            ([peer, Some(own)], [tuple.remote, tuple.local], name.host)
        };
        let computers = [client_name(state, rows[0]), server.name().unwrap_or("server").to_owned()];
        let names =
            [0, 1].map(|n| format!("{} {}", computers[n], ends[n].canonical()).trim().to_owned());
        Some(Connection { tuple: tuple.connection(), rows, names, now: state.then() })
    }

    /// What both ends did and learned, the oldest first.
    pub(super) fn events(&self, state: &State) -> Vec<(Moment, Side, LoggedEvent)> {
        let (born, gone) = self.lifetime();
        let is_own = |at: Moment| at.plus(ABOUT) >= born && at <= gone.plus(ABOUT);
        let events = state.sockets.log.of(self.tuple, self.now).filter(|(at, ..)| is_own(*at));
        events.map(|(at, name, event)| (at, self.side_of(name.tuple), event)).collect()
    }

    /// The segments that crossed the lab's wire, with their progress at the time shown.
    pub(super) fn segments(&self, state: &State) -> Vec<WireSegment> {
        let all = state.lab.crossings.iter().filter(|crossing| {
            crossing.segment.tuple.connection() == self.tuple && crossing.sent <= self.now
        });
        let all: Vec<&WireSegment> = all.collect();
        let own = all[own_segments(&all, self.lifetime())].iter();
        own.map(|crossing| crossing.as_of(self.now)).collect()
    }

    pub(super) fn side_of(&self, end: FiveTuple) -> Side {
        let end = end.canonical();
        let [client, server] = self.rows.map(|row| row.map(|row| row.row.tuple.canonical()));
        let is_servers = server == Some(end) || client == Some(end.mirrored());
        if client == Some(end) || !is_servers { Side::Client } else { Side::Server }
    }

    /// When polls showed the first of both rows, and that the last of them was gone.
    fn lifetime(&self) -> (Moment, Moment) {
        let lifetimes = || self.rows.iter().flatten().map(|row| lifetime(row, self.now));
        let born = lifetimes().map(|(born, _)| born).min();
        let gone = lifetimes().map(|(_, gone)| gone).max();
        (born.unwrap_or(self.now), gone.unwrap_or(self.now))
    }
}

/// The name of the client; empty where its address says as much.
fn client_name(state: &State, client: Option<&TableRow>) -> String {
    let role = client.map(|row| Role::of(state, &row.row));
    if let Some(Role::Client(name) | Role::Other(name)) = role { name } else { String::new() }
}

/// A row of the table, or else of those that have left it.
pub(super) fn row(state: &State, name: SocketId) -> Option<&TableRow> {
    let closed = || state.seen().closed_rows().iter().rev().find(|row| row.row.name() == name);
    state.seen().get(name).or_else(closed)
}

/// When polls showed a row, and that it was gone.
pub(super) fn lifetime(row: &TableRow, now: Moment) -> (Moment, Moment) {
    (row.born, row.gone.map_or(now, |gone| gone.at))
}

/// The segments of one connection among `all` of its five-tuple; polls showed when it was born and gone. It begins with its SYN, or about
/// when it was born, and a later one begins with another SYN: until then, even an end that is long gone is sent to. UDP has no SYN.
pub(super) fn own_segments(all: &[&WireSegment], (born, gone): (Moment, Moment)) -> Range<usize> {
    let is_its = |n: &usize| all[*n].sent <= born.plus(EARLY) && opens(all, *n);
    let about = || all.partition_point(|crossing| crossing.sent.plus(ABOUT) < born);
    let first = (0..all.len()).rfind(is_its).unwrap_or_else(about);
    let is_late = |n: &usize| {
        let is_udp = all[*n].segment.tuple.protocol == Protocol::Udp;
        is_udp && all[*n].sent > gone.plus(ABOUT)
    };
    let is_anothers = |n: &usize| all[*n].sent > gone && opens(all, *n);
    first..(first..all.len()).find(|n| is_late(n) || is_anothers(n)).unwrap_or(all.len())
}

/// The segments of each connection among `all` of one five-tuple; one range may be known already.
pub(super) fn each_connection(
    all: &[&WireSegment],
    own: Option<&Range<usize>>,
) -> Vec<Range<usize>> {
    let is_inside = |n: usize| own.is_some_and(|own| own.start < n && n < own.end);
    let opened = (0..all.len()).filter(|n| opens(all, *n) && !is_inside(*n));
    let known = own.into_iter().flat_map(|own| [own.start, own.end]);
    let bounds: BTreeSet<usize> = opened.chain(known).chain([0, all.len()]).collect();
    let ends = bounds.iter().skip(1);
    bounds.iter().zip(ends).map(|(from, to)| *from..*to).collect()
}

/// Whether a connection begins with this segment. A simultaneous open is one connection (RFC 9293, section 3.5).
fn opens(all: &[&WireSegment], place: usize) -> bool {
    let calls = |crossing: &WireSegment| {
        let flags = crossing.segment.flags;
        flags.has(Flags::SYN) && !flags.has(Flags::ACK)
    };
    let own = all[place];
    let before = place.checked_sub(1).map(|before| all[before]);
    let is_called =
        before.is_some_and(|other| calls(other) && other.segment.from != own.segment.from);
    calls(own) && !own.again && !is_called
}
